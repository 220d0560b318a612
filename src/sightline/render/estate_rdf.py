"""Write an estate as RDF: one named graph per file, with its source, digest, time and lines."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version

from sightline.identity import configuration_iri, configuration_token
from sightline.model import Deployment, Described
from sightline.render import described_rdf
from sightline.stores import Quad, Term, iri, literal, nquads
from sightline.terms import DCT, GRAPH, PROV, RDF, SKOS, SL, XSD, compact, prefixes

FileFacts = tuple[str, str, str]
"""The name of a file, its SHA-256 and its format."""


def estate_graph(file: str, digest: str) -> str:
    """Name the graph of a file, by its content and its name.

    >>> estate_graph("main.json", "ab" * 32)
    'https://w3id.org/sightline/graph/estate/abababababababab/main.json'
    """
    return GRAPH[f"estate/{digest[:16] or '-'}/{file.lstrip('./')}"]


def quads(
    files: Iterable[FileFacts],
    deployments: Sequence[Deployment],
    read_at: datetime,
    described: Sequence[Described] = (),
) -> Iterator[Quad]:
    """Give the facts about files, deployments and how resources hang together.

    Configurations are named, not described.
    """
    graphs: dict[str, str] = {}
    for name, digest, form in files:
        graph = graphs[name] = estate_graph(name, digest)
        facts: dict[str, Term] = {
            RDF["type"]: iri(SL["EstateFile"]),
            DCT["source"]: literal(name),
            SL["fileDigest"]: literal(digest),
            SL["fileFormat"]: literal(form),
            SL["toolVersion"]: literal(version("sightline")),
            PROV["generatedAtTime"]: literal(
                read_at.isoformat(timespec="seconds"), XSD["dateTime"]
            ),
        }
        yield from ((graph, predicate, term, graph) for predicate, term in facts.items())
    yield from described_rdf.quads(described, graphs)
    seen = {each.iri for each in described}
    for each in deployments:
        graph = graphs[each.file]
        if each.holder and each.holder not in seen:
            seen.add(each.holder)
            yield each.holder, RDF["type"], iri(SL["Account"]), graph
            yield each.holder, SKOS["prefLabel"], literal(each.account), graph
        yield from ((each.iri, p, term, graph) for p, term in _deployment(each, graph))
        yield from described_rdf.unsettled(each.iri, each.unsettled, graph)


def turtle(found: Iterable[Quad]) -> str:
    """Write quads of one graph as Turtle, one block per subject."""
    blocks: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, term, _graph in found:
        blocks.setdefault(subject, {}).setdefault(predicate, []).append(_term(term))
    lines = [f"@prefix {prefix}: <{name}> ." for prefix, name in prefixes().items()] + [""]
    for subject, properties in blocks.items():
        rest = [f"    {_name(p)} {', '.join(terms)}" for p, terms in properties.items()]
        lines += [_name(subject), " ;\n".join(rest) + " .", ""]
    return "\n".join(lines)


def nquads_text(found: Iterable[Quad]) -> str:
    """Write quads as N-Quads."""
    return "".join(nquads(found))


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
