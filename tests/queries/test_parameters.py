"""Parameters of questions: how they are read, bound and refused; and what the facade adds."""

from dataclasses import replace
from pathlib import Path

import pytest

from sightline import queries
from sightline.errors import KnowledgeError, ParameterError, SightlineError, UnknownTermError
from sightline.graph import KnowledgeGraph
from sightline.identity import configuration_iri
from sightline.model import Answer
from sightline.queries import LibraryQuestion, Parameter, Value
from sightline.render import rdf
from sightline.stores import Solutions, iri, literal, nquads
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import ACTOR, DOCUMENT, VALUE, XSD


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph()


def one(kind: str) -> LibraryQuestion:
    parameter = Parameter("x", kind, True, "1", "A parameter.")
    text = "SELECT ?x WHERE {\n  # parameters\n}\nORDER BY ?x"
    return LibraryQuestion("one", "", "", "", {"x": parameter}, {"x": ""}, (), (), text)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("actor", "microsoft", iri(ACTOR["microsoft"])),
        ("actor", "actor:microsoft", iri(ACTOR["microsoft"])),
        ("actor", ACTOR["microsoft"], iri(ACTOR["microsoft"])),
        ("actor", f"<{ACTOR['microsoft']}>", iri(ACTOR["microsoft"])),
        ("term", "actor:microsoft", iri(ACTOR["microsoft"])),
        ("value of offering", "azure-openai", iri(VALUE["offering.azure-openai"])),
        ("facet", "feature:assistants", iri("https://w3id.org/sightline/facet/feature:assistants")),
        (
            "version",
            "azure-openai-data-privacy/2024-09-04",
            iri(DOCUMENT["azure-openai-data-privacy/2024-09-04"]),
        ),
        ("string", 'a "b"\n}', literal('a "b"\n}')),
        ("date", "2026-01-31", literal("2026-01-31", XSD["date"])),
        ("integer", 7, literal("7", XSD["integer"])),
        ("boolean", True, literal("true", XSD["boolean"])),
        ("boolean", "No", literal("false", XSD["boolean"])),
    ],
)
def test_value_becomes_a_typed_term(
    graph: KnowledgeGraph, kind: str, given: Value, expected: object
) -> None:
    assert queries.read_params(graph.store, one(kind), {"x": given}) == {"x": expected}


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("actor", "nobody", "term.unknown"),
        ("actor", "https://example.org/nobody", "term.unknown"),
        ("actor", "data:prompts", "term.unknown"),
        ("version", "azure-openai-data-privacy", "term.unknown"),
        ("actor", "x> ?p ?o } #", "parameter.value"),
        ("actor", "a\u202eb", "parameter.value"),
        ("term", "microsoft", "input.value"),
        ("date", "tomorrow", "parameter.value"),
        ("integer", "many", "parameter.value"),
        ("boolean", "perhaps", "parameter.value"),
        ("string", "\ud800", "parameter.value"),
    ],
)
def test_wrong_value_is_refused(graph: KnowledgeGraph, kind: str, given: str, code: str) -> None:
    with pytest.raises(SightlineError) as caught:
        queries.read_params(graph.store, one(kind), {"x": given})
    assert caught.value.code == code


def test_unknown_token_lists_close_ones(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownTermError) as caught:
        graph.ask("what-can-be-deleted", data="fine-tuned-modle")
    assert caught.value.matches[0] == "fine-tuned-model"


@pytest.mark.parametrize("text", ['"} # ', "\\", 'a\'b"""c', "{}", "SERVICE", "\t?x\n"])
def test_text_of_a_user_stays_a_value(graph: KnowledgeGraph, text: str) -> None:
    asked = one("string")
    found = queries.answer(graph.store, asked, queries.read_params(graph.store, asked, {"x": text}))
    assert found.rows == [(literal(text),)]


def test_parameter_left_out_stays_free(graph: KnowledgeGraph) -> None:
    asked = queries.question("what-can-be-deleted")
    assert (
        queries.bind(asked, queries.read_params(graph.store, asked, {"data": None})) == asked.text
    )


