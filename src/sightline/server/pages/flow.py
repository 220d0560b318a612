"""The page that draws where data goes: activities, stores and actors inside the stated places."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError
from sightline.model import Knowledge
from sightline.render import presenting, wording
from sightline.render.flow_svg import flow_svg
from sightline.server.pages import ask, rendering
from sightline.server.pages.configuration import address
from sightline.server.site import Site, site_of

Pairs = list[tuple[str, str]]

_NARROWED = ("activity", "actor", "action")
"""What a node or an edge of the drawing asks for."""


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page and of its drawing as a file."""
    return [
        Route("/flow", flow, methods=["GET"], name="flow"),
        Route("/flow.svg", drawing, methods=["GET"]),
        Route("/flow.json", graph, methods=["GET"]),
    ]


async def flow(request: Request) -> Response:
    """Show the form and, below it, the drawing and the same as a table."""
    site = site_of(request)
    knowledge = site.knowledge
    given, parameters = _question(request)
    context: dict[str, Any] = {"form": ask.form_context(knowledge, given)}
    context |= {"flow": None, "problem": None}
    status = 200
    try:
        found = await site.workers.call("flow", given)
    except SightlineError as error:
        context["problem"] = rendering.problem(error)
        status = context["problem"]["status"]
    else:
        context["flow"] = _context(site, found, given, parameters)
    return rendering.page(request, "flow.html", status, **context)


async def drawing(request: Request) -> Response:
    """Give the drawing as an SVG file."""
    site = site_of(request)
    given, _ = _question(request)
    found = await site.workers.call("flow", given)
    text = flow_svg(
        found,
        wording.verdict_words(site.knowledge),
        title=_title(site.knowledge, given),
    )
    sent = {"Content-Disposition": 'attachment; filename="data-flow.svg"'}
    return Response(text, headers=sent, media_type="image/svg+xml")


async def graph(request: Request) -> Response:
    """Give the nodes, boundaries and edges as JSON."""
    return JSONResponse(await site_of(request).workers.call("flow", _question(request)[0]))


def _question(request: Request) -> tuple[dict[str, Any], Pairs]:
    """Read what is asked; what the form holds at first, where nothing is."""
    site = site_of(request)
    given, parameters = ask.read_question(site.knowledge, request)
    if not parameters:
        given = ask.first_question(site)
        parameters = [(f, v) for f, values in given["configuration"].items() for v in values]
        if given["data"]:
            parameters.append(("data", given["data"]))
        else:
            del given["data"]
    return given, parameters


def _context(
    site: Site, found: Mapping[str, Any], given: Mapping[str, Any], parameters: Pairs
) -> dict[str, Any]:
    knowledge = site.knowledge
    link = _linking(parameters)
    root = site.settings.root
    svg = flow_svg(
        found,
        wording.verdict_words(knowledge),
        lambda node: f"{root}{link(node)}",
        _title(knowledge, given),
    )
    return {
        **found,
        "svg": Markup(svg),  # which escapes every text itself
        "facets": presenting.configuration_words(
            knowledge, found["configuration"], given["configuration"]
        ),
        "places": _places(knowledge, found, link),
        "whole": address("/", parameters),
        "forms": [
            ("SVG", address("/flow.svg", parameters)),
            ("JSON", address("/flow.json", parameters)),
        ],
    }


def _linking(parameters: Pairs) -> Callable[[Mapping[str, Any]], str]:
    """Give what finds the answers behind a part of the drawing: their address on the first page."""

    def link(part: Mapping[str, Any]) -> str:
        kept = [pair for pair in parameters if pair[0] not in part]
        named: dict[str, Any] = {name: part.get(name) for name in _NARROWED}
        if part.get("kind") in ("activity", "store", "actor"):
            named["actor" if part["kind"] == "actor" else "activity"] = part["token"]
        narrowed = [(name, value) for name, value in named.items() if value]
        names = {name for name, _ in narrowed}
        return address("/", [*(pair for pair in kept if pair[0] not in names), *narrowed])

    return link


def _places(
    knowledge: Knowledge, found: Mapping[str, Any], link: Callable[[Mapping[str, Any]], str]
) -> list[dict[str, Any]]:
    """List what the drawing shows as lines of a table, by the place in which each happens."""
    boxes = {box["id"]: box for box in found["boxes"]}
    nodes = {node["id"]: node for node in found["nodes"]}

    def path(box: str | None) -> list[str]:
        return [*path(boxes[box]["parent"]), boxes[box]["label"]] if box else []

    lines: dict[str, list[dict[str, Any]]] = {box: [] for box in boxes}
    for edge in found["edges"]:
        if edge["kind"] != "row":
            continue
        start, end = nodes[edge["from"]], nodes[edge["to"]]
        at = end if start["kind"] == "data" else start
        elsewhere = path(end["box"]) if end["box"] != at["box"] else []
        actor = edge["actor"]
        for line in edge["lines"]:
            lines[at["box"]].append(
                {
                    "verdict": edge["verdict"],
                    "activity": _name(knowledge, "activity", edge["activity"]),
                    "actor": _name(knowledge, "actor", actor) or "Anyone",
                    "action": edge["label"],
                    "data": _names(knowledge, "data", line["data"]),
                    "target": _names(knowledge, "target", line["target"]),
                    "where": ", ".join(reversed(elsewhere)),
                    "how_long": line["how_long"],
                    "conditions": line["condition"],
                    "href": link(edge),
                }
            )
    return [
        {
            "title": " › ".join(path(box["id"])),
            "stated": box["stated"],
            "lines": lines[box["id"]],
        }
        for box in found["boxes"]
        if lines[box["id"]]
    ]


def _title(knowledge: Knowledge, given: Mapping[str, Any]) -> str:
    return wording.question_title(knowledge, given["configuration"], given.get("data"))


def _name(knowledge: Knowledge, kind: str, token: str | None) -> str:
    return knowledge.label(kind, token) if token else ""


def _names(knowledge: Knowledge, kind: str, tokens: Sequence[str]) -> list[str]:
    return [knowledge.named(kind, token) for token in tokens]
