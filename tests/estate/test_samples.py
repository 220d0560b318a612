"""The sample templates of real repositories import as their table says."""

import csv
import json
import os
from pathlib import Path

import pytest

from sightline.estate import Settings, read_estate, report_json, take_stock
from sightline.estate.values import look

# The samples are no part of the repository; SIGHTLINE_SAMPLES names the folder that has them.
FOLDER = Path(
    os.environ.get("SIGHTLINE_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples"
)
TABLE = FOLDER / "estate" / "samples.csv"
ROWS = []
if TABLE.is_file():
    with TABLE.open(encoding="utf-8", newline="") as table:
        ROWS = [row for row in csv.DictReader(table) if row["file"]]
PROPERTIES = {
    "disableLocalAuth": ("disableLocalAuth",),
    "publicNetworkAccess": ("publicNetworkAccess",),
    "networkAcls.defaultAction": ("networkAcls", "defaultAction"),
    "keySource": ("encryption", "keySource"),
}


def test_there_are_samples():
    if not ROWS:
        pytest.skip("no samples here: set SIGHTLINE_SAMPLES to the folder that has estate/")
    assert len(ROWS) == 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_sample_imports_as_its_table_says(row):
    expected = json.loads(row["expected"])
    files = read_estate([FOLDER / "estate" / row["file"]], Settings())
    (entry,) = report_json(files)["files"]
    assert entry["errors"] == []
    assert len(entry["accounts"]) == expected["accounts"]
    assert len(entry["deployments"]) == expected["deployments"]
    for found, wanted in zip(entry["deployments"], expected["deployment"], strict=True):
        assert wanted.items() <= found.items()
    for found, wanted in zip(entry["accounts"], expected["account"], strict=True):
        for key, value in wanted.items():
            if isinstance(value, dict):
                assert value["unresolved"] in found[key]["unknown"]
            elif key in PROPERTIES:
                assert look(found["properties"], *PROPERTIES[key]) == value
            elif key != "apiVersion":
                assert found[key] == value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_sample_has_the_other_resources_that_its_table_says(row):
    expected = json.loads(row["expected"])
    (stock,) = take_stock(read_estate([FOLDER / "estate" / row["file"]], Settings()))
    kinds = [each.kind for each in stock.other]
    accounts = "microsoft.cognitiveservices/accounts"
    assert kinds.count(f"{accounts}/projects") == expected.get("projects", 0)
    assert kinds.count("microsoft.search/searchservices") == expected.get("searchServices", 0)
    for account, wanted in zip(stock.accounts, expected["account"], strict=True):
        assert account.definitions[-1].api_version == wanted["apiVersion"]
        merged = expected.get("same_name_account_definitions_to_merge", 1)
        assert len(account.definitions) == merged
    categories = {}
    for each in stock.other:
        if each.kind.endswith("/connections"):
            category = each.get("properties", "category")
            categories[category] = categories.get(category, 0) + 1
    assert categories == expected.get("connections_by_category", {})
    modes = [
        each.get("properties", "managedNetwork", "isolationMode")
        for each in stock.other
        if each.kind.endswith("/managednetworks")
    ]
    assert modes == expected.get("managedNetworks_isolation", [])
    hosts = [each.type.split("/", 1)[1] for each in stock.other if "capabilityHosts" in each.type]
    assert hosts == expected.get("capabilityHosts", [])
    endpoints = [
        each
        for each in stock.other
        if each.kind == "microsoft.network/privateendpoints"
        and look(each.get("properties", "privateLinkServiceConnections")[0], "properties")[
            "groupIds"
        ]
        == ["account"]
    ]
    assert len(endpoints) == expected.get("account_private_endpoints", 0)
