"""Documented defaults: named where an answer rests on them, and never a setting that is known."""

from dataclasses import replace

import pytest

from sightline.model import Assumed, DeployedAccess, Deployment
from sightline.render import rdf
from sightline.validate import gate_texts
from sightline.validate.gate import gate
from sightline.validate.policies import Policies

SETTINGS = (
    "private-network-only", "no-local-keys", "customer-key-required", "content-filter-on",
    "no-preview-features",
)  # fmt: skip


@pytest.fixture(scope="module")
def judged(graph):
    def run(names, assumed=(), **configuration):
        known = {facet.replace("_", "-"): (value,) for facet, value in configuration.items()}
        own = Deployment("urn:d", "chat", "acme", "main.json", 1, known, (), {})
        policies = Policies(graph.knowledge, settings={"no-preview-features.environment": []})
        answer = graph.access(known)
        more = {each.facet: (each.value,) for each in assumed}
        answer = replace(
            answer,
            assumptions=(*answer.assumptions, *assumed),
            configuration={**answer.configuration, **more},
        )
        shared = [DeployedAccess((own,), answer)]
        return gate(shared, graph.knowledge, policies, names, quads=rdf.quads)

    return run


@pytest.mark.parametrize("offering", ["azure-openai", "serverless-api", "managed-compute"])
def test_no_setting_is_known_by_a_default(judged, offering):
    found = judged(SETTINGS, offering=offering)
    assert {f.policy.token: f.outcome for f in found.findings} == dict.fromkeys(SETTINGS, "unknown")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("policy", "facet", "value"),
    [
        ("content-filter-on", "content-filter", "on"),
        ("private-network-only", "network", "private"),
        ("customer-key-required", "customer-managed-key", "yes"),
        ("no-preview-features", "feature-status", "ga"),
    ],
)
def test_a_setting_that_is_assumed_is_not_reported(judged, policy, facet, value):
    assumed = Assumed(facet, value, "a default", ())
    found = judged([policy], [assumed], offering="azure-openai")
    assert [finding.outcome for finding in found.findings] == ["unknown"]
    reported = judged([policy], offering="azure-openai", **{facet: value})
    assert reported.conforms


def test_what_an_answer_rests_on_is_named(judged):
    found = judged(["no-human-review"], offering="azure-openai", region="swedencentral")
    (note,) = found.notes
    assert note.startswith("abuse-monitoring is assumed to be on for 1 deployment: ")
    for write in (gate_texts.text, gate_texts.markdown, gate_texts.github):
        assert "abuse-monitoring is assumed to be on" in write(found)


def test_a_verdict_that_conforms_names_its_assumption_too(judged):
    found = judged(
        ["no-training"], offering="azure-openai", customer_permission="not-given",
        customer_directs_training="not-given",
    )  # fmt: skip
    assert found.conforms
    assert len(found.notes) == 1


def test_what_is_reported_is_not_assumed(judged):
    assert judged(["no-human-review"], offering="azure-openai", abuse_monitoring="on").notes == ()


def test_how_to_settle_the_status_of_features_is_said(judged):
    found = judged(["no-preview-features"], offering="azure-openai")
    (finding,) = found.findings
    assert "Settle feature-status: state it with --set feature-status=VALUE" in found.changes(
        finding
    )


def test_settings_that_speak_against_each_other_are_a_warning(judged):
    found = judged(
        ["no-retention"], offering="azure-openai", content_logging="false", abuse_monitoring="on"
    )
    words = "abuse-monitoring is given as on, although off follows from the rest: ContentLogging"
    assert [warning.startswith(words) for warning in found.warnings] == [True]
    assert found.warnings[0].endswith("(1 deployment)")
    assert f"warning: {words}" in gate_texts.text(found)
    assert "no-retention" in {f.policy.token for f in found.findings}


def test_settings_that_agree_give_no_warning(judged):
    found = judged(
        ["no-retention"], offering="azure-openai", content_logging="false", abuse_monitoring="off"
    )
    assert found.warnings == ()
