"""All endpoints of the API, and the values that their parameters can have."""

from collections.abc import Sequence

from sightline.server.api import access, authzen, estates, questions, reference
from sightline.server.api.endpoints import Endpoint
from sightline.server.site import Site


def endpoints(site: Site, visible: Sequence[str]) -> list[Endpoint]:
    """List the endpoints for a caller who may ask about the estates that are ``visible``."""
    return [
        *access.endpoints(site),
        *questions.endpoints(site, visible),
        *estates.endpoints(site, visible),
        *reference.endpoints(site),
        *authzen.endpoints(site),
    ]
