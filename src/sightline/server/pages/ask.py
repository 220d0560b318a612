"""The page that answers who can access which data of a deployment, in one sentence and a table."""

from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError
from sightline.model import Knowledge
from sightline.render import presenting
from sightline.render.wording import about, verdicts
from sightline.server.pages import configuration, downloads, rendering
from sightline.server.pages.configuration import Configuration, address
from sightline.server.pages.summary import summary
from sightline.server.site import Site, site_of

BASIS = ("as_of", "collection", "assume")
"""What an answer can rest on, beside the configuration."""


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page."""
    return [Route("/", ask, methods=["GET"], name="ask")]


async def ask(request: Request) -> Response:
    """Show the form, and the answer if something was asked."""
    site = site_of(request)
    knowledge = site.knowledge
    given, parameters = read_question(knowledge, request)
    asked = bool(parameters)
    shown = given if asked else first_question(site)
    context: dict[str, Any] = {
        "form": form_context(knowledge, shown),
        "asked": asked,
        "answer": None,
        "problem": None,
        "verdicts": [
            (verdict, about(presenting.definition(knowledge, "verdict", verdict)))
            for verdict in verdicts(knowledge)
        ],
    }
    status = 200
    if asked:
        try:
            found = await site.workers.call("access", given)
        except SightlineError as error:
            context["problem"] = rendering.problem(error)
            status = context["problem"]["status"]
        else:
            context["answer"] = answer_context(knowledge, found, given, parameters)
    return rendering.page(request, "ask.html", status, **context)


def read_question(
    knowledge: Knowledge, request: Request
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Read what is asked: as arguments of the task ``access``, and as pairs for addresses."""
    query = request.query_params
    others = (*configuration.FILTERS, *BASIS)
    chosen = configuration.read_configuration(knowledge, query, besides=others)
    given: dict[str, Any] = {"configuration": chosen}
    pairs = [(facet, value) for facet, values in chosen.items() for value in values]
    for name in others:
        if value := query.get(name, "").strip():
            given[name] = value != "no" if name == "assume" else value
            pairs.append((name, value))
    return given, pairs


def first_question(site: Site) -> dict[str, Any]:
    """Give the question that the form holds before anything was asked, from what are examples."""
    examples = Counter(
        parameter.example
        for question in site.questions.values()
        for parameter in question.params.values()
        if parameter.type == "data"
    )
    data = examples.most_common(1)[0][0] if examples else ""
    return {"configuration": configuration.example(site.knowledge), "data": data}


def form_context(knowledge: Knowledge, given: dict[str, Any]) -> dict[str, Any]:
    """Describe the form for a question."""
    chosen: Configuration = given["configuration"]
    fields = configuration.fields(knowledge, chosen)
    others = ("actor", "activity", "action", *BASIS)
    return {
        "fields": fields,
        "more_set": fields.more_set + sum(name in given for name in others),
        **{
            kind: configuration.concept_field(knowledge, kind, given.get(kind, ""), nothing)
            for kind, nothing in (
                ("data", "any data"),
                ("actor", "anyone"),
                ("activity", "any activity"),
                ("action", "any use"),
            )
        },
        "as_of": given.get("as_of") or "",
        "collection": given.get("collection") or "",
        "collections": sorted(knowledge.collections),
        "assume": given.get("assume") is not False,
    }


def answer_context(
    knowledge: Knowledge,
    found: dict[str, Any],
    given: dict[str, Any],
    parameters: list[tuple[str, str]],
) -> dict[str, Any]:
    """Prepare the JSON of an answer for the template."""
    rows = presenting.read_rows(found["access"])

    def setting(facet: str, value: str) -> str:
        kept = [pair for pair in parameters if pair[0] != facet]
        return address("", [*kept, (facet, value)])

    return {
        **found,
        "facets": presenting.configuration_words(
            knowledge, found["configuration"], given["configuration"]
        ),
        "groups": presenting.groups(knowledge, found["access"]),
        "summary": summary(knowledge, rows),
        "setting": setting,
        "sources": [presenting.source(knowledge, iri) for iri in found["commitments"]],
        "forms": downloads.access(parameters),
        "matrix": address("/matrix", parameters),
        "what_if": address(
            "/what-if",
            [
                (f"{side}.{name}" if name in knowledge.facets else name, value)
                for side in ("before", "after")
                for name, value in parameters
                if side == "before" or name in knowledge.facets
            ],
        ),
    }
