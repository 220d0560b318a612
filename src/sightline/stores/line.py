"""HTTP to one server: no redirects, credentials for its addresses only, failures as errors."""

import base64
import http.client
import os
from collections.abc import Iterable
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    BaseHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    Request,
    build_opener,
)

from sightline.errors import InputError, QueryError, StoreError

USER, PASSWORD = "SIGHTLINE_STORE_USER", "SIGHTLINE_STORE_PASSWORD"
"""The environment variables with the credentials; they are read nowhere else."""

MAX_ANSWER = 256 * 1024 * 1024
"""Bytes that an answer may have."""

# Virtuoso repeats every graph of a query's dataset as a header; Python reads 100 and gives up.
http.client._MAXHEADERS = 20_000  # type: ignore[attr-defined]

Response = tuple[bytes, http.client.HTTPMessage]

_LOGIN = f"set {USER} and {PASSWORD}"


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


class _Digest(HTTPDigestAuthHandler):
    def http_error_401(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> Any:
        # urllib leaves this answer open when it sends the request again.
        try:
            again = super().http_error_401(req, fp, code, msg, headers)
        except (OSError, ValueError):
            fp.close()
            raise
        if again is not None:
            fp.close()
        return again


class Line:
    """The way to a server: no redirects, and the credentials for its addresses only."""

    def __init__(self, urls: Iterable[str], timeout: float) -> None:
        self.timeout = timeout
        self._login = ""
        handlers: list[BaseHandler] = [_NoRedirect()]
        user, password = os.environ.get(USER), os.environ.get(PASSWORD)
        if user and password:
            self._login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
            known = HTTPPasswordMgrWithDefaultRealm()
            for url in filter(None, urls):
                known.add_password(None, url, user, password)
            handlers.append(_Digest(known))
        self._opener = build_opener(*handlers)

    def send(self, request: Request) -> Response:
        """Send a request; raise ``StoreError``, or ``QueryError`` if the server calls it wrong."""
        # At once, because a server may give the anonymous a smaller answer instead of asking.
        if self._login:
            request.add_unredirected_header("Authorization", self._login)
        try:
            return self._open(request)
        except StoreError as error:
            cause = error.__cause__
            if not (self._login and isinstance(cause, HTTPError) and cause.code == 401):
                raise
        # Virtuoso asks for Digest, but only those who have not shown a password yet.
        request.remove_header("Authorization")
        return self._open(request)

    def _open(self, request: Request) -> Response:
        where = request.full_url.partition("?")[0]
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                content: bytes = response.read(MAX_ANSWER + 1)
                headers: http.client.HTTPMessage = response.headers
        except HTTPError as error:
            with error:
                raise _refused(error, where) from error
        except (URLError, TimeoutError, OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            if isinstance(reason, TimeoutError):
                reason = f"no answer within {self.timeout:g} seconds"
            raise StoreError(
                "store.unreachable",
                f"{where} does not answer: {reason or type(reason).__name__}",
                "check the address, and that the server runs",
            ) from error
        except ValueError as error:  # a login of another kind is asked for
            raise StoreError("store.failed", f"{where}: HTTP 401: {error}", _LOGIN) from error
        length = headers.get("Content-Length", "")
        if len(content) > MAX_ANSWER:
            raise StoreError("store.answer", f"{where}: the answer is too large", "ask for less")
        if length.isdecimal() and len(content) < int(length):
            raise StoreError("store.answer", f"{where}: the answer broke off", "ask again")
        return content, headers


def _refused(error: HTTPError, where: str) -> QueryError | StoreError:
    try:
        said = " ".join(error.read(2000).decode(errors="replace").split())[:300]
    except (OSError, http.client.HTTPException):
        said = ""
    if error.code == 400:
        return QueryError("query.syntax", f"{where} refuses the query: {said}", "correct it")
    if error.code in (401, 403):
        hint = _LOGIN if error.code == 401 else "ask for the right to do this"
    elif 300 <= error.code < 400:
        hint = f"use the address it points to: {error.headers.get('Location')}"
    else:
        hint = "check the address" if error.code in (404, 405) else "see the server's log"
    return StoreError("store.failed", f"{where}: HTTP {error.code} {said or error.reason}", hint)


def server_url(text: str) -> str:
    """Pass on the address of a server, or raise ``InputError`` for what is none."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            "input.value", f"not the address of a server: {text!r}", "begin with https://"
        )
    if parts.username or parts.password:
        raise InputError("input.value", "an address must not hold credentials", _LOGIN)
    return text
