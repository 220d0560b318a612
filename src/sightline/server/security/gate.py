"""Recognise callers by what they show: a bearer token, one of an identity provider, a session."""

from time import time

from starlette.requests import Request

from sightline.errors import RightsError
from sightline.server.security.oidc import Issuer
from sightline.server.security.rights import Caller
from sightline.server.security.sessions import SECONDS, Session, Sessions
from sightline.server.security.tokens import TokenFile

_LONGEST = 16 * 1024


class Gate:
    """Knows callers; ``tokens`` or ``issuer`` may be missing."""

    def __init__(self, tokens: TokenFile | None, issuer: Issuer | None, sessions: Sessions) -> None:
        self.tokens = tokens
        self.issuer = issuer
        self.sessions = sessions

    async def caller(self, request: Request) -> Caller | None:
        """Give the caller of a request, None where it shows nothing.

        Raises RightsError for a token that is not known, ServiceError where an issuer cannot tell.
        """
        given = request.headers.getlist("authorization")
        if given:
            scheme, _, token = given[0].strip().partition(" ")
            if len(given) > 1 or scheme.lower() != "bearer":
                raise _unknown("the Authorization header is not 'Bearer TOKEN'")
            return (await self.session(token.strip())).caller
        session = self.sessions.of(request)
        if session is None or session.token is None:
            return session.caller if session else None
        entry = self.tokens.known(session.token) if self.tokens else None
        return entry.caller if entry else None  # as the file says now

    async def session(self, token: str) -> Session:
        """Give who a token stands for, and until when; raises as ``caller``."""
        end = time() + SECONDS
        if not token or len(token) > _LONGEST or not token.isascii():
            raise _unknown("the token is not known")
        if self.tokens and (entry := self.tokens.find(token)):
            return Session(entry.caller, entry.digest, end)
        if self.issuer and token.count(".") == 2:
            caller, expires = await self.issuer.caller(token)
            return Session(caller, None, min(end, expires))
        raise _unknown("the token is not known")


def _unknown(message: str) -> RightsError:
    hint = "send 'Authorization: Bearer TOKEN', or sign in with a browser"
    return RightsError("rights.unknown", message, hint)
