"""Answer with an error as problem+json (RFC 9457), text or page; never with a traceback."""

import html
import logging
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.errors import Code, RequestError, ServiceError, SightlineError, render
from sightline.server import negotiation
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
_FORMS = (PROBLEM_JSON, "application/json", "text/plain", "text/html")
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
        sent.setdefault("Retry-After", "1")
    if number == 401:
        sent.setdefault("WWW-Authenticate", "Bearer")
    form = negotiation.choose(negotiation.accepts(request.headers.getlist("accept")), _FORMS)
    if form == "text/plain":
        return Response(f"{render(error)}\n", number, sent, "text/plain")
    if form == "text/html":
        return Response(_page(error, number), number, sent, "text/html")
    return JSONResponse(problem_json(error, number), number, sent, form or PROBLEM_JSON)


def on_error(request: Request, error: Exception) -> Response:
    """Answer for an error of sightline."""
    assert isinstance(error, SightlineError)
    return problem(request, error)


def on_http(request: Request, error: Exception) -> Response:
    """Answer for what the framework raises: no such path, no such method."""
    assert isinstance(error, HTTPException)
    number = error.status_code
    known: Code = _CODES.get(number, "request.malformed" if number < 500 else "service.failed")
    words = {
        404: f"there is nothing at {request.url.path}",
        405: f"{request.method} is not possible here",
    }
    hints = {405: f"use {(error.headers or {}).get('Allow', 'GET')}"}
    told = RequestError(known, words.get(number, error.detail), hints.get(number, ""))
    return problem(request, told, number, error.headers)


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
        except Exception as error:
            if scope["type"] != "http":
                raise
            where = bool(os.environ.get("SIGHTLINE_TRACEBACK"))
            name = type(error).__name__
            _log.error("%s %s: %s", scope["method"], scope["path"], name, exc_info=where)
            if not begun:
                told = ServiceError("service.failed", "the server failed", "report it")
                await problem(HTTPConnection(scope), told)(scope, receive, send)


def _page(error: SightlineError, number: int) -> str:
    title = f"{number} {HTTPStatus(number).phrase}"
    parts = [title, error.message, error.hint, error.code]
    title, message, hint, code = (html.escape(part) for part in parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head>\n<body><h1>{title}</h1>\n<p>{message}</p>\n<p>{hint}</p>\n"
        f"<p><code>{code}</code></p></body></html>\n"
    )
