"""Reports say all that is wrong, in forms that people and programs read; bad input is an error."""

import json
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH

from sightline import validate
from sightline.errors import InputError, QueryError
from sightline.graph import KnowledgeGraph
from sightline.stores import iri, literal
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import SHAPE
from sightline.validate import Report, Result

PREFIXES = """
@prefix actor: <https://w3id.org/sightline/actor/> .
@prefix ex: <https://example.org/> .
@prefix gap: <https://w3id.org/sightline/gap/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix scheme: <https://w3id.org/sightline/scheme/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sl: <https://w3id.org/sightline/ontology/> .
"""
ACTOR = """
actor:newcomer a sl:Actor ;
    skos:inScheme scheme:actors ;
    skos:notation "newcomer" ;
    skos:prefLabel "Newcomer"@en ;
    skos:definition "Party that joins later."@en ;
    rdfs:isDefinedBy scheme:actors .
"""


@pytest.fixture
def store() -> EmbeddedStore:
    return EmbeddedStore()


def write(path: Path, text: str) -> Path:
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path


def rules(report: Report) -> set[str]:
    return {SHAPE.token(result.rule) or result.rule for result in report.results}


def test_a_plain_string_is_found_wrong_after_a_visit_to_the_store(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    """Over a graph that Oxigraph backs, pySHACL misses this: there, "x" is never plain."""
    shapes = write(
        tmp_path / "shapes.ttl",
        """
        ex:Shape a sh:NodeShape ;
            sh:targetClass ex:Thing ;
            sh:property ex:IsNotForbidden, ex:IsAllowed .
        ex:IsNotForbidden a sh:PropertyShape ;
            sh:path ex:state ;
            sh:not [ sh:hasValue "forbidden" ] ;
            sh:message "Forbidden: choose another."@en .
        ex:IsAllowed a sh:PropertyShape ;
            sh:path ex:state ;
            sh:in ( "allowed" "forbidden" ) ;
            sh:message "Unknown: choose another."@en .
        """,
    )
    data = PREFIXES + 'ex:bad a ex:Thing ; ex:state "forbidden" .'
    store.load(data.encode(), format="turtle", graph="urn:g")
    report = validate.knowledge(store, [shapes])
    assert [(r.rule, r.focus) for r in report.results] == [
        ("https://example.org/IsNotForbidden", iri("https://example.org/bad"))
    ]
    assert not report.conforms


def test_a_file_is_judged_by_itself_and_understood_with_the_knowledge(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    good = write(tmp_path / "good.ttl", ACTOR)
    assert validate.files(graph.store, [good]).results == ()
    bad = write(tmp_path / "bad.ttl", ACTOR.replace("scheme:actors ;", "scheme:actor ;"))
    report = validate.files(graph.store, [good, bad])
    assert {r.focus for r in report.results} == {iri("https://w3id.org/sightline/actor/newcomer")}
    assert "ConceptIsInOneScheme" in rules(report)


def test_a_nested_shape_sees_nodes_outside_the_file(graph: KnowledgeGraph, tmp_path: Path) -> None:
    """The filter that pySHACL offers would skip them, and let anything pass."""
    fault = """
        gap:new a sl:Gap ; sl:gapNumber "G98" ; skos:prefLabel "What now?"@en ;
            sl:hasNearest actor:customer .
        """
    report = validate.files(graph.store, [write(tmp_path / "gap.ttl", fault)], ["statements"])
    assert rules(report) == {"GapHasNearest"}


def test_a_blank_node_is_reported(graph: KnowledgeGraph, tmp_path: Path) -> None:
    first = write(tmp_path / "first.ttl", "_:x a sl:Claim .")
    second = write(tmp_path / "second.ttl", "_:x a sl:Collection .")
    report = validate.files(graph.store, [first, second], ["hygiene"])
    found = [r for r in report.results if r.rule == SHAPE["TermHasSlashIri"]]
    assert len(found) == 2
    assert len({r.focus for r in found}) == 2
    assert all(r.focus.kind == "bnode" for r in found)


def test_files_without_triples_conform(graph: KnowledgeGraph, tmp_path: Path) -> None:
    assert validate.files(graph.store, [write(tmp_path / "empty.ttl", "")]).results == ()
    assert validate.files(graph.store, []).results == ()


def test_shapes_of_ones_own_are_files(graph: KnowledgeGraph, tmp_path: Path) -> None:
    shapes = write(
        tmp_path / "own.ttl",
        """
        ex:ActorShape a sh:NodeShape ; sh:targetClass sl:Actor ; sh:property ex:ActorHasExample .
        ex:ActorHasExample a sh:PropertyShape ; sh:path skos:example ; sh:minCount 1 ;
            sh:name "actor has an example" ; sh:severity sh:Info ; sh:message "Add an example."@en ;
            rdfs:seeAlso ex:guide .
        """,
    )
    report = validate.files(graph.store, [write(tmp_path / "a.ttl", ACTOR)], [shapes])
    assert report.results == (
        Result(
            rule="https://example.org/ActorHasExample",
            name="actor has an example",
            severity="info",
            focus=iri("https://w3id.org/sightline/actor/newcomer"),
            path="http://www.w3.org/2004/02/skos/core#example",
            value=None,
            message="Add an example.",
            see_also=("https://example.org/guide",),
        ),
    )
    assert report.conforms
    assert report.counts == {"violation": 0, "warning": 0, "info": 1}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "input.not-found"),
        (b"\xff\xfe", "input.syntax"),
        (b"actor:customer a", "input.syntax"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    graph: KnowledgeGraph, tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "data.ttl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        validate.files(graph.store, [path])
    assert caught.value.code == code


def test_unknown_shapes_are_an_error_that_lists_close_ones(store: EmbeddedStore) -> None:
    with pytest.raises(InputError) as caught:
        validate.knowledge(store, ["statement"])
    assert caught.value.code == "input.not-found"
    assert "statements" in caught.value.hint


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:minCount 'one'",
        "sh:sparql [ sh:select 'SELECT $this WHERE { $this unheard:of ?value }' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE { VALUES ?value { 1 } }' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE { $this' ]",
        "sh:or 1",
    ],
)
def test_shapes_that_cannot_be_used_are_an_error(
    store: EmbeddedStore, tmp_path: Path, constraint: str
) -> None:
    data = PREFIXES + "ex:a a ex:Thing ; rdfs:label 'a' ."
    store.load(data.encode(), format="turtle", graph="urn:g")
    shapes = write(
        tmp_path / "shapes.ttl",
        f"ex:S a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path rdfs:label ; {constraint} .",
    )
    with pytest.raises(InputError) as caught:
        validate.knowledge(store, [shapes])
    assert caught.value.code == "input.syntax"
    assert "shapes.ttl" in caught.value.message


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT $this { SERVICE <http://127.0.0.1:9/> { $this ?p ?value } }", QueryError),
        ("SELECT $this FROM <http://127.0.0.1:9/> { $this ?p ?value }", InputError),
    ],
)
def test_shapes_may_not_reach_the_network(
    store: EmbeddedStore, tmp_path: Path, query: str, error: type[Exception]
) -> None:
    shapes = write(
        tmp_path / "shapes.ttl",
        f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select '{query}' ] .",
    )
    with pytest.raises(error):
        validate.knowledge(store, [shapes])


