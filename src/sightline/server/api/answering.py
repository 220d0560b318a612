"""Answer requests to endpoints: from what the client has, from what is kept, or from a worker."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from sightline.errors import ParameterError, SightlineError, UnknownTermError
from sightline.server import addresses, negotiation, problems, streaming
from sightline.server.api import questions
from sightline.server.api.authzen import IDENTIFIER
from sightline.server.api.catalog import endpoints
from sightline.server.api.endpoints import FORMS, Endpoint
from sightline.server.api.kept import Kept, Written
from sightline.server.api.reading import DATASETS, ESTATE, read
from sightline.server.forms import not_acceptable
from sightline.server.site import Site, readable_estates, site_of
from sightline.server.sparql import parameters as query_of

Table = Mapping[str, Mapping[str, Endpoint]]
"""Path of a route -> path of an endpoint -> endpoint."""

_MISSING = 404


class Answering:
    """What all endpoints of a site share: their table, known values, and kept answers."""

    def __init__(self, site: Site) -> None:
        self.kept = Kept()
        self._site = site
        self._tables: dict[tuple[str, ...], Table] = {}
        self._values: dict[str, frozenset[str]] = {}

    def table(self, visible: Sequence[str]) -> Table:
        """Give the endpoints for a caller who may ask about the estates that are ``visible``."""
        key = tuple(visible)
        if key not in self._tables:
            found: dict[str, dict[str, Endpoint]] = {}
            for endpoint in endpoints(self._site, key):
                found.setdefault(endpoint.address, {})[endpoint.path] = endpoint
            self._tables[key] = found
        return self._tables[key]

    async def values(self) -> Mapping[str, frozenset[str]]:
        """Give the values of parameters by kind; a worker is asked once."""
        if not self._values:
            workers = self._site.workers
            given = {"types": questions.kinds(self._site)}
            found = await workers.call("parameter_values", given)
            policies = (await workers.call("policies", {}))["policies"]
            self._values = {kind: frozenset(tokens) for kind, tokens in found.items()}
            self._values["policy"] = frozenset(policy["name"] for policy in policies)
        return self._values

    def handler(self, route: str) -> Callable[[Request], Awaitable[Response]]:
        """Make the function that answers requests to a route."""

        async def handle(request: Request) -> Response:
            visible = readable_estates(request)
            own = self.table(visible)[route]
            first, *others = own.values()
            path = route.format(**request.path_params) if others else first.path
            if path not in own:
                names = {each.rpartition("/")[2] for each in own}
                unknown = UnknownTermError("question", request.path_params["name"], names)
                return problems.problem(request, unknown, _MISSING)
            endpoint = own[path]
            known = {
                **await self.values(),
                ESTATE: frozenset(visible),
                DATASETS: frozenset(visible).intersection(self._site.catalogs),
            }
            return await self._answer(request, endpoint, known)

        return handle

    async def _answer(
        self, request: Request, endpoint: Endpoint, known: Mapping[str, frozenset[str]]
    ) -> Response:
        given = query_of(request.scope["query_string"], "the query string")
        named = given.pop("format", None)
        before, braces, _ = endpoint.path.partition("{")
        path = dict(request.path_params) if braces else {}
        if endpoint.route.endswith(":path}"):  # as it was sent: an encoded slash is no separator
            path = dict.fromkeys(path, addresses.rest(request, before))
        try:
            values = read(endpoint, given, known, path)
        except UnknownTermError as error:
            if error.kind in (*path, ESTATE):
                return problems.problem(request, error, _MISSING)
            raise
        form = _form(request, endpoint, named)
        for parameter in endpoint.parameters:
            if parameter.name == ESTATE and ESTATE not in values:
                (values[ESTATE],) = known[parameter.kind]  # else it is required
        part = {name: values.pop(name, None) for name in ("limit", "offset")}
        try:
            if endpoint.body is not None:
                return await self._posted(request, endpoint, values, form)
            return await self._got(request, endpoint, values, form, part)
        except SightlineError as error:
            return _refused(request, endpoint, error)

    async def _got(
        self,
        request: Request,
        endpoint: Endpoint,
        values: dict[str, Any],
        form: str,
        part: Mapping[str, int | None],
    ) -> Response:
        arguments = endpoint.given(values)
        # Ages, and which documents are the newest, change with the day.
        today = date.today().isoformat()
        seen = readable_estates(request) if endpoint.local else ()  # which such an answer may name
        tag = streaming.etag(request, endpoint.path, arguments, form, part, today, seen)
        headers = streaming.caching(tag)
        if streaming.unchanged(request, tag):
            return streaming.not_modified(tag)

        async def make() -> Written:
            if endpoint.local is not None:
                return Written(endpoint.local(self._site, values, form).encode())
            return await self._written(endpoint, arguments, form, b"", part)

        found = await self.kept.get(tag, make)
        if found.total is not None:
            headers["X-Total-Count"] = str(found.total)
            if links := _links(request, part, found.total):
                headers["Link"] = links
        return Response(found.content, 200, headers, streaming.typed(FORMS[form]))

    async def _posted(
        self, request: Request, endpoint: Endpoint, values: Mapping[str, Any], form: str
    ) -> Response:
        assert endpoint.body is not None
        try:
            more, body = await endpoint.body.receive(request, self._site)
        except SightlineError as error:
            return _identified(request, problems.problem(request, error))
        found = await self._written(endpoint, endpoint.given({**values, **more}), form, body, {})
        headers = {"Cache-Control": "no-store", "Vary": "Accept, Authorization"}
        answer = Response(found.content, 200, headers, streaming.typed(FORMS[form]))
        return _identified(request, answer)

    async def _written(
        self,
        endpoint: Endpoint,
        arguments: Mapping[str, Any],
        form: str,
        body: bytes,
        part: Mapping[str, int | None],
    ) -> Written:
        limits = self._site.settings.limits
        task = {
            "task": endpoint.task,
            "form": form,
            "given": arguments,
            "rows": limits.rows,
            "bytes": limits.answer,
            **part,
        }
        found = await self._site.workers.call("write", task, body)
        return Written(found["content"].encode(), found.get("total"))


def _form(request: Request, endpoint: Endpoint, asked: Sequence[str] | None) -> str:
    """Choose a form; raises an error where there is none as asked for."""
    if asked is not None:
        if len(asked) == 1 and asked[0] in endpoint.forms:
            return asked[0]
        hint = f"one of: {', '.join(endpoint.forms)}"
        raise ParameterError("parameter.value", f"'format' is {asked[-1]!r}", hint)
    offered = {FORMS[form]: form for form in endpoint.forms}
    best = negotiation.choose(negotiation.accepts(request.headers.getlist("accept")), list(offered))
    if best is None:
        raise not_acceptable({media_type: media_type for media_type in offered})
    return offered[best]


def _links(request: Request, part: Mapping[str, int | None], total: int) -> str:
    """Lead to the other parts of the rows (RFC 8288)."""
    limit, offset = part["limit"], part["offset"] or 0
    if limit is None:
        return ""
    last = max(0, total - 1) // limit * limit
    at = {"first": 0, "last": last}
    if offset > 0:
        at["prev"] = max(0, min(offset, total) - limit)
    if offset + limit < total:
        at["next"] = offset + limit
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "offset"]
    address = f"{site_of(request).settings.root}{quote(request.url.path)}"
    return ", ".join(
        f'<{address}?{urlencode([*kept, ("offset", start)])}>; rel="{name}"'
        for name, start in sorted(at.items())
    )


def _refused(request: Request, endpoint: Endpoint, error: SightlineError) -> Response:
    """Answer with an error that a task found: the request was as its description says."""
    number = problems.status(error)
    return problems.problem(request, error, endpoint.refusal if number == 400 else number)


def _identified(request: Request, answer: Response) -> Response:
    """Give an answer the identifier of its request, if that has one."""
    if name := request.headers.get(IDENTIFIER):
        answer.headers[IDENTIFIER] = name
    return answer
