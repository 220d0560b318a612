"""Read the knowledge, and start the workers that answer from it."""

from sightline.graph import KnowledgeGraph
from sightline.server.settings import Settings
from sightline.server.site import Site
from sightline.service.opening import open_workers
from sightline.service.work import Snapshot, graphs_of


def open_site(settings: Settings) -> tuple[Site, str]:
    """Make the site that settings ask for, and say what does not protect it ('' if all does).

    Raises InputError for an estate or a catalog that cannot be read.
    """
    estates = {name: (path,) for name, path in settings.estates.items()}
    snapshot = Snapshot(estates, catalogs=settings.catalogs)
    # What pages look up; the workers have a graph of their own.
    graph = KnowledgeGraph()
    limits = settings.limits
    opened = open_workers(snapshot, workers=settings.workers, seconds=limits.seconds)
    own = {graph for name in settings.estates for graph in graphs_of(name)}
    site = Site(
        opened.workers,
        graph.knowledge,
        graph.questions(),
        opened.digest,
        tuple(name for name in opened.graphs if name not in own),
        tuple(settings.estates),
        tuple(settings.catalogs),
        settings,
        opened.warnings,
    )
    return site, opened.lack
