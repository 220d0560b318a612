"""Policies on what datasets reach, from real files to findings; the unknown never conforms."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sightline.cli import cli

FILES = Path(__file__).parents[1] / "queries"
POLICIES = ("special-category-unseen", "personal-data-in-eea")


def run(tmp_path, *words, ttl=None, links=None):
    catalog, linked = tmp_path / "linked.ttl", tmp_path / "linked.yaml"
    catalog.write_text(ttl or (FILES / "linked.ttl").read_text())
    linked.write_text(links if links is not None else (FILES / "linked.yaml").read_text())
    given = [str(FILES / "linked.json"), "--catalog", str(catalog), "--links", str(linked)]
    return CliRunner().invoke(cli, ["validate", *given, *words], standalone_mode=False)


def outcomes(tmp_path, policy, **files):
    """Give the worst outcome of each pair that does not conform."""
    result = run(tmp_path, "--policy", policy, "--format", "json", **files)
    assert result.exception is None, result.output
    found = [f for f in json.loads(result.stdout)["findings"] if f["policy"] == policy]
    return {each["deployment"]: each["outcome"] for each in found}


def held(category, deployment="there/wide", way="prompt"):
    ttl = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        <https://data.example/d> a dcat:Dataset ; dct:title "d" ;
            <https://w3id.org/dpv#hasPersonalData> <https://w3id.org/dpv{category}> ."""
    entry = f"{{dataset: d, deployment: {deployment}, by: Ada, when: 2026-11-01, way: {way}}}"
    return {"ttl": ttl, "links": f"- {entry}\n" if deployment else ""}


@pytest.mark.parametrize(
    ("policy", "category", "deployment", "way", "outcome"),
    [
        ("special-category-unseen", "/pd#Health", "there/wide", "prompt", "violation"),
        ("special-category-unseen", "/pd#EmailAddress", "there/wide", "prompt", None),
        ("special-category-unseen", "/pd#Health", "here/chat", "fine-tuning", "unknown"),
        ("special-category-unseen", "/pd#Health", "here/other", "prompt", "unknown"),
        ("special-category-unseen", "/pd#Health", "", "", "unknown"),
        ("special-category-unseen", "/pd#EmailAddress", "", "", None),
        ("personal-data-in-eea", "/pd#EmailAddress", "there/wide", "prompt", "violation"),
        ("personal-data-in-eea", "/pd#EmailAddress", "here/chat", "prompt", "unknown"),
        ("personal-data-in-eea", "/pd#EmailAddress", "", "", "unknown"),
        ("personal-data-in-eea", "#NonPersonalData", "there/wide", "prompt", None),
    ],
)
def test_a_pair_is_judged(tmp_path, policy, category, deployment, way, outcome):
    found = outcomes(tmp_path, policy, **held(category, deployment, way))
    assert list(found.values()) == ([outcome] if outcome else [])


def test_what_people_declare_to_reach_nothing_conforms(tmp_path):
    files = held("/pd#Health", "")
    files["links"] = "- {dataset: d, deployment: none, by: Ada, when: 2026-11-01}\n"
    for policy in POLICIES:
        assert outcomes(tmp_path, policy, **files) == {}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_dataset_without_terms_never_conforms(tmp_path, policy):
    files = held("/pd#Health")
    files["ttl"] = files["ttl"].partition(";\n            <https://w3id.org/dpv")[0] + "."
    assert list(outcomes(tmp_path, policy, **files).values()) == ["unknown"]


def test_special_category_is_seen_where_a_dataset_reaches_human_review(tmp_path):
    found = outcomes(tmp_path, "special-category-unseen")
    assert found["patients in there/wide"] == "violation"
    assert found["archive"] == "unknown"
    assert "customers in here/chat" not in found


def test_a_policy_on_datasets_needs_a_catalog(tmp_path):
    words = ["validate", str(FILES / "linked.json"), "--policy", "special-category-unseen"]
    result = CliRunner().invoke(cli, words, standalone_mode=False)
    assert "is about datasets, and none are given" in str(result.exception)


def test_the_headline_question_is_answered_from_files(tmp_path):
    words = ["ask", "datasets-with-human-review", "--estate", str(FILES / "linked.json")]
    words += ["--catalog", str(FILES / "linked.ttl"), "--links", str(FILES / "linked.yaml")]
    result = CliRunner().invoke(cli, [*words, "--format", "json"], standalone_mode=False)
    assert result.exception is None
    rows = json.loads(result.stdout)["results"]["bindings"] if "results" in result.stdout else None
    rows = rows if rows is not None else json.loads(result.stdout)["rows"]
    text = json.dumps(rows)
    assert "customers" in text  # by lineage: it feeds tickets, which are linked
    assert "archive" not in text


def test_a_walk_through_a_pipe_writes_decisions(tmp_path):
    links = tmp_path / "links.yaml"
    words = ["catalog", "link", "--estate", str(FILES / "linked.json"), "--links", str(links)]
    words += ["--catalog", str(FILES / "linked.ttl"), "--review", "--by", "Eve"]
    result = CliRunner().invoke(cli, words, input="a\nnonsense\nprompt\nr\n", standalone_mode=False)
    assert result.exception is None, result.output
    assert "2 of 2 links decided" in result.stdout
    assert "rejected" in links.read_text()
    again = CliRunner().invoke(cli, words, input="", standalone_mode=False)
    assert "0 of 0 links decided" in again.stdout
