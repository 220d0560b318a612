"""Read the knowledge and the estates, and start the workers that answer from them."""

import hashlib
from importlib.metadata import version

from sightline.files import Folder, knowledge_digest, knowledge_files
from sightline.graph import KnowledgeGraph
from sightline.loading import graph_of
from sightline.server.settings import Settings
from sightline.server.site import Site, estate_graph
from sightline.service.work import Work
from sightline.service.workers import Threads
from sightline.stores import nquads

_PUBLIC: tuple[Folder, ...] = ("ontology", "data", "shapes")


def open_site(settings: Settings) -> Site:
    """Make the site that settings ask for.

    Raises InputError for an estate that cannot be read.
    """
    work = read_work(settings)
    return Site(
        Threads(work),
        work.graph.knowledge,
        work.graph.questions(),
        _digest(work),
        tuple(graph_of(path) for name in _PUBLIC for path in knowledge_files(name, ".ttl")),
        tuple(work.estates),
        settings,
    )


def read_work(settings: Settings) -> Work:
    """Read the knowledge, and each estate into a graph of its own."""
    graph = KnowledgeGraph()
    estates = {name: graph.estate([path]) for name, path in settings.estates.items()}
    for name, estate in estates.items():
        # One graph for all about an estate, whatever its facts are derived for: whoever may not
        # read the estate must not find them elsewhere.
        facts = ((s, p, o, "") for s, p, o, _ in graph.estate_quads(estate))
        content = "".join(nquads(facts)).encode()
        graph.store.load(content, format="ntriples", graph=estate_graph(name))
    return Work(graph, estates)


def _digest(work: Work) -> str:
    digest = hashlib.sha256(f"{version('sightline')} {knowledge_digest()}".encode())
    for name, estate in sorted(work.estates.items()):
        files = sorted((file.file, file.sha256) for file in estate.files)
        digest.update(repr((name, files)).encode())
    return digest.hexdigest()[:32]
