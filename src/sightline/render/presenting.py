"""Turn an answer into what templates show: merged lines with labels and sources."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightline.model import (
    ASPECT_KINDS,
    ASPECTS,
    Answer,
    Awaited,
    Key,
    Knowledge,
    OpenAspect,
    Row,
)
from sightline.render.rdf import row_iri
from sightline.render.rows import merged
from sightline.render.wording import condition_text, value_label
from sightline.terms import BASE

PLACES = {aspect: lead for aspect, (kind, lead) in ASPECT_KINDS.items() if kind == "place"}
"""Aspects that are places, in the words that lead to them."""

_LISTED = {a: ASPECT_KINDS[a][0] for a in ("safeguards", "purposes", "roles")}


@dataclass(frozen=True, slots=True)
class Where:
    """A place in words; ``leaves`` says whether it may be outside the EEA, None if not known."""

    kind: str
    token: str
    place: str
    resolved: str
    countries: tuple[str, ...]
    leaves: bool | None


@dataclass(frozen=True, slots=True)
class Part:
    """One open condition, and the value of a facet or event that would meet it, if one would."""

    text: str
    facet: str
    value: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Conditions that together lead to a verdict."""

    then: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A statement, in our words, and where its sentence stands."""

    statement: str
    paraphrase: str
    document: str
    version: str
    section: str
    words: str
    deep_link: str | None
    pending: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Rows that differ only in data or target, as a page shows them.

    ``rows`` are (label, id) for each row that can be explained; ``held`` says that the access
    takes place or can, so that aspects which nothing mentions are worth saying.
    """

    verdict: str
    actor: str
    actor_token: str
    inferred: bool
    action: str
    data: tuple[str, ...]
    target: tuple[str, ...]
    where: tuple[Where, ...]
    how_long: tuple[str, ...]
    stores: bool
    held: bool
    conditions: tuple[Alternative, ...]
    safeguards: tuple[str, ...]
    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    open: tuple[str, ...]
    sources: tuple[Source, ...]
    near: bool
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one activity."""

    activity: str
    title: str
    about: str
    lines: tuple[Line, ...]


def groups(knowledge: Knowledge, access: Iterable[Mapping[str, Any]]) -> list[Group]:
    """Merge and group the rows of ``access``, the most telling activity first."""
    ids = {_key(row): str(row["id"]) for row in access if row["id"]}
    pending = {iri for row in access for iri in row["pending_review"]}
    return _groups(knowledge, read_rows(access), ids, pending)


def answer_groups(knowledge: Knowledge, answer: Answer) -> list[Group]:
    """Merge and group the rows of an answer, the most telling activity first."""
    ids = {row.key: row_iri(answer, row) for row in answer.rows if row.key}
    return _groups(knowledge, answer.rows, ids, answer.pending)


def _groups(
    knowledge: Knowledge, every: Iterable[Row], ids: Mapping[Key, str], pending: Container[str]
) -> list[Group]:
    found: dict[str, list[Line]] = {}
    for rows in merged(knowledge, every):
        activity = rows[0].key.activity if rows[0].key else rows[0].filters.get("activity", "")
        found.setdefault(activity, []).append(_line(knowledge, rows, ids, pending))
    return [
        Group(
            activity,
            knowledge.label("activity", activity) if activity else "",
            definition(knowledge, "activity", activity),
            tuple(lines),
        )
        for activity, lines in found.items()
    ]


def read_rows(access: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Read rows back from the JSON of an answer; which statement gives what is not in it."""
    return [_row(row) for row in access]


def source(knowledge: Knowledge, iri: str, pending: bool = False) -> Source:
    """Describe a statement as a source; one that is not known keeps its IRI."""
    known = knowledge.by_iri.get(iri)
    if known is None:
        return Source(iri, "", "", "", "", "", None, pending)
    version = knowledge.versions[known.version]
    sentence = knowledge.sentences.get(known.evidence[0]) if known.evidence else None
    return Source(
        iri,
        known.paraphrase,
        version.title,
        version.label,
        sentence.section if sentence else "",
        sentence.first_words if sentence else "",
        sentence.deep_link if sentence else None,
        pending or known.pending,
    )


def definition(knowledge: Knowledge, kind: str, token: str) -> str:
    """Give the definition of a concept, or nothing."""
    return knowledge.definitions.get(f"{BASE}{kind}/{token}", "")


def where(knowledge: Knowledge, row: Row) -> list[Where]:
    """List the places of a row, each with how it works out for the region."""
    return [
        _where(knowledge, kind, token, row.resolved.get(token))
        for kind in PLACES
        for token in row.aspects.get(kind, {})
    ]


def conditions(knowledge: Knowledge, row: Row) -> list[Alternative]:
    """List what a row awaits: groups are alternatives, the conditions of one belong together."""
    parts: dict[int, list[Part]] = {}
    thens: dict[int, str] = {}
    for awaited in row.awaits:
        settled = awaited.kind != "discretion" and len(awaited.values) == 1
        value = awaited.values[0] if settled else ""
        part = Part(condition_text(knowledge, awaited), awaited.condition, value)
        parts.setdefault(awaited.group, []).append(part)
        thens[awaited.group] = awaited.then
    return [Alternative(thens[n], tuple(texts)) for n, texts in parts.items()]


