"""Turn an answer into the parts of a drawing: who does what with data, inside stated places.

An activity stands where its data is processed, a store where data is kept, and an actor where its
people are, or else where it acts. Nothing is put into a place that no statement names: what has
none stands in a box that says so, and so does what is stated not to happen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sightline.model import Answer, Knowledge, Row
from sightline.render.answer import answer_json, row_json
from sightline.render.presenting import alternative_text, conditions
from sightline.render.rows import merged

SCHEMA = 1

OPEN, NOT_STATED, DENIED, SILENT = "open", "not-stated", "denied", "silent"
"""The boxes that are no place, in the order in which they follow the places."""

_TITLES = {
    OPEN: "Place depends on what is open",
    NOT_STATED: "Place not stated",
    DENIED: "Stated not to happen",
    SILENT: "Nothing is stated",
}
_LEVELS = ("relative", "storage", "boundary")
"""The kinds of places that enclose each other, outermost first; zones enclose them all."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place, or what stands for one; ``key`` is all that tells it from others."""

    key: tuple[object, ...]
    kind: str
    label: str
    parent: "Box | None" = None


@dataclass(slots=True)
class _Drawing:
    """The parts of a drawing while they are collected, each under the key that makes it one."""

    boxes: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict)
    nodes: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict)
    edges: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict)

    def box(self, box: Box, stated: Sequence[str] = ()) -> str:
        """Add a box with those around it; ``stated`` are the words for its relative place."""
        parent = self.box(box.parent, stated) if box.parent else None
        known = self.boxes.setdefault(
            box.key,
            {
                "id": f"b{len(self.boxes)}",
                "parent": parent,
                "kind": box.kind,
                "label": box.label,
                "stated": [],
            },
        )
        if box.kind == _LEVELS[0]:
            known["stated"] += [
                words
                for words in stated
                if words.casefold() != box.label.casefold() and words not in known["stated"]
            ]
        return str(known["id"])

    def node(self, key: tuple[object, ...], **told: Any) -> dict[str, Any]:
        return self.nodes.setdefault(key, {"id": f"n{len(self.nodes)}", **told})

    def edge(
        self, start: str, end: str, line: dict[str, Any] | None, **told: Any
    ) -> dict[str, Any]:
        """Add an edge, or a line to the one that tells the same between the same nodes."""
        key = (start, end, told.get("verdict"), told["label"])
        made = self.edges.setdefault(
            key, {"id": f"e{len(self.edges)}", "from": start, "to": end, **told, "lines": []}
        )
        if line is not None:
            made["lines"].append(line)
        return made


def flow_json(knowledge: Knowledge, answer: Answer, today: date) -> dict[str, Any]:
    """Give boxes, nodes and edges as plain JSON values, with what the answer rests on.

    An edge of kind ``row`` has a line for each group of rows that differ only in data or target;
    one of kind ``data`` leads data to an activity and counts the verdicts of the lines behind it.
    """
    found = answer_json(answer, knowledge.digest, today)
    drawing = _Drawing()
    data = answer.question.data
    source = drawing.node(
        ("data",), kind="data", token=data, label=_label(knowledge, "data", data, "Data"),
        detail="", box=None,
    )  # fmt: skip
    for rows in merged(knowledge, answer.rows):
        _add(knowledge, answer, drawing, source["id"], rows)
    return {
        **{name: value for name, value in found.items() if name not in ("access", "commitments")},
        "boxes": sorted(drawing.boxes.values(), key=_last_places),
        "nodes": list(drawing.nodes.values()),
        "edges": list(drawing.edges.values()),
    }


def _add(
    knowledge: Knowledge, answer: Answer, drawing: _Drawing, source: str, rows: Sequence[Row]
) -> None:
    """Add the nodes and edges of rows that differ only in data or target."""
    row = rows[0]
    key = row.key
    if key is None:
        _add_silence(knowledge, answer, drawing, source, row)
        return
    label = knowledge.label
    apart = {"prohibited": DENIED, "not-stated": SILENT}.get(row.verdict)
    told = {
        "kind": "row",
        "verdict": row.verdict,
        "label": knowledge.named("action", key.action),
        "activity": key.activity,
        "actor": key.actor,
        "action": key.action,
    }
    line = {
        "data": _unique(one.key.data for one in rows if one.key),
        "target": _unique(one.key.target for one in rows if one.key and one.key.target),
        "condition": [alternative_text(knowledge, each) for each in conditions(knowledge, row)],
        "how_long": [
            knowledge.named("duration", token) for token in row.aspects.get("retention", ())
        ],
        "rows": [row_json(answer, one)["id"] for one in rows],
        "statements": _unique(iri for one in rows for iri in one.statements),
    }
    if key.action in knowledge.storage_actions:
        box = _place(knowledge, row, ("storage_place",), apart)
        detail = [label("actor", key.actor), *line["how_long"]]
        store = drawing.node(
            ("store", key.activity, key.actor, *box.key), kind="store", token=key.activity,
            label=label("activity", key.activity), detail=" · ".join(detail),
            box=drawing.box(box, _stated(knowledge, row, ("storage_place",))), actor=key.actor,
        )  # fmt: skip
        drawing.edge(source, store["id"], line, **told)
        return
    places = ("processing_place",)
    box = _place(knowledge, row, places, apart)
    activity = drawing.node(
        ("activity", key.activity, *box.key), kind="activity", token=key.activity,
        label=label("activity", key.activity), detail="",
        box=drawing.box(box, _stated(knowledge, row, places)),
    )  # fmt: skip
    if row.aspects.get("actor_place") or not row.aspects.get("processing_place"):
        places = ("actor_place",)
    own = _place(knowledge, row, places, apart)
    actor = drawing.node(
        ("actor", key.actor, *own.key), kind="actor", token=key.actor,
        label=label("actor", key.actor), detail="",
        box=drawing.box(own, _stated(knowledge, row, places)),
    )  # fmt: skip
    lead = drawing.edge(
        source, activity["id"], None, kind="data", verdicts={}, label="", activity=key.activity
    )
    lead["verdicts"][row.verdict] = lead["verdicts"].get(row.verdict, 0) + 1
    drawing.edge(activity["id"], actor["id"], line, **told)


