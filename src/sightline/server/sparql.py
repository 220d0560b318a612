"""``/sparql``: the query operation of the SPARQL 1.1 Protocol, and the service description."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sightline.errors import QueryError, RequestError
from sightline.server import forms, negotiation, problems, streaming
from sightline.server.description import description
from sightline.server.site import Site, readable_graphs, site_of

PATH = "/sparql"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"

_HTML = "text/html"
_TABLE = forms.Form(*next(iter(forms.TABLES.items())))
_TRIPLES = forms.Form(*next(iter(forms.GRAPHS.items())))
_DATASET = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")
_OPERATION = frozenset(("query", "update", "format", *_DATASET))
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_MOST_PARAMETERS = 1000
# Each call gives something else, so that no answer can be named for later.
_FLEETING = re.compile(r"\b(NOW|RAND|UUID|STRUUID)\b", re.IGNORECASE)


class Asked(NamedTuple):
    """A query operation; the dataset is None where the request names none."""

    query: str
    default_graphs: Sequence[str] | None
    named_graphs: Sequence[str] | None
    format: str | None


def routes(site: Site) -> list[BaseRoute]:
    """Give the routes of this room."""
    return [Route(PATH, endpoint, methods=list(_METHODS))]


async def endpoint(request: Request) -> Response:
    """Answer a query, or describe the service to who asks nothing."""
    if request.method == "OPTIONS":
        return Response(
            status_code=204,
            headers={"Allow": ", ".join(_METHODS), "Accept-Post": f"{QUERY}, {FORM}"},
        )
    given = parameters(request.scope["query_string"], "the query string")
    if request.method != "POST":
        if not given.keys() & _OPERATION:
            return _without_query(request)
        return await _operation(request, given)
    kind, charset = _content_type(request)
    if kind == UPDATE:
        return _refused(request)
    if kind not in (QUERY, FORM):
        raise RequestError(
            "request.media-type",
            f"a query cannot be sent as {kind}" if kind else "the request has no Content-Type",
            f"send {QUERY} or {FORM}",
        )
    if charset not in ("", "utf-8", "us-ascii"):
        raise RequestError("request.media-type", "a query has to be UTF-8", "leave out the charset")
    body = await _body(request)
    if kind == FORM:
        given = _joined(given, parameters(body, "the form"))
    else:
        given = _joined(given, {"query": [_text(body, "the query")]})
    return await _operation(request, given)


async def _operation(request: Request, given: Mapping[str, Sequence[str]]) -> Response:
    if "update" in given:
        return _refused(request)
    question = asked(given)
    if request.method != "POST" and given.keys() == {"query"} and _likes_pages(request):
        where = f"{_editor(request)}?{urlencode({'query': question.query})}"
        return RedirectResponse(where, 303, {"Vary": "Accept"})
    return await answer(request, question)


def _likes_pages(request: Request) -> bool:
    """Tell whether the client would rather have a page than any form of an answer."""
    accept = negotiation.accepts(request.headers.getlist("accept"))
    return negotiation.choose(accept, [*forms.TABLES, *forms.GRAPHS, _HTML]) == _HTML


def _editor(request: Request) -> str:
    return f"{site_of(request).settings.root}/sparql-editor"


async def answer(request: Request, question: Asked) -> Response:
    """Answer a query in the form that the request likes best.

    Raises QueryError for a query that must not run, RequestError for a form that the answer cannot
    have, and ServiceError for one that takes too much.
    """
    request.state.query = question.query  # whose hash the audit writes
    table = forms.chosen(request, forms.TABLES, question.format)
    triples = forms.chosen(request, forms.GRAPHS, question.format)
    if table is None and triples is None:
        raise forms.not_acceptable({**forms.TABLES, **forms.GRAPHS})
    # Only the worker finds out which of both it is; a form that is not accepted is never sent.
    written = [(table or _TABLE).written, (triples or _TRIPLES).written]
    limits = site_of(request).settings.limits
    given = {
        "query": question.query,
        "graphs": readable_graphs(request),
        "default_graphs": question.default_graphs,
        "named_graphs": question.named_graphs,
        "base": address(request),
        "media_type": written,
        "rows": limits.rows,
        "bytes": limits.answer,
    }
    tag = (
        None if _FLEETING.search(question.query) else streaming.etag(request, given, table, triples)
    )
    if tag and request.method != "POST" and streaming.unchanged(request, tag):
        return streaming.not_modified(tag)
    stream = await site_of(request).workers.stream("sparql", given)
    form = table if stream.head["media_type"] == written[0] else triples
    if form is None:
        await streaming.end(stream)
        raise forms.not_acceptable(forms.GRAPHS if triples is None else forms.TABLES)
    return await streaming.streamed(request, stream, form.sent, streaming.caching(tag))


def asked(given: Mapping[str, Sequence[str]]) -> Asked:
    """Read the parameters of a query operation.

    Raises RequestError where there is not exactly one query.
    """
    queries = given.get("query", ())
    if len(queries) != 1:
        count = len(queries) or "no"
        raise RequestError(
            "request.malformed", f"the request has {count} queries", "send one as 'query'"
        )
    for name in ("using-graph-uri", "using-named-graph-uri"):
        if name in given:
            raise RequestError(
                "request.malformed", f"{name} is for updates", "say default-graph-uri"
            )
    default, named = given.get("default-graph-uri"), given.get("named-graph-uri")
    if default is not None or named is not None:  # a dataset of its own: what it lacks is empty
        default, named = default or [], named or []
    formats = given.get("format") or (None,)
    return Asked(queries[0], default, named, formats[-1])


def parameters(content: bytes, where: str) -> dict[str, list[str]]:
    """Read parameters of a form; raises RequestError for text that is not UTF-8."""
    try:
        pairs = parse_qsl(
            content.decode("ascii" if where == "the query string" else "utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise RequestError(
            "request.malformed", f"{where} is not UTF-8 text", "percent-encode it as UTF-8"
        ) from error
    except ValueError as error:
        raise RequestError("request.malformed", f"{where} has too many parameters") from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _without_query(request: Request) -> Response:
    """Describe the service to programs, and send browsers to the editor."""
    offered = [*forms.GRAPHS, _HTML]
    accept = negotiation.accepts(request.headers.getlist("accept"))
    if negotiation.choose(accept, offered) == _HTML:
        return RedirectResponse(_editor(request), 303, {"Vary": "Accept"})
    form = forms.required(forms.chosen(request, forms.GRAPHS), forms.GRAPHS)
    graphs = readable_graphs(request)
    tag = streaming.etag(request, address(request), graphs, form)
    if streaming.unchanged(request, tag):
        return streaming.not_modified(tag)
    content = description(address(request), graphs, form.written)
    return Response(content, 200, streaming.caching(tag), streaming.typed(form.sent))


def address(request: Request) -> str:
    """Give the address of the endpoint, as the client knows it."""
    known = site_of(request).settings.url or str(request.base_url)
    return f"{known.rstrip('/')}{PATH}"


def _refused(request: Request) -> Response:
    error = QueryError("query.refused", "updates are refused", "the graph is only read")
    return problems.problem(request, error, 403)


async def _body(request: Request) -> bytes:
    """Read the body as far as a query may be long; what is longer is not even received."""
    most = site_of(request).settings.limits.query
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            message = f"the query is too long: it has more than {most:,} bytes"
            raise QueryError("query.refused", message, "ask in smaller steps")
    return bytes(content)


def _content_type(request: Request) -> tuple[str, str]:
    """Split the header into the media type and the charset, both in lower case."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = ""
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return kind.strip().lower(), charset


def _text(content: bytes, what: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{what} is not UTF-8 text (byte {error.start})"
        raise RequestError("request.malformed", message, "send it as UTF-8") from error


def _joined(*several: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Put together the parameters of the address and of the body."""
    found: dict[str, list[str]] = {}
    for given in several:
        for name, values in given.items():
            found.setdefault(name, []).extend(values)
    return found
