"""A vendor that does not exist: what other documents bring joins as data alone.

``synthetic/*.ttl`` holds its vocabulary and its documents; no Python knows any of it.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.errors import UnknownTermError
from sightline.graph import KnowledgeGraph
from sightline.model import Question, Row

Ask = Callable[..., list[Row]]
FIRST, SECOND, THIRD = date(2025, 3, 1), date(2025, 11, 1), date(2026, 2, 1)


@pytest.fixture
def ask(synthetic: KnowledgeGraph) -> Ask:
    def rows(configuration: dict[str, Any], **filters: Any) -> list[Row]:
        return list(
            synthetic.access({"offering": "lumen-inference", **configuration}, **filters).rows
        )

    return rows


def one(rows: list[Row], **key: str) -> Row:
    (row,) = (
        row
        for row in rows
        if row.key and all(getattr(row.key, name) == token for name, token in key.items())
    )
    return row


def awaited(row: Row) -> set[tuple[str, str]]:
    return {(item.condition, item.then) for item in row.awaits}


@pytest.mark.parametrize(
    ("routing", "place", "countries", "may_leave_eea"),
    [
        ("in-region", "lumen-deployment-region", ["NL"], False),
        ("geography", "lumen-deployment-geography", ["IE", "NL"], False),
        ("global", "lumen-anywhere", None, True),
    ],
)
def test_routing_is_a_facet_like_any_other(
    ask: Ask, routing: str, place: str, countries: list[str] | None, may_leave_eea: bool
) -> None:
    rows = ask({"lumen-routing": routing, "region": "westeurope"}, data="prompts")
    row = one(rows, activity="inference", actor="lumen-service")
    assert list(row.aspects["processing_place"]) == [place]
    assert row.resolved[place]["countries"] == countries
    assert row.resolved[place]["may_leave_eea"] is may_leave_eea


def test_routing_unknown_leaves_every_place_open(ask: Ask) -> None:
    row = one(
        ask({"region": "westeurope"}), actor="lumen-service", data="prompts", action="process"
    )
    assert row.verdict == "permitted"
    assert "processing_place" not in row.aspects
    assert {item.value for item in row.open} >= {"lumen-anywhere", "lumen-deployment-region"}


@pytest.mark.parametrize(
    ("region", "on", "inside"),
    [
        ("swedencentral", FIRST, True),
        ("norwayeast", date(2025, 10, 31), False),
        ("norwayeast", SECOND, True),
        ("uksouth", FIRST, True),
        ("uksouth", date(2025, 10, 31), True),
        ("uksouth", SECOND, False),
        ("eastus", SECOND, False),
    ],
)
def test_zone_has_the_members_of_the_date(ask: Ask, region: str, on: date, inside: bool) -> None:
    rows = ask({"lumen-routing": "zone", "region": region}, data="prompts", as_of=on)
    row = one(rows, activity="inference", actor="lumen-service")
    assert ("lumen-north-zone" in row.aspects.get("processing_place", {})) is inside
    if inside:
        countries = {FIRST: ["GB", "SE"], SECOND: ["NO", "SE"]}.get(on, ["GB", "SE"])
        assert row.resolved["lumen-north-zone"]["countries"] == countries


def test_zone_is_open_where_regions_differ(ask: Ask) -> None:
    configuration = {"lumen-routing": "zone", "region": ("swedencentral", "eastus")}
    row = one(ask(configuration), activity="inference", actor="lumen-service", data="prompts")
    assert ("lumen-north-zone", ("region",)) in {(o.value, o.awaits) for o in row.open}


def test_processor_depends_on_publisher_and_version(ask: Ask) -> None:
    def processors(publisher: str, version: str) -> set[str]:
        rows = ask({"model-publisher": publisher, "model-version": version}, data="prompts")
        return {r.key.actor for r in rows if r.key and "processor" in r.aspects.get("roles", {})}

    assert processors("lumen", "1.0") == {"lumen"}
    assert processors("tern", "2.1") == {"tern"}
    assert processors("tern", "1.0") == set()
    assert processors("nobody-ever-heard-of", "2.0") == set()


def test_open_value_spaces_are_unknown_until_given(ask: Ask) -> None:
    row = one(ask({"model-publisher": "tern"}), actor="tern", data="outputs")
    assert awaited(row) == {("model-version", "permitted")}


def test_whoever_is_not_excluded_on_an_open_facet_meets_the_condition(ask: Ask) -> None:
    flagged = {"flagged": "true"}
    key = {"activity": "disclosure", "data": "prompts"}
    assert one(ask({**flagged, "model-publisher": "tern"}), **key).verdict == "permitted"
    assert one(ask({**flagged, "model-publisher": "lumen"}), **key).verdict == "not-stated"
    unknown = one(ask(flagged), **key)
    assert unknown.verdict == "conditional"
    assert awaited(unknown) == {("model-publisher", "permitted")}


def test_provider_can_receive_flagged_content(ask: Ask) -> None:
    row = one(ask({"model-publisher": "tern"}), activity="disclosure", data="outputs")
    assert (row.key.actor, row.key.action) == ("model-provider", "receive") if row.key else False
    assert awaited(row) == {("flagged", "permitted")}


@pytest.mark.parametrize(
    ("configuration", "data", "verdict", "retention"),
    [
        (
            {"flagged": "false", "lumen-retention-mode": "standard"},
            "prompts",
            "permitted",
            "24-hours",
        ),
        (
            {"flagged": "true", "lumen-retention-mode": "standard"},
            "prompts",
            "permitted",
            "2-years",
        ),
        ({"lumen-retention-mode": "extended"}, "classifier-scores", "permitted", "7-years"),
        ({"flagged": "false", "lumen-retention-mode": "extended"}, "prompts", "not-stated", None),
        (
            {
                "flagged": "false",
                "lumen-retention-mode": "none",
                "lumen-zero-retention": "organisation",
            },
            "prompts",
            "prohibited",
            "zero",
        ),
        (
            {
                "flagged": "true",
                "lumen-retention-mode": "none",
                "lumen-zero-retention": ("organisation", "project"),
            },
            "prompts",
            "permitted",
            "2-years",
        ),
        (
            {
                "flagged": "false",
                "lumen-retention-mode": "none",
                "lumen-zero-retention": "not-approved",
            },
            "prompts",
            "not-stated",
            None,
        ),
    ],
)
def test_retention_differs_by_mode_flag_and_approval(
    ask: Ask, configuration: dict[str, Any], data: str, verdict: str, retention: str | None
) -> None:
    row = one(ask(configuration, activity="abuse-monitoring-storage"), data=data)
    assert row.verdict == verdict
    assert list(row.aspects.get("retention", {})) == ([retention] if retention else [])


def test_approval_may_be_of_an_organisation_or_of_a_project(ask: Ask) -> None:
    configuration = {"flagged": "false", "lumen-retention-mode": "none"}
    row = one(ask(configuration, activity="abuse-monitoring-storage"), data="prompts")
    assert row.verdict == "conditional"
    assert [item.values for item in row.awaits] == [("organisation", "project")]
    assert awaited(row) == {("lumen-zero-retention", "prohibited")}


def test_people_look_only_after_a_classifier_that_is_not_sure(ask: Ask) -> None:
    def verdicts(**events: str) -> tuple[str, str]:
        rows = ask(
            {name.replace("_", "-"): value for name, value in events.items()},
            data="prompts",
            as_of=date(2025, 10, 1),
        )
        return (
            one(rows, activity="automated-review").verdict,
            one(rows, activity="human-review").verdict,
        )

    assert verdicts() == ("conditional", "conditional")
    assert verdicts(flagged="true") == ("permitted", "conditional")
    assert verdicts(flagged="true", lumen_low_confidence="true") == ("permitted", "permitted")
    assert verdicts(flagged="true", lumen_low_confidence="false") == ("permitted", "prohibited")
    assert verdicts(flagged="false") == ("not-stated", "not-stated")


@pytest.mark.parametrize(
    ("on", "feedback", "verdict"),
    [
        (FIRST, "given", "prohibited"),
        (SECOND, "given", "permitted"),
        (SECOND, "not-given", "prohibited"),
        (SECOND, None, "conditional"),
        (THIRD, "given", "prohibited"),
        (None, None, "prohibited"),
    ],
)
def test_promise_gains_an_exception_and_loses_it_again(
    ask: Ask, on: date | None, feedback: str | None, verdict: str
) -> None:
    configuration = {"lumen-feedback": feedback} if feedback else {}
    rows = ask(configuration, activity="model-improvement", as_of=on)
    assert one(rows, data="prompts").verdict == verdict
    assert one(rows, data="outputs").verdict == verdict


def test_two_documents_of_one_day_contradict_each_other(ask: Ask) -> None:
    events = {"flagged": "true", "lumen-low-confidence": "true"}
    row = one(ask(events, as_of=SECOND), activity="human-review", data="prompts")
    assert row.verdict == "contradictory"
    assert {iri.rsplit("/", 3)[-3] for iri in row.statements} == {
        "lumen-terms",
        "lumen-trust-page",
    }


def test_contradiction_is_announced_while_it_is_open(ask: Ask) -> None:
    row = one(ask({}, as_of=SECOND), activity="human-review", data="prompts")
    assert row.verdict == "conditional"
    assert {"contradictory"} == {item.then for item in row.awaits}


def test_without_its_exception_the_page_alone_denies(ask: Ask) -> None:
    row = one(ask({"flagged": "false"}, as_of=SECOND), activity="human-review", data="prompts")
    assert (row.verdict, row.rule) == ("prohibited", "denied-and-not-stated")


def test_members_of_the_vendor_answer_for_it(ask: Ask) -> None:
    actors = {row.key.actor for row in ask({}, actor="lumen") if row.key}
    assert actors == {"lumen", "lumen-reviewer"}


def test_other_vendors_stay_as_they_are(graph: KnowledgeGraph, synthetic: KnowledgeGraph) -> None:
    for offering in ("azure-openai", "serverless-api", "managed-compute", "downloaded-model"):
        configuration = {"offering": offering, "region": "swedencentral"}
        with_it, without = (g.access(configuration).rows for g in (synthetic, graph))
        # A place may lie in one more zone; all else is the same.
        assert [replace(r, resolved={}) for r in with_it] == [
            replace(r, resolved={}) for r in without
        ]


def test_documents_of_another_vendor_do_not_govern(synthetic: KnowledgeGraph) -> None:
    answer = synthetic.access({"offering": "lumen-inference"})
    assert {version.document.rsplit("/", 1)[-1] for version in answer.versions} == {
        "lumen-terms",
        "lumen-trust-page",
    }


def test_values_of_a_closed_facet_are_checked_and_of_an_open_one_are_not(ask: Ask) -> None:
    with pytest.raises(UnknownTermError):
        ask({"lumen-routing": "sideways"})
    assert ask({"model-publisher": "whoever"})


@given(seed=st.integers(0, 2**32))
def test_settling_an_unknown_changes_conditional_rows_alone(
    synthetic: KnowledgeGraph, ask_synthetic: Callable[[random.Random], Question], seed: int
) -> None:
    chance = random.Random(seed)
    question = replace(ask_synthetic(chance), assume=False)
    derivation = synthetic.derivation(question.as_of, question.collection)
    before = {row.key: row.verdict for row in derivation.answer(question).rows}
    unknown = {
        token: sorted(values)
        for token, values in derivation.known(question).candidates.items()
        if len(values) > 1
        and token.startswith(("lumen", "region", "flagged"))
        and token in synthetic.knowledge.facets
    } | {"model-publisher": ["lumen", "tern"]}
    unknown = {t: v for t, v in unknown.items() if t not in question.configuration}
    for token in chance.sample(sorted(unknown), min(3, len(unknown))):
        settled = {**question.configuration, token: (chance.choice(unknown[token]),)}
        after = derivation.answer(replace(question, configuration=settled)).rows
        found = {row.key: row.verdict for row in after}
        for key, verdict in before.items():
            if verdict in ("permitted", "prohibited") and key and key.actor != "not-stated":
                assert found.get(key) == verdict, (key, token)
