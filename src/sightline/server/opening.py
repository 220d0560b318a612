"""Read the knowledge, and start the workers that answer from it."""

import os
from pathlib import Path

from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.server.settings import Settings
from sightline.server.site import Site
from sightline.service.work import Snapshot, estate_graph
from sightline.service.workers import Threads, Workers

NO_WALL = "this system cannot keep a query from the network and from taking all the memory"


def open_site(settings: Settings) -> tuple[Site, str]:
    """Make the site that settings ask for, and say what does not protect it ('' if all does).

    Raises InputError for an estate that cannot be read.
    """
    for path in settings.estates.values():
        _check(path)
    snapshot = Snapshot({name: (path,) for name, path in settings.estates.items()})
    # What pages look up; the workers have a graph of their own.
    graph = KnowledgeGraph()
    workers: Workers
    if hasattr(os, "fork"):
        from sightline.service.pool import Pool

        workers = pool = Pool(snapshot, workers=settings.workers, seconds=settings.limits.seconds)
        pool.launch()
        digest, graphs, lack = pool.digest, pool.graphs, pool.reason
    else:
        work = snapshot.load()
        workers = Threads(work)
        digest, graphs, lack = work.digest, tuple(work.dataset.graphs()), NO_WALL
    own = {estate_graph(name) for name in settings.estates}
    public = tuple(name for name in graphs if name not in own)
    estates = tuple(settings.estates)
    site = Site(workers, graph.knowledge, graph.questions(), digest, public, estates, settings)
    return site, lack


def _check(path: Path) -> None:
    if not path.exists():
        raise InputError(
            "input.not-found", f"there is no file or folder '{path}'", "check --estate"
        )