def place_text(where: Where) -> str:
    """Write a place with how it works out for the region."""
    notes = [where.resolved] if where.resolved else []
    if not notes and len(where.countries) > 3:
        notes = [f"{len(where.countries)} countries"]
    elif not notes:
        notes = list(where.countries)
    if where.leaves is not None:
        notes.append("may leave the EEA" if where.leaves else "in the EEA")
    return " ".join([where.kind, where.place, *([f"({', '.join(notes)})"] if notes else [])])


def alternative_text(knowledge: Knowledge, alternative: Alternative) -> str:
    """Write what conditions that belong together lead to."""
    needed = " and ".join(part.text for part in alternative.parts)
    return f"{knowledge.named('verdict', alternative.then)} if {needed}"


def _line(
    knowledge: Knowledge, rows: Sequence[Row], ids: Mapping[Key, str], pending: Container[str]
) -> Line:
    first = rows[0]
    near = not first.statements
    keys = [row.key for row in rows if row.key]
    named = {n: _token(first, n) for n in ("actor", "action")}
    statements = dict.fromkeys(iri for row in rows for iri in row.statements or row.nearest[:5])
    data = [row.key.data if row.key else row.filters.get("data", "") for row in rows]
    return Line(
        verdict=first.verdict,
        actor=knowledge.label("actor", named["actor"]) if named["actor"] else "Anyone",
        actor_token=named["actor"],
        inferred=first.basis == "inferred",
        action=knowledge.named("action", named["action"]) if named["action"] else "any use",
        data=_labels(knowledge, "data", data),
        target=_labels(knowledge, "target", [key.target or "" for key in keys]),
        where=tuple(where(knowledge, first)),
        how_long=_labels(knowledge, "duration", first.aspects.get("retention", ())),
        stores=named["action"] in knowledge.storage_actions,
        held=knowledge.ranks[first.verdict] > 0,
        conditions=tuple(conditions(knowledge, first)),
        open=tuple(_open(knowledge, item) for item in first.open),
        sources=tuple(source(knowledge, iri, iri in pending) for iri in statements),
        near=near,
        rows=tuple((_what(knowledge, key), ids[key]) for key in keys if key in ids),
        **{a: _labels(knowledge, kind, first.aspects.get(a, ())) for a, kind in _LISTED.items()},
    )


def _where(
    knowledge: Knowledge, kind: str, token: str, resolved: Mapping[str, object] | None
) -> Where:
    words = ""
    countries: tuple[str, ...] = ()
    leaves: bool | None = None
    if resolved:
        geography, codes = resolved.get("geography"), resolved.get("countries")
        words = knowledge.label("geography", geography) if isinstance(geography, str) else ""
        if isinstance(codes, list):
            names = (knowledge.label("country", str(code).lower()) for code in codes)
            countries = tuple(sorted(names))
        may = resolved.get("may_leave_eea")
        leaves = True if may is True else False if may is False and countries else None
    place = knowledge.named("place", token)
    return Where(PLACES[kind], token, place, words, countries, leaves)


def _open(knowledge: Knowledge, item: OpenAspect) -> str:
    needed = " and ".join(knowledge.named("facet", facet) for facet in item.awaits)
    return f"{knowledge.aspect_words(item.aspect, item.value)}, depending on {needed}"


def _labels(knowledge: Knowledge, kind: str, tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(knowledge.named(kind, token) for token in dict.fromkeys(tokens) if token)


def _what(knowledge: Knowledge, key: Key) -> str:
    data = knowledge.named("data", key.data)
    return f"{data} for {knowledge.named('target', key.target)}" if key.target else data


def _token(row: Row, name: str) -> str:
    return str(getattr(row.key, name)) if row.key else row.filters.get(name, "")


def _key(row: Mapping[str, Any]) -> Key:
    target = row["target"][0] if row["target"] else None
    return Key(row["activity"], row["actor"], row["action"], row["data"], target)


def _row(row: Mapping[str, Any]) -> Row:
    names = ("activity", "actor", "action", "data")
    return Row(
        key=_key(row) if row["id"] else None,
        filters={n: row[n] for n in names if row[n]},
        verdict=row["verdict"],
        rule=row["rule"],
        basis=row["actor_basis"],
        awaits=tuple(
            Awaited(a["condition"], a["kind"], tuple(a["values"]), a["then"], a["group"])
            for a in row["awaits"]
        ),
        aspects={aspect: dict.fromkeys(row[aspect], ()) for aspect in ASPECTS},
        resolved=row["resolved"],
        open=tuple(
            OpenAspect(o["aspect"], o["value"], tuple(o["awaits"]), tuple(o["statements"]))
            for o in row["open"]
        ),
        supports=tuple(row["statements"]),
        nearest=tuple(row["nearest"]),
    )


def configuration_words(
    knowledge: Knowledge, configuration: Mapping[str, Any], asked: Iterable[str] = ()
) -> list[tuple[str, str, bool]]:
    """List the facets of an answer as (facet, values, whether it was asked), the asked first.

    The facet is empty where the values say the same.
    """
    given = set(asked)
    found = []
    for facet, value in configuration.items():
        values = [value] if isinstance(value, str) else value
        names = " or ".join(value_label(knowledge, facet, one) for one in values)
        label = knowledge.label("facet", facet)
        found.append(("" if label == names else label, names, facet in given))
    return sorted(found, key=lambda item: not item[2])


def access_label(knowledge: Knowledge, row: Mapping[str, Any]) -> str:
    """Say in words what a row is about: who does what with which data."""
    actor = knowledge.label("actor", row["actor"])
    action, data = knowledge.named("action", row["action"]), knowledge.named("data", row["data"])
    return f"{actor} {action} {data}"
