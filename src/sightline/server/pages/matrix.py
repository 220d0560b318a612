"""The page that shows who can access which data at one glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError
from sightline.model import Knowledge
from sightline.render import presenting, wording
from sightline.server.pages import ask, rendering
from sightline.server.pages.configuration import address
from sightline.server.site import Site, site_of

_LEFT_OUT = ("actor", "data")
"""What the matrix spreads out, and so does not ask for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many rows of each verdict one actor has on one category; none if nothing is stated."""

    verdicts: tuple[tuple[str, int], ...]
    href: str
    name: str


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page."""
    return [Route("/matrix", matrix, methods=["GET"], name="matrix")]


async def matrix(request: Request) -> Response:
    """Show the form and, below it, the matrix."""
    site = site_of(request)
    knowledge = site.knowledge
    given, parameters = ask.read_question(knowledge, request)
    parameters = [(name, value) for name, value in parameters if name not in _LEFT_OUT]
    if not parameters:
        given = {"configuration": ask.first_question(site)["configuration"]}
        parameters = [(f, v) for f, values in given["configuration"].items() for v in values]
    given = {name: value for name, value in given.items() if name not in _LEFT_OUT}
    context: dict[str, Any] = {"form": ask.form_context(knowledge, given), "matrix": None}
    context["problem"] = None
    status = 200
    try:
        found = await site.workers.call("matrix", given)
    except SightlineError as error:
        context["problem"] = rendering.problem(error)
        status = context["problem"]["status"]
    else:
        context["matrix"] = _context(knowledge, found, given, parameters)
    return rendering.page(request, "matrix.html", status, **context)


def _context(
    knowledge: Knowledge,
    found: dict[str, Any],
    given: Mapping[str, Any],
    parameters: list[tuple[str, str]],
) -> dict[str, Any]:
    order = wording.verdicts(knowledge)
    counts = {(cell["actor"], cell["data"]): cell["verdicts"] for cell in found["cells"]}
    actors = sorted(found["actors"], key=lambda a: (a == "not-stated", _name(knowledge, a)))
    silent = knowledge.tokens["actor"] - {*actors, "not-stated"}

    def cell(actor: str, data: str) -> Cell:
        counted = counts.get((actor, data), {})
        verdicts = [(verdict, counted[verdict]) for verdict in order if verdict in counted]
        href = address("/", [*parameters, ("data", data), ("actor", actor)])
        name = f"{knowledge.label('actor', actor)}, {knowledge.named('data', data)}"
        return Cell(tuple(verdicts), href, name)

    return {
        **found,
        "facets": presenting.configuration_words(
            knowledge, found["configuration"], given["configuration"]
        ),
        "columns": [(actor, knowledge.label("actor", actor)) for actor in actors],
        "lines": [
            (
                knowledge.label("data", data),
                address("/", [*parameters, ("data", data)]),
                [cell(actor, data) for actor in actors],
            )
            for data in sorted(found["data"], key=lambda d: knowledge.label("data", d).casefold())
        ],
        "silent": sorted(knowledge.label("actor", actor) for actor in silent),
        "verdicts": order,
        "whole": address("/", parameters),
    }


def _name(knowledge: Knowledge, actor: str) -> str:
    return knowledge.label("actor", actor).casefold()
