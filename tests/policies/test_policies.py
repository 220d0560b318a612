"""Each policy gives its three outcomes, never passes on the unknown, and agrees with pySHACL.

A case file differs from ``base.yaml`` by ``differs`` and ``without``, or gives the whole
``configuration``; it may set ``attributes``, ``parameters`` and ``ungoverned``.
"""

import random
from pathlib import Path

import pytest
import yaml
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH

from sightline.render import rdf
from sightline.terms import SHAPE, SL
from sightline.validate.cases import case
from sightline.validate.engine import Validator
from sightline.validate.judging import Judge, context
from sightline.validate.policies import Policies, policy_files

HERE = Path(__file__).parent
BASE = yaml.safe_load((HERE / "base.yaml").read_text(encoding="utf-8"))
CASES = sorted(HERE.glob("*/*.yaml"))
NAMES = sorted(path.stem for path in policy_files() if path.stem != "policies")


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def configuration(written):
    left = {k: v for k, v in BASE.items() if k not in written.get("without", ())}
    return written.get("configuration", left | written.get("differs", {}))


def prepared(graph, policy, written):
    policies = Policies(graph.knowledge, settings=written.get("parameters"))
    judge = Judge(policies, policies.chosen([policy]), graph.knowledge, rdf.quads)
    answer = graph.access(configuration(written))
    reported = written.get("attributes", {})
    return judge, case(answer, reported, judge.attributes, written.get("ungoverned"))


def rules(judgement):
    return sorted({SHAPE.token(reason.constraint.iri) for reason in judgement.telling})


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_case(path, graph):
    written = load(path)
    judge, own = prepared(graph, path.parent.name, written)
    (judgement,) = judge.judge([own])
    assert judgement.outcome == written["outcome"], judgement.reasons
    assert rules(judgement) == written.get("rules", [])
    for reason in judgement.reasons:
        assert "{" not in reason.message
        assert reason.message.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_each_policy_has_a_case_of_each_outcome(name):
    found = {load(path)["outcome"] for path in CASES if path.parent.name == name}
    assert found == {"violation", "unknown", "conforms"}


def test_there_is_no_case_of_another_policy():
    assert {path.parent.name for path in CASES} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_known_never_conforms(name, graph):
    judge, own = prepared(graph, name, {"configuration": {}})
    (judgement,) = judge.judge([own])
    assert judgement.outcome == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_pyshacl_agrees(name, graph):
    """Judge as SHACL does, one node after the other, and compare every result."""
    for path in [p for p in CASES if p.parent.name == name]:
        written = load(path)
        judge, own = prepared(graph, name, written)
        (judgement,) = judge.judge([own])
        data = [*context(), *judge.facts([own])]
        common = next(p for p in policy_files() if p.stem == "policies")
        shapes = [common, next(p for p in policy_files() if p.stem == name)]
        report = Validator(data, shapes).everything()
        found = {r.rule for r in report.results if r.focus.value == own.iri}
        assert found == {r.constraint.iri for r in judgement.reasons}, path
        for rule in {r.constraint.iri for r in judgement.reasons}:
            values = {r.value.value for r in report.results if r.rule == rule and r.value}
            values -= {own.iri}
            told = [r for r in judgement.reasons if r.constraint.iri == rule]
            keys = {r.key for r in told if r.key} | {r.value for r in told if r.value}
            assert len(values) == len(keys), (path, rule)


def test_alike_cases_are_judged_as_if_alone(graph, ask_at_random):
    policies = Policies(graph.knowledge)
    judge = Judge(policies, policies.chosen(), graph.knowledge, rdf.quads)
    chance = random.Random(7)
    own = []
    for _ in range(12):
        asked = ask_at_random(chance)
        answer = graph.access(asked.configuration, assume=asked.assume)
        own.append(case(answer, {}, judge.attributes, None))
    own = list({each.iri: each for each in own}.values())
    together = [(j.case.iri, j.policy.token, rules(j)) for j in judge.judge(own)]
    alone = [(j.case.iri, j.policy.token, rules(j)) for each in own for j in judge.judge([each])]
    assert together == alone


@pytest.mark.parametrize("name", NAMES)
def test_each_constraint_says_its_outcome_and_what_to_do(name):
    shapes = Graph().parse(next(path for path in policy_files() if path.stem == name))
    told = set(shapes.subjects(RDF.type, SH.SPARQLConstraint))
    assert told
    outcomes = set()
    for constraint in told:
        (message,) = shapes.objects(constraint, SH.message)
        assert ":" in message
        assert message.endswith(".")
        (outcome,) = map(str, shapes.objects(constraint, URIRef(SL["outcome"])))
        (severity,) = shapes.objects(constraint, SH.severity)
        assert severity == (SH.Violation if outcome == "violation" else SH.Warning)
        outcomes.add(outcome)
    assert outcomes == {"violation", "unknown"}
