"""Put the rooms of the server together: routes, middleware and errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from sightline.errors import SightlineError
from sightline.server import problems
from sightline.server.site import Site

ROOMS = ("operations", "sparql", "graph_store", "linked", "api", "pages")
"""The modules and packages that have ``routes(site) -> list[BaseRoute]``."""


def create_app(site: Site) -> Starlette:
    """Make the application of a site; it closes the site's workers when it shuts down."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await site.workers.close()

    app = Starlette(
        routes=routes(site),
        middleware=middleware(site),
        exception_handlers={
            SightlineError: problems.on_error,
            HTTPException: problems.on_http,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # each thing has one address
    app.state.site = site
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


def middleware(site: Site) -> list[Middleware]:
    """List the middleware, outermost first; the only place where it is put together."""
    return [
        Middleware(problems.Faults),
    ]
