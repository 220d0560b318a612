"""Describe the SPARQL endpoint in the words of SPARQL 1.1 Service Description."""

from collections.abc import Iterator, Sequence

from sightline.stores import RDF_FORMATS, TABLE_FORMATS, Term, Triple, Triples, iri
from sightline.stores.embedded import write
from sightline.terms import RDF, Namespace

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
}
"""Format -> its name at the W3C."""
assert _RESULTS.keys() <= TABLE_FORMATS.keys() | RDF_FORMATS.keys()


def description(endpoint: str, graphs: Sequence[str], media_type: str) -> bytes:
    """Write the description of the endpoint at an address, with the graphs that it can read."""
    return write(Triples(list(_triples(endpoint, graphs))), media_type)


def _triples(endpoint: str, graphs: Sequence[str]) -> Iterator[Triple]:
    service, dataset = f"{endpoint}#service", f"{endpoint}#dataset"
    default = f"{endpoint}#default"
    yield service, RDF["type"], iri(SD["Service"])
    yield service, SD["endpoint"], iri(endpoint)
    yield service, SD["supportedLanguage"], iri(SD["SPARQL11Query"])
    yield service, SD["feature"], iri(SD["UnionDefaultGraph"])
    for name in _RESULTS.values():
        yield service, SD["resultFormat"], iri(_FORMATS + name)
    yield service, SD["defaultDataset"], iri(dataset)
    yield dataset, RDF["type"], iri(SD["Dataset"])
    yield dataset, SD["defaultGraph"], iri(default)
    yield default, RDF["type"], iri(SD["Graph"])
    for number, name in enumerate(graphs, 1):
        node = Term("bnode", f"g{number}")
        yield dataset, SD["namedGraph"], node
        yield node.n3(), RDF["type"], iri(SD["NamedGraph"])
        yield node.n3(), SD["name"], iri(name)
