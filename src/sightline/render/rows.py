"""Fold the rows of an answer into what people read: merged, grouped, ordered, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sightline.model import ASPECT_KINDS, Answer, Key, Knowledge, Row

_EVENTS = "event"


@dataclass(frozen=True, slots=True)
class Line:
    """Rows that differ only in data or target, in words; ``sources`` are statement IRIs."""

    activity: str
    verdict: str
    symbol: str
    actor: str
    action: str
    data: tuple[str, ...]
    target: tuple[str, ...]
    where: tuple[str, ...]
    how_long: tuple[str, ...]
    condition: tuple[str, ...]
    safeguards: tuple[str, ...]
    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    open: tuple[str, ...]
    sources: tuple[str, ...]
    rows: tuple[Row, ...]


def lines(knowledge: Knowledge, answer: Answer) -> list[Line]:
    """Give the lines of an answer, the most telling activity first.

    Within an activity permitted and conditional lines come before prohibited and not stated ones.
    """
    return [_line(knowledge, rows) for rows in merged(knowledge, answer.rows)]


def merged(knowledge: Knowledge, rows: Iterable[Row]) -> list[list[Row]]:
    """Group the rows that differ only in data or target, in the order of ``lines``."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(_shared(row), []).append(row)
    return sorted(groups.values(), key=lambda group: _place(knowledge, group[0]))


def condition_words(knowledge: Knowledge, row: Row) -> tuple[str, ...]:
    """Write what a row awaits: one sentence part per alternative, with the verdict it leads to."""
    groups: dict[int, list[str]] = {}
    thens: dict[int, str] = {}
    for a in row.awaits:
        label = knowledge.named("facet", a.condition)
        if a.kind == _EVENTS or not a.values:
            text = label if a.values else f"the {label} is known"
        elif a.kind == "discretion":
            text = "the actor chooses to"
        else:
            text = f"{a.condition} is {' or '.join(a.values)}"
        groups.setdefault(a.group, []).append(text)
        thens[a.group] = a.then
    return tuple(f"{thens[n]} if {' and '.join(parts)}" for n, parts in groups.items())


def where_words(knowledge: Knowledge, row: Row) -> tuple[str, ...]:
    """Write the places of a row, each with how it works out for the region."""
    words = []
    for aspect, (kind, lead) in ASPECT_KINDS.items():
        for token in row.aspects.get(aspect, ()) if kind == "place" else ():
            words.append(f"{lead} {place_words(knowledge, token, row.resolved.get(token))}")
    return tuple(words)


def place_words(knowledge: Knowledge, token: str, resolved: Mapping[str, object] | None) -> str:
    """Write a place with how it works out for the region, as far as that is known."""
    text = knowledge.named("place", token)
    if not resolved:
        return text
    geography = resolved["geography"]
    notes = []
    if isinstance(geography, str):
        notes.append(knowledge.label("geography", geography))
    if resolved["may_leave_eea"] is True:
        notes.append("may be outside the EEA")
    elif resolved["may_leave_eea"] is False and geography:
        notes.append("in the EEA")
    return f"{text} ({', '.join(notes)})" if notes else text


def open_words(knowledge: Knowledge, row: Row) -> tuple[str, ...]:
    """Write the aspects that hold only if more is known or happens."""
    return tuple(
        f"{knowledge.aspect_words(item.aspect, item.value)}, "
        f"depending on {' and '.join(item.awaits)}"
        for item in row.open
    )


def _line(knowledge: Knowledge, rows: Sequence[Row]) -> Line:
    first = rows[0]
    key = first.key
    filters = first.filters
    named = _named(key, filters)

    def listed(aspect: str) -> tuple[str, ...]:
        kind = ASPECT_KINDS[aspect][0]
        return tuple(knowledge.named(kind, token) for token in first.aspects.get(aspect, ()))

    return Line(
        activity=named["activity"],
        verdict=first.verdict,
        symbol=knowledge.symbols[first.verdict],
        actor=named["actor"],
        action=named["action"],
        data=_unique(row.key.data if row.key else filters.get("data", "") for row in rows),
        target=_unique(row.key.target or "" for row in rows if row.key),
        where=where_words(knowledge, first),
        how_long=listed("retention"),
        condition=condition_words(knowledge, first),
        safeguards=listed("safeguards"),
        purposes=listed("purposes"),
        roles=listed("roles"),
        open=open_words(knowledge, first),
        sources=_unique(iri for row in rows for iri in row.statements or row.nearest[:3]),
        rows=tuple(rows),
    )


def _named(key: Key | None, filters: Mapping[str, str]) -> dict[str, str]:
    names = ("activity", "actor", "action")
    return {n: getattr(key, n) if key else filters.get(n, "") for n in names}


def _shared(row: Row) -> tuple[object, ...]:
    key = row.key
    return (
        (key.activity, key.actor, key.action) if key else (),
        row.verdict,
        row.awaits,
        tuple((name, tuple(values)) for name, values in row.aspects.items()),
        tuple((o.aspect, o.value, o.awaits) for o in row.open),
    )


def _place(knowledge: Knowledge, row: Row) -> tuple[object, ...]:
    named = _named(row.key, row.filters)
    rank = -knowledge.ranks[row.verdict], row.verdict == "not-stated"
    activity = named["activity"]
    return knowledge.order.get(activity, 0), activity, *rank, named["actor"], named["action"]


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(values) if value)