def test_a_report_is_text_json_and_turtle(graph: KnowledgeGraph, tmp_path: Path) -> None:
    bad = write(
        tmp_path / "bad.ttl",
        """
        ex:statement a sl:AccessStatement ; sl:section "Here" .
        ex:evidence a sl:Evidence ; sl:occurrence 0 ; sl:firstWords "a \\"quoted\\" \\\\ word" .
        """,
    )
    report = validate.files(graph.store, [bad], ["statements"])
    assert {"EvidenceCountsOccurrence", "StatementHasEvidence"} <= rules(report)
    assert list(report.results) == sorted(report.results, key=lambda result: result.order)

    lines = report.text().splitlines()
    assert "violation: https://example.org/evidence sl:occurrence 0" in "\n".join(lines).replace(
        '"0"^^<http://www.w3.org/2001/XMLSchema#integer>', "0"
    )
    assert any(line.endswith("[shape:StatementHasEvidence]") for line in lines)
    assert any("^sl:hasEvidence" in line for line in lines)
    assert lines[-1] == f"Does not conform: {len(report.results)} violations."

    content = json.loads(validate.as_json(report))
    assert content["conforms"] is False
    assert content["counts"]["violation"] == len(content["results"]) == len(report.results)
    assert {r["rule"] for r in content["results"]} == {r.rule for r in report.results}
    assert all(r["message"] and r["name"] and r["see_also"] for r in content["results"])

    turtle = Graph().parse(data=validate.as_turtle(report), format="turtle")
    (node,) = turtle.subjects(RDF.type, SH.ValidationReport)
    assert turtle.value(node, SH.conforms).toPython() is False  # type: ignore[union-attr]
    shapes = [str(turtle.value(r, SH.sourceShape)) for r in turtle.objects(node, SH.result)]
    assert sorted(shapes) == sorted(result.rule for result in report.results)
    paths = set(turtle.objects(None, SH.resultPath))
    assert URIRef("https://w3id.org/sightline/ontology/occurrence") in paths


def test_a_warning_does_not_keep_a_report_from_conforming() -> None:
    warning = Result("urn:r", "r", "warning", iri("urn:a"), "", literal("x"), "Mind: this.")
    violation = Result("urn:r", "r", "violation", iri("urn:a"), "", literal("x"), "Mend: this.")
    assert Report((warning,)).conforms
    assert Report((warning,)).text().endswith("Conforms: 1 warning.")
    assert not Report((violation, warning)).conforms
    assert "sh:conforms false" in validate.as_turtle(Report((warning,)))


def test_importing_the_package_does_not_import_the_engine() -> None:
    import subprocess
    import sys

    code = "import sys, sightline.validate; print({'pyshacl', 'rdflib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_shape_without_a_name_is_still_reported(store: EmbeddedStore, tmp_path: Path) -> None:
    shapes = write(
        tmp_path / "shapes.ttl",
        """
        ex:S a sh:NodeShape ; sh:targetClass ex:Thing ;
            sh:property [ sh:path ( ex:part [ sh:zeroOrMorePath ex:next ] ) ; sh:minCount 1 ] .
        """,
    )
    store.load(f"{PREFIXES} ex:a a ex:Thing .".encode(), format="turtle", graph="urn:g")
    report = validate.knowledge(store, [shapes])
    (result,) = report.results
    assert result.rule.startswith("_:")
    assert result.path == "<https://example.org/part>/<https://example.org/next>*"
    assert Graph().parse(data=validate.as_turtle(report), format="turtle")
