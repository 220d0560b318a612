"""Refuse requests that are too large, too slow, or too many at a time."""

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.errors import InputError, RequestError, ServiceError, SightlineError
from sightline.server import problems
from sightline.server.settings import Limits

TARGET = 16 * 1024
"""The longest address with its query, in bytes; a longer query can be sent by POST."""
HEADERS = 32 * 1024
"""The most that all headers may take, in bytes."""
COUNT = 100
"""The most headers."""
TOGETHER = 256
"""How many requests are in work or waiting at a time."""
PAUSE = 10.0
"""How long the next piece of a body may take, in seconds."""
WHOLE = 60.0
"""How long a whole body may take, in seconds."""

UPLOADS = ("/api/validate", "/api/estate", "/estate")
"""Where files may be sent, which are larger than other bodies."""


_VERSIONS = ("1.0", "1.1", "2", "3")


class Bounds:
    """Middleware that ends what goes beyond the limits of a request."""

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        together: int = TOGETHER,
        pause: float = PAUSE,
        whole: float = WHOLE,
    ) -> None:
        self.app = app
        self._limits = limits
        self._together = together
        self._pause = pause
        self._whole = whole
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within the limits, and watch over its body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._most(scope["path"])
        if self._running >= self._together:
            await _refuse(scope, receive, send, _busy(), 503)
            return
        for error, status in _beyond(scope, most):
            await _refuse(scope, receive, send, error, status)
            return
        self._running += 1
        try:
            await self.app(scope, _Body(receive, most, self._pause, self._whole), _closing(send))
        finally:
            self._running -= 1

    def _most(self, path: str) -> int:
        is_upload = any(path == each or path.startswith(f"{each}/") for each in UPLOADS)
        return self._limits.body if is_upload else self._limits.other


class _Body:
    """Receives a body piece by piece; raises for one that grows too large or comes too slowly."""

    def __init__(self, receive: Receive, most: int, pause: float, whole: float) -> None:
        self._receive = receive
        self._left = self._most = most
        self._pause = pause
        self._end = asyncio.get_running_loop().time() + whole
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()  # waits for the client to go, however long that takes
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(self._end, now + self._pause)):
                message = await self._receive()
        except TimeoutError as error:
            raise RequestError(
                "request.slow", "the body of the request comes too slowly", "send it again"
            ) from error
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._left < 0:
                raise _too_large(self._most)
        return message


def _beyond(scope: Scope, most: int) -> Any:
    """Yield what of the head of a request is too large, with its status."""
    target = len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"])
    if target > TARGET:
        message = f"the address is longer than {TARGET:,} bytes"
        yield RequestError("request.too-large", message, "send a query by POST"), 414
    if len(scope["headers"]) > COUNT:
        message = f"the request has more than {COUNT} headers"
        yield RequestError("request.too-large", message, "send fewer"), 431
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEADERS:
        message = f"the headers are longer than {HEADERS:,} bytes"
        yield RequestError("request.too-large", message, "send shorter ones"), 431
    headers = Headers(scope=scope)
    if "transfer-encoding" in headers and "content-length" in headers:
        # A proxy before this server might see another end of the body, and so another request.
        yield RequestError("request.malformed", "the body has two lengths", "send one of them"), 400
    if scope.get("http_version", "1.1") not in _VERSIONS:
        yield (
            RequestError("request.malformed", "this version of HTTP is not spoken", "use 1.1"),
            505,
        )
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        yield _too_large(most), 413


def _too_large(most: int) -> InputError:
    message = f"the body of the request has more than {most:,} bytes"
    return InputError("input.too-large", message, "send less at a time")


def _busy() -> ServiceError:
    return ServiceError("service.busy", "too much is asked for at once", "ask again in a second")


async def _refuse(
    scope: Scope, receive: Receive, send: Send, error: SightlineError, status: int
) -> None:
    answer = problems.problem(Request(scope), error, status, {"Connection": "close"})
    await answer(scope, receive, send)


def _closing(send: Send) -> Send:
    """Close the connection after an answer that came before the whole body was there."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (408, 413):
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return sending
