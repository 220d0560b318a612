"""Read the knowledge, and start the workers that answer from it."""

from sightline.files import Folder, knowledge_files
from sightline.loading import graph_of
from sightline.server.settings import Settings
from sightline.server.site import Site
from sightline.service.work import Snapshot
from sightline.service.workers import Threads

_PUBLIC: tuple[Folder, ...] = ("ontology", "data", "shapes")


def open_site(settings: Settings) -> Site:
    """Make the site that settings ask for.

    Raises InputError for an estate that cannot be read.
    """
    snapshot = Snapshot({name: (path,) for name, path in settings.estates.items()})
    work = snapshot.load()
    return Site(
        Threads(work),
        work.graph.knowledge,
        work.graph.questions(),
        work.digest,
        tuple(graph_of(path) for name in _PUBLIC for path in knowledge_files(name, ".ttl")),
        tuple(work.estates),
        settings,
    )
