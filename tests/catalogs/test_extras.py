"""Formats that need an extra say so where it is absent, and what needs none is read without it."""

import sys

import pytest

from sightline.catalogs import import_catalog, read_content
from sightline.catalogs.collecting import Collected
from sightline.catalogs.datahub_aspects import read_aspects

ORDERS = "urn:li:dataset:(urn:li:dataPlatform:snowflake,SHOP.CORE.ORDERS,PROD)"
JOB = "urn:li:dataJob:(urn:li:dataFlow:(airflow,etl,PROD),load)"
RAW = "urn:li:dataset:(urn:li:dataPlatform:s3,bucket/raw%2Corders,PROD)"
MODEL = "urn:li:mlModel:(urn:li:dataPlatform:azureml,bot,PROD)"
ASPECTS = [
    (ORDERS, "globalTags", {"tags": [
        {"tag": "urn:li:tag:PII", "context": '{"propagated": "true"}'}]}),
    (ORDERS, "schemaMetadata", {"fields": [{"fieldPath": "mail", "nativeDataType": "text",
     "glossaryTerms": {"terms": [{"urn": "urn:li:glossaryTerm:Mail"}]}}]}),
    (ORDERS, "upstreamLineage", {"upstreams": [], "fineGrainedLineages": [
        {"upstreams": [f"urn:li:schemaField:({RAW},mail)"]}]}),
    (ORDERS, "structuredProperties", {"properties": [
        {"propertyUrn": "urn:li:structuredProperty:retention", "values": [{"double": 30}]}]}),
    (ORDERS, "datasetProperties", {"name": "Orders", "customProperties": {"password": "x"}}),
    (JOB, "dataJobInputOutput", {"inputDatasets": [ORDERS], "outputDatasets": []}),
    (MODEL, "mlModelTrainingData", {"trainingData": [ORDERS]}),
    ("urn:li:glossaryTerm:Mail", "glossaryTermInfo", {"name": "E-mail", "definition": "Address"}),
    ("urn:li:corpuser:ada", "corpUserInfo", {"displayName": "Ada"}),
]  # fmt: skip


def test_aspects_are_read_without_the_package():
    into = Collected("x.json", "datahub")
    read_aspects([(urn, name, f"/{n}", each) for n, (urn, name, each) in enumerate(ASPECTS)], into)
    file = into.done("datahub", "")
    orders, raw = file.datasets
    assert orders.key.parts() == ("snowflake", None, "shop", "core", "orders", "prod")
    assert orders.title == "Orders"
    assert (raw.described, raw.key.table) == (False, "bucket/raw,orders")
    given = {(field, each.term.name, each.inherited) for field, each in orders.assignments()}
    assert given == {(None, "PII", True), (None, "retention=30", False), ("mail", "E-mail", False)}
    steps = {(each.upstream.rpartition("dataPlatform:")[2][:4], each.kind) for each in file.edges}
    assert steps == {("s3%2", "column"), ("snow", "consumes")}
    assert {asset.kind for asset in file.assets} == {"dataJob", "mlModel"}
    assert file.unread == {"corpuser corpUserInfo": 1, "custom properties": 1}
    assert "password" not in repr(file)


def test_what_the_catalog_has_removed_is_left_out_unless_lineage_leads_through_it():
    into = Collected("x.json", "datahub")
    gone = {"removed": True}
    aspects = [
        (ORDERS, "status", "/0", gone),
        (RAW, "status", "/1", gone),
        (MODEL, "mlModelTrainingData", "/2", {"trainingData": [ORDERS]}),
    ]
    read_aspects(aspects, into)
    file = into.done("datahub", "")
    assert [(each.described, each.key.table) for each in file.datasets] == [(False, "orders")]
    assert file.unread == {"removed dataset": 2}


MCP = b"""[{"entityType": "dataset", "entityUrn": "urn:li:dataset:(urn:li:dataPlatform:s3,a,PROD)",
  "changeType": "UPSERT", "aspectName": "status", "aspect": {"json": {"removed": false}}}]"""
CONTRACT = b"kind: DataContract\napiVersion: v3.1.0\nid: a\nversion: 1.2.0\nstatus: active\n"


@pytest.mark.parametrize(
    ("data", "package", "extra"),
    [(MCP, "datahub", "datahub"), (CONTRACT, "open_data_contract_standard", "odcs")],
)
def test_an_absent_extra_is_named_and_other_files_are_read(
    monkeypatch, tmp_path, data, package, extra
):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / "a.json").write_bytes(data)
    (tmp_path / "b.ttl").write_text("<urn:d> a <http://www.w3.org/ns/dcat#Dataset> .")
    catalog = import_catalog([tmp_path])
    (error,) = catalog.errors
    assert error.code == "input.value"
    assert f"sightline[{extra}]" in error.hint
    assert len(list(catalog.datasets())) == 1


def test_broken_events_are_counted_and_the_others_are_read():
    pytest.importorskip("datahub", reason="the extra datahub is not installed")
    broken = (
        MCP.replace(b"]\n", b"").rstrip(b"]")
        + b', {"aspectName": "x", "entityType": 1, "aspect": 7}]'
    )
    file = read_content("x.json", broken)
    assert len(file.datasets) == 1
    assert [error.code for error in file.errors] == ["input.syntax"]
    assert "1 events cannot be read" in file.errors[0].message


def test_telemetry_of_the_package_is_off_before_its_import(monkeypatch):
    monkeypatch.setenv("DATAHUB_TELEMETRY_ENABLED", "true")
    read_content("x.json", MCP)
    import os

    assert os.environ["DATAHUB_TELEMETRY_ENABLED"] == "false"


def test_a_contract_that_the_model_refuses_is_told():
    pytest.importorskip("open_data_contract_standard", reason="the extra odcs is not installed")
    (error,) = read_content("c.yaml", CONTRACT + b"schema: 7\n").errors
    assert error.code == "input.syntax"
    assert "/schema" in error.message