def test_missing_and_unknown_parameters_are_named(graph: KnowledgeGraph) -> None:
    asked = queries.question("who-can-access")
    with pytest.raises(ParameterError, match="needs the parameter 'data'") as caught:
        queries.read_params(graph.store, asked, {})
    assert "prompts" in caught.value.hint
    with pytest.raises(ParameterError, match="no parameter 'dat'") as caught:
        queries.read_params(graph.store, asked, {"dat": "prompts"})
    assert "data" in caught.value.hint


def test_unknown_question_lists_close_ones() -> None:
    with pytest.raises(UnknownTermError) as caught:
        queries.question("who-can-acces")
    assert "who-can-access" in caught.value.matches


def test_question_about_access_needs_a_configuration(graph: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="needs a configuration") as caught:
        graph.ask("who-can-access", data="prompts")
    assert "deployment-type" in caught.value.hint
    with pytest.raises(ParameterError, match="needs a configuration"):
        queries.run(graph.store, "who-can-access", {"data": "prompts"})
    with pytest.raises(ParameterError, match="takes no configuration"):
        graph.ask("what-can-be-deleted", {"offering": "azure-openai"})


def test_asking_leaves_the_store_as_it_was(graph: KnowledgeGraph) -> None:
    before = graph.store.graphs()
    graph.ask("summary-by-activity", {"offering": "managed-compute"})
    graph.ask("which-questions-are-there")
    assert graph.store.graphs() == before


def test_question_runs_on_a_store_that_holds_derived_facts(graph: KnowledgeGraph) -> None:
    answers = [graph.access({"offering": name}) for name in ("serverless-api", "azure-openai")]
    store = with_derived(graph, answers)
    for answer in answers:
        found = queries.run(
            store, "summary-by-activity", {"configuration": configuration_iri(answer.identity)}
        )
        counts = [row["answers"].value for row in found.dicts()]
        assert sum(map(int, counts)) == len(answer.rows)


def test_contradiction_shows_both_sides_with_their_dates(graph: KnowledgeGraph) -> None:
    answer = graph.access({"offering": "serverless-api"})
    permitted = next(row for row in answer.rows if row.verdict == "permitted")
    denied = next(row for row in answer.rows if row.verdict == "prohibited")
    row = replace(
        permitted,
        verdict="contradictory",
        supports=permitted.supports[:1],
        denies=denied.denies[:1],
    )
    store = with_derived(graph, [replace(answer, rows=(row,))])
    configuration = configuration_iri(answer.identity)
    found = queries.run(store, "what-is-contradictory", {"configuration": configuration})
    sides = {(r["says"].value.rpartition("/")[2], r["statement"].value) for r in found.dicts()}
    assert sides == {("supportedBy", row.supports[0]), ("deniedBy", row.denies[0])}
    assert all(r["date"].value for r in found.dicts())


def test_catalog_lists_every_question_with_its_text(graph: KnowledgeGraph) -> None:
    store = EmbeddedStore()
    store.load("".join(nquads(queries.catalog_quads())).encode(), format="nquads")
    found = store.query("SELECT ?q ?text { ?q a sh:SPARQLExecutable ; sh:select ?text }")
    assert isinstance(found, Solutions)
    texts = {row["q"].value: row["text"].value for row in found.dicts()}
    assert texts == {asked.iri: asked.text for asked in graph.questions().values()}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#+ summary", "#+ sumary", "lacks 'summary'"),
        ("required: true", "required: maybe", "required: true"),
        ("#+   data:", "#+   configuration:", "cannot be the name"),
        ("needs: configuration", "needs: luck", "luck"),
        ("# parameters", "", "mark the place"),
        ("#+ params:", "#+ params: [", "while parsing"),
    ],
)
def test_broken_header_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, reason: str
) -> None:
    text = queries.question("who-can-access").text
    assert old in text
    path = tmp_path / "broken.rq"
    path.write_text(text.replace(old, new))
    monkeypatch.setattr(queries, "relative", lambda path: f"queries/access/{path.name}")
    with pytest.raises(KnowledgeError, match=r"queries/access/broken\.rq") as caught:
        queries.read_question(path)
    assert reason in caught.value.message


def with_derived(graph: KnowledgeGraph, answers: list[Answer]) -> EmbeddedStore:
    store = EmbeddedStore()
    derived = [quad for answer in answers for quad in rdf.quads(answer)]
    store.load("".join(nquads([*graph.store.quads(), *derived])).encode(), format="nquads")
    return store
