"""Send what workers stream: whole or visibly broken, and not at all if the client has it."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sightline.errors import SightlineError
from sightline.server.site import site_of
from sightline.service.workers import Stream


def etag(request: Request, *parts: Any) -> str:
    """Name the answer to a question: the state of all that is known, and all that was asked.

    Weak, because a store may give the same rows in another order.
    """
    text = json.dumps([site_of(request).digest, *parts], sort_keys=True)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def unchanged(request: Request, tag: str) -> bool:
    """Tell whether the client already has the answer with that ETag."""
    known = ",".join(request.headers.getlist("if-none-match"))
    weak = tag.removeprefix("W/")
    return known.strip() == "*" or weak in (
        item.strip().removeprefix("W/") for item in known.split(",")
    )


def caching(tag: str | None) -> dict[str, str]:
    """Give the headers by which an answer is kept: only by its client, and asked for each time."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    return headers | ({"ETag": tag} if tag else {})


def not_modified(tag: str) -> Response:
    """Say that the client has the answer."""
    return Response(status_code=304, headers=caching(tag))


async def streamed(
    request: Request, stream: Stream, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Answer with a stream, of which HEAD gets the headers only.

    The status is sent now, when the first bytes are there. If later ones cannot follow, the
    iterator raises and the connection is cut within the body. HTTP/1.0, which many a proxy speaks,
    has no sign for that: there the whole answer is awaited.
    """
    if request.method == "HEAD":
        await end(stream)
        return Bodiless(media_type, headers)
    answer = Streamed(stream, await anext(stream.chunks, b""), media_type, headers)
    if request.scope.get("http_version") == "1.0":
        content = b"".join([chunk async for chunk in answer.chunks()])
        return Response(content, 200, dict(headers), typed(media_type))
    return answer


async def end(stream: Stream) -> None:
    """Let go of a stream that nobody reads, so that its worker is free again."""
    try:
        await anext(stream.chunks, b"")  # what has not begun has nothing to end
    except SightlineError:
        return
    await _close(stream)


class Streamed(StreamingResponse):
    """A stream whose first bytes are there; however it ends, its worker is free again."""

    def __init__(
        self, stream: Stream, first: bytes, media_type: str, headers: Mapping[str, str]
    ) -> None:
        super().__init__(self.chunks(), 200, dict(headers), typed(media_type))
        self._stream = stream
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; the client may leave at any time, also before the first byte."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await _close(self._stream)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give all bytes, the first ones included."""
        try:
            yield self._first
            async for chunk in self._stream.chunks:
                yield chunk
        finally:
            await _close(self._stream)


class Bodiless(Response):
    """The headers of an answer whose length nobody knows without writing it."""

    def __init__(self, media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(None, 200, dict(headers), typed(media_type))
        del self.headers["content-length"]


def typed(media_type: str) -> str:
    """Write a media type as a header has it; text is UTF-8.

    >>> typed("text/turtle"), typed("application/n-triples")
    ('text/turtle; charset=utf-8', 'application/n-triples')
    """
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


async def _close(stream: Stream) -> None:
    close = getattr(stream.chunks, "aclose", None)
    if close is not None:
        await close()
