"""Protect the server and what it holds: from whom it answers, how much, and with which rights.

Outermost first a request passes: the security headers; audit and metrics; the check of its host and
origin; its limits; its caller's rights.
"""

from dataclasses import dataclass

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from sightline.server import problems
from sightline.server.security import metrics as measured
from sightline.server.security import sign_in
from sightline.server.security.audit import Audit
from sightline.server.security.gate import Gate
from sightline.server.security.headers import SecurityHeaders
from sightline.server.security.hosts import Hosts
from sightline.server.security.limits import Bounds
from sightline.server.security.metrics import Metrics
from sightline.server.security.observing import Observed
from sightline.server.security.oidc import Issuer, read_trust
from sightline.server.security.rates import Rates
from sightline.server.security.rights import Rights
from sightline.server.security.sessions import Sessions
from sightline.server.security.tokens import TokenFile
from sightline.server.settings import Settings
from sightline.server.site import Site


@dataclass(frozen=True)
class Protection:
    """What protects a site; found as ``request.app.state.protection``."""

    site: Site
    metrics: Metrics
    gate: Gate | None = None
    """Knows callers; None where everyone may ask."""
    audit: Audit | None = None
    rates: Rates | None = None

    def middleware(self) -> list[Middleware]:
        """List the middleware, outermost first."""
        settings = self.site.settings
        observers = [self.metrics.note, *([self.audit.note] if self.audit else [])]
        return [
            Middleware(SecurityHeaders, settings),
            Middleware(Observed, observers),
            Middleware(problems.Faults),
            Middleware(Hosts, settings),
            Middleware(Bounds, settings.limits),
            Middleware(Rights, self.gate, self.rates, settings.root),
        ]

    def close(self) -> None:
        """Let go of files."""
        if self.audit:
            self.audit.close()


def gate_of(settings: Settings) -> Gate | None:
    """Make what knows callers; None where everyone may ask.

    Raises InputError for a file of tokens, trust or keys that is faulty.
    """
    tokens = TokenFile(settings.tokens) if settings.tokens else None
    issuer = Issuer(read_trust(settings.oidc)) if settings.oidc else None
    return Gate(tokens, issuer, Sessions(settings)) if tokens or issuer else None


def protect(site: Site) -> Protection:
    """Make what the settings of a site ask for.

    Raises InputError as ``gate_of``, and for an audit that cannot be written.
    """
    settings = site.settings
    gate = gate_of(settings)
    audit = Audit(settings.audit, site.questions, site.estates) if settings.audit else None
    rates = Rates(settings.rate) if settings.rate else None
    return Protection(site, Metrics(site.workers), gate, audit, rates)


def routes(site: Site) -> list[BaseRoute]:
    """Give the routes of this room."""
    return [Route("/metrics", measured.metrics), *sign_in.routes(site)]
