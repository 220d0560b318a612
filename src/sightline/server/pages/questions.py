"""The pages of the library: all questions, and a form with the answer for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError
from sightline.model import Knowledge
from sightline.queries import CONFIGURATION, DATASETS, ESTATE, LibraryQuestion
from sightline.server.pages import ask, configuration, downloads, rendering
from sightline.server.pages.answers import columns_of, rows_of
from sightline.server.pages.configuration import address
from sightline.server.pages.parameters import inputs
from sightline.server.site import Site, readable_estates, site_of

SHOWN = 500
"""Rows that the page shows; the downloads have them all."""

_ASKED = "show"
"""The field that tells a form that was sent from one that was not."""


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the pages."""
    return [
        Route("/questions", listing, methods=["GET"], name="questions"),
        Route("/questions/{folder}/{name}", question, methods=["GET"], name="question"),
    ]


async def listing(request: Request) -> Response:
    """List the questions by folder; ``q`` keeps those that have all its words."""
    site = site_of(request)
    words = request.query_params.get("q", "").strip()
    folders: dict[str, list[LibraryQuestion]] = {}
    for known in site.questions.values():
        text = " ".join((known.name, known.summary, known.question, *known.tags)).casefold()
        if all(word in text for word in words.casefold().split()):
            folders.setdefault(known.folder, []).append(known)
    return rendering.page(
        request,
        "questions.html",
        folders=sorted(folders.items()),
        count=sum(map(len, folders.values())),
        total=len(site.questions),
        words=words,
        needs={
            CONFIGURATION: "needs a deployment",
            ESTATE: "needs an estate",
            DATASETS: "needs a catalog",
        },
    )


async def question(request: Request) -> Response:
    """Show the form of one question, and its answer if it was asked or needs nothing."""
    site = site_of(request)
    folder, name = request.path_params["folder"], request.path_params["name"]
    known = site.questions.get(name)
    if known is None or known.folder != folder:
        raise HTTPException(404)
    query = request.query_params
    needs = {need: need in known.needs for need in (CONFIGURATION, ESTATE, DATASETS)}
    needs[ESTATE] = needs[ESTATE] or needs[DATASETS]  # a catalog has the name of its estate
    readable = readable_estates(request)
    estates = [n for n in readable if n in site.catalogs] if needs[DATASETS] else readable
    besides = (*known.params, *ask.BASIS, ESTATE, _ASKED)
    # What is neither is a misspelt parameter or facet, and must not answer another question.
    unknown = [n for n in query if n not in besides and n not in site.knowledge.facets]
    asked_of = known.params if needs[CONFIGURATION] else (*known.params, *unknown)
    params = {p: text for p in asked_of if (text := query.get(p, "").strip())}
    chosen = configuration.read_configuration(site.knowledge, query, besides=besides)
    chosen = {facet: values for facet, values in chosen.items() if facet not in known.params}
    given: dict[str, Any] = {"name": name, "params": params}
    for basis in ask.BASIS:
        if value := query.get(basis, "").strip():
            given[basis] = value != "no" if basis == "assume" else value
    if needs[CONFIGURATION]:
        given["configuration"] = chosen
    if needs[ESTATE]:
        given["estate"] = query.get(ESTATE, "") or (estates[0] if len(estates) == 1 else None)
    asked = bool(query) or not (known.params or any(needs.values()))
    shown = chosen if asked else configuration.example(site.knowledge)
    parameters = [pair for pair in query.multi_items() if pair[1] and pair[0] != _ASKED]
    context: dict[str, Any] = {
        "question": known,
        "inputs": inputs(site.knowledge, known, params, asked),
        "fields": configuration.fields(site.knowledge, shown) if needs[CONFIGURATION] else None,
        "form": ask.form_context(site.knowledge, {**given, "configuration": shown}),
        "needs_estate": needs[ESTATE],
        "needs_catalog": needs[DATASETS],
        "estates": estates,
        "estate": given.get("estate"),
        "returns": list(known.returns.items()),
        "editor": address("/sparql-editor", [("query", known.text)]),
        "forms": downloads.question(folder, name, parameters),
        "answer": None,
        "problem": None,
    }
    status = 200
    if asked:
        try:
            if needs[ESTATE] and given["estate"] not in (None, *readable):
                given["estate"] = None  # what may not be read is as if it were not there
            found = await site.workers.call("ask", given)
        except SightlineError as error:
            context["problem"] = rendering.problem(error)
            status = context["problem"]["status"]
        else:
            context["answer"] = _answer(site.knowledge, known, found, params)
    return rendering.page(request, "question.html", status, **context)


def _answer(
    knowledge: Knowledge,
    known: LibraryQuestion,
    found: Mapping[str, Any],
    params: Mapping[str, str],
) -> dict[str, Any]:
    rows: Sequence[Mapping[str, Any]] = found["rows"]
    columns = columns_of(found["columns"], rows, params, known.returns)
    return {
        "count": len(rows),
        "shown": min(len(rows), SHOWN),
        "columns": columns,
        "rows": rows_of(knowledge, columns, rows[:SHOWN]),
    }
