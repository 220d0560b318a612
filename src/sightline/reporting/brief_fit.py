"""Choose what of a brief two pages hold, and say what is left out and where it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from unicodedata import east_asian_width

from sightline.model import Knowledge
from sightline.reporting import naming
from sightline.reporting.brief import Brief, Part
from sightline.reporting.brief_points import Point
from sightline.reporting.brief_todo import Todo
from sightline.reporting.brief_unknown import Unknown
from sightline.reporting.naming import LONG, cut
from sightline.reporting.sources import Numbers, Source, marks

LINES = 184
"""Lines that two A4 pages hold in the type of the template, with room to spare."""
WIDE = 108
"""Letters of a line, in the widest of the fonts that it may be set in."""

_TAG, _MARK = 14, 4
_SOURCE_COLUMNS = 2
_ASSUMED = 4
"""Assumptions that are shown at most."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much is shown at most; ``told`` says whether sources are told in our words."""

    short: int = 4
    groups: int = 1
    points: int = 2
    unknown: int = 4
    todo: int = 3
    told: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A point as it is printed, with the numbers of its sentences."""

    text: str
    verdict: str
    marks: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a group: what it is about, and how many points are left out of it."""

    title: str
    points: tuple[Shown, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Block:
    """A group of deployments as it is printed."""

    title: str
    places: str
    configurations: tuple[str, ...]
    datasets: str
    withheld: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An unknown, or a thing to do, as it is printed."""

    kind: str
    text: str
    waits: str
    who: str
    command: str
    marks: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What two pages hold; ``left`` says what they do not, and is empty where nothing is left."""

    short: tuple[Shown, ...]
    blocks: tuple[Block, ...]
    unknown: tuple[Row, ...]
    todo: tuple[Row, ...]
    assumed: tuple[Shown, ...]
    sources: tuple[Source, ...]
    told: bool
    left: tuple[str, ...]
    lines: float


def fit(knowledge: Knowledge, own: Brief) -> Fitted:
    """Fit a brief on two pages: a little of everything, and then more of each in turn."""
    longest = max((len(points) for part in own.parts for points in _sections(part)), default=0)
    whole = {"short": len(own.short), "groups": len(own.parts), "points": longest}
    whole |= {"unknown": len(own.unknown), "todo": len(own.todo)}
    limits = _Limits()
    made = _made(knowledge, own, limits)
    if made.lines > LINES:
        return _made(knowledge, own, replace(limits, groups=0))
    growing = [name for name, most in whole.items() if getattr(limits, name) < most]
    while growing:
        for name in list(growing):
            tried = replace(limits, **{name: getattr(limits, name) + 1})
            more = _made(knowledge, own, tried)
            if more.lines <= LINES:
                limits, made = tried, more
            if more.lines > LINES or getattr(limits, name) >= whole[name]:
                growing.remove(name)
    told = _made(knowledge, own, replace(limits, told=True))
    return told if told.lines <= LINES else made


def _sections(part: Part) -> tuple[Sequence[Point], ...]:
    return part.sections.processed, part.sections.stored, part.sections.seen


def _made(knowledge: Knowledge, own: Brief, limits: _Limits) -> Fitted:
    numbers = Numbers(knowledge, own.pending)
    short = tuple(_shown(numbers, each) for each in own.short[: limits.short])
    shown = own.parts[: limits.groups]
    blocks = tuple(_block(knowledge, own, each, limits.points, numbers) for each in shown)
    unknown = tuple(_unknown(numbers, each) for each in own.unknown[: limits.unknown])
    todo = tuple(_todo(numbers, each) for each in own.todo[: limits.todo])
    assumed = tuple(_shown(numbers, each) for each in own.assumed[:_ASSUMED])
    left = tuple(_left(own, blocks, limits))
    sources, told = tuple(numbers.sources()), limits.told
    lines = sum(_heights(own, short, blocks, unknown, todo, assumed, sources, told, left))
    return Fitted(short, blocks, unknown, todo, assumed, sources, told, left, lines)


def _shown(numbers: Numbers, point: Point) -> Shown:
    found = numbers.of(point.statements)
    near = "near " if point.near and found else ""
    return Shown(point.text, point.verdict, near + marks(found), found)


def _block(knowledge: Knowledge, own: Brief, part: Part, most: int, numbers: Numbers) -> Block:
    words = knowledge.named("data", own.data)
    titles = {
        "processed": ("Processed", f"No document states a place where {words} are processed."),
        "stored": ("Stored, and how long", f"No document says that {words} are stored."),
        "seen": ("Seen or used, and by whom", f"No document says who sees or uses {words}."),
    }
    sections = []
    for name, (title, silence) in titles.items():
        points: Sequence[Point] = getattr(part.sections, name)
        shown = tuple(_shown(numbers, each) for each in chosen(points, most))
        if not points:
            shown = (Shown(silence, "not-stated", "", ()),)
        sections.append(Section(title, shown, max(len(points) - most, 0)))
    labels = [cut(each.label) for each in part.deployments]
    places = ", ".join(naming.short_place(each) for each in part.deployments[:3])
    more = len(part.deployments) - 3
    facets = tuple(cut(each, 3 * LONG) for each in part.configurations[:2])
    others = len(part.configurations) - 2
    datasets = ", ".join(map(cut, part.datasets[:6]))
    if len(part.datasets) > 6:
        datasets += f" and {len(part.datasets) - 6} more"
    return Block(
        naming.heading(labels),
        places + (f" and {more} more" if more > 0 else ""),
        (*facets, *([f"and {naming.counted(others, 'more configuration')}"] if others > 0 else [])),
        datasets,
        part.withheld,
        tuple(sections) if not part.withheld else (),
    )


def _unknown(numbers: Numbers, own: Unknown) -> Row:
    found = numbers.of(own.statements)
    text = cut(own.what, 4 * LONG)
    who = cut(own.who, 2 * LONG) + (":" if own.command else "")
    return Row(own.kind, text, own.waits, who, cut(own.command, 2 * LONG), marks(found), found)


def _todo(numbers: Numbers, own: Todo) -> Row:
    found = numbers.of(own.statements)
    return Row(own.kind, cut(own.text, 5 * LONG), "", "", own.command, marks(found), found)


def _left(own: Brief, blocks: Sequence[Block], limits: _Limits) -> Iterator[str]:
    """Say what is left out for want of room, and how many of it."""
    if rest := own.parts[limits.groups :]:
        told = naming.counted(len(rest), "group")
        deployments = sum(len(each.deployments) for each in rest)
        yield f"{told} of {naming.counted(deployments, 'deployment')}"
    if points := sum(section.more for block in blocks for section in block.sections):
        yield naming.counted(points, "line") + " on the groups above"
    for rows, most, nouns in (
        (own.short, limits.short, ("sentence in short", "sentences in short")),
        (own.unknown, limits.unknown, ("unknown", "unknowns")),
        (own.todo, limits.todo, ("thing to do", "things to do")),
        (own.assumed, _ASSUMED, ("assumption", "assumptions")),
    ):
        if len(rows) > most:
            yield naming.counted(len(rows) - most, *nouns)


def chosen(points: Sequence[Point], most: int) -> list[Point]:
    """Choose points, in their order: of each verdict the first, then those that come first."""
    firsts = {point.verdict: n for n, point in reversed(list(enumerate(points)))}
    wanted = [*sorted(firsts.values()), *range(len(points))]
    return [points[n] for n in sorted(list(dict.fromkeys(wanted))[:most])]


def _heights(
    own: Brief,
    short: Iterable[Shown],
    blocks: Iterable[Block],
    unknown: Iterable[Row],
    todo: Iterable[Row],
    assumed: Iterable[Shown],
    sources: Sequence[Source],
    told: bool,
    left: Sequence[str],
) -> Iterator[float]:
    """Estimate the height of each part in lines, rather too high than too low."""
    yield 9 + 1.5 * 5  # title, what it is of, headings, footer
    yield from (_height(_wide(each.text, each.marks) + _TAG) for each in short)
    for block in blocks:
        yield (
            3.2
            + _height(_wide(block.places))
            + sum(_height(_wide(c)) for c in block.configurations)
        )
        yield _height(_wide(block.datasets)) if block.datasets else 0
        yield _height(_wide(block.withheld)) + 1 if block.withheld else 0
        for section in block.sections:
            yield 1.2 + (1 if section.more else 0)
            yield from (_height(_wide(p.text, p.marks) + _TAG) for p in section.points)
    for row in unknown:
        cells = ((_wide(row.text, row.marks), 0.52), (_wide(row.waits), 0.14))
        who = (_wide(row.who, row.command), 0.30)
        yield max(_height(letters + 2, WIDE * share) for letters, share in (*cells, who)) + 0.35
    yield from (_height(_wide(row.text, row.marks, row.command) + _TAG) for row in todo)
    yield from (_height(_wide(each.text, each.marks)) for each in assumed)
    yield from (_height(_wide(each.title) + 30) for each in own.versions)
    width = WIDE / _SOURCE_COLUMNS - 6
    yield 1.5 * len({(each.document, each.version) for each in sources})
    yield sum(_height(_wide(source_text(each, told)) + 5, width) for each in sources) / 2 + 1.5
    yield _height(sum(len(each) + 2 for each in left) + len(own.words) + 160) + 1 if left else 1
    yield _height(len(own.words) + 200)


def _wide(*texts: str) -> float:
    """Give the width of texts in letters; signs of some scripts are as wide as two."""
    return sum(
        2 if east_asian_width(letter) in "WF" else 1.25 if letter.isupper() else 1
        for text in texts
        for letter in text
    )


def source_text(source: Source, told: bool) -> str:
    """Write a source within the list of its document: its section, and its words or ours."""
    place = source.section or source.statements[0].rsplit("/", 1)[-1]
    if told:
        return f"{place}: {' '.join(source.paraphrases)}"
    return f"{place}: “{source.words} …”" if source.words else place


def _height(letters: float, width: float = WIDE) -> float:
    return max(1, ceil(letters / width)) * 1.02 + 0.12
