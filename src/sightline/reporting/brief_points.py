"""Turn an answer into the sentences of a brief: where data is, how long, and who sees it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sightline.model import Answer, Knowledge
from sightline.render.presenting import (
    PLACES,
    Group,
    Line,
    alternative_text,
    answer_groups,
    place_text,
)


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence, the verdict that it tells, and the statements that it rests on.

    ``near`` says that these only come near: nothing is stated. ``access`` are the ids of answers.
    """

    text: str
    statements: tuple[str, ...] = ()
    verdict: str = ""
    near: bool = False
    access: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sections:
    """All lines of an answer, each once; ``first`` are those of the most telling activity."""

    processed: tuple[Point, ...]
    stored: tuple[Point, ...]
    seen: tuple[Point, ...]
    first: tuple[Point, ...]

    def __iter__(self) -> Iterator[Point]:
        """Give all points."""
        yield from (*self.processed, *self.stored, *self.seen)


@dataclass(frozen=True, slots=True)
class _Told:
    """What lines share that are one point."""

    verdict: str
    action: str
    activity: str
    where: tuple[str, ...]
    how_long: tuple[str, ...]
    target: tuple[str, ...]
    data: tuple[str, ...]
    conditions: tuple[str, ...]
    open: tuple[str, ...]
    kind: str
    held: bool
    near: bool


def sections(knowledge: Knowledge, answer: Answer) -> Sections:
    """Give the points of an answer: those that are held first, the most telling activity first."""
    asked = answer.question.data
    label = knowledge.named("data", asked) if asked else ""
    groups = answer_groups(knowledge, answer)
    parts: dict[str, dict[_Told, list[Line]]] = {"processed": {}, "stored": {}, "seen": {}}
    for group in groups:
        for line in group.lines:
            told = _told(knowledge, group, line, label)
            parts[told.kind].setdefault(told, []).append(line)
    made = {
        kind: [_point(told, lines) for told, lines in own.items()] for kind, own in parts.items()
    }
    first = [
        _point(told, lines)
        for own in parts.values()
        for told, lines in own.items()
        if groups and told.activity == knowledge.inside(groups[0].title)
    ]
    ordered = {kind: tuple(sorted(own, key=_apart(knowledge))) for kind, own in made.items()}
    return Sections(**ordered, first=tuple(first))


def _told(knowledge: Knowledge, group: Group, line: Line, asked: str) -> _Told:
    processed = any(where.kind == PLACES["processing_place"] for where in line.where)
    return _Told(
        line.verdict,
        line.action,
        knowledge.inside(group.title),
        tuple(map(place_text, line.where)),
        line.how_long if line.held else (),
        line.target,
        tuple(each for each in line.data if each != asked),
        tuple(alternative_text(knowledge, each) for each in line.conditions),
        line.open,
        "stored" if line.stores else "processed" if processed and line.held else "seen",
        line.held,
        line.near,
    )


def _point(told: _Told, lines: Sequence[Line]) -> Point:
    text = _placed(told, lines) if told.held and told.kind != "seen" else _acted(told, lines)
    rest = [*told.conditions, *(f"also {each}" for each in told.open)]
    return Point(
        "; ".join([text, *rest]),
        tuple(dict.fromkeys(s.statement for line in lines for s in line.sources)),
        told.verdict,
        told.near,
        tuple(access for line in lines for _, access in line.rows),
    )


def _placed(told: _Told, lines: Sequence[Line]) -> str:
    """Write first where, and for how long."""
    lead = list(told.where)
    if told.kind == "stored":
        lead = lead or ["place not stated"]
        lead.append(
            f"kept {' or '.join(told.how_long)}" if told.how_long else "how long not stated"
        )
    text = ", ".join(lead)
    return f"{text[:1].upper()}{text[1:]}: {told.activity}{_what(told)} by {_actors(lines)}"


def _acted(told: _Told, lines: Sequence[Line]) -> str:
    """Write first who."""
    actors = _actors(lines)
    activity = f" ({told.activity})" if told.activity else ""
    where = "".join(f", {each}" for each in told.where)
    return f"{actors}: {told.action}{_what(told)}{activity}{where}"


def _what(told: _Told) -> str:
    data = f" {', '.join(told.data)}" if told.data else ""
    return data + (f" for {', '.join(told.target)}" if told.target else "")


def _actors(lines: Iterable[Line]) -> str:
    names = (f"{one.actor}{' (actor inferred)' if one.inferred else ''}" for one in lines)
    return ", ".join(dict.fromkeys(names))


def _apart(knowledge: Knowledge) -> Callable[[Point], tuple[bool, bool]]:
    """Order points: what is held, what is denied, what is not stated."""
    return lambda point: (not knowledge.ranks[point.verdict], point.verdict == "not-stated")
