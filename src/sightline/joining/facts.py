"""Give all facts that questions about datasets are asked of: catalogs, links, and access."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sightline.catalogs import rdf as catalog_rdf
from sightline.estate import Estate
from sightline.joining import links_rdf
from sightline.joining.joined import Joined
from sightline.joining.pairs import carried, configured
from sightline.model import DeployedAccess, Deployment
from sightline.render import estate_rdf, rdf
from sightline.stores import Quad

Derive = Callable[[list[Deployment], str], list[DeployedAccess]]
"""What derives the access of deployments to a category of data."""


def described(estate: Estate) -> Iterator[Quad]:
    """Give what the files of an estate say."""
    now = datetime.now(UTC)
    return estate_rdf.quads(estate.reported(), estate.deployments, now, estate.described)


def stated(joined: Joined) -> Iterator[Quad]:
    """Give what catalogs say, and the links."""
    yield from catalog_rdf.quads(joined.catalog.files, datetime.now(UTC))
    yield from links_rdf.quads(joined)


def derived(joined: Joined, derive: Derive) -> Iterator[Quad]:
    """Give the access to what datasets become.

    It is derived for deployments as datasets use them, and for the data that datasets become: what
    is said of all of a broader category counts for it.
    """
    used: dict[str, dict[str, Deployment]] = {}
    for reach in joined.reaches:
        own, _ = configured(joined, reach)
        for data in carried(joined, reach):
            used.setdefault(data, {})[f"{reach.deployment} {reach.link.way}"] = own
    for data, deployments in sorted(used.items()):
        for found in derive(list(deployments.values()), data):
            yield from rdf.quads(found.answer)
