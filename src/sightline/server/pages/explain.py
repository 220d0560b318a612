"""The page that explains one row of an answer, down to the sentences it rests on."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import InputError, SightlineError
from sightline.identity import read_access
from sightline.model import Knowledge
from sightline.render import presenting
from sightline.server.pages import downloads, rendering
from sightline.server.pages.configuration import address
from sightline.server.site import Site, site_of


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page."""
    return [Route("/explain", explain, methods=["GET"], name="explain")]


async def explain(request: Request) -> Response:
    """Show the chain from a row to its sentences."""
    site = site_of(request)
    access_id = request.query_params.get("id", "").strip()
    try:
        if not access_id:
            raise InputError("input.value", "no answer is named", "follow 'Explain' of an answer")
        found = await site.workers.call("explain", {"id": access_id})
    except SightlineError as error:
        problem = rendering.problem(error)
        return rendering.page(request, "error.html", problem["status"], problem=problem)
    return rendering.page(request, "explain.html", **_context(site.knowledge, found))


def _context(knowledge: Knowledge, found: Mapping[str, Any]) -> dict[str, Any]:
    row = found["access"]
    line = presenting.groups(knowledge, [row])[0].lines[0]
    asked = read_access(row["id"])
    pairs = [(facet, value) for facet, values in asked.configuration.items() for value in values]
    basis = [("collection", asked.collection or ""), ("assume", "" if asked.assume else "no")]
    return {
        "found": found,
        "row": row,
        "line": line,
        "facets": presenting.configuration_words(
            knowledge, found["configuration"], asked.configuration
        ),
        "steps": [_step(knowledge, step) for step in found["steps"]],
        "nearest": [_step(knowledge, step) for step in found["nearest"]],
        "back": address("/", [*pairs, ("data", row["data"]), ("actor", row["actor"]), *basis]),
        "forms": downloads.explanation(row["id"]),
    }


def _step(knowledge: Knowledge, step: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **step,
        "source": presenting.source(knowledge, step["statement"]),
        "conditions": [
            {
                **met,
                "text": knowledge.named("condition", met["condition"]),
                "note": _note(knowledge, met["condition"]),
            }
            for met in step["conditions"]
        ],
    }


def _note(knowledge: Knowledge, token: str) -> str:
    known = knowledge.conditions.get(token)
    return known.note if known else ""
