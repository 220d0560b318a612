"""Say in a few words what an answer says: where data goes, who, how long, and what is unknown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sightline.model import Knowledge, Row
from sightline.render.presenting import PLACES, Where, where
from sightline.render.wording import about, value_label
from sightline.terms import BASE

_PLACED = tuple(aspect for aspect in PLACES if aspect != "boundary")


@dataclass(frozen=True, slots=True)
class Stay:
    """A place that data or people can be at, and whether only under conditions."""

    where: Where
    conditional: bool


@dataclass(frozen=True, slots=True)
class Party:
    """What one actor does under one verdict."""

    actor: str
    token: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How long an actor keeps data, in words; no durations where none is stated."""

    actor: str
    durations: tuple[str, ...]
    conditional: bool


@dataclass(frozen=True, slots=True)
class Settling:
    """An open facet or event: how many rows wait for it, and the values that would settle it."""

    facet: str
    label: str
    about: str
    kind: str
    rows: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What an answer says in short."""

    stays: tuple[Stay, ...]
    without_place: int
    parties: tuple[tuple[str, tuple[Party, ...]], ...]
    kept: tuple[Kept, ...]
    stored: bool
    counts: Mapping[str, int]
    settling: tuple[Settling, ...]
    discretion: int


def summary(knowledge: Knowledge, rows: Sequence[Row]) -> Summary:
    """Summarise the rows of an answer; nothing in it says more than they do."""
    held = [row for row in rows if row.key and knowledge.ranks[row.verdict] > 0]
    storing = [row for row in held if row.key and row.key.action in knowledge.storage_actions]
    processing = knowledge.storage_actions | knowledge.processing_actions
    return Summary(
        stays=tuple(_stays(knowledge, held)),
        without_place=sum(
            1
            for row in held
            if row.key
            and row.key.action in processing
            and not any(row.aspects.get(aspect) for aspect in _PLACED)
        ),
        parties=tuple(_parties(knowledge, rows)),
        kept=tuple(_kept(knowledge, storing)),
        stored=bool(storing),
        counts=_counts(knowledge, rows),
        settling=tuple(_settling(knowledge, rows)),
        discretion=sum(any(a.kind == "discretion" for a in row.awaits) for row in rows),
    )


def _stays(knowledge: Knowledge, held: Iterable[Row]) -> list[Stay]:
    found: dict[tuple[str, str], Stay] = {}
    for row in held:
        for place in where(knowledge, row):
            key = (place.kind, place.token)
            known = found.get(key)
            conditional = row.verdict == "conditional" and (known is None or known.conditional)
            found[key] = Stay(place, conditional)
    order = {kind: n for n, kind in enumerate(PLACES.values())}
    return sorted(found.values(), key=lambda s: (order[s.where.kind], s.conditional, s.where.place))


def _parties(knowledge: Knowledge, rows: Iterable[Row]) -> Iterable[tuple[str, tuple[Party, ...]]]:
    """Give what each actor does by verdict; where two verdicts differ only by activity, name it."""
    found: dict[str, dict[str, dict[tuple[str, str], None]]] = {}
    verdicts: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if key := row.key:
            actors = found.setdefault(row.verdict, {})
            actors.setdefault(key.actor, {})[(key.action, key.activity)] = None
            verdicts.setdefault((key.actor, key.action), set()).add(row.verdict)

    def words(actor: str, action: str, activity: str) -> str:
        text = knowledge.named("action", action)
        if len(verdicts[actor, action]) == 1:
            return text
        return f"{text} ({knowledge.named('activity', activity)})"

    for verdict in sorted(found, key=lambda v: (-knowledge.ranks[v], v == "not-stated", v)):
        parties = [
            Party(
                knowledge.label("actor", actor),
                actor,
                tuple(dict.fromkeys(words(actor, *does) for does in sorted(actions))),
            )
            for actor, actions in found[verdict].items()
        ]
        yield verdict, tuple(sorted(parties, key=lambda party: party.actor.casefold()))


def _kept(knowledge: Knowledge, storing: Iterable[Row]) -> list[Kept]:
    found: dict[tuple[str, tuple[str, ...]], bool] = {}
    for row in storing:
        assert row.key
        durations = tuple(
            knowledge.named("duration", token) for token in row.aspects.get("retention", ())
        )
        key = (knowledge.label("actor", row.key.actor), durations)
        found[key] = row.verdict == "conditional" and found.get(key, True)
    kept = [Kept(actor, durations, only) for (actor, durations), only in found.items()]
    return sorted(kept, key=lambda k: (k.conditional, not k.durations, k.actor))


def _counts(knowledge: Knowledge, rows: Iterable[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.verdict] = found.get(row.verdict, 0) + 1
    return {v: found[v] for v in sorted(found, key=lambda v: (-knowledge.ranks[v], v))}


def _settling(knowledge: Knowledge, rows: Iterable[Row]) -> list[Settling]:
    waiting: dict[str, int] = {}
    for row in rows:
        named = {a.condition for a in row.awaits if a.kind != "discretion"}
        named |= {facet for item in row.open for facet in item.awaits}
        for token in named:
            waiting[token] = waiting.get(token, 0) + 1
    found = []
    for token, count in waiting.items():
        facet = knowledge.facets.get(token)
        if facet is None or facet.kind == "discretion":
            continue
        values = sorted(facet.values, reverse=facet.kind == "event")
        found.append(
            Settling(
                token,
                facet.label,
                about(knowledge.definitions.get(f"{BASE}facet/{token}", "")),
                facet.kind,
                count,
                tuple((value, value_label(knowledge, token, value)) for value in values),
            )
        )
    return sorted(found, key=lambda s: (s.kind != "facet", -s.rows, s.label))
