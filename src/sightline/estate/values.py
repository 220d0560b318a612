"""Hold a value of an estate file: known, one of several, or unknown with expression and reason."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""A plain JSON value, an ``Unknown`` or a ``OneOf``; lists and mappings hold values in turn."""

MAX_CANDIDATES = 64
"""The most values that a OneOf lists; beyond, the value is unknown."""

NULLABLE = frozenset("branch copy first last tryget tryindexfromend json function".split())
"""What can give null, besides a property."""

MAX_TEXT = 600
"""Characters of an expression that are kept for people."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is not known: a reason, where it began, and what would settle it."""

    reason: str
    expression: str
    settle: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that the file does not determine.

    ``identity`` is equal for two unknowns only if they stand for the same value. ``parts`` spells
    out a text of which some pieces are known. ``filled`` promises that it is neither null nor
    empty; ``segment`` that it is a text without a slash.
    """

    expression: str
    causes: tuple[Cause, ...]
    identity: Hashable = field(repr=False)
    parts: tuple[str | Unknown | OneOf, ...] = ()
    nullable: bool = False
    filled: bool = False
    segment: bool = False

    @property
    def reason(self) -> str:
        """The reason that weighs most: a secret, else the first."""
        return _reason(self.causes)

    @property
    def settle(self) -> str:
        """The options that would make the value known; empty where none would."""
        return _settle(self.causes)


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """A value that is one of ``values``, which are told apart by what ``causes`` name."""

    values: tuple[Value, ...]
    expression: str
    causes: tuple[Cause, ...]
    identity: Hashable = field(repr=False)

    @property
    def reason(self) -> str:
        """The reason that weighs most: a secret, else the first."""
        return _reason(self.causes)

    @property
    def settle(self) -> str:
        """The options that would leave one value; empty where none would."""
        return _settle(self.causes)


Open: TypeAlias = Unknown | OneOf


def unknown(
    expression: str,
    reason: str,
    settle: str = "",
    identity: Hashable = None,
    *,
    nullable: bool = False,
    filled: bool = False,
    segment: bool = False,
) -> Unknown:
    """Make an unknown with one cause.

    >>> unknown("[parameters('x')]", "required-parameter", "--set-parameter x").settle
    '--set-parameter x'
    """
    text = shorten(expression)
    return Unknown(
        text,
        (Cause(reason, text, settle),),
        (reason, expression) if identity is None else identity,
        nullable=nullable,
        filled=filled,
        segment=segment,
    )


def derived(expression: str, sources: Sequence[Value], name: str, reason: str = "") -> Unknown:
    """Make the unknown that follows from ``sources`` by ``name``, with all their causes.

    ``reason`` puts a reason of its own before theirs.
    """
    text = shorten(expression)
    causes = causes_of(sources)
    if reason:
        causes = (Cause(reason, text), *causes)
    return Unknown(
        text,
        causes,
        (name, hash(tuple(map(identity, sources)))),
        nullable=name.startswith(".") or name in NULLABLE,
    )


def one_of(values: Sequence[Value], expression: str, sources: Sequence[Value]) -> Value:
    """Unite candidates: one value if all agree, a OneOf if all are known, else an unknown.

    >>> one_of([1, 1], "[x]", []), one_of([1, 2], "[x]", []).values
    (1, (1, 2))
    """
    distinct: dict[Hashable, Value] = {}
    for value in values:
        for each in value.values if isinstance(value, OneOf) else (value,):
            distinct.setdefault(identity(each), each)
    if len(distinct) == 1:
        return next(iter(distinct.values()))
    opened = [value for value in distinct.values() if isinstance(value, Unknown)]
    if opened or len(distinct) > MAX_CANDIDATES:
        return derived(expression, [*sources, *opened], "branch", "branch")
    return OneOf(
        tuple(distinct.values()),
        shorten(expression),
        causes_of(sources),
        ("one of", *distinct, hash(tuple(map(identity, sources)))),
    )


def spread(
    values: Sequence[Value],
    expression: str,
    apply: Callable[[tuple[Value, ...]], Value],
    refused: Callable[[Value], bool] | None = None,
) -> Value:
    """Apply a function for every combination of the candidates of ``values`` and unite.

    Results that are ``refused`` are left out, unless all are.
    """
    choices = [value.values if isinstance(value, OneOf) else (value,) for value in values]
    size = 1
    for choice in choices:
        size *= len(choice)
    sources = [value for value in values if isinstance(value, OneOf)]
    if size > MAX_CANDIDATES:
        return derived(expression, sources, "branch", "branch")
    results = [apply(chosen) for chosen in product(*choices)]
    if refused is not None:
        results = [each for each in results if not refused(each)] or results
    return one_of(results, expression, sources)


def identity(value: Value) -> Hashable:
    """Give a key that is equal exactly for values known to be the same (true is not 1)."""
    if isinstance(value, (Unknown, OneOf)):
        return ("open", value.identity)
    if isinstance(value, Mapping):
        return ("object", *((key, identity(member)) for key, member in value.items()))
    if isinstance(value, list):
        return ("array", *(identity(member) for member in value))
    return (type(value).__name__, value)


def walk(value: Value, path: str = "") -> Iterator[tuple[str, Open]]:
    """Yield every open value in a tree with its path, as in ``sku.name`` or ``rules[0].id``."""
    if isinstance(value, (Unknown, OneOf)):
        yield path, value
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from walk(member, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from walk(member, f"{path}[{index}]")


def is_known(value: Value) -> bool:
    """Tell whether nothing in the tree is open."""
    return next(walk(value), None) is None


def causes_of(values: Sequence[Value]) -> tuple[Cause, ...]:
    """Collect the causes of all open values in trees, each once, at most sixteen."""
    found: dict[Cause, None] = {}
    for value in values:
        for _, each in walk(value):
            found.update(dict.fromkeys(each.causes))
            if len(found) >= 16:
                return tuple(found)[:16]
    return tuple(found)


def member(value: Value, key: str) -> Value:
    """Look up a property whatever its case; None if there is none.

    >>> member({"Sku": 1}, "sku")
    1
    """
    if isinstance(value, (dict, Mapping)):  # dict first: the check of Mapping costs more
        if key in value:
            return value[key]
        folded, length = key.lower(), len(key)
        for name, found in value.items():
            if isinstance(name, str) and len(name) == length and name.lower() == folded:
                return found
        return None
    if value is None:
        return None
    if isinstance(value, OneOf):
        return spread([value], value.expression, lambda chosen: member(chosen[0], key))
    if isinstance(value, Unknown):
        inner = value.expression.removeprefix("[").removesuffix("]")
        return derived(f"[{inner}.{key}]", [value], f".{key}")
    return None


def look(value: Value, *path: str) -> Value:
    """Follow properties whatever their case; None where one is missing.

    >>> look({"properties": {"Model": {"name": "gpt-4o"}}}, "properties", "model", "name")
    'gpt-4o'
    """
    for key in path:
        value = member(value, key)
    return value


def to_json(value: Value) -> Value:
    """Write a value as JSON: ``one_of`` with expression, ``unknown`` with reason where open."""
    if isinstance(value, Unknown):
        return {"unknown": value.expression, "reason": value.reason}
    if isinstance(value, OneOf):
        return {"one_of": [to_json(each) for each in value.values], "expression": value.expression}
    if isinstance(value, Mapping):
        return {str(key): to_json(member) for key, member in value.items()}
    if isinstance(value, list):
        return [to_json(member) for member in value]
    return value


def shorten(expression: str) -> str:
    """Cut an expression to what people read."""
    return expression if len(expression) <= MAX_TEXT else expression[: MAX_TEXT - 1] + "…"


def _reason(causes: tuple[Cause, ...]) -> str:
    reasons = [cause.reason for cause in causes]
    return "secret" if "secret" in reasons else reasons[0] if reasons else "unknown"


def _settle(causes: tuple[Cause, ...]) -> str:
    needed = [cause for cause in causes if cause.reason != "branch"]
    if not all(cause.settle for cause in needed):
        return ""
    return " ".join(dict.fromkeys(cause.settle for cause in needed))
