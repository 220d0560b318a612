"""Write an estate as RDF: one named graph per file, with its source, digest, time and lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sightline.identity import configuration_iri, configuration_token
from sightline.model import Deployment, Described, ReportedFile
from sightline.render import described_rdf, reported_rdf
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import GRAPH, RDF, SKOS, SL, XSD, compact, prefixes


def estate_graph(file: str, digest: str) -> str:
    """Name the graph of a file, by its content and its name.

    >>> estate_graph("main.json", "ab" * 32)
    'https://w3id.org/sightline/graph/estate/abababababababab/main.json'
    """
    return GRAPH[f"estate/{digest[:16] or '-'}/{file.lstrip('./')}"]


def quads(
    files: Iterable[ReportedFile],
    deployments: Iterable[Deployment],
    read_at: datetime,
    described: Iterable[Described] = (),
) -> Iterator[Quad]:
    """Give all that estate files say, each in the graph of its file.

    Configurations are named, not described.
    """
    for _file, found in quads_by_file(files, deployments, read_at, described):
        yield from found


def quads_by_file(
    files: Iterable[ReportedFile],
    deployments: Iterable[Deployment],
    read_at: datetime,
    described: Iterable[Described] = (),
) -> Iterator[tuple[ReportedFile, Iterator[Quad]]]:
    """Give each file with what it says, which is to be gone through before the next file."""
    files = list(files)
    graphs = {file.file: estate_graph(file.file, file.sha256) for file in files}
    own: dict[str, list[Deployment]] = {file: [] for file in graphs}
    near: dict[str, list[Described]] = {file: [] for file in graphs}
    for each in deployments:
        own[each.file].append(each)
    for one in described:
        near[one.file].append(one)
    for file in files:
        # A file that is named twice has said everything the first time.
        found = own.pop(file.file, []), near.pop(file.file, [])
        yield file, _file(file, *found, graphs, read_at)


def _file(
    file: ReportedFile,
    deployments: Sequence[Deployment],
    described: Sequence[Described],
    graphs: Mapping[str, str],
    read_at: datetime,
) -> Iterator[Quad]:
    graph = estate_graph(file.file, file.sha256)
    yield from reported_rdf.provenance(graph, file, read_at)
    yield from described_rdf.quads(described, graphs)
    yield from reported_rdf.quads(graph, file)
    seen = {each.iri for each in described}
    for each in deployments:
        if each.holder and each.holder not in seen:
            seen.add(each.holder)
            yield each.holder, RDF["type"], iri(SL["Account"]), graph
            yield each.holder, SKOS["prefLabel"], literal(each.account), graph
        yield from ((each.iri, p, term, graph) for p, term in _deployment(each, graph))
        yield from described_rdf.unsettled(each.iri, each.unsettled, graph)


def turtle(found: Iterable[Quad]) -> Iterator[str]:
    """Write quads of one graph as Turtle, one block for each run of quads about a subject."""
    yield "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in prefixes().items())
    for subject, facts in groupby(found, itemgetter(0)):
        properties: dict[str, dict[str, None]] = {}
        for _subject, predicate, term, _graph in facts:
            properties.setdefault(predicate, {})[_term(term)] = None
        rest = " ;\n".join(f"    {_name(p)} {', '.join(terms)}" for p, terms in properties.items())
        yield f"\n{_name(subject)}\n{rest} .\n"


def _deployment(each: Deployment, graph: str) -> Iterator[tuple[str, Term]]:
    yield RDF["type"], iri(SL["Deployment"])
    yield SKOS["prefLabel"], literal(each.name)
    yield SL["inFile"], iri(graph)
    yield SL["lineNumber"], literal(str(each.line), XSD["integer"])
    if each.holder:
        yield SL["inAccount"], iri(each.holder)
    yield SL["hasConfiguration"], iri(configuration_iri(configuration_token(each.configuration)))
    for name, text in sorted(each.attributes.items()):
        yield SL[name], literal(text)
    if each.ungoverned:
        yield SL["ungoverned"], literal(each.ungoverned)


def _term(term: Term) -> str:
    return _name(term.value) if term.kind == "iri" else term.n3()


def _name(name: str) -> str:
    short = compact(name)
    return short if short != name else f"<{name}>"
