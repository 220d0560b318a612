"""The page that compares two configurations: only what changes, and in which direction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError
from sightline.model import CHANGE_KINDS, Knowledge
from sightline.render import presenting
from sightline.render.presenting import Source
from sightline.server.pages import ask, configuration, downloads, rendering
from sightline.server.pages.configuration import FILTERS, address
from sightline.server.site import Site, site_of

SIDES = ("before", "after")
"""The two configurations; the facets of each are named with it and a dot."""


@dataclass(frozen=True, slots=True)
class Detail:
    """An aspect that a row gains or loses."""

    kind: str
    value: str
    gained: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Rows that change alike: the verdict, if it does, and the aspects."""

    actor: str
    action: str
    data: tuple[str, ...]
    target: tuple[str, ...]
    change: str
    before: str
    after: str
    details: tuple[Detail, ...]
    sources: tuple[tuple[str, tuple[Source, ...]], ...]


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page."""
    return [Route("/what-if", what_if, methods=["GET"], name="what-if")]


async def what_if(request: Request) -> Response:
    """Show the two forms, and the changes if both are filled in."""
    site = site_of(request)
    knowledge = site.knowledge
    query = request.query_params
    shared = {
        name: value for name in (*FILTERS, *ask.BASIS) if (value := query.get(name, "").strip())
    }
    chosen = {
        side: configuration.read_configuration(knowledge, query, f"{side}.", besides=())
        for side in SIDES
    }
    asked = any(chosen.values())
    if not asked:
        chosen = dict.fromkeys(SIDES, configuration.example(knowledge))
    given = {name: value != "no" if name == "assume" else value for name, value in shared.items()}
    context: dict[str, Any] = {
        "form": ask.form_context(knowledge, {"configuration": {}, **given}),
        "sides": [
            (side, title, configuration.fields(knowledge, chosen[side], f"{side}."))
            for side, title in zip(SIDES, ("Today", "What if"), strict=True)
        ],
        "asked": asked,
        "found": None,
        "problem": None,
    }
    status = 200
    if asked:
        try:
            found = await site.workers.call(
                "diff", {side: {"configuration": chosen[side], **given} for side in SIDES}
            )
        except SightlineError as error:
            context["problem"] = rendering.problem(error)
            status = context["problem"]["status"]
        else:
            context["found"] = _context(knowledge, found, chosen, shared)
    return rendering.page(request, "what-if.html", status, **context)


def _context(
    knowledge: Knowledge,
    found: Mapping[str, Any],
    chosen: Mapping[str, Mapping[str, list[str]]],
    shared: Mapping[str, str],
) -> dict[str, Any]:
    pairs = {side: [(f, v) for f, values in chosen[side].items() for v in values] for side in SIDES}
    query = [(f"{side}.{name}", value) for side in SIDES for name, value in pairs[side]]
    return {
        "sides": [
            {
                **found[side],
                "facets": presenting.configuration_words(
                    knowledge, found[side]["configuration"], chosen[side]
                ),
                "href": address("/", [*pairs[side], *shared.items()]),
            }
            for side in SIDES
        ],
        "groups": groups(knowledge, found["changes"]),
        "count": len(found["changes"]),
        "forms": downloads.difference([*query, *shared.items()]),
        "swapped": address(
            "/what-if",
            [(f"{SIDES[1 - n]}.{f}", v) for n in (1, 0) for f, v in pairs[SIDES[n]]]
            + list(shared.items()),
        ),
    }


def groups(
    knowledge: Knowledge, changes: Iterable[Mapping[str, Any]]
) -> list[tuple[str, list[Changed]]]:
    """Group changes by activity; those that differ only in data or target are one."""
    by_row: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for change in changes:
        key = *(change[n] for n in ("activity", "actor", "action", "data")), *change["target"]
        by_row.setdefault(key, []).append(change)
    alike: dict[tuple[object, ...], list[list[Mapping[str, Any]]]] = {}
    for key, mine in by_row.items():
        same: tuple[object, ...] = (
            *key[:3],
            tuple((c["change"], c["from"], c["to"]) for c in mine),
        )
        alike.setdefault(same, []).append(mine)
    found: dict[str, list[Changed]] = {}
    for shared, rows in alike.items():
        title = knowledge.label("activity", str(shared[0]))
        found.setdefault(title, []).append(_changed(knowledge, rows))
    return list(found.items())


def _changed(knowledge: Knowledge, rows: list[list[Mapping[str, Any]]]) -> Changed:
    first = rows[0]
    verdict = next((c for c in first if c["from"] and c["to"]), None)
    every = [change for mine in rows for change in mine]
    return Changed(
        actor=knowledge.label("actor", first[0]["actor"]),
        action=knowledge.named("action", first[0]["action"]),
        data=_labels(knowledge, "data", (mine[0]["data"] for mine in rows)),
        target=_labels(knowledge, "target", (t for mine in rows for t in mine[0]["target"])),
        change=verdict["change"] if verdict else "",
        before=verdict["from"] if verdict else "",
        after=verdict["to"] if verdict else "",
        details=tuple(_detail(knowledge, c) for c in first if c is not verdict),
        sources=tuple(
            (title, tuple(presenting.source(knowledge, iri) for iri in iris))
            for title, side in (("before", "statements_before"), ("after", "statements_after"))
            if (iris := dict.fromkeys(iri for change in every for iri in change[side]))
        ),
    )


def _detail(knowledge: Knowledge, change: Mapping[str, Any]) -> Detail:
    name, _, direction = change["change"].rpartition("-")
    value = change["to"] or change["from"]
    label = knowledge.named(CHANGE_KINDS.get(name, name), value)
    return Detail(name, label, direction == "gained")


def _labels(knowledge: Knowledge, kind: str, tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(knowledge.named(kind, token) for token in dict.fromkeys(tokens))
