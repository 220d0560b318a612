"""Give all facts that questions about datasets are asked of: catalogs, links, and access."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sightline.catalogs import rdf as catalog_rdf
from sightline.joining import links_rdf
from sightline.joining.joined import Joined
from sightline.joining.pairs import Derive, configured
from sightline.render import rdf
from sightline.stores import Quad


def quads(joined: Joined, derive: Derive) -> Iterator[Quad]:
    """Give what catalogs say, the links, and the access of deployments as datasets use them.

    The access of deployments as their own files have them is not repeated.
    """
    yield from catalog_rdf.quads(joined.catalog.files, datetime.now(UTC))
    yield from links_rdf.quads(joined)
    changed = {}
    for reach in joined.reaches:
        own, _ = configured(joined, reach)
        if own is not joined.deployments[reach.deployment]:
            changed[tuple(sorted(own.configuration.items())), own.ungoverned] = own
    for found in derive(list(changed.values())):
        yield from rdf.quads(found.answer)
