"""See what became of each request, and tell the audit and the metrics."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_MOST = 50
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Seen:
    """A request and its answer, without anything that they say."""

    caller: str
    address: str
    method: str
    route: str
    """The template of the path, or '' where there is none."""
    path_params: Mapping[str, Any]
    parameters: Sequence[str]
    """The names of the parameters of the address; one that could be content is '?'."""
    estate: str
    """The parameter of that name."""
    query: str | None
    """The SPARQL query."""
    status: int
    """0 where the client left before there was one."""
    is_whole: bool
    """Whether the answer was sent to its end."""
    bytes: int
    seconds: float


class Observed:
    """Middleware that calls ``observers`` when a request is over."""

    def __init__(self, app: ASGIApp, observers: Sequence[Callable[[Seen], None]]) -> None:
        self.app = app
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, size, is_whole = perf_counter(), 0, 0, False

        async def watching(message: Message) -> None:
            nonlocal status, size, is_whole
            await send(message)
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
                is_whole = not message.get("more_body", False)

        try:
            await self.app(scope, receive, watching)
        finally:
            state = scope.get("state", {})
            given = _parameters(scope["query_string"])
            caller, client, method = state.get("caller"), scope.get("client"), scope["method"]
            seen = Seen(
                caller=caller.name if caller else "",
                address=client[0] if client else "",
                method=method if method in METHODS else "?",
                route=getattr(scope.get("route"), "path", ""),
                path_params=scope.get("path_params", {}),
                parameters=sorted({n if _NAME.fullmatch(n) else "?" for n in given})[:_MOST],
                estate=given.get("estate", ""),
                query=state.get("query"),
                status=status,
                is_whole=is_whole,
                bytes=size if method != "HEAD" else 0,
                seconds=perf_counter() - began,
            )
            for observer in self._observers:
                observer(seen)


def _parameters(query: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        return {"?": ""}
