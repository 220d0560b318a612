"""Real exports of public repositories import with the counts that are in them."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from sightline.catalogs.reading import read_file
from sightline.catalogs.report import counts

# The samples are no part of the repository; the variable names the folder that has them.
FOLDER = Path(os.environ.get("SIGHTLINE_CATALOG_SAMPLES") or "/nonexistent")
EXPECTED = {
    "dataset_health.ttl": ("dcat-turtle", {"datasets": 1, "terms": 7}),
    "eea-csw.ttl": ("dcat-turtle", {"datasets": 0, "assets": 1}),
    "dcatus3-catalog.ttl": ("dcat-turtle", {"datasets": 2, "assets": 2}),
    "dcatus3_0_with_services.json": ("dcat-us", {"datasets": 1, "assets": 2}),
    "data-combined.ttl": ("dcat-turtle", {"datasets": 13, "assigned": 15}),
    "02-data.json": ("datahub", {"datasets": 67, "referred": 2, "lineage": 184}),
    "01-definitions.json": ("datahub", {"datasets": 0}),
    "hive_db_lineage.zip": ("atlas-zip", {"datasets": 3, "fields": 6, "lineage": 1}),
    "col-entity-PII.json": ("atlas", {"datasets": 0, "referred": 1, "assigned": 1}),
    "TagsDatasetFacet.json": ("openlineage", {"datasets": 0, "terms": 2}),
    "metadata.template.json": ("openlineage", {"datasets": 13, "assets": 13}),
    "datasets.json": ("openlineage", {"datasets": 16, "assigned": 2}),
    "full-example.odcs.yaml": ("odcs", {"datasets": 2, "fields": 7}),
    "manifest_jaffle_duckdb.json": ("dbt-manifest", {"datasets": 8, "lineage": 8, "terms": 2}),
    "Discovery_Query_Classification.json": ("atlas", {"datasets": 2, "terms": 6}),
    "llm_models.json": ("openmetadata", {"datasets": 0, "assets": 6, "terms": 3}),
}
"""Name of a sample -> its format and counts, counted in the file by hand."""
NEEDED = {"datahub": "datahub", "odcs": "open_data_contract_standard"}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_imports_with_its_counts(name):
    if not (FOLDER / name).is_file():
        pytest.skip("no sample here: SIGHTLINE_CATALOG_SAMPLES names the folder that has them")
    form, expected = EXPECTED[name]
    if form in NEEDED and find_spec(NEEDED[form]) is None:
        pytest.skip(f"the extra {form} is not installed")
    file = read_file(FOLDER / name)
    assert file.errors == ()
    assert file.format == form
    found = counts(file)
    assert {part: found[part] for part in expected} == expected
