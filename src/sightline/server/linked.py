"""``/id/...``: whatever an IRI of sightline names, in the form that the request likes best."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route

from sightline.errors import InputError, SightlineError
from sightline.identity import read_configuration
from sightline.server import addresses, forms, graph_store, problems, streaming
from sightline.server.site import Site, readable_graphs, site_of
from sightline.stores import RDF_FORMATS, Quad
from sightline.terms import ACCESS, BASE, CONFIGURATION, GRAPH, RDF, compact, kind

PATH = "/id"
_HTML = "text/html"
_OFFERED = {**forms.GRAPHS, _HTML: _HTML}


def routes(site: Site) -> list[BaseRoute]:
    """Give the routes of this room."""
    return [Route(f"{PATH}/{{path:path}}", thing)]


async def thing(request: Request) -> Response:
    """Describe what the IRI names: RDF for programs, a page for people."""
    iri = BASE + addresses.rest(request, f"{PATH}/")
    form = forms.chosen(request, _OFFERED)
    if form is None:
        raise forms.not_acceptable(_OFFERED)
    graphs = readable_graphs(request)
    if iri in GRAPH and iri in graphs:
        return _see(request, f"{graph_store.PATH}/{iri.removeprefix(str(GRAPH))}")
    if form.sent == _HTML and (page := page_of(request, iri)):
        return _see(request, page)
    tag = streaming.etag(request, "thing", iri, graphs, form)
    if streaming.unchanged(request, tag):
        return streaming.not_modified(tag)
    limits = site_of(request).settings.limits
    written = RDF_FORMATS["ntriples"] if form.sent == _HTML else form.written
    given = {
        "iri": iri,
        "graphs": graphs,
        "media_type": written,
        "rows": limits.rows,
        "bytes": limits.answer,
    }
    try:
        stream = await site_of(request).workers.stream("dereference", given)
    except InputError as error:  # the path is what was given, so there is nothing at it
        return problems.problem(request, error, 404)
    if form.sent != _HTML:
        return await streaming.streamed(request, stream, form.sent, streaming.caching(tag))
    from sightline.server.pages.rendering import page as rendered
    from sightline.stores.embedded import parse

    content = b"".join([chunk async for chunk in stream.chunks])
    context = described(iri, list(parse(content, "ntriples")))
    answer = rendered(request, "described.html", **context, more=stream.head.get("truncated"))
    answer.headers.update(streaming.caching(tag))
    return answer


def page_of(request: Request, iri: str) -> str | None:
    """Give the address of the page about an IRI, or None where none of the pages is about it."""
    for address in _candidates(iri):
        scope = {"type": "http", "method": "GET", "path": urlsplit(address).path, "root_path": ""}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return address
    return None


def described(iri: str, quads: Sequence[Quad]) -> Mapping[str, Any]:
    """Arrange what is said of an IRI, and where it is mentioned, for the page about it."""
    said: dict[str, list[Any]] = {}
    mentioned: dict[str, list[str]] = {}
    nodes: dict[str, list[tuple[str, Any]]] = {}
    for subject, predicate, value, _ in quads:
        if subject == iri:
            said.setdefault(predicate, []).append(value)
        elif subject.startswith("_:"):
            nodes.setdefault(subject[2:], []).append((predicate, value))
        else:
            mentioned.setdefault(predicate, []).append(subject)
    return {
        "iri": iri,
        "name": compact(iri).removeprefix(BASE),
        "kinds": said.pop(RDF["type"], []),
        "said": {predicate: said[predicate] for predicate in sorted(said, key=compact)},
        "nodes": nodes,
        "mentioned": {by: sorted(set(mentioned[by])) for by in sorted(mentioned, key=compact)},
    }


def _candidates(iri: str) -> list[str]:
    """List the addresses at which pages may show an IRI; which of them exist is not known here."""
    rest = iri.removeprefix(BASE)
    if iri in ACCESS:
        return [f"/explain?{urlencode({'id': iri})}"] if rest.count("/") == 9 else []
    if iri in CONFIGURATION:
        try:
            found = read_configuration(iri.removeprefix(str(CONFIGURATION)))
        except SightlineError:
            return []
        return [f"/?{urlencode(found, doseq=True)}"]
    pages = {"document": "/documents", "query": "/questions"}
    page = pages.get(kind(iri) or "")
    return [f"{page}/{rest.partition('/')[2]}"] if page else [f"/vocabulary/{rest}"]


def _see(request: Request, path: str) -> Response:
    address = site_of(request).settings.root + quote(path, safe="/%:@!$&'()*+,;=~?")
    return RedirectResponse(address, 303, {"Vary": "Accept", "Cache-Control": "no-cache"})
