"""The headers that tell a browser how little an answer may do."""

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.server.settings import Settings

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types elk"
)
"""What a page may do; ``elk`` is the policy that starts the worker which lays out drawings."""

DATA = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
"""What anything else may do: nothing."""

DRAWING = f"{DATA}; style-src 'unsafe-inline'; sandbox"
"""What a drawing may do that is opened by itself: be styled. It has no script to abuse that."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that, browsers hide the Origin of our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}


class SecurityHeaders:
    """Middleware that sends them with each answer, and gives pages ``request.state.nonce``."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._always = dict(ALWAYS)
        if urlsplit(settings.url or "").scheme == "https":
            self._always["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._always)
                kind = headers.get("content-type", "").partition(";")[0].strip().lower()
                headers["Content-Security-Policy"] = policy(kind, nonce)
                if not scope["path"].startswith("/static/"):
                    # What one caller may see stays with that caller.
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await self.app(scope, receive, sending)


def policy(media_type: str, nonce: str) -> str:
    """Give the content security policy for an answer of a media type."""
    if media_type == "text/html":
        return PAGE.format(nonce=nonce)
    return DRAWING if media_type == "image/svg+xml" else DATA
