"""Every fact of the documents is a statement, or a record that informs or says why it does not."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from sightline import KnowledgeGraph
from sightline.stores import Solutions

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
COUNTS = {
    "model-catalog-data-privacy/2024-05-02": 92,
    "model-catalog-data-privacy/2024-undated": 86,
    "model-catalog-data-privacy/2026-01-26": 96,
    "azure-openai-data-privacy/2024-09-04": 191,
    "azure-openai-user-input-qa/2023-02-23": 80,
}
QUERY = """
PREFIX sl: <https://w3id.org/sightline/ontology/>
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?fact ?node ?version ?class ?claim ?kind ?reason {
  ?node dct:identifier ?fact ; a ?class ; sl:inVersion ?version ; sl:makesClaim ?claim ;
    sl:hasEvidence ?evidence .
  OPTIONAL { ?node sl:recordKind ?kind } OPTIONAL { ?node sl:skippedBecause ?reason }
} ORDER BY ?fact"""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    answer = KnowledgeGraph().sparql(QUERY)
    assert isinstance(answer, Solutions)
    return [{name: term.value for name, term in row.items()} for row in answer.dicts()]


def test_each_of_the_545_facts_is_modelled(rows: list[dict[str, str]]) -> None:
    assert {row["fact"] for row in rows} == {f"F{n:03}" for n in range(1, 546)}


def test_facts_are_spread_over_the_versions_as_in_the_documents(
    rows: list[dict[str, str]],
) -> None:
    found = {row["fact"]: row["version"].split("/document/")[-1] for row in rows}
    assert Counter(found.values()) == COUNTS


def test_408_facts_are_statements_and_137_are_records(rows: list[dict[str, str]]) -> None:
    records = {row["fact"] for row in rows if row["class"].endswith("/DocumentRecord")}
    statements = {row["fact"] for row in rows} - records
    assert (len(statements), len(records)) == (408, 137)


def test_what_is_skipped_says_why(rows: list[dict[str, str]]) -> None:
    skipped = [row for row in rows if row.get("kind") == "skipped"]
    assert skipped
    assert all(row.get("reason") for row in skipped)
    assert not [row for row in rows if row.get("reason") and row.get("kind") != "skipped"]


@pytest.mark.skipif(not FACTS.is_dir(), reason="the inventory of facts is not beside the checkout")
def test_facts_agree_with_the_inventory(rows: list[dict[str, str]]) -> None:
    claims = {row["fact"]: row["claim"].rsplit("/", 1)[-1] for row in rows}
    with (FACTS / "facts.csv").open(encoding="utf-8") as file:
        inventory = {row["fact_id"]: row["claim_id"] for row in csv.DictReader(file)}
    assert claims == inventory