def _add_silence(
    knowledge: Knowledge, answer: Answer, drawing: _Drawing, source: str, row: Row
) -> None:
    """Add what was asked about and is not stated."""
    asked = {**dict.fromkeys(("activity", "actor", "action")), **row.filters}
    box = drawing.box(Box((SILENT,), SILENT, _TITLES[SILENT]))
    kind = "activity" if asked["activity"] else "actor"
    names = {
        "activity": _label(knowledge, "activity", asked["activity"], ""),
        "actor": _label(knowledge, "actor", asked["actor"], "Anyone"),
    }
    node = drawing.node(
        ("silent",), kind=kind, token=asked[kind], label=names[kind], box=box,
        detail=names["actor"] if kind == "activity" and asked["actor"] else "",
    )  # fmt: skip
    line = {
        "data": [data] if (data := row.filters.get("data")) else [],
        **{name: [] for name in ("target", "condition", "how_long", "rows", "statements")},
    }
    drawing.edge(
        source, node["id"], line, kind="row", verdict=row.verdict,
        label=knowledge.named("action", asked["action"]) if asked["action"] else "any use",
        **{name: asked[name] for name in ("activity", "actor", "action")},
    )  # fmt: skip


def _place(knowledge: Knowledge, row: Row, aspects: Sequence[str], apart: str | None) -> Box:
    """Find the innermost box for some aspects of a row that are places, and for its boundary.

    Without a place, it is the box ``apart``: for what does not happen, or is not stated.
    """
    tokens = [token for aspect in aspects for token in row.aspects.get(aspect, ())]
    if aspects != ("actor_place",):
        tokens += row.aspects.get("boundary", ())
    if not tokens:
        open_ = any(o.aspect in aspects for o in row.open)
        kind = apart or (OPEN if open_ else NOT_STATED)
        return Box((kind,), kind, _TITLES[kind])
    box: Box | None = None
    for zone, label in _zones(knowledge, row, tokens):
        box = Box((*(box.key if box else ()), "zone", zone), "zone", label, box)
    for level in _LEVELS:
        inside = [token for token in tokens if knowledge.places[token].kind == level]
        names = {_worked_out(knowledge, row, token) for token in inside}
        if names:
            key = (*(box.key if box else ()), level, *sorted(names))
            box = Box(key, level, " or ".join(sorted(names)), box)
    assert box is not None
    return box


def _zones(knowledge: Knowledge, row: Row, tokens: Iterable[str]) -> list[tuple[str, str]]:
    """List the zones which enclose all places of a row and which documents name, widest first."""
    named = {
        place.resolves_to.removeprefix("zone:"): place.token
        for place in knowledge.places.values()
        if place.resolves_to.startswith("zone:")
    }
    bounds = [
        frozenset(zones) if isinstance(zones := row.resolved[token]["zones"], list) else frozenset()
        for token in tokens
        if token in row.resolved
    ]
    common = frozenset.intersection(*bounds) & named.keys() if bounds else frozenset[str]()
    sizes = {zone: sum(m.zone == zone for m in knowledge.memberships) for zone in common}
    ordered = sorted(common, key=lambda zone: (-sizes[zone], zone))
    return [(zone, knowledge.label("place", named[zone])) for zone in ordered]


def _worked_out(knowledge: Knowledge, row: Row, token: str) -> str:
    """Name a place as it works out for the region: a geography, else as it was stated."""
    geography = row.resolved.get(token, {}).get("geography")
    if isinstance(geography, str):
        return knowledge.label("geography", geography)
    return knowledge.label("place", token)


def _stated(knowledge: Knowledge, row: Row, aspects: Iterable[str]) -> list[str]:
    """Name the relative places as they were stated, as inside a sentence."""
    tokens = [token for aspect in aspects for token in row.aspects.get(aspect, ())]
    return [
        knowledge.named("place", token)
        for token in tokens
        if knowledge.places[token].kind == _LEVELS[0]
    ]


def _last_places(box: dict[str, Any]) -> int:
    """Order boxes: places as they come, then those that are none."""
    ends = (OPEN, NOT_STATED, SILENT, DENIED)
    return ends.index(box["kind"]) + 1 if box["kind"] in ends else 0


def _label(knowledge: Knowledge, kind: str, token: str | None, otherwise: str) -> str:
    return knowledge.label(kind, token) if token else otherwise


def _unique(values: Iterable[str | None]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]
