"""Answer with an error as problem+json (RFC 9457), text or page; never with a traceback."""

import logging
import os
from asyncio import CancelledError
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.errors import Code, RequestError, ServiceError, SightlineError, render
from sightline.server import negotiation
from sightline.server.site import site_of
from sightline.terms import BASE

PROBLEM_JSON = "application/problem+json"
ERROR = f"{BASE}error/"
"""What the IRI of each kind of problem begins with; the code follows."""

_STATUS: Mapping[Code, int] = {
    "input.too-large": 413,
    "request.path": 404,
    "request.method": 405,
    "request.not-acceptable": 406,
    "request.media-type": 415,
    "request.host": 421,
    "request.cross-site": 403,
    "request.too-large": 431,
    "request.too-often": 429,
    "request.slow": 408,
    "query.failed": 422,
    "store.unreachable": 502,
    "store.failed": 500,
    "store.answer": 502,
    "service.timeout": 504,
    "service.too-large": 422,
    "service.busy": 503,
    "service.failed": 500,
    "rights.unknown": 401,
    "rights.missing": 403,
    "knowledge.missing": 500,
    "knowledge.broken": 500,
    "knowledge.conflict": 500,
}
_CODES: Mapping[int, Code] = {
    404: "request.path",
    405: "request.method",
    406: "request.not-acceptable",
    413: "input.too-large",
    415: "request.media-type",
}
FORMS = (PROBLEM_JSON, "application/json", "text/plain", "text/html")
_log = logging.getLogger("sightline.server")


def status(error: SightlineError) -> int:
    """Give the HTTP status of an error; what the client gave wrongly is 400.

    >>> from sightline.errors import QueryError
    >>> status(QueryError("query.syntax", "not a query"))
    400
    """
    return _STATUS.get(error.code, 400)


def problem_json(error: SightlineError, code: int | None = None) -> dict[str, Any]:
    """Describe an error as RFC 9457 does, with our stable ``code`` and the ``hint``."""
    number = code or status(error)
    described: dict[str, Any] = {
        "type": ERROR + error.code,
        "title": HTTPStatus(number).phrase,
        "status": number,
        "detail": error.message,
        "code": error.code,
    }
    return described | ({"hint": error.hint} if error.hint else {})


def problem(
    request: HTTPConnection,
    error: SightlineError,
    code: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with an error in the form that the request likes best; ``code`` overrides its status.

    An error is never refused for its form: a client that accepts none gets problem+json.
    """
    number = code or status(error)
    sent = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if error.code == "service.busy":
        wait = error.retry_after if isinstance(error, ServiceError) else 1
        sent.setdefault("Retry-After", str(wait))
    if number == 401:
        sent.setdefault("WWW-Authenticate", "Bearer")
    form = negotiation.choose(negotiation.accepts(request.headers.getlist("accept")), FORMS)
    if form == "text/plain":
        return Response(f"{render(error)}\n", number, sent, "text/plain")
    if form == "text/html" and isinstance(request, Request):
        return _page(request, error, number, sent)
    return JSONResponse(problem_json(error, number), number, sent, form or PROBLEM_JSON)


def on_error(request: Request, error: Exception) -> Response:
    """Answer for an error of sightline."""
    assert isinstance(error, SightlineError)
    return problem(request, error)


def on_http(request: Request, error: Exception) -> Response:
    """Answer for what the framework raises: no such path, no such method."""
    assert isinstance(error, HTTPException)
    number = error.status_code
    if number == 404 and (address := _without_slash(request)):
        return RedirectResponse(address, 308)
    known: Code = _CODES.get(number, "request.malformed" if number < 500 else "service.failed")
    words = {
        404: f"there is nothing at {request.url.path}",
        405: f"{request.method} is not possible here",
    }
    headers, hint = dict(error.headers or {}), ""
    if "Allow" in headers:  # from a set, which has no order
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
        hint = f"use {headers['Allow']}"
    told = RequestError(known, words.get(number, error.detail), hint)
    return problem(request, told, number, headers)


def _without_slash(request: Request) -> str | None:
    """Give the address that was meant where a slash at the end is all that is wrong."""
    path = request.scope["path"]
    if not path.endswith("/") or path.startswith("//"):
        return None
    scope = {**request.scope, "path": path.rstrip("/")}
    if all(route.matches(scope)[0] is Match.NONE for route in request.app.routes):
        return None
    query = request.scope["query_string"].decode("latin-1")
    root = site_of(request).settings.root
    return f"{root}{quote(path.rstrip('/'))}{f'?{query}' if query else ''}"


class Faults:
    """Middleware that turns what nobody expected into a 500, and logs it in one line.

    An answer that has begun is broken off instead: nobody takes a part for the whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch over the answer."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return  # there is nobody to answer, and nothing is wrong
        except CancelledError:  # the server ends, and has waited for this long enough
            if scope["type"] != "http":
                raise
            if not begun:
                told = ServiceError("service.busy", "the server is ending", "ask again later")
                await problem(HTTPConnection(scope), told)(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            _note(scope, error)
            if not begun:  # else it stays without an end, and the connection is cut
                told = ServiceError("service.failed", "the server failed", "tell who runs it")
                await problem(HTTPConnection(scope), told)(scope, receive, send)


def _note(scope: Scope, error: Exception) -> None:
    """Log a fault in one line that the client cannot shape; its query stays out of it."""
    known = error.__cause__ if isinstance(error.__cause__, SightlineError) else error
    what = known.code if isinstance(known, SightlineError) else type(known).__name__
    where = bool(os.environ.get("SIGHTLINE_TRACEBACK"))
    _log.error("%s %s: %s", scope["method"], ascii(scope["path"]), what, exc_info=where)


def _page(
    request: Request, error: SightlineError, number: int, headers: Mapping[str, str]
) -> Response:
    from sightline.server.pages import rendering  # which is above this module

    shown = {"hint": "", **problem_json(error, number)}
    if number == status(error):
        shown = {**shown, **rendering.problem(error)}
    answer = rendering.page(request, "error.html", number, problem=shown)
    answer.headers.update(headers)
    return answer
