"""``/api``: the page that lists all endpoints."""

from starlette.requests import Request
from starlette.responses import Response

from sightline.server.api.catalog import endpoints
from sightline.server.api.endpoints import Endpoint
from sightline.server.pages import rendering
from sightline.server.site import readable_estates, site_of


async def page(request: Request) -> Response:
    """Show the endpoints by group."""
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints(site_of(request), readable_estates(request)):
        groups.setdefault(endpoint.group, []).append(endpoint)
    return rendering.page(request, "api.html", groups=groups)
