import pytest

from sightline.closure import close

RDFS_SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"


@pytest.mark.slow
def test_the_ontology_with_its_alignments_is_consistent() -> None:
    closure = close()
    assert closure.faults == ()
    assert closure.entailed > 0


@pytest.mark.slow
def test_a_node_of_two_disjoint_classes_is_a_fault() -> None:
    closure = close(
        alignments=False,
        added="""
        @prefix sl: <https://w3id.org/sightline/ontology/> .
        <https://example.org/both> a sl:AccessStatement, sl:AspectStatement .
        """,
    )
    assert closure.faults


@pytest.mark.slow
def test_a_member_of_owl_nothing_is_a_fault() -> None:
    closure = close(
        alignments=False,
        added="<https://example.org/none> a <http://www.w3.org/2002/07/owl#Nothing> .",
    )
    assert any("https://example.org/none" in fault for fault in closure.faults)


@pytest.mark.slow
def test_kinds_of_statements_are_statements() -> None:
    from rdflib import URIRef

    sl = "https://w3id.org/sightline/ontology/"
    graph = close(alignments=False).graph
    assert (
        URIRef(f"{sl}CommitmentStatement"),
        URIRef(RDFS_SUBCLASS),
        URIRef(f"{sl}Statement"),
    ) in graph
