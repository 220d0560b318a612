"""Remember browsers that have signed in: a random name in a cookie, and who it stands for."""

import hashlib
import secrets
from collections import OrderedDict
from time import time
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sightline.server.security.rights import Caller
from sightline.server.settings import Settings

SECONDS = 12 * 60 * 60
"""How long a session lasts at most."""
MOST = 10_000


class Session(NamedTuple):
    """Who has signed in: by a token of the file (``token`` is its hash) or of an issuer."""

    caller: Caller
    token: bytes | None
    end: float


class Sessions:
    """The sessions of this process; they end with it.

    The cookie is for this host only, no script can read it, and no other site can have it sent.
    """

    def __init__(self, settings: Settings) -> None:
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._is_secure = urlsplit(settings.url or "").scheme == "https"
        self.cookie = "__Host-sightline" if self._is_secure else "sightline"

    def begin(self, answer: Response, session: Session) -> None:
        """Begin a session with the browser that gets an answer."""
        name = secrets.token_urlsafe(32)
        self._sessions[_key(name)] = session
        if len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        answer.set_cookie(
            self.cookie,
            name,
            max_age=max(0, int(session.end - time())),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )

    def of(self, request: Request) -> Session | None:
        """Give the session of a request, if it has one that has not ended."""
        name = request.cookies.get(self.cookie)
        if not name:
            return None
        key = _key(name)  # an attacker who measures the look-up learns about hashes only
        session = self._sessions.get(key)
        if session and session.end < time():
            del self._sessions[key]
            return None
        return session

    def end(self, request: Request, answer: Response) -> None:
        """End the session of a request."""
        self._sessions.pop(_key(request.cookies.get(self.cookie, "")), None)
        answer.delete_cookie(
            self.cookie, path="/", secure=self._is_secure, httponly=True, samesite="strict"
        )


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()
