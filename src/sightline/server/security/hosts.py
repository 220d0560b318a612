"""Answer only requests that were meant for this server, and none that another site's page made.

A page of another site cannot read an answer, as no CORS header is sent. But it could point its own
name at this address (DNS rebinding), which the Host header gives away, or have a browser send
requests with its user's session, which ``Sec-Fetch-Site`` and ``Origin`` give away.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sightline.errors import RequestError
from sightline.server import problems
from sightline.server.settings import Settings, is_loopback

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.I)
_OWN = ("same-origin", "none")
_SHOWN = ("document", "")
_PORTS = {"http": "80", "https": "443"}


class Hosts:
    """Middleware that refuses other hosts (421), and what pages of other sites ask for (403)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._names = {name.lower().rstrip(".") for name in settings.allowed_hosts}
        self._names.add(settings.host.lower())
        self._origin = ""
        if settings.url:
            parts = urlsplit(settings.url)
            self._names.add((parts.hostname or "").lower())
            self._origin = _site(parts.scheme, parts.netloc)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused_host(scope, headers) or self._refused_origin(scope, headers)
        if refused is None:
            await self.app(scope, receive, send)
        else:
            await problems.problem(Request(scope), refused)(scope, receive, send)

    def _refused_host(self, scope: Scope, headers: Headers) -> RequestError | None:
        given = headers.getlist("host")
        if not given and scope.get("http_version") == "1.0":
            return None  # older than the header, and so not a browser
        found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if found and self._is_known(found["name"].lower().strip("[]").rstrip("."), scope):
            return None
        return RequestError(
            "request.host",
            "this server does not answer for the host that the request names",
            "use its own address; whoever runs it can add names with --allow-host",
        )

    def _is_known(self, name: str, scope: Scope) -> bool:
        # An address, unlike a name, cannot be pointed elsewhere: the one that was reached is right.
        reached = (scope.get("server") or ("",))[0].lower()
        return name in self._names or is_loopback(name) or name == reached

    def _refused_origin(self, scope: Scope, headers: Headers) -> RequestError | None:
        if not self._is_foreign(scope, headers):
            return None
        return RequestError(
            "request.cross-site",
            "the page of another site made this request",
            "open the address itself, or ask with a program that is no web page",
        )

    def _is_foreign(self, scope: Scope, headers: Headers) -> bool:
        if site := headers.get("sec-fetch-site"):  # which no page can forge
            return site not in _OWN and not _is_link(scope, headers)
        origin = headers.get("origin")
        if origin is None:
            return False
        try:
            parts = urlsplit(origin)
        except ValueError:
            return True
        asked = _site(parts.scheme, headers.get("host", ""))
        return _site(parts.scheme, parts.netloc) not in (asked, self._origin or asked)


def _is_link(scope: Scope, headers: Headers) -> bool:
    """Tell whether a user follows a link to here, which shows the answer to nobody else."""
    return (
        scope["method"] in ("GET", "HEAD")
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest", "") in _SHOWN
    )


def _site(scheme: str, netloc: str) -> str:
    """Write host and port alike, whichever way they were written.

    >>> _site("https", "Example.org:443"), _site("http", "localhost:8000")
    ('https://example.org', 'http://localhost:8000')
    """
    return f"{scheme}://{netloc.lower().removesuffix(f':{_PORTS.get(scheme)}')}"
