"""Start the workers that suit the system."""

from typing import NamedTuple

from sightline.errors import InputError
from sightline.service.pool import Pool
from sightline.service.work import Snapshot
from sightline.service.workers import Threads, Workers

LONGER = {"validate": 60.0, "findings": 60.0, "estate_report": 30.0, "estate_access": 60.0}
"""Seconds for tasks that read a whole estate."""

NO_WALL = "this system cannot keep a query from the network and from taking all the memory"


class Opened(NamedTuple):
    """Workers, and what they answer from."""

    workers: Workers
    digest: str
    """Names the state of knowledge and estates."""
    graphs: tuple[str, ...]
    """The named graphs that SPARQL queries can see."""
    lack: str
    """What does not protect the system from what workers are asked; '' if all does."""
    warnings: tuple[str, ...] = ()
    """What of the files counts for nothing, and why."""


def open_workers(snapshot: Snapshot, *, workers: int, seconds: float = 10.0) -> Opened:
    """Start workers that are processes, or threads where the system has no fork.

    ``seconds`` limits each task but those of ``LONGER``.
    Raises InputError for an estate, a catalog or a file of links that cannot be read.
    """
    named = [(path, "--estate") for paths in snapshot.estates.values() for path in paths]
    for own in snapshot.catalogs.values():
        named += [(path, "--catalog") for path in own.catalogs]
        named += [(path, "--links") for path in own.links]
        named += [(path, "--crosswalk") for path in own.crosswalks]
    for path, option in named:
        if not path.exists():
            message = f"there is no file or folder '{path}'"
            raise InputError("input.not-found", message, f"check {option}")
    if Pool.is_possible():
        pool = Pool(snapshot, workers=workers, seconds=seconds, longer=LONGER)
        pool.launch()
        return Opened(pool, pool.digest, pool.graphs, pool.reason, pool.warnings)
    work = snapshot.load()
    graphs, warnings = tuple(work.dataset.graphs()), tuple(work.warnings())
    return Opened(Threads(work), work.digest, graphs, NO_WALL, warnings)
