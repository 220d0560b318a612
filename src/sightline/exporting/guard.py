"""Read a plan file again, and hold each item to what a plan may touch before anything is sent.

A plan is a file that people can edit. What is checked is what would be sent, not what an item says
of itself: names, keys and values of a request, all of which have to be of ours.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sightline.errors import InputError, PushError
from sightline.exporting.atlas import CLASSIFICATION, DEPLOYED, USE
from sightline.exporting.datahub import FLOW, JSON_PATCH, NODE, PLATFORM, PROPERTY, TERM
from sightline.exporting.findings import NAME
from sightline.exporting.planned import KINDS, SCHEMA, TARGETS, Item, LeftOut, Plan
from sightline.files import read_text

MAX = 256 * 1024 * 1024
"""Bytes that a plan file may have."""

_OURS = f"{NAME}."
_ITEM = {"id", "kind", "touches", "request"}
_WHOLE = {
    "glossaryNodeInfo": (NODE + NAME,),
    "glossaryTermInfo": (TERM + _OURS,),
    "propertyDefinition": (PROPERTY + _OURS,),
    "dataPlatformInfo": (PLATFORM,),
    "dataFlowInfo": (FLOW,),
    "dataJobInfo": (f"urn:li:dataJob:({FLOW},",),
    "dataJobInputOutput": (f"urn:li:dataJob:({FLOW},",),
    "mlModelProperties": (f"urn:li:mlModel:({PLATFORM},",),
}
"""Aspects that are written whole -> what the URN of the thing begins with, all ours."""
_PATCHED = {
    "structuredProperties": ("properties", "propertyUrn", PROPERTY + _OURS),
    "glossaryTerms": ("terms", "urn", TERM + _OURS),
}
_PROPOSAL = {"entityType", "entityUrn", "changeType", "aspectName", "aspect"}
_PATCHED_TYPES = ("dataset", "mlModel")


def read_plan(path: Path | str) -> Plan:
    """Read a plan file and check every item.

    Raises InputError for a file that is no plan, PushError (``push.not-ours``) for an item that
    would touch anything but terms and properties of ours.
    """
    name = str(path)
    try:
        document = json.loads(read_text(path, MAX))
    except (ValueError, RecursionError) as error:
        raise InputError("input.syntax", f"'{name}' is no JSON: {error}", _AGAIN) from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _broken(name, f'it has no "schema": {SCHEMA}')
    if document.get("target") not in TARGETS or not isinstance(document.get("knowledge"), str):
        raise _broken(name, f"its target is none of {', '.join(TARGETS)}, or it names no knowledge")
    items = document.get("items")
    if not isinstance(items, list):
        raise _broken(name, "it has no list of items")
    check = _datahub if document["target"] == "datahub" else _purview
    found = tuple(_item(name, number, each, check) for number, each in enumerate(items))
    if len({item.id for item in found}) < len(found):
        raise _broken(name, "two items have the same id")
    left_out = tuple(
        LeftOut(str(each.get("reason")), tuple(map(str, each.get("datasets") or ())))
        for each in document.get("left_out") or ()
        if isinstance(each, dict)
    )
    return Plan(document["target"], document["knowledge"], found, left_out)


_AGAIN = "write the plan again with 'sightline catalog plan'"


def _item(
    name: str, number: int, each: Any, check: Callable[[Mapping[str, Any]], Iterator[str]]
) -> Item:
    where = f"items[{number}]"
    if not isinstance(each, dict) or set(each) != _ITEM:
        raise _broken(name, f"{where} has other keys than {', '.join(sorted(_ITEM))}")
    touches, request = each["touches"], each["request"]
    texts = isinstance(each["id"], str) and isinstance(each["kind"], str)
    if not texts or not isinstance(touches, dict) or not isinstance(request, dict):
        raise _broken(name, f"{where} is not as described")
    names = touches.get("names")
    if not isinstance(touches.get("entity"), str) or not isinstance(names, list):
        raise _broken(name, f"{where} does not say what it touches")
    own = Item(each["id"], each["kind"], touches["entity"], tuple(map(str, names)), request)
    try:
        problem = next(check(request), "")
        untrue = "" if problem else _untrue(own)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise _broken(name, f"{where}: the request is not as described ({error!r})") from error
    if untrue:
        raise _broken(name, f"{where} does not say truly what it touches: {untrue}")
    if problem:
        raise PushError(
            "push.not-ours",
            f"'{name}': {where} would touch what is not of {NAME}: {problem}",
            f"nothing was sent; {_AGAIN}",
        )
    return own


def _untrue(item: Item) -> str:
    """Tell what an item says of itself and its request does not, '' if it is true."""
    request = item.request
    about = request["aspectName"] if "aspectName" in request else request["operation"]
    if about == "typedef":
        ((kind, (body,)),) = request["body"].items()
        entity, about, names = f"{kind} {body['name']}", kind, {body["name"]}
        identity = entity
    elif about == "entity":
        body = request["body"]
        entity = f"{body['typeName']} {body['attributes']['qualifiedName']}"
        names, identity = {body["typeName"]}, f"{entity} entity"
    elif "operation" in request:
        entity = f"{request['typeName']} {request['qualifiedName']}"
        marks = about == "classifications"
        names = (
            {each["typeName"] for each in request["body"]}
            if marks
            else {f"{NAME}.{each}" for each in request["body"]}
        )
        identity = f"{entity} {about}"
    else:
        entity = request["entityUrn"]
        names, identity = _patched_names(request), f"{entity} {about}"
    if item.entity != entity or item.id != identity:
        return f"{item.id} of {item.entity}"
    if not names <= set(item.names):
        return ", ".join(sorted(names - set(item.names)))
    return "" if item.kind in KINDS else f"the kind {item.kind}"


def _patched_names(request: Mapping[str, Any]) -> set[str]:
    if request["changeType"] != "PATCH":
        return {request["entityUrn"].split(":", 3)[3]}
    paths = (each["path"].split("/")[2] for each in request["aspect"]["json"]["patch"])
    return {each.split(":", 3)[3].replace("~1", "/").replace("~0", "~") for each in paths}


def _datahub(request: Mapping[str, Any]) -> Iterator[str]:
    """Give what a proposal touches that is not ours."""
    if others := set(request) ^ _PROPOSAL:
        yield f"keys {sorted(others)}"
    urn, aspect = request["entityUrn"], request["aspectName"]
    content = request["aspect"]
    if not urn.startswith(f"urn:li:{request['entityType']}:"):
        yield f"a {request['entityType']} that is named {urn}"
    if request["changeType"] == "PATCH":
        if request["entityType"] not in _PATCHED_TYPES or aspect not in _PATCHED:
            yield f"{aspect} of {urn}"
            return
        if set(content) != {"json", "contentType"} or content["contentType"] != JSON_PATCH:
            yield f"a content of another type in {aspect} of {urn}"
        yield from _patch(aspect, content["json"])
    elif request["changeType"] == "UPSERT":
        if aspect not in _WHOLE or not _begins(urn, *_WHOLE[aspect]):
            yield f"{aspect} of {urn}"
        elif set(content) != {"json"} or not isinstance(content["json"], dict):
            yield f"a content of another type in {aspect} of {urn}"
        elif content["json"].get("qualifiedName", _OURS).startswith(_OURS) is False:
            yield f"the property {content['json']['qualifiedName']}"
    else:
        yield f"{request['changeType']} of {urn}"


def _patch(aspect: str, content: Mapping[str, Any]) -> Iterator[str]:
    part, key, prefix = _PATCHED[aspect]
    if set(content) != {"arrayPrimaryKeys", "patch"} or set(content["arrayPrimaryKeys"]) != {part}:
        yield f"keys of the patch {sorted(content)}"
    for each in content["patch"]:
        parts = each["path"].split("/")
        named = parts[2].replace("~1", "/").replace("~0", "~") if len(parts) > 2 else ""
        ours = parts[:2] == ["", part] and named.startswith(prefix)
        if not ours or len(parts) > 4 or "".join(parts[3:]) or each["op"] not in ("add", "remove"):
            yield f"{each['op']} {each['path']}"
        elif each["op"] == "add" and (len(parts) != 4 or each["value"][key] != named):
            yield f"{each['path']} with a value for {each['value'].get(key)}"


def _purview(request: Mapping[str, Any]) -> Iterator[str]:
    """Give what a request touches that is not ours."""
    operation, body = request["operation"], request["body"]
    if operation == "typedef":
        for kind, found in body.items():
            yield from (f"{kind} {each['name']}" for each in found if not _type(kind, each["name"]))
    elif operation == "entity":
        qualified = body["attributes"]["qualifiedName"]
        if body["typeName"] not in (DEPLOYED, USE) or not qualified.startswith(f"{NAME}://"):
            yield f"the entity {qualified} of type {body['typeName']}"
        if others := set(body) - {"typeName", "attributes"}:
            yield f"{sorted(others)} of the entity {qualified}"
    elif operation == "classifications":
        for each in body:
            if set(each) != {"typeName"} or not each["typeName"].startswith(CLASSIFICATION):
                yield f"the classification {each['typeName']}"
    elif operation == "business-metadata":
        if not all(isinstance(value, list) for value in body.values()):
            yield "business metadata with values that are no lists"
    else:
        yield f"the operation {operation}"
    marks = {"typeName", "qualifiedName"} if operation in _MARKS else set()
    if others := set(request) - {"operation", "body"} ^ marks:
        yield f"keys {sorted(others)}"
    if not all(isinstance(request[key], str) and request[key] for key in marks):
        yield "an entity without a name"


_MARKS = ("classifications", "business-metadata")


def _type(kind: str, name: str) -> bool:
    return {
        "classificationDefs": name.startswith(CLASSIFICATION),
        "businessMetadataDefs": name == NAME,
        "entityDefs": name in (DEPLOYED, USE),
    }.get(kind, False)


def _begins(urn: str, *known: str) -> bool:
    """Tell whether a URN is one of ours: equal, or below a name that ends in a separator."""
    return any(
        urn == each or urn.startswith(each if each.endswith((".", ",")) else f"{each}.")
        for each in known
    )


def _broken(name: str, problem: str) -> InputError:
    return InputError("input.value", f"'{name}' is no plan of sightline: {problem}", _AGAIN)
