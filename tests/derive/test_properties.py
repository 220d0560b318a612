"""What holds of every answer, whatever is asked."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sightline.derive import Derivation
from sightline.derive.truth import all_of
from sightline.graph import KnowledgeGraph
from sightline.model import Answer, Key, Question, Row, Statement

Ask = Callable[[random.Random], Question]
Group = tuple[tuple[str, tuple[str, ...]], ...]
DEFINITE = ("permitted", "prohibited", "contradictory")
SILENT = {"not-stated", "absent"}
EACH_SEED = given(seed=st.integers(0, 2**32))


def derived(graph: KnowledgeGraph, question: Question) -> Answer:
    return graph.derivation(question.as_of, question.collection).answer(question)


def statements(graph: KnowledgeGraph) -> dict[str, Statement]:
    return {statement.iri: statement for statement in graph.knowledge.statements}


def verdicts(answer: Answer) -> dict[Key, str]:
    return {row.key: row.verdict for row in answer.rows if row.key is not None}


def folded(key: Key, rows: dict[Key, str]) -> bool:
    """Tell whether a row without a stated actor went into the permitted row of a named one."""
    return key.actor == "not-stated" and any(
        replace(other, actor=key.actor) == key and verdict == "permitted"
        for other, verdict in rows.items()
        if other.actor != key.actor
    )


@EACH_SEED
def test_settling_an_unknown_changes_conditional_rows_alone(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    chance = random.Random(seed)
    question = replace(ask_at_random(chance), assume=False)  # an assumption is no knowledge
    derivation = graph.derivation(question.as_of, question.collection)
    candidates = derivation.known(question).candidates
    unknown = sorted(
        token
        for token, values in candidates.items()
        if len(values) > 1
        and graph.knowledge.facets[token].kind != "discretion"
        and not graph.knowledge.facets[token].derived_from
    )
    before = verdicts(derivation.answer(question))
    for token in chance.sample(unknown, min(3, len(unknown))):
        settled = (chance.choice(sorted(candidates[token])),)
        narrower = replace(question, configuration={**question.configuration, token: settled})
        after = verdicts(derivation.answer(narrower))
        for key in {**before, **after}:
            was, now = before.get(key, "absent"), after.get(key, "absent")
            if was == "conditional" or was == now or {was, now} == SILENT:
                continue
            assert folded(key, before) or folded(key, after), (key, was, now, token, settled)


@EACH_SEED
def test_aspects_come_from_statements_of_the_same_activity(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    known = statements(graph)
    for row in derived(graph, ask_at_random(random.Random(seed))).rows:
        for aspect, values in row.aspects.items():
            for value, sources in values.items():
                assert sources
                for iri in sources:
                    assert row.key is not None
                    assert known[iri].activity == row.key.activity
                    assert value in known[iri].aspects[aspect]
        for item in row.open:
            assert item.awaits
            assert all(item.value in known[iri].aspects[item.aspect] for iri in item.statements)


@EACH_SEED
def test_definite_verdicts_rest_on_what_is_true(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    question = ask_at_random(random.Random(seed))
    truths = graph.derivation(question.as_of, question.collection).known(question).truths
    known = statements(graph)
    for row in derived(graph, question).rows:
        if row.verdict not in DEFINITE:
            continue
        for iri in (*row.supports, *row.denies):
            statement = known[iri]
            applies = all_of(truths[c] for c in (*statement.scope, *statement.applies_when))
            assert applies is True, (row.key, iri)
        for iri in row.supports:
            gates = (*known[iri].only_when, *known[iri].requires)
            assert all_of(truths[c] for c in gates) is True, (row.key, iri)
        for values in row.aspects.values():
            for sources in values.values():
                for iri in sources:
                    assert all_of(truths[c] for c in known[iri].conditions) is True, (row.key, iri)


@EACH_SEED
def test_prohibited_rows_have_a_denial_or_a_gate_said_to_be_the_only_way(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    question = ask_at_random(random.Random(seed))
    truths = graph.derivation(question.as_of, question.collection).known(question).truths
    known = statements(graph)
    for row in derived(graph, question).rows:
        if row.verdict == "prohibited":
            assert any(
                known[iri].effect == "denies"
                or any(truths[gate] is False for gate in known[iri].only_when)
                for iri in row.denies
            )


@EACH_SEED
def test_only_conditional_rows_await_something(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    for row in derived(graph, ask_at_random(random.Random(seed))).rows:
        assert bool(row.awaits) == (row.verdict == "conditional")
        assert row.verdict != "not-stated" or not (row.aspects or row.open or row.statements)
        assert row.verdict == "not-stated" or row.statements


@EACH_SEED
def test_settling_a_group_gives_the_verdict_it_announces(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    question = ask_at_random(random.Random(seed))
    derivation = graph.derivation(question.as_of, question.collection)
    answer = derivation.answer(question)
    candidates = derivation.known(question).candidates
    given_or_assumed = dict(question.configuration) | {
        assumed.facet: (assumed.value,) for assumed in answer.assumptions
    }
    checked: dict[Group, dict[Key, str]] = {}
    for row, group, then in each_group(answer):
        settled = dict(given_or_assumed)
        for facet, values in group:
            both = candidates.get(facet, frozenset(values)).intersection(values)
            settled[facet] = tuple(sorted(both))
        if group not in checked:
            narrower = replace(question, configuration=settled, assume=False)
            checked[group] = verdicts(derivation.answer(narrower))
        found = checked[group].get(row.key, "absent") if row.key else ""
        assert (
            found == then
            or {found, then} == SILENT
            or (row.key is not None and folded(row.key, checked[group]))
        ), (row.key, group, found, then)


def each_group(answer: Answer) -> list[tuple[Row, Group, str]]:
    """List the groups of awaited conditions that a question can settle, and what then holds."""
    found = []
    for row in answer.rows:
        groups = defaultdict(list)
        for awaited in row.awaits:
            groups[awaited.group].append(awaited)
        for group in groups.values():
            assert len({awaited.then for awaited in group}) == 1
            if all(awaited.values and awaited.kind != "discretion" for awaited in group):
                settling = tuple((a.condition, a.values) for a in group)
                found.append((row, settling, group[0].then))
    return found


@EACH_SEED
def test_no_two_rows_share_a_key(graph: KnowledgeGraph, ask_at_random: Ask, seed: int) -> None:
    answer = derived(graph, ask_at_random(random.Random(seed)))
    keys = [row.key for row in answer.rows]
    assert len(set(keys)) == len(keys)


@EACH_SEED
def test_all_statements_belong_to_the_versions_named(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    question = ask_at_random(random.Random(seed))
    answer = derived(graph, question)
    known = statements(graph)
    named = {version.iri for version in answer.versions}
    for row in answer.rows:
        assert {known[iri].version for iri in (*row.statements, *row.nearest)} <= named
    assert {known[iri].version for iri in answer.commitments} <= named
    selected = graph.derivation(question.as_of, question.collection).versions
    assert named <= {version.iri for version in selected}
    assert all(question.as_of is None or v.effective <= question.as_of for v in answer.versions)


@EACH_SEED
def test_the_same_question_has_the_same_answer(
    graph: KnowledgeGraph, ask_at_random: Ask, seed: int
) -> None:
    question = ask_at_random(random.Random(seed))
    afresh = Derivation(graph.knowledge, question.as_of, question.collection)
    shuffled = dict(reversed(list(question.configuration.items())))
    assert (
        afresh.answer(replace(question, configuration=shuffled)).rows
        == derived(graph, question).rows
    )


@EACH_SEED
def test_filters_only_leave_out_rows(graph: KnowledgeGraph, ask_at_random: Ask, seed: int) -> None:
    chance = random.Random(seed)
    question = ask_at_random(chance)
    every = {row.key: row for row in derived(graph, question).rows}
    if not every:
        return
    key = chance.choice(list(every))
    assert key is not None
    filtered = derived(graph, replace(question, actor=key.actor, activity=key.activity))
    assert key in {row.key for row in filtered.rows}
    assert all(every[row.key] == row for row in filtered.rows)
