"""Write as RDF how the resources of an estate hang together: places, definitions and links."""

from collections.abc import Iterable, Iterator, Mapping

from sightline.model import Described, Unsettled
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import FACET, RDF, SKOS, SL, XSD

_CLASSES = {"account": "Account", "resource": "Resource"}

_NO_FACETS = frozenset({"deployed", "deployments"})
"""What can be open besides facets: whether it is deployed at all, and what a listing leaves out."""


def quads(described: Iterable[Described], graphs: Mapping[str, str]) -> Iterator[Quad]:
    """Give the facts about described resources, each in the graph of its file.

    Of a deployment only definitions and links are written: the rest stands with deployments.
    """
    for each in described:
        graph = graphs[each.file]
        if name := _CLASSES.get(each.kind):
            yield each.iri, RDF["type"], iri(SL[name]), graph
            yield each.iri, SKOS["prefLabel"], literal(each.name), graph
            yield each.iri, SL["resourceType"], literal(each.type), graph
            yield each.iri, SL["inFile"], iri(graph), graph
            yield each.iri, SL["lineNumber"], _number(each.line), graph
        if each.location is not None:
            yield each.iri, SL["location"], literal(each.location), graph
        yield from unsettled(each.iri, each.unsettled, graph)
        for number, definition in enumerate(each.definitions, 1):
            node = f"{each.iri}/definition/{number}"
            yield each.iri, SL["hasDefinition"], iri(node), graph
            yield node, RDF["type"], iri(SL["Definition"]), graph
            if definition.file in graphs:
                yield node, SL["inFile"], iri(graphs[definition.file]), graph
            yield node, SL["lineNumber"], _number(definition.line), graph
            for place, (path, text) in enumerate(sorted(definition.values.items()), 1):
                value = f"{node}/value/{place}"
                yield node, SL["reportsValue"], iri(value), graph
                yield value, RDF["type"], iri(SL["ReportedValue"]), graph
                yield value, SL["propertyPath"], literal(path), graph
                yield value, SL["reportedValue"], literal(text), graph
        for number, link in enumerate(each.links, 1):
            node = f"{each.iri}/link/{number}"
            yield each.iri, SL["hasLink"], iri(node), graph
            yield node, RDF["type"], iri(SL["Link"]), graph
            yield node, SL["propertyPath"], literal(link.path), graph
            yield node, SL["linksTo"], literal(link.target), graph
            if link.leads_to:
                yield node, SL["leadsTo"], iri(link.leads_to), graph


def unsettled(subject: str, found: Iterable[Unsettled], graph: str) -> Iterator[Quad]:
    """Write what a file leaves open about a resource."""
    for number, each in enumerate(found, 1):
        node = f"{subject}/open/{number}"
        yield subject, SL["hasUnsettled"], iri(node), graph
        yield node, RDF["type"], iri(SL["UnsettledFacet"]), graph
        if each.facet not in _NO_FACETS:
            yield node, SL["concernsFacet"], iri(FACET[each.facet]), graph
        yield node, SL["openExpression"], literal(each.expression), graph
        yield node, SL["openReason"], literal(each.reason), graph
        if each.settle:
            yield node, SL["settlingOption"], literal(each.settle), graph


def _number(line: int) -> Term:
    return literal(str(line), XSD["integer"])
