"""Decide the tests of mappings on a deployment and the resources that count for it."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from sightline.estate.mappings import Path, Rule, Step, Test
from sightline.estate.resources import Resource
from sightline.estate.values import OneOf, Open, Unknown, Value, identity, member

Truth: TypeAlias = bool | None

MOST = 64
"""The most combinations of bounded values that are tried; beyond, they count as unknown."""


@dataclass(frozen=True, slots=True)
class Part:
    """A resource that counts for a deployment: itself, one above it, or one it links to."""

    kind: str
    body: Mapping[str, Value]
    format: str
    file: str = ""
    definitions: Sequence[Resource] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """A deployment with all that counts for it; ``missing`` are types that no file describes."""

    parts: tuple[Part, ...]
    missing: frozenset[str]

    def part(self, kind: str) -> Part | None:
        """Give the resource of a type, if there is one."""
        return next((part for part in self.parts if part.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules give for one facet: its values (none if open), and what keeps it open."""

    values: frozenset[str]
    because: tuple[tuple[str, Value], ...] = ()


_EMPTY: tuple[Value, ...] = ("", [], {})


def follow(body: Value, path: Path) -> list[Value]:
    """List the values at a path; what is empty counts as absent.

    >>> from sightline.estate.mappings import read_path
    >>> follow({"a": [{"b": 1}, {"b": 2}]}, read_path("a[].b"))
    [1, 2]
    """
    for alternative in path:
        value = body
        for name, key, _ in alternative:
            if key:
                found = _walk([body], alternative)
                break
            value = member(value, name)
            if value is None:
                found = []
                break
        else:  # no list on the way: most paths
            found = [] if value in _EMPTY else [value]
        if found:
            return found
    return []


def _walk(values: Sequence[Value], steps: Sequence[Step]) -> list[Value]:
    for name, key, wanted in steps:
        values = [each for value in values for each in _next(value, name, key, wanted)]
    return [value for value in values if value is not None and value not in _EMPTY]


def _next(value: Value, name: str, key: str, wanted: str) -> Iterable[Value]:
    found = member(value, name)
    if not key or found is None:
        return [found]
    if isinstance(found, (Unknown, OneOf)):
        return [found]
    if not isinstance(found, list):
        found = [found]
    if key == "*":
        return found
    return [each for each in found if _is(member(each, key), wanted)]


def _is(value: Value, wanted: str) -> bool:
    return isinstance(value, Unknown) or spelled(value) == wanted.lower()


def spelled(value: Value) -> str:
    """Write a known value for comparison.

    >>> spelled(True), spelled("GlobalStandard")
    ('true', 'globalstandard')
    """
    return value.strip().lower() if isinstance(value, str) else str(value).lower()


def seen(subject: Subject, test: Test) -> list[Value] | None:
    """List the values that a test is about; None if the resource is of another type."""
    part = subject.part(test.kind)
    return None if part is None else follow(part.body, test.path) if test.path else [test.kind]


def met(test: Test, values: Sequence[Value], chosen: Mapping[Hashable, Value]) -> Truth:
    """Decide a test on values, with bounded ones as chosen."""
    if not test.path:
        return True
    if not values:
        return test.absent
    known = [chosen.get(identity(v), v) if isinstance(v, OneOf) else v for v in values]
    texts = [spelled(v) for v in known if not isinstance(v, (Unknown, OneOf))]
    unsure = len(texts) < len(known)
    if any(text in test.excepted for text in texts):
        return False
    fits = [
        (not test.values or text in test.values)
        and (test.pattern is None or test.pattern.search(text) is not None)
        for text in texts
    ]
    if not test.values and not test.pattern and not test.excepted:
        return None if unsure else False  # only absence meets it
    if any(fits):
        return None if unsure and test.excepted else True
    return None if unsure else False


def decide(
    subject: Subject, rule: Rule, chosen: Mapping[Hashable, Value], *, every: bool = False
) -> Truth:
    """Decide whether a rule is met; ``every`` asks all values of a property to fit."""
    if rule.formats and subject.parts and not _in_format(subject, rule):
        return False
    truth: Truth = True
    for test in rule.tests:
        one = _test(subject, test, chosen, every)
        if one is False:
            return False
        truth = None if one is None else truth
    if rule.alternatives:
        options = [_test(subject, test, chosen, every) for test in rule.alternatives]
        if True not in options:
            if None not in options:
                return False
            truth = None
    return truth


def _in_format(subject: Subject, rule: Rule) -> bool:
    """Tell whether every resource that a rule reads comes from a file of its formats."""
    parts = [subject.part(test.kind) for test in rule.tests]
    return all(part is None or part.format in rule.formats for part in parts)


def _test(subject: Subject, test: Test, chosen: Mapping[Hashable, Value], every: bool) -> Truth:
    values = seen(subject, test)
    if values is None:
        return None if test.kind in subject.missing else every
    if every and len(values) > 1:
        truths = [met(test, [value], chosen) for value in values]
        return False if False in truths else None if None in truths else True
    return met(test, values, chosen)


def choices(subject: Subject, tests: Iterable[Test]) -> list[Mapping[Hashable, Value]]:
    """List the combinations of the bounded values that tests are about."""
    bounded: dict[Hashable, OneOf] = {}
    for test in tests:
        for value in seen(subject, test) or ():
            if isinstance(value, OneOf):
                bounded[identity(value)] = value
    total = 1
    for each in bounded.values():
        total *= len(each.values)
    if not bounded or total > MOST:
        return [{}]
    combined = product(*(each.values for each in bounded.values()))
    return [dict(zip(bounded, values, strict=True)) for values in combined]


def outcome(subject: Subject, facet: str, rules: Sequence[Rule]) -> Outcome:
    """Find the values that rules give a facet over all that is open."""
    tests = list(dict.fromkeys(test for rule in rules for test in rule.tests))
    union: set[str] = set()
    settled = True
    for chosen in choices(subject, tests):
        given: set[str] = set()
        possible: set[str] = set()
        for rule in rules:
            truth = decide(subject, rule, chosen)
            if truth is not False:
                own = {value for name, value in rule.gives if name == facet}
                (given if truth else possible).update(own)
        if not given or not possible <= given:
            settled = False
        union |= given | possible
    if settled:
        return Outcome(frozenset(union))
    return Outcome(frozenset(), tuple(_open(subject, tests)))


def _open(subject: Subject, tests: Sequence[Test]) -> Iterable[tuple[str, Value]]:
    """Give the open values of tests with their places, None for what is absent."""
    found: dict[str, Value] = {}
    for test in tests:
        values = seen(subject, test)
        if values == [] or (values is None and test.kind in subject.missing):
            found.setdefault(test.text, None)
        for value in values or ():
            if isinstance(value, (Unknown, OneOf)):
                found[test.text] = value
            elif test.values:
                found.setdefault(test.text, value)
    # What is open says more than what is absent, and both more than a value that no rule knows.
    order = {True: 0, False: 2}
    return sorted(
        found.items(),
        key=lambda pair: (
            1 if pair[1] is None else order[isinstance(pair[1], Open)],
            pair[0].count("."),
        ),
    )
