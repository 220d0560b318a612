"""What all pages and endpoints of a server share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from sightline.model import Knowledge
from sightline.queries import LibraryQuestion
from sightline.server.settings import Settings
from sightline.service.work import catalog_graph, estate_graph
from sightline.service.workers import Workers


@dataclass(frozen=True)
class Site:
    """Workers, and what the web process knows itself; found as ``request.app.state.site``."""

    workers: Workers
    knowledge: Knowledge
    """Labels, definitions, documents; only read."""
    questions: Mapping[str, LibraryQuestion]
    digest: str
    """Names the state of knowledge and estates: answers of two states never share an ETag."""
    graphs: tuple[str, ...]
    """The named graphs that every caller may read."""
    estates: tuple[str, ...] = ()
    catalogs: tuple[str, ...] = ()
    """The estates to which catalogs are joined."""
    settings: Settings = field(default_factory=Settings)
    warnings: tuple[str, ...] = ()
    """What whoever starts the server should know of its files."""

    def readable(self, estates: frozenset[str] | None = None) -> list[str]:
        """List the named graphs for a caller who may read ``estates`` (None: all of them)."""
        allowed = [name for name in self.estates if estates is None or name in estates]
        catalogs = (catalog_graph(name) for name in self.catalogs if name in allowed)
        return [*self.graphs, *map(estate_graph, allowed), *catalogs]


def site_of(request: Request) -> Site:
    """Give the site that a request is made to."""
    site: Site = request.app.state.site
    return site


def readable_graphs(request: Request) -> list[str]:
    """List the named graphs that the caller of a request may read."""
    caller = getattr(request.state, "caller", None)
    return site_of(request).readable(caller.estates if caller is not None else None)


def readable_estates(request: Request) -> list[str]:
    """List the estates that the caller of a request may ask about."""
    caller = getattr(request.state, "caller", None)
    allowed = caller.estates if caller is not None else None
    return [name for name in site_of(request).estates if allowed is None or name in allowed]
