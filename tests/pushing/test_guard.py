"""A plan that was edited is refused whole, before anything is asked of a server."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sightline import schemas
from sightline.errors import InputError, PushError
from sightline.exporting.guard import read_plan

OTHER = "urn:li:dataset:(urn:li:dataPlatform:postgres,crm.public.other,PROD)"
DATAHUB: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "another glossary term": (
        "glossaryTermInfo",
        lambda r: r.update(entityUrn="urn:li:glossaryTerm:Contact"),
    ),
    "a term whose name only begins like ours": (
        "glossaryTermInfo",
        lambda r: r.update(entityUrn="urn:li:glossaryTerm:sightlineX.a"),
    ),
    "another property": (
        "propertyDefinition",
        lambda r: r.update(entityUrn="urn:li:structuredProperty:org.steward"),
    ),
    "another name of a property": (
        "propertyDefinition",
        lambda r: r["aspect"]["json"].update(qualifiedName="org.steward"),
    ),
    "a whole aspect of a dataset": (
        "structuredProperties",
        lambda r: r.update(changeType="UPSERT", aspect={"json": {"properties": []}}),
    ),
    "another aspect of a dataset": (
        "structuredProperties",
        lambda r: r.update(aspectName="globalTags"),
    ),
    "a deletion": ("glossaryTermInfo", lambda r: r.update(changeType="DELETE")),
    "another property by a patch": (
        "structuredProperties",
        lambda r: r["aspect"]["json"]["patch"][0].update(
            path="/properties/urn:li:structuredProperty:org.steward/"
        ),
    ),
    "a value for another property": (
        "structuredProperties",
        lambda r: r["aspect"]["json"]["patch"][0]["value"].update(
            propertyUrn="urn:li:structuredProperty:org.steward"
        ),
    ),
    "the whole list by a patch": (
        "structuredProperties",
        lambda r: r["aspect"]["json"]["patch"][0].update(op="remove", path="/properties"),
    ),
    "the list of another source": (
        "structuredProperties",
        lambda r: r["aspect"]["json"]["patch"][0].update(
            path=r["aspect"]["json"]["patch"][0]["path"] + "urn:li:source"
        ),
    ),
    "another term by a patch": (
        "glossaryTerms",
        lambda r: r["aspect"]["json"]["patch"].append(
            {"op": "remove", "path": "/terms/urn:li:glossaryTerm:Contact", "value": {}}
        ),
    ),
    "another operation": (
        "glossaryTerms",
        lambda r: r["aspect"]["json"]["patch"][0].update(op="replace"),
    ),
    "headers": ("glossaryTermInfo", lambda r: r.update(headers={"x": "y"})),
    "a model of others": (
        "mlModelProperties",
        lambda r: r.update(entityUrn="urn:li:mlModel:(urn:li:dataPlatform:azureml,bot,PROD)"),
    ),
    "the lineage of a dataset": ("dataJobInputOutput", lambda r: r.update(entityUrn=OTHER)),
}
PURVIEW: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "another classification": (
        "classifications",
        lambda r: r.update(body=[{"typeName": "MICROSOFT.PERSONAL.EMAIL"}]),
    ),
    "a classification with more": (
        "classifications",
        lambda r: r["body"][0].update(entityGuid="x", propagate=True),
    ),
    "another type": ("typedef", lambda r: r.update(body={"entityDefs": [{"name": "DataSet"}]})),
    "another kind of type": ("typedef", lambda r: r.update(body={"enumDefs": [{"name": "x"}]})),
    "an entity of others": (
        "entity",
        lambda r: r["body"].update(typeName="azure_sql_table"),
    ),
    "marks with an entity": (
        "entity",
        lambda r: r["body"].update(businessAttributes={"org": {"steward": ["Ada"]}}),
    ),
    "another operation": ("typedef", lambda r: r.update(operation="delete")),
    "the sender's own parts": ("typedef", lambda r: r.update(operation="one")),
    "more keys": ("business-metadata", lambda r: r.update(name="org")),
    "values that are none": ("business-metadata", lambda r: r.update(body={"link": "declared"})),
}


def edited(plan: str, kind: str, edit: Callable[[Any], Any]) -> Any:
    document = json.loads(plan)
    for item in document["items"]:
        request = item["request"]
        if kind in (request.get("aspectName"), request.get("operation")) and (
            request.get("changeType") != "PATCH" or "tickets" in request["entityUrn"]
        ):
            edit(request)
            return document
    raise AssertionError(f"no item of {kind}")


@pytest.mark.parametrize("target", ["datahub", "purview"])
def test_a_plan_reads_back_as_it_was_written(target: str, plan_text: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan_text(target))
    document = json.loads(plan_text(target))
    assert read_plan(path).to_json() == document
    jsonschema.validate(document, schemas.load("catalog-plan"))


@pytest.mark.parametrize("name", DATAHUB)
def test_what_is_not_ours_in_datahub_is_refused(name: str, plan_text: Any, tmp_path: Path) -> None:
    refuse(edited(plan_text("datahub"), *DATAHUB[name]), tmp_path, "push.not-ours")


@pytest.mark.parametrize("name", PURVIEW)
def test_what_is_not_ours_in_purview_is_refused(name: str, plan_text: Any, tmp_path: Path) -> None:
    refuse(edited(plan_text("purview"), *PURVIEW[name]), tmp_path, "push.not-ours")


def refuse(document: Any, tmp_path: Path, code: str = "input.value") -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    with pytest.raises((PushError, InputError)) as caught:
        read_plan(path)
    assert caught.value.code == code
    assert "sightline catalog plan" in caught.value.hint


def test_a_plan_says_truly_what_it_touches(plan_text: Any, tmp_path: Path) -> None:
    document = json.loads(plan_text("purview"))
    for edit in (
        lambda item: item["touches"].update(entity="something harmless"),
        lambda item: item["touches"].update(names=[]),
        lambda item: item.update(id="another"),
        lambda item: item.update(kind="harmless"),
    ):
        other = copy.deepcopy(document)
        edit(other["items"][-1])
        refuse(other, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"schema": 2}',
        '{"schema": 1, "target": "datahub", "knowledge": "x", "items": {}}',
        '{"schema": 1, "target": "collibra", "knowledge": "x", "items": []}',
        '{"schema": 1, "target": "purview", "knowledge": "x", "items": [7]}',
        '{"schema": 1, "target": "purview", "knowledge": "x", "items": '
        '[{"id": "a", "kind": "b", "touches": {"entity": "c", "names": []}, "request": {}}]}',
        '{"schema": 1, "target": "datahub", "knowledge": "x", "items": '
        '[{"id": "a", "kind": "b", "touches": {"entity": "c", "names": []}, '
        '"request": {"entityType": 1, "entityUrn": 2, "changeType": "PATCH", "aspectName": [], '
        '"aspect": 3}}]}',
        '{"schema": 1, "target": "purview", "knowledge": "x", "items": [{"id": "a", "kind": "b", '
        '"touches": {"entity": "c", "names": []}, "request": {"operation": "typedef", "body": '
        '{"entityDefs": [{"name": "sightline_use"}, {"name": "sightline_use"}]}}}]}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_plan_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_plan(path)
    assert caught.value.code in ("input.syntax", "input.value")
    assert len(caught.value.message) < 500
