"""``/health``: whether the server answers, and on which knowledge."""

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sightline.server.site import Site, site_of


def routes(site: Site) -> list[BaseRoute]:
    """Give the routes of this room."""
    return [Route("/health", health)]


async def health(request: Request) -> JSONResponse:
    """Say that the web process lives, and what it answers from; no worker is asked."""
    site = site_of(request)
    return JSONResponse(
        {"status": "ok", "version": version("sightline"), "digest": site.digest},
        headers={"Cache-Control": "no-store"},
    )
