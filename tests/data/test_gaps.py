"""Gaps and ambiguities: all numbered, and resting on statements and terms that exist."""

import pytest
from rdflib import RDF, SKOS, Graph, Namespace, URIRef

from sightline import files

BASE = "https://w3id.org/sightline/"
SL = Namespace(BASE + "ontology/")


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Collect everything that vocabularies and statements define."""
    paths = files.knowledge_files("ontology", ".ttl")
    paths += (files.folder("data") / "statements").rglob("*.ttl")
    return {str(s) for path in paths for s in Graph().parse(path).subjects(RDF.type, None)}


def listed(name: str) -> Graph:
    return Graph().parse(files.folder("data") / f"{name}.ttl")


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("gaps", SL.gapNumber, [f"G{n:02}" for n in range(1, 45)]),
        ("ambiguities", SL.ambiguityNumber, [f"A{n:02}" for n in range(1, 36)]),
    ],
)
def test_numbers_are_complete_and_match_the_names(
    name: str, number: URIRef, expected: list[str]
) -> None:
    numbers = {str(s).rpartition("/")[2]: str(o) for s, o in listed(name).subject_objects(number)}
    assert sorted(numbers.values()) == expected
    assert all(token == value.lower() for token, value in numbers.items())


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("gaps", [SKOS.prefLabel, SL.hasNearest]),
        ("ambiguities", [SKOS.prefLabel, SKOS.definition, SL.concerns, SL.resolution]),
    ],
)
def test_each_says_what_it_is_and_what_it_rests_on(name: str, needed: list[URIRef]) -> None:
    graph = listed(name)
    for subject in set(graph.subjects(RDF.type, None)):
        assert all(graph.value(subject, p, any=True) for p in needed), subject


@pytest.mark.parametrize("name", ["gaps", "ambiguities"])
def test_no_reference_dangles(known: set[str], name: str) -> None:
    graph = listed(name)
    ours = {str(n) for t in graph for n in t if isinstance(n, URIRef) and n.startswith(BASE)}
    assert not ours - known - {str(s) for s in graph.subjects()}
