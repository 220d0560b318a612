"""Put the rooms of the server together: routes, middleware and errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from sightline.errors import SightlineError
from sightline.server import problems
from sightline.server.security import protect
from sightline.server.security.rights import Guarded
from sightline.server.site import Site

ROOMS = ("operations", "security", "sparql", "graph_store", "linked", "api", "pages")
"""The modules and packages that have ``routes(site) -> list[BaseRoute]``."""


def create_app(site: Site) -> Starlette:
    """Make the application of a site; it closes the site's workers when it shuts down.

    Raises InputError for a file of its settings that cannot be used.
    """
    site = replace(site, workers=Guarded(site.workers, site.estates))
    protection = protect(site)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await site.workers.close()
            protection.close()

    app = Starlette(
        routes=routes(site),
        middleware=protection.middleware(),
        exception_handlers={
            SightlineError: problems.on_error,
            HTTPException: problems.on_http,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # each thing has one address
    app.state.site = site
    app.state.protection = protection
    return app


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of all rooms."""
    found: list[BaseRoute] = []
    for room in ROOMS:
        if find_spec(f"sightline.server.{room}"):
            module = import_module(f"sightline.server.{room}")
            if hasattr(module, "routes"):  # a room that is being built
                found += module.routes(site)
    return found
