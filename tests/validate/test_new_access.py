"""What a change opens over a baseline: granted for certain, perhaps, or not at all."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from sightline.model import DeployedAccess, Deployment, Unsettled
from sightline.render import rdf
from sightline.validate.accepted import Accepted
from sightline.validate.gate import gate
from sightline.validate.new_access import only_new
from sightline.validate.policies import Policies

ROOT = Path(__file__).parents[2]
BASE = yaml.safe_load((ROOT / "tests" / "policies" / "base.yaml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 21)
TYPE, REGION = "deployment-type", "region"


def deployment(name="chat", file="main.json", **differs):
    configuration = {k: (v,) if isinstance(v, str) else v for k, v in (BASE | differs).items()}
    known = {k: v for k, v in configuration.items() if v}
    return Deployment(
        f"https://example.org/{file}/{name}", name, "account", file, 10, known, (), {}
    )


def deployed(graph, own):
    answers = {}
    for each in own:
        answer = graph.access(each.configuration)
        if each.ungoverned:
            answer = replace(answer, rows=(), complete=False)
        answers.setdefault((answer.identity, each.ungoverned), (answer, []))[1].append(each)
    return [DeployedAccess(tuple(shared), answer) for answer, shared in answers.values()]


@pytest.fixture(scope="module")
def compared(graph):
    def new(before, after, *names, accepted=()):
        old, now = deployed(graph, before), deployed(graph, after)
        policies = Policies(graph.knowledge)
        gates = [gate(d, graph.knowledge, policies, names, quads=rdf.quads) for d in (now, old)]
        return only_new(*gates, now, old, accepted, TODAY)

    return new


STANDARD, GLOBAL = deployment(), deployment(**{TYPE: "global"})
ZONE, EITHER = deployment(**{TYPE: "data-zone"}), deployment(**{TYPE: ("global", "standard")})
ABROAD, NOWHERE = deployment(region="norwayeast"), deployment(region=())


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (STANDARD, STANDARD, None),
        (STANDARD, GLOBAL, "violation"),
        (ZONE, GLOBAL, "violation"),
        (GLOBAL, STANDARD, None),
        (GLOBAL, ZONE, None),
        (ZONE, STANDARD, None),
        (STANDARD, ZONE, "unknown"),  # no place is stated any more
        (STANDARD, ABROAD, "violation"),
        (STANDARD, NOWHERE, "unknown"),
        (NOWHERE, STANDARD, "unknown"),
        (NOWHERE, NOWHERE, None),
        (STANDARD, EITHER, "unknown"),
        (EITHER, GLOBAL, "unknown"),
        (GLOBAL, EITHER, None),
        (deployment(**{"workload": "real-time"}), deployment(**{"workload": "batch"}), "violation"),
        (
            deployment(**{"modified-abuse-monitoring": "approved", "abuse-monitoring": "off"}),
            STANDARD,
            "violation",
        ),
    ],
    ids=str,
)
def test_what_is_new(compared, before, after, outcome):
    found = compared([before], [after])
    assert {f.policy.token for f in found.findings} == ({"no-new-access"} if outcome else set())
    assert [finding.outcome for finding in found.findings] == ([outcome] if outcome else [])
    assert found.exit_code() == {"violation": 1, "unknown": 3, None: 0}[outcome]


def test_the_countries_that_are_gained_are_named(compared):
    (finding,) = compared([STANDARD], [ABROAD]).findings
    assert "Norway" in finding.message
    assert "abuse-monitoring-storage" not in finding.message
    assert finding.changed == ("region",)


def test_findings_of_policies_that_the_baseline_had_are_left_out(compared):
    assert compared([GLOBAL], [replace(GLOBAL, line=99)], "processing-in-eea").conforms
    found = compared([STANDARD], [GLOBAL], "processing-in-eea")
    assert {f.policy.token for f in found.findings} == {"processing-in-eea", "no-new-access"}


def test_a_new_deployment_is_compared_with_the_nearest(compared):
    second = deployment("second")
    assert compared([GLOBAL, STANDARD], [STANDARD, second]).conforms
    assert compared([], [second]).exit_code() == 1


def test_deployments_of_the_same_name_are_told_apart_by_their_files(compared):
    development, production = (deployment(file=f"{name}.json") for name in ("dev", "prod"))
    wide = deployment(file="dev.json", **{TYPE: "global"})
    opened = deployment(file="prod.json", **{TYPE: "global"})
    found = compared([wide, production], [wide, opened], "processing-in-eea")
    assert {f.deployment.file for f in found.findings} == {"prod.json"}
    assert len(found.findings) == 2
    assert compared([wide, production], [development, production]).conforms


def test_what_no_document_governs_passes_only_unchanged(compared):
    foreign = replace(
        STANDARD, ungoverned="another publisher", attributes={"publisher": "Anthropic"}
    )
    assert compared([foreign], [foreign]).conforms
    assert compared([foreign], [foreign, replace(foreign, name="b", iri="urn:b")]).conforms
    for before in ([STANDARD], [], [replace(foreign, attributes={"publisher": "Mistral AI"})]):
        (finding,) = compared(before, [foreign]).findings
        assert finding.outcome == "unknown"
        assert "another publisher" in finding.message


def test_an_open_value_that_becomes_another_open_value_is_unknown(compared):
    def opened(name):
        open_ = Unsettled(REGION, f"[parameters('{name}')]", "required-parameter", None)
        return replace(NOWHERE, unsettled=(open_,))

    assert compared([opened("a")], [opened("a")]).conforms
    (finding,) = compared([opened("a")], [opened("b")]).findings
    assert finding.outcome == "unknown"
    assert "parameters('b')" in finding.message


def test_other_gains_are_other_findings(compared):
    prints = [
        compared([STANDARD], [own]).findings[0].fingerprint
        for own in (GLOBAL, replace(GLOBAL, line=50), ABROAD)
    ]
    assert prints[0] == prints[1] != prints[2]


# --- Accepted -------------------------------------------------------------------------------------


def entry(policy="no-new-access", expires=date(2027, 1, 1), name="chat"):
    return Accepted(policy, name, "*", "Ada", "pilot", expires, "accepted.yaml:1")


def test_new_access_can_be_accepted(compared):
    found = compared([STANDARD], [GLOBAL], accepted=[entry()])
    assert found.exit_code("warning") == 0
    assert found.counts["accepted"] == 1


def test_an_expired_acceptance_of_new_access_fails(compared):
    found = compared([STANDARD], [GLOBAL], accepted=[entry(expires=date(2026, 11, 20))])
    assert found.exit_code() == 1
    assert found.warnings == ("accepted.yaml:1: the acceptance by Ada has expired",)


def test_an_acceptance_without_new_access_is_told(compared):
    found = compared([STANDARD], [STANDARD], accepted=[entry()])
    assert found.exit_code() == 0
    assert found.warnings == ("accepted.yaml:1: the acceptance by Ada accepts nothing",)


def test_an_acceptance_of_what_the_baseline_had_too_is_used(compared):
    own = entry("processing-in-eea")
    assert not compared([GLOBAL], [GLOBAL], "processing-in-eea", accepted=[own]).warnings
