"""Bring together what a reviewer asks: where data goes, who sees it, what is unknown or to do.

Nothing is left out here; ``brief_fit`` chooses what two pages hold.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sightline.errors import SightlineError
from sightline.joining import Joined
from sightline.model import Answer, DeployedAccess, Deployment, Knowledge, Row, Version
from sightline.render.presenting import where
from sightline.reporting import naming
from sightline.reporting.brief_points import Point, Sections, sections
from sightline.reporting.brief_todo import Todo, todos
from sightline.reporting.brief_unknown import Unknown, unknowns
from sightline.validate.gate import Gate

_MOVES = ("processing_place", "storage_place")


@dataclass(frozen=True, slots=True)
class Part:
    """What deployments share of which the documents say the same; ``withheld`` is why nothing."""

    deployments: tuple[Deployment, ...]
    answers: tuple[Answer, ...]
    configurations: tuple[str, ...]
    sections: Sections
    datasets: tuple[str, ...]
    withheld: str


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief with all that there is to say; ``brief_fit`` chooses what two pages hold."""

    data: str
    day: date
    deployments: int
    configurations: int
    short: tuple[Point, ...]
    parts: tuple[Part, ...]
    unknown: tuple[Unknown, ...]
    todo: tuple[Todo, ...]
    versions: tuple[Version, ...]
    assumed: tuple[Point, ...]
    pending: frozenset[str]
    errors: tuple[SightlineError, ...]
    words: str
    """The options by which another command asks for the same deployments or configuration."""
    more: str
    """Those that a brief alone has."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a brief is told besides answers: policies, datasets, and files that are not in it."""

    gate: Gate | None = None
    joined: Joined | None = None
    errors: tuple[SightlineError, ...] = ()
    words: str = ""
    more: str = ""


def brief(
    knowledge: Knowledge,
    found: Sequence[DeployedAccess],
    data: str,
    day: date,
    beside: Beside | None = None,
) -> Brief:
    """Make the brief on answers about a category of data, for one configuration or an estate."""
    beside = beside or Beside()
    parts = tuple(_parts(knowledge, found, beside.joined))
    versions = {v.iri: v for each in found for v in each.answer.versions}
    newest = sorted(versions.values(), key=lambda v: (v.effective, v.iri), reverse=True)
    unknown = tuple(unknowns(knowledge, found, data, beside.joined))
    assumed = tuple(_assumed(knowledge, found))
    return Brief(
        data,
        day,
        sum(len(each.deployments) for each in found),
        len(found),
        tuple(_short(knowledge, found, parts, unknown, data, beside)),
        parts,
        unknown,
        tuple(todos(knowledge, found, unknown, assumed, newest, day, beside)),
        tuple(newest),
        assumed,
        frozenset().union(*(each.answer.pending for each in found)),
        beside.errors,
        beside.words,
        beside.more,
    )


def _parts(
    knowledge: Knowledge, found: Iterable[DeployedAccess], joined: Joined | None
) -> Iterator[Part]:
    """Join the configurations of which the same is said; those of most deployments come first."""
    alike: dict[object, list[tuple[DeployedAccess, Sections]]] = {}
    for each in found:
        own = sections(knowledge, each.answer)
        withheld = _withheld(each)
        plain = tuple(replace(point, access=()) for point in own)
        alike.setdefault((withheld, plain), []).append((each, own))
    made = []
    for (withheld, _), members in alike.items():  # type: ignore[misc]
        deployments = tuple(d for each, _ in members for d in each.deployments)
        made.append(
            Part(
                deployments,
                tuple(each.answer for each, _ in members),
                tuple(
                    naming.configuration(
                        knowledge, each.answer.configuration, each.answer.question.configuration
                    )
                    for each, _ in members
                ),
                _joined_sections([own for _, own in members]),
                tuple(_datasets(deployments, joined)),
                withheld,
            )
        )
    yield from sorted(made, key=lambda part: (bool(part.withheld), -len(part.deployments)))


def _withheld(found: DeployedAccess) -> str:
    if found.answer.complete:
        return ""
    return found.answer.incomplete_because or "the answer is incomplete"


def _joined_sections(every: Sequence[Sections]) -> Sections:
    """Give the points of sections that say the same, with the ids of all their answers."""

    def united(name: str) -> tuple[Point, ...]:
        columns = zip(*(getattr(own, name) for own in every), strict=True)
        return tuple(
            replace(points[0], access=tuple(a for point in points for a in point.access))
            for points in columns
        )

    return Sections(*map(united, ("processed", "stored", "seen", "first")))


def _datasets(deployments: Iterable[Deployment], joined: Joined | None) -> Iterator[str]:
    """Name the datasets that reach deployments, the nearest first."""
    if joined is None:
        return
    own = {each.iri for each in deployments}
    steps: dict[str, int] = {}
    for reach in joined.reaches:
        if reach.deployment in own:
            steps[reach.dataset] = min(reach.steps, steps.get(reach.dataset, reach.steps))
    for name, count in sorted(steps.items(), key=lambda item: (item[1], item[0])):
        dataset = joined.datasets.get(name)
        shown = (dataset.title or dataset.name) if dataset else name
        yield f"{shown} ({naming.counted(count, 'step')} of lineage away)" if count else shown


