"""The rules in a store and the evaluator in Python say the same of random configurations."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.derive.truth import all_of
from sightline.graph import KnowledgeGraph
from sightline.loading import load_knowledge
from sightline.model import Key, Question
from sightline.rules import RULES_GRAPH, Setting, describe, prepare, run
from sightline.stores import Solutions, nquads
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import token

BATCH = 100
"""Configurations per run of the rules, so that a fifth of the usual examples are thousands."""

VERDICTS = """
PREFIX sl: <https://w3id.org/sightline/ontology/>
SELECT ?setting ?activity ?actor ?action ?data ?target ?verdict
WHERE {
  ?answer sl:hasVerdict ?verdict ;
    sl:hasConfiguration ?setting ;
    sl:ofRow ?row .
  ?row sl:hasActivity ?activity ;
    sl:hasActor ?actor ;
    sl:hasAction ?action ;
    sl:hasData ?data .
  OPTIONAL { ?row sl:hasTarget ?target }
}
"""
APPLICABILITY = """
PREFIX sl: <https://w3id.org/sightline/ontology/>
SELECT ?setting ?statement ?open
WHERE {
  ?statement sl:canHoldIn ?setting ;
    sl:inScopeOf ?setting .
  BIND (EXISTS { ?statement sl:canFailIn ?setting } AS ?open)
}
"""

Verdicts = dict[Key, str]
Answers = tuple[Verdicts, dict[str, bool]]
"""Verdicts by row, and the statements that apply: IRI -> whether it is open that they do."""


@pytest.fixture(scope="module")
def prepared() -> EmbeddedStore:
    store = EmbeddedStore()
    load_knowledge(store)
    prepare(store)
    return store


@pytest.fixture(scope="module")
def prepared_synthetic(synthetic: KnowledgeGraph) -> EmbeddedStore:
    store = EmbeddedStore()
    store.load("".join(nquads(synthetic.store.quads())).encode(), format="nquads")
    prepare(store)
    return store


def folded(verdicts: Verdicts) -> Verdicts:
    """Leave out what the evaluator folds into the permitted row of a named actor."""
    named = {
        (key.activity, key.action, key.data, key.target)
        for key, verdict in verdicts.items()
        if key.actor != "not-stated" and verdict == "permitted"
    }
    return {
        key: verdict
        for key, verdict in verdicts.items()
        if key.actor != "not-stated"
        or verdict != "permitted"
        or (key.activity, key.action, key.data, key.target) not in named
    }


def by_rules(
    store: EmbeddedStore, graph: KnowledgeGraph, questions: Sequence[Question]
) -> list[Answers]:
    settings = [
        Setting(
            f"urn:setting:{number}",
            graph.derivation(q.as_of, q.collection).known(q).candidates,
            [v.iri for v in graph.derivation(q.as_of, q.collection).versions],
            q.as_of or date.today(),
        )
        for number, q in enumerate(questions)
    ]
    fresh = EmbeddedStore()
    lines = store.serialize("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "ntriples")
    fresh.load(lines, format="ntriples", graph=RULES_GRAPH)
    run(fresh, describe(settings, graph.knowledge.facets))
    found: list[Answers] = [({}, {}) for _ in questions]
    verdicts, applying = fresh.query(VERDICTS), fresh.query(APPLICABILITY)
    assert isinstance(verdicts, Solutions)
    assert isinstance(applying, Solutions)
    for setting, *key, target, verdict in verdicts.rows:
        assert setting is not None
        assert verdict is not None
        names = [token(term.value) or "" for term in key if term is not None]
        row = Key(*names, token(target.value) if target else None)
        found[number(setting.value)][0][row] = token(verdict.value) or ""
    for setting, statement, is_open in applying.rows:
        assert setting is not None
        assert statement is not None
        assert is_open is not None
        found[number(setting.value)][1][statement.value] = is_open.value == "true"
    return [(folded(rows), applies) for rows, applies in found]


def number(setting: str) -> int:
    return int(setting.rsplit(":", 1)[-1])


def by_evaluator(graph: KnowledgeGraph, question: Question) -> Answers:
    derivation = graph.derivation(question.as_of, question.collection)
    rows = {r.key: r.verdict for r in derivation.answer(question).rows if r.key is not None}
    truths = derivation.known(question).truths
    versions = {version.iri for version in derivation.versions}
    applies = {
        s.iri: all_of(truths[c] for c in (*s.scope, *s.applies_when))
        for s in graph.knowledge.statements
        if s.version in versions
    }
    return rows, {iri: truth is None for iri, truth in applies.items() if truth is not False}


def differences(
    store: EmbeddedStore, graph: KnowledgeGraph, questions: Sequence[Question]
) -> Iterable[tuple[Question, Mapping[object, object]]]:
    for question, theirs in zip(questions, by_rules(store, graph, questions), strict=True):
        mine = by_evaluator(graph, question)
        if mine != theirs:
            yield (
                question,
                {
                    key: (one.get(key), other.get(key))
                    for one, other in zip(mine, theirs, strict=True)
                    for key in {**one, **other}
                    if one.get(key) != other.get(key)
                },
            )


@settings(max_examples=settings.default.max_examples // 5)
@given(seed=st.integers(0, 2**32))
def test_rules_and_evaluator_agree(
    prepared: EmbeddedStore,
    graph: KnowledgeGraph,
    ask_at_random: Callable[[random.Random], Question],
    seed: int,
) -> None:
    chance = random.Random(seed)
    questions = [ask_at_random(chance) for _ in range(BATCH)]
    for question, differing in differences(prepared, graph, questions):
        pytest.fail(f"evaluator and rules differ on {question}: {differing}")


@settings(max_examples=settings.default.max_examples // 20)
@given(seed=st.integers(0, 2**32))
def test_rules_and_evaluator_agree_on_a_vendor_nobody_knows(
    prepared_synthetic: EmbeddedStore,
    synthetic: KnowledgeGraph,
    ask_synthetic: Callable[[random.Random], Question],
    seed: int,
) -> None:
    chance = random.Random(seed)
    questions = [ask_synthetic(chance) for _ in range(BATCH)]
    for question, differing in differences(prepared_synthetic, synthetic, questions):
        pytest.fail(f"evaluator and rules differ on {question}: {differing}")


def test_rules_find_something_to_agree_on(prepared: EmbeddedStore, graph: KnowledgeGraph) -> None:
    question = Question({"offering": ("azure-openai",), "deployment-type": ("global",)})
    ((verdicts, applies),) = by_rules(prepared, graph, [question])
    assert set(verdicts.values()) == {"permitted", "prohibited", "conditional"}
    assert set(applies.values()) == {True, False}
