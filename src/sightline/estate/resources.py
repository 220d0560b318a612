"""Hold a resource of an estate in one form, whatever file format it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sightline.estate.jsonc import Located, Text
from sightline.estate.partial import text
from sightline.estate.secrets import MARK, holds_secret, redact, scrub
from sightline.estate.values import OneOf, Unknown, Value, look

ENVELOPE = frozenset({"type", "name", "apiversion", "condition", "copy", "dependson", "resources"})
"""What a resource of a template says about itself besides its properties."""

WRAPPED = (
    (), ("values",), ("change", "after"), ("attributes",), ("values", "body"),
    ("change", "after", "body"),
)  # fmt: skip
"""Where formats keep the properties of a resource, below the object that describes it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as its file describes it.

    ``type`` and the keys of ``body`` keep the spelling of the file; ``kind`` compares. ``name``
    holds the names of its parents too, with slashes. ``condition`` is true, or open where it is
    not known whether the resource is deployed. ``live`` says that Azure itself reported it.
    """

    type: str
    name: Value
    body: Mapping[str, Value]
    path: str
    line: int
    api_version: Value = None
    condition: Value = True
    id: str = ""
    live: bool = False
    group: Value = None
    source: tuple[Text, Located] | None = field(default=None, repr=False, compare=False)
    hints: Mapping[str, Value] = field(default_factory=dict)
    """What the format adds: the account that a reference of Terraform leads to, say."""

    @property
    def kind(self) -> str:
        """The type in lower case."""
        return self.type.lower()

    @property
    def names(self) -> tuple[Value, ...]:
        """The name of each level, outermost first; a single one where they cannot be told."""
        return segments(self.name, self.type.count("/"))

    def get(self, *path: str) -> Value:
        """Look up a value in the body whatever the case of its keys; None if it is absent."""
        return look(self.body, *path)

    def line_of(self, *path: str) -> int:
        """Give the line of a property in the file, or of the nearest that is there."""
        if self.source is None:
            return self.line
        return self.source[0].line_of(self.source[1], path)

    def find_line(self, *path: str) -> int | None:
        """Give the line of a property in the file; None where the file does not have it."""
        if self.source is None:
            return None
        text, node = self.source
        found = (text.find_line(node, (*above, *path)) for above in WRAPPED)
        return next(filter(None, found), None)


def resource(
    kind: str,
    name: Value,
    body: Mapping[str, Any],
    path: str,
    source: tuple[Text, Located] | None,
    **more: Any,
) -> Resource:
    """Make a resource from which all secrets are gone.

    >>> resource("A/b", "x", {"properties": {"apiKey": "1234"}}, "", None).body
    {'properties': {'apiKey': Unknown(expression='(redacted)', ...)}}
    """
    if holds_secret(more.get("id", "")):
        more["id"] = ""
    if source is not None and type(source[1]) is Located:
        # Its place is enough to find lines by, and what the file says is freed sooner.
        place = Located()
        place.start = source[1].start
        source = (source[0], place)
    return Resource(
        MARK if holds_secret(kind) else kind,
        redact(name),
        redact(body),
        scrub(path),
        source[0].line(source[1].start) if source else 1,
        source=source,
        **{key: redact(value) if key != "hints" else value for key, value in more.items()},
    )


def segments(name: Value, levels: int) -> tuple[Value, ...]:
    """Split a name into the names of its levels, where that can be told.

    >>> segments("account/deployment", 2)
    ('account', 'deployment')
    """
    if isinstance(name, str):
        return tuple(name.split("/"))
    if isinstance(name, OneOf):
        return _split_candidates(name, levels)
    if not isinstance(name, Unknown) or levels < 2:
        return (name,)
    rows: list[list[Value]] = [[]]
    for piece in name.parts or (name,):
        if not isinstance(piece, str):
            rows[-1].append(piece)
        else:
            first, *rest = piece.split("/")
            rows[-1].append(first)
            rows.extend([part] for part in rest)
    if len(rows) != levels:
        return (name,)
    return tuple(text(row, name.expression) for row in rows)


def _split_candidates(name: OneOf, levels: int) -> tuple[Value, ...]:
    split = [each.split("/") for each in name.values if isinstance(each, str)]
    if len(split) < len(name.values) or any(len(parts) != levels for parts in split):
        return (name,)
    return tuple(_column(name, [parts[level] for parts in split]) for level in range(levels))


def _column(name: OneOf, values: Sequence[str]) -> Value:
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) == 1:
        return distinct[0]
    return OneOf(distinct, name.expression, name.causes, ("column", name.identity, distinct))
