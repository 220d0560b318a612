"""The HTTP API: one table of endpoints, from which routes and the OpenAPI description are made."""

from starlette.routing import BaseRoute, Route

from sightline.server.api import authzen, listing, openapi
from sightline.server.api.answering import Answering
from sightline.server.site import Site


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the API."""
    answering = Answering(site)
    found = [
        Route(route, answering.handler(route), methods=[next(iter(own.values())).method])
        for route, own in answering.table(site.estates).items()
    ]
    return [
        Route("/api", listing.page, methods=["GET"], name="api"),
        Route(openapi.PATH, openapi.handler(answering), methods=["GET"]),
        Route(authzen.METADATA, authzen.metadata, methods=["GET"]),
        *found,
    ]
