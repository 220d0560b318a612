"""``/rdf-graph-store``: whole graphs by the SPARQL 1.1 Graph Store HTTP Protocol, for reading."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import InputError, RequestError
from sightline.server import addresses, forms, problems, streaming
from sightline.server.site import Site, readable_graphs, site_of
from sightline.server.sparql import parameters
from sightline.terms import GRAPH

PATH = "/rdf-graph-store"


def routes(site: Site) -> list[BaseRoute]:
    """Give the routes of this room; other methods than GET and HEAD are 405."""
    return [Route(PATH, indirect), Route(f"{PATH}/{{path:path}}", direct)]


async def indirect(request: Request) -> Response:
    """Give the graph that the query string names: ``graph=IRI`` or ``default``.

    Raises RequestError where it does not name exactly one.
    """
    given = parameters(request.scope["query_string"], "the query string")
    named, default = given.get("graph", []), "default" in given
    if len(named) + default != 1:
        raise RequestError(
            "request.malformed",
            "the request does not name one graph",
            "add ?graph=IRI, or ?default for the union of all graphs",
        )
    return await graph(request, named[0] if named else None)


async def direct(request: Request) -> Response:
    """Give the graph whose IRI ends in the path."""
    return await graph(request, str(GRAPH) + addresses.rest(request, f"{PATH}/"))


async def graph(request: Request, iri: str | None) -> Response:
    """Give a graph, or without an IRI the union of all that the caller may read."""
    site = site_of(request)
    form = forms.required(forms.chosen(request, forms.GRAPHS), forms.GRAPHS)
    limits = site.settings.limits
    graphs = readable_graphs(request)
    given = {
        "iri": iri,
        "graphs": graphs,
        "media_type": form.written,
        "rows": limits.rows,
        "bytes": limits.answer,
    }
    tag = streaming.etag(request, "graph", given, form)
    if streaming.unchanged(request, tag) and (iri is None or iri in graphs):
        return streaming.not_modified(tag)
    try:
        stream = await site.workers.stream("graph", given)
    except InputError as error:
        return problems.problem(request, error, 404)
    return await streaming.streamed(request, stream, form.sent, streaming.caching(tag))
