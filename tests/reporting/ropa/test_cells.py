"""Every cell has a source or a gap, and no silence, condition or denial is read as a fact."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sightline.catalogs import Catalog
from sightline.graph import KnowledgeGraph
from sightline.joining import join
from sightline.reporting import FORMS, build, items_of, record_items

Report = Callable[..., bytes]
CASES = [("desk", "controller"), ("desk", "processor"), ("letters", "controller")]


@pytest.fixture(scope="module")
def desk(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report("desk", "controller", "json"))
    return found


def cell(register: dict[str, Any], record: int, item: str) -> dict[str, Any]:
    (found,) = [c for c in register["records"][record]["items"] if c["item"] == item]
    return dict(found)


def gaps(register: dict[str, Any], kind: str, item: str) -> list[dict[str, Any]]:
    return [gap for gap in register["gaps"] if gap["kind"] == kind and item in gap["items"]]


@pytest.mark.parametrize(("case", "form"), CASES)
def test_every_item_of_the_form_is_there_with_a_source_or_a_gap(
    case: str, form: str, report: Report
) -> None:
    found = json.loads(report(case, form, "json"))
    asked = [item.token for item in items_of(form, record_items())]  # type: ignore[arg-type]
    numbers = {source["number"] for source in found["sources"]}
    for record in found["records"]:
        assert [each["item"] for each in record["items"]] == asked
        for each in record["items"]:
            assert each["entries"] or each["gaps"], each["item"]
            for entry in each["entries"]:
                assert all(line["sources"] for line in entry["lines"]), entry["text"]
                assert all(numbers.issuperset(line["sources"]) for line in entry["lines"])


def test_the_items_are_those_of_the_law() -> None:
    references = {
        form: {i.references[form] for i in items_of(form, record_items())} for form in FORMS
    }
    asked = {form: {r for r in own if r.startswith("Art. 30")} for form, own in references.items()}
    assert asked["controller"] == {f"Art. 30(1)({letter}) GDPR" for letter in "abcdefg"}
    assert asked["processor"] == {f"Art. 30(2)({letter}) GDPR" for letter in "abcd"}


def test_deployments_that_share_configuration_and_declarations_are_one_record(
    desk: dict[str, Any],
) -> None:
    names = [[own["name"] for own in record["deployments"]] for record in desk["records"]]
    assert names == [["desk/chat", "desk/answers"], ["desk/draft"]]


def test_declarations_of_one_deployment_part_it_from_the_others(
    run: Callable[..., Any], tmp_path: Path, report: Report
) -> None:
    case = Path(__file__).parent / "desk"
    text = (case / "declared.yaml").read_text()
    text += "- {deployment: chat, measures: Own measure, by: Ada Example, when: 2026-10-01}\n"
    (tmp_path / "declared.yaml").write_text(text)
    (tmp_path / "main.json").write_bytes((case / "main.json").read_bytes())
    found = run(
        tmp_path, "--estate", "main.json", "--declared", "declared.yaml", "--format", "json"
    )
    records = json.loads(found.out)["records"]
    names = [[own["name"] for own in record["deployments"]] for record in records]
    assert names == [["desk/chat"], ["desk/answers"], ["desk/draft"]]


def test_a_conditional_view_stays_conditional(desk: dict[str, Any]) -> None:
    recipients = cell(desk, 0, "recipients")["entries"]
    (reviewer,) = [e for e in recipients if "Human reviewer" in e["text"]]
    (line,) = reviewer["lines"]
    assert line["verdict"] == "conditional"
    assert "flagged" in line["conditions"][0]
    assert line["access"][0].endswith("/human-review/human-reviewer/view/outputs/-")


def test_a_row_of_a_record_can_be_explained(desk: dict[str, Any], graph: KnowledgeGraph) -> None:
    lines = [
        line
        for each in desk["records"][0]["items"]
        for entry in each["entries"]
        for line in entry["lines"]
        if line["access"]
    ]
    assert lines
    says = {source["number"]: source["id"] for source in desk["sources"]}
    for line in lines[:: len(lines) // 10]:
        explained = graph.explain(line["access"][0])
        assert explained.row.verdict in (
            line["verdict"],
            *("permitted", "prohibited", "conditional"),
        )
        steps = {step.statement.iri for step in explained.steps}
        steps |= {name for open_ in explained.row.open for name in open_.statements}
        assert steps & {says[number] for number in line["sources"]}


def test_a_denied_recipient_is_shown_as_denied(desk: dict[str, Any]) -> None:
    recipients = cell(desk, 0, "recipients")["entries"]
    (openai,) = [e for e in recipients if e["text"] == "OpenAI"]
    assert {line["verdict"] for line in openai["lines"]} == {"prohibited"}


def test_a_declared_none_stands_beside_what_documents_state(desk: dict[str, Any]) -> None:
    first = cell(desk, 0, "recipients")["entries"][0]
    assert first["none"]
    assert first["text"] == "None besides those stated below, as declared"
    assert len(cell(desk, 0, "recipients")["entries"]) > 1


def test_no_transfers_declared_and_a_place_outside_the_eea_contradict_each_other(
    desk: dict[str, Any],
) -> None:
    (gap,) = gaps(desk, "contradiction", "transfers")
    assert "may be outside the EEA" in gap["text"]
    assert gap["records"] == [1]
    assert "transfers" in desk["records"][0]["insufficient"]
    leaves = {e["text"]: e["may_leave_eea"] for e in cell(desk, 0, "transfers")["entries"]}
    assert leaves["Stored in resource geography (Sweden, in the EEA)"] is False
    assert leaves["Processed in any geography with the model (may be outside the EEA)"] is True


def test_what_is_kept_without_a_stated_limit_is_a_gap_of_the_document(
    desk: dict[str, Any],
) -> None:
    (gap,) = gaps(desk, "not-stated", "retention")[-1:]
    assert gap["text"].startswith("not stated in Data, privacy, and security for Azure OpenAI")
    assert "(2024-09-04)" in gap["text"]
    assert any("store customer data" in detail for detail in gap["details"])
    assert not any("abuse monitoring storage" in detail.lower() for detail in gap["details"])


def test_what_can_only_be_denied_has_no_missing_limit(report: Report) -> None:
    found = json.loads(report("desk", "controller", "json", "--no-assumptions"))
    told = [d for gap in gaps(found, "not-stated", "retention") for d in gap["details"]]
    assert not any("connected source data" in detail for detail in told)


def test_a_deployment_that_no_document_governs_has_gaps_and_no_entries_of_documents(
    desk: dict[str, Any],
) -> None:
    for item in ("purposes", "recipients", "transfers", "retention", "measures"):
        entries = cell(desk, 1, item)["entries"]
        kinds = {
            desk["sources"][number - 1]["kind"]
            for entry in entries for line in entry["lines"] for number in line["sources"]
        }  # fmt: skip
        assert kinds <= {"declared"}, item
    (gap,) = [g for g in desk["gaps"] if g["text"].startswith("no document speaks")]
    assert gap["records"] == [2]


def test_personal_data_comes_from_terms_links_and_lineage(desk: dict[str, Any]) -> None:
    entries = {e["text"]: e for e in cell(desk, 0, "personal-data")["entries"]}
    health = entries["Health (dpv-pd:Health), a special category (Art. 9(1) GDPR)"]
    kinds = {desk["sources"][n - 1]["kind"] for n in health["lines"][0]["sources"]}
    assert kinds == {"catalog", "link"}
    assert {use["name"]: use["lineage_steps"] for use in desk["records"][0]["datasets"]} == {
        "Answers": 1,
        "Support tickets": 0,
    }
    assert not desk["records"][1]["datasets"]


def test_what_no_crosswalk_maps_and_what_nobody_links_is_told(desk: dict[str, Any]) -> None:
    told = [gap["text"] for gap in gaps(desk, "unread", "personal-data")]
    assert any("house-style" in text for text in told)
    assert any("Prices" in text and "not known" in text for text in told)


def test_without_a_catalog_it_is_not_known_which_datasets_reach(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "main.json").write_bytes((Path(__file__).parent / "desk/main.json").read_bytes())
    found = json.loads(run(tmp_path, "--estate", "main.json", "--format", "json").out)
    (gap,) = gaps(found, "unread", "personal-data")
    assert "no catalog was read" in gap["text"]
    (asked,) = gaps(found, "to-declare", "data-protection-officer")
    assert asked["text"].startswith("to be declared by the controller: the data protection officer")
    assert not cell(found, 0, "data-protection-officer")["entries"]


def test_a_declared_setting_settles_what_files_leave_open(desk: dict[str, Any]) -> None:
    known = {s["facet"]: s for s in desk["records"][0]["settings"]}
    assert known["feature:fine-tuning"]["known_by"] == "declared by Ada Example on 2026-10-01"
    assert not [gap for gap in desk["gaps"] if "feature:fine-tuning" in gap["text"]]
    assert [gap for gap in desk["gaps"] if "(customer-permission)" in gap["text"]]


def test_gaps_are_in_the_order_of_urgency(desk: dict[str, Any]) -> None:
    order = ["contradiction", "to-declare", "not-stated", "open-condition", "unread"]
    ranks = [order.index(gap["kind"]) for gap in desk["gaps"]]
    assert ranks == sorted(ranks)
    assert [gap["number"] for gap in desk["gaps"]] == list(range(1, len(ranks) + 1))
    assert all(gap["settle"] and gap["who"] for gap in desk["gaps"])


def test_an_entry_that_fits_no_deployment_is_told(desk: dict[str, Any]) -> None:
    assert desk["problems"] == ["declared.yaml:27: no deployment fits the entry"]


def test_a_sentence_that_has_changed_is_told(graph: KnowledgeGraph) -> None:
    knowledge = replace(
        graph.knowledge,
        statements=tuple(replace(each, pending=True) for each in graph.knowledge.statements),
    )
    estate = graph.estate([Path(__file__).parent / "desk" / "main.json"])
    joined = join(Catalog(()), estate)
    found = build(joined, knowledge, lambda own: graph.access_estate(own, workers=1), "controller")
    (gap,) = [gap for gap in found.gaps if "have changed" in gap.text]
    documents = {source.number for source in found.sources if source.kind == "document"}
    assert set(gap.sources) == documents
    assert not gap.blocking


@pytest.mark.slow
def test_ten_thousand_deployments_of_three_configurations_are_three_records(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    account = {"type": "Microsoft.CognitiveServices/accounts", "name": "desk", "kind": "OpenAI"}
    resources: list[dict[str, Any]] = [{**account, "location": "swedencentral", "properties": {}}]
    names = ("Standard", "GlobalStandard", "DataZoneStandard")
    resources += [
        {
            "type": "Microsoft.CognitiveServices/accounts/deployments",
            "name": f"desk/d{number}",
            "sku": {"name": names[number % 3]},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4o"}},
        }
        for number in range(10_000)
    ]
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    (tmp_path / "main.json").write_text(json.dumps({"$schema": schema, "resources": resources}))
    start = time.monotonic()
    found = json.loads(run(tmp_path, "--estate", "main.json", "--format", "json").out)
    assert time.monotonic() - start < 60
    assert [len(record["deployments"]) for record in found["records"]] == [3334, 3333, 3333]
