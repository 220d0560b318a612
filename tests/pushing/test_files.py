"""Files for DataHub and Atlas: read by DataHub's own reader, and by ours, with the same counts."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sightline.catalogs.reading import read_file
from sightline.catalogs.report import counts

CASE = Path(__file__).parent / "case"


@pytest.fixture
def exported(run: Callable[..., Any], tmp_path: Path) -> Callable[[str], Path]:
    def write(form: str) -> Path:
        path = tmp_path / f"{form}.json"
        files = (f"{form}.json", "--estate", "main.json", "--links", f"links-{form}.yaml")
        ran = run("catalog", "export", "--to", form, *files, "-o", str(path))
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        return path

    return write


def test_datahub_reads_its_file_with_typed_aspects(exported: Any) -> None:
    pytest.importorskip("datahub", reason="the extra datahub is not installed")
    from datahub.emitter.mcp import MetadataChangeProposalWrapper
    from datahub.ingestion.api.common import PipelineContext
    from datahub.ingestion.source.file import FileSourceConfig, GenericFileSource
    from datahub.metadata.schema_classes import (
        DataJobInputOutputClass,
        GlossaryTermInfoClass,
        StructuredPropertyDefinitionClass,
    )

    path = exported("datahub")
    source = GenericFileSource(PipelineContext(run_id="test"), FileSourceConfig(path=str(path)))
    found = [unit.metadata for unit in source.get_workunits()]
    written = json.loads(path.read_text())
    assert len(found) == len(written)
    typed = [each for each in found if isinstance(each, MetadataChangeProposalWrapper)]
    patches = [each for each in found if not isinstance(each, MetadataChangeProposalWrapper)]
    # Not a single aspect that DataHub does not know, and none that it would take whole.
    assert Counter(e["changeType"] for e in written) == {
        "UPSERT": len(typed),
        "PATCH": len(patches),
    }
    assert {each.aspect.contentType for each in patches} == {"application/json-patch+json"}
    assert {each.entityType for each in patches} == {"dataset", "mlModel"}
    kinds = Counter(type(each.aspect) for each in typed)
    assert kinds[GlossaryTermInfoClass] > 500
    assert kinds[StructuredPropertyDefinitionClass] > 40
    assert kinds[DataJobInputOutputClass] == 2
    again = [each.to_obj(simplified_structure=True)["aspect"]["json"] for each in typed]
    given = [each["aspect"]["json"] for each in written if each["changeType"] == "UPSERT"]
    assert all(new.items() >= old.items() for new, old in zip(again, given, strict=True))


def test_our_reader_finds_in_the_file_for_datahub_what_was_written(exported: Any) -> None:
    pytest.importorskip("datahub", reason="the extra datahub is not installed")
    path = exported("datahub")
    written = json.loads(path.read_text())
    file = read_file(path)
    assert file.errors == ()
    patched = {e["entityUrn"] for e in written if e["entityType"] == "dataset"}
    linked = {u for e in written if e["aspectName"] == "dataJobInputOutput"
              for u in e["aspect"]["json"]["inputDatasets"]}  # fmt: skip
    given: dict[str, set[str]] = {}
    for each in written:
        if each["changeType"] == "PATCH" and each["entityType"] == "dataset":
            for one in json.loads(each["aspect"]["value"])["patch"]:
                if one["op"] == "add":
                    name = one["path"].split("/")[2].removeprefix("urn:li:structuredProperty:")
                    given.setdefault(each["entityUrn"], set()).add(name)
    # Of the dataset that ours is taken from, nothing is left to be read.
    assert {d.key.source["urn"] for d in file.datasets} == set(given) | linked
    assert patched - set(given) == {
        "urn:li:dataset:(urn:li:dataPlatform:postgres,crm.public.old,PROD)"
    }
    read = {d.key.source["urn"]: {each.term.key for each in d.categories} for d in file.datasets}
    assert read == given
    terms = sum(e["aspectName"] == "glossaryTermInfo" for e in written)
    assert sum(t.kind == "glossary-term" and t.label != "" for t in file.terms) == terms


def test_our_reader_finds_in_the_file_for_atlas_what_was_written(exported: Any) -> None:
    path = exported("atlas")
    written = json.loads(path.read_text())
    file = read_file(path)
    assert file.errors == ()
    kinds = Counter(each["typeName"] for each in written["entities"])
    assert kinds == {"azure_sql_table": 3, "sightline_deployment": 2, "sightline_use": 2}
    found = counts(file)
    assert (found["datasets"], found["assets"], found["lineage"]) == (3, 0, 0)
    assert file.unread["entity that was pushed from here"] == 4
    marks = {
        (each["attributes"]["qualifiedName"], mark["typeName"])
        for each in written["entities"]
        for mark in each.get("classifications", ())
    }
    assert marks == {
        (dataset.key.source["qualifiedName"], each.term.key)
        for dataset in file.datasets
        for each in dataset.categories
    }
    assert len(marks) == 2


@pytest.mark.parametrize("form", ["datahub", "atlas"])
def test_what_was_pushed_proves_nothing_when_it_comes_back(
    form: str, exported: Any, run: Callable[..., Any]
) -> None:
    """Else a link that was declared once would be derived from its own trace ever after."""
    if form == "datahub":
        pytest.importorskip("datahub", reason="the extra datahub is not installed")
    both = ("--catalog", f"{form}.json", "--catalog", str(exported(form)))
    ran = run("catalog", "link", *both, "--estate", "main.json", "--format", "json")
    assert ran.code == 0
    assert [e for e in json.loads(ran.out)["links"] if e["status"] != "candidate"] == []
    asked = run("ask", "unmapped-catalog-terms", *both, "--estate", "main.json", "--format", "json")
    assert asked.code == 0
    keys = {row["key"] for row in json.loads(asked.out)["rows"]}
    assert keys
    assert not any("sightline" in key for key in keys)


def test_nobody_is_named_and_no_description_goes_out(exported: Any) -> None:
    text = exported("atlas").read_text()
    assert "Ada" not in text
    assert "server.example.org/crm/dbo/prices" not in text