def _short(
    knowledge: Knowledge,
    found: Sequence[DeployedAccess],
    parts: Sequence[Part],
    unknown: Sequence[Unknown],
    data: str,
    beside: Beside,
) -> Iterator[Point]:
    gate = beside.gate
    total = sum(len(each.deployments) for each in found)
    if not found:
        read = " that could be read" if beside.errors else ""
        yield Point(f"The files{read} hold no deployment, so nothing is said of where data goes.")
        return
    yield from _leaving(knowledge, found, total, data)
    if withheld := sum(len(p.deployments) or 1 for p in parts if p.withheld):
        who = _share(withheld, total)
        yield Point(
            f"{who[:1].upper()}{who[1:]} there is no answer: nothing is known, which is no pass.",
            verdict="not-stated",
        )
    counted = {
        kind: sum(each.count for each in unknown if each.kind == kind)
        for kind in ("facet", "event", "not-stated")
    }
    texts = {
        "facet": ("setting that somebody can settle", "settings that somebody can settle"),
        "event": ("event that shows when it happens", "events that show when they happen"),
        "not-stated": ("thing that no document states", "things that no document states"),
    }
    told = [naming.counted(n, *texts[kind]) for kind, n in counted.items() if n]
    if told:
        yield Point(f"Unknown: {', '.join(told)}.")
    if gate is not None:
        counts = gate.counts
        yield Point(
            f"Policies: {naming.counted(counts['violation'], 'violation')}, {counts['unknown']} "
            f"undecided, {counts['accepted']} accepted, {counts['conforms']} conforming."
        )
    weights: dict[Point, int] = {}
    for part in parts:
        kept = [p for p in part.sections.stored if knowledge.ranks[p.verdict] > 1]
        for point in (*part.sections.first, *kept):
            plain = replace(point, access=())
            weights[plain] = weights.get(plain, 0) + len(part.deployments)
    several = len(parts) > 1
    for point, weight in weights.items():
        share = f" ({weight} of {naming.counted(total, 'deployment')})" if several and total else ""
        yield replace(point, text=f"{point.text}{share}")


def _leaving(
    knowledge: Knowledge, found: Sequence[DeployedAccess], total: int, data: str
) -> Iterator[Point]:
    """Say for how many deployments data may be outside the EEA, as far as places are stated."""
    counts: dict[str, int] = {}
    statements: dict[str, dict[str, None]] = {}
    for each in found:
        if _withheld(each):
            continue
        state, behind = _state(knowledge, each.answer)
        counts[state] = counts.get(state, 0) + (len(each.deployments) or 1)
        statements.setdefault(state, {}).update(dict.fromkeys(behind))
    words = knowledge.named("data", data)
    texts = {
        "may": f"{words} may be outside the EEA, by the stated places of processing or storage.",
        "open": f"{words} may be outside the EEA, depending on what is open.",
        "inside": f"every stated place of {words} that can be located is in the EEA; what has no "
        "stated place may be anywhere.",
        "unknown": f"it is not known whether {words} stay in the EEA: no stated place tells.",
    }
    verdicts = {"may": "permitted", "open": "conditional", "unknown": "not-stated"}
    for state, text in texts.items():
        if state in counts:
            lead = _share(counts[state], total)
            yield Point(
                f"{lead[:1].upper()}{lead[1:]}, {text}",
                tuple(statements[state]),
                verdicts.get(state, ""),
            )


def _state(knowledge: Knowledge, answer: Answer) -> tuple[str, list[str]]:
    """Tell whether data may be outside the EEA, and by which statements."""
    found: dict[str, list[str]] = {"may": [], "open": [], "inside": []}
    for row in answer.rows:
        if row.key is None or not knowledge.ranks[row.verdict]:
            continue
        certain = knowledge.ranks[row.verdict] > 1
        for place in where(knowledge, row):
            if place.leaves is not None:
                key = "inside" if not place.leaves else "may" if certain else "open"
                found[key] += _placing(row, place.token)
        for item in row.open:
            if item.aspect in _MOVES:  # what cannot be told may be anywhere
                leaves = row.resolved.get(item.value, {}).get("may_leave_eea")
                found["inside" if leaves is False else "open"] += item.statements
    for key, statements in found.items():
        if statements:
            return key, statements
    return "unknown", []


def _placing(row: Row, token: str) -> list[str]:
    return [iri for aspect in _MOVES for iri in row.aspects.get(aspect, {}).get(token, ())]


def _share(count: int, total: int) -> str:
    """Say for how many of the deployments; for the configuration asked for, where there is none."""
    if not total:
        return "for the configuration asked for"
    if count < total:
        return f"for {count} of {total} deployments"
    return "for the deployment" if total == 1 else f"for all {total} deployments"


def _assumed(knowledge: Knowledge, found: Iterable[DeployedAccess]) -> Iterator[Point]:
    alike: dict[Point, None] = {}
    for each in found:
        for item in each.answer.assumptions:
            text = f"{naming.assumption(knowledge, item.facet, item.value)} {item.because}"
            alike.setdefault(Point(text, item.statements))
    yield from alike
