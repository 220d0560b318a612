"""Alignments: mapping triples only, from our terms to terms that the other vocabulary publishes."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import DCAT, DCTERMS, ODRL2, OWL, PROV, RDF, RDFS, SKOS, TIME, Graph, URIRef

from sightline import files

BASE = "https://w3id.org/sightline/"
ALIGNMENTS = files.folder("ontology") / "alignments"
PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "vocabularies" / "dpv"

MAPPINGS = {
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    OWL.equivalentClass,
}

# Terms that the Recommendations define and rdflib does not list: it has DCAT 2 and no OA.
DCAT_3 = {"isVersionOf", "previousVersion"}
WEB_ANNOTATION = {
    "Annotation",
    "RangeSelector",
    "SpecificResource",
    "TextQuoteSelector",
    "bodyValue",
    "hasEndSelector",
    "hasSource",
    "hasStartSelector",
    "hasTarget",
}
CLOSED = {
    "dcat": (DCAT, DCAT_3),
    "odrl": (ODRL2, set[str]()),
    "prov": (PROV, set[str]()),
    "time": (TIME, set[str]()),
}
NAMES = ["dcat", "dpv", "oa", "odrl", "prov", "time"]


def alignment(name: str) -> Graph:
    return Graph().parse(ALIGNMENTS / f"{name}.ttl")


def foreign(name: str) -> set[str]:
    return {str(o) for o in alignment(name).objects() if isinstance(o, URIRef)}


def test_each_alignment_is_tested() -> None:
    assert sorted(path.stem for path in ALIGNMENTS.glob("*.ttl")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_alignment_maps_and_does_nothing_else(name: str) -> None:
    graph = alignment(name)
    assert set(graph.predicates()) <= MAPPINGS
    assert all(str(subject).startswith(BASE) for subject in graph.subjects())
    assert not any(target.startswith(BASE) for target in foreign(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_pair_is_mapped_in_one_way(name: str) -> None:
    pairs = [(s, o) for s, _, o in alignment(name)]
    assert len(pairs) == len(set(pairs))


def test_mapped_terms_of_ours_exist() -> None:
    paths = [p for p in files.knowledge_files("ontology", ".ttl") if p.parent != ALIGNMENTS]
    paths.append(files.folder("data") / "regions.ttl")
    known = {s for path in paths for s in Graph().parse(path).subjects(RDF.type, None)}
    assert not {s for name in NAMES for s in alignment(name).subjects()} - known


def test_subclasses_and_subproperties_are_of_classes_and_properties() -> None:
    core = Graph().parse(files.folder("ontology") / "sightline.ttl")
    classes = set(core.subjects(RDF.type, OWL.Class))
    properties = set(core.subjects(RDF.type, OWL.ObjectProperty))
    for name in NAMES:
        graph = alignment(name)
        assert set(graph.subjects(RDFS.subClassOf)) <= classes
        assert set(graph.subjects(RDFS.subPropertyOf)) <= properties


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_w3c_terms_are_published(name: str) -> None:
    namespace, added = CLOSED[name]
    for target in foreign(name):
        if target.startswith(str(DCTERMS)):
            assert URIRef(target) in DCTERMS, target
            continue
        local = target.removeprefix(str(namespace))
        assert local != target
        assert local in added or URIRef(target) in namespace, target


def test_web_annotation_terms_are_published() -> None:
    assert foreign("oa") == {f"http://www.w3.org/ns/oa#{term}" for term in WEB_ANNOTATION}


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published DPV 2.3 is not at hand")
def test_dpv_terms_are_published() -> None:
    wanted = foreign("dpv")
    defined: set[str] = set()
    for path in PUBLISHED.glob("*.ttl"):
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            if isinstance(quad.subject, NamedNode) and quad.predicate.value == str(RDF.type):
                defined.add(quad.subject.value)
    assert not wanted - defined
