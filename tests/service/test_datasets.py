"""Catalogs beside estates: what names their state, what is kept ready, and what is refused."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sightline.errors import InputError, ParameterError, ServiceError
from sightline.service.tasks import TASKS, estates
from sightline.service.work import CatalogFiles, Snapshot, Work, catalog_graph, graphs_of
from sightline.service.zygote import warming

LINKED = Path(__file__).parents[1] / "queries"
CROSSWALK = """@prefix sl: <https://w3id.org/sightline/ontology/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/gold> a sl:MappedTerm ; sl:termKey "gold layer" ;
    skos:prefLabel "gold"@en ; skos:closeMatch <https://w3id.org/dpv#PersonalData> .
"""


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    for suffix in ("json", "ttl", "yaml"):
        name = f"linked.{suffix}"
        (tmp_path / name).write_text((LINKED / name).read_text())
    (tmp_path / "own.ttl").write_text(CROSSWALK)
    files = CatalogFiles(
        (tmp_path / "linked.ttl",), (tmp_path / "linked.yaml",), (tmp_path / "own.ttl",)
    )
    return Snapshot({"mine": (tmp_path / "linked.json",)}, catalogs={"mine": files})


@pytest.fixture(scope="module")
def work() -> Work:
    files = CatalogFiles((LINKED / "linked.ttl",), (LINKED / "linked.yaml",))
    estates = {"mine": (LINKED / "linked.json",), "bare": (LINKED / "linked.json",)}
    return Snapshot(estates, catalogs={"mine": files}).load()


def test_another_process_reads_the_same(snapshot: Snapshot) -> None:
    again = Snapshot.from_json(json.loads(json.dumps(snapshot.to_json())))
    assert again == snapshot


@pytest.mark.parametrize("name", ["linked.json", "linked.ttl", "linked.yaml", "own.ttl"])
def test_a_change_of_any_file_changes_the_digest(
    snapshot: Snapshot, tmp_path: Path, name: str
) -> None:
    before = snapshot.load().digest
    assert snapshot.load().digest == before
    with (tmp_path / name).open("a") as file:
        file.write("\n" if name == "linked.json" else "# changed\n")
    assert snapshot.load().digest != before


def test_what_counts_for_nothing_is_told(snapshot: Snapshot, tmp_path: Path) -> None:
    assert snapshot.load().warnings() == []
    with (tmp_path / "linked.yaml").open("a") as file:
        file.write("- {dataset: nowhere, deployment: none, by: Ada, when: 2026-11-01}\n")
    (warning,) = snapshot.load().warnings()
    assert "no catalog file has the dataset 'nowhere'" in warning


def test_a_catalog_that_lacks_a_file_is_not_served(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "linked.ttl").write_text("not a catalog")
    with pytest.raises(InputError, match=r"linked\.ttl"):
        snapshot.load()


def test_facts_of_a_catalog_are_a_graph_of_their_own(work: Work) -> None:
    own, found = catalog_graph("mine"), work.dataset
    assert own in graphs_of("mine")
    assert own in found.graphs()
    assert catalog_graph("bare") not in found.graphs()
    query = "ASK { ?s a sl:DatasetReach }"
    assert found.query(query, graphs=[own]) is True
    others = [name for name in found.graphs() if name != own]
    assert found.query(query, graphs=others) is False
    assert work.graph.sparql(query) is False


def test_what_is_kept_is_the_same_on_every_basis(snapshot: Snapshot) -> None:
    plain, kept = snapshot.load(), snapshot.load()
    for _ in warming(kept):
        pass
    bases: list[dict[str, Any]] = [
        {}, {"assume": False}, {"as_of": "2024-10-01"}, {"collection": "baseline"}, {},
    ]  # fmt: skip
    for basis in bases:
        for name in ("datasets-with-human-review", "datasets-that-are-kept"):
            given = {"name": name, "estate": "mine", **basis}
            assert TASKS["ask"](kept, given, b"") == TASKS["ask"](plain, given, b"")


@pytest.mark.parametrize(
    ("task", "given"),
    [
        ("ask", {"name": "links-of-datasets", "estate": "bare"}),
        ("ask", {"name": "links-of-datasets"}),
        ("estate_datasets", {"estate": "bare"}),
        ("validate", {"estate": "bare", "policies": ["personal-data-in-eea"]}),
    ],
)
def test_an_estate_without_a_catalog_has_no_datasets(
    work: Work, task: str, given: dict[str, Any]
) -> None:
    with pytest.raises(ParameterError, match="datasets of a catalog"):
        TASKS[task](work, given, b"")


def test_nothing_conforms_to_a_policy_on_datasets_without_a_catalog(work: Work) -> None:
    found = TASKS["validate"](work, {"estate": "bare"}, b"")
    assert not {"personal-data-in-eea", "special-category-unseen"} & set(found["policies"])
    with_catalog = TASKS["validate"](work, {"estate": "mine"}, b"")
    assert {"personal-data-in-eea", "special-category-unseen"} <= set(with_catalog["policies"])


def test_facets_that_settle_an_estate_settle_what_datasets_reach(work: Work) -> None:
    given = {"estate": "mine", "policies": ["personal-data-in-eea"]}
    settled = {**given, "facets": {"deployment-type": ["standard"]}}
    open_, closed = (TASKS["validate"](work, each, b"") for each in (given, settled))

    def reasons(found: Any) -> str:
        return str([f["reasons"] for f in found["findings"] if f["deployment"].endswith("batch")])

    assert reasons(open_) != reasons(closed)
    assert TASKS["validate"](work, given, b"") == open_


def test_a_page_gets_the_worst_findings_and_the_count_of_all(work: Work) -> None:
    whole = TASKS["validate"](work, {"estate": "mine"}, b"")
    part = TASKS["findings"](work, {"estate": "mine", "most": 1}, b"")
    assert part["counts"] == whole["counts"]
    assert part["conforming"] == whole["conforming"]
    for policy, counted in part["found"].items():
        own = [f for f in whole["findings"] if f["policy"] == policy]
        assert sum(counted.values()) == len(own)
        (first,) = (f for f in part["findings"] if f["policy"] == policy)
        assert first["outcome"] == own[0]["outcome"]


def test_more_findings_than_can_be_sent_are_an_error(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estates, "_FINDINGS", 3)
    with pytest.raises(ServiceError, match="findings on datasets"):
        TASKS["validate"](work, {"estate": "mine"}, b"")
    assert TASKS["findings"](work, {"estate": "mine", "most": 5}, b"")["counts"]["unknown"] > 3
    assert TASKS["validate"](work, {"estate": "mine", "policies": ["no-training"]}, b"")


def test_a_day_is_a_basis_of_its_own(work: Work) -> None:
    before = {"name": "owners-to-notify", "estate": "mine", "as_of": date(2022, 1, 1).isoformat()}
    before["params"] = {"version": "azure-openai-data-privacy/2024-09-04"}  # type: ignore[assignment]
    assert TASKS["ask"](work, before, b"")["rows"] == []
    assert TASKS["ask"](work, {**before, "as_of": None}, b"")["rows"]
