"""Purview's Data Map as its client knows it: its routes, and its models without any other key.

State is kept as types and entities. What Atlas is known to refuse is refused: names with other
signs, texts without a greatest length, a type that loses an attribute, a classification that is
there already, values that no type has.
"""

import inspect
import re
from itertools import count
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from azure.purview.datamap import models
from azure.purview.datamap._model_base import Model
from azure.purview.datamap.operations import _operations
from stub_server import Answer, RefusalError, Request

TOKEN = "a-token-that-nobody-may-see"
PREFIX = "/datamap/api"
_TYPE = re.compile(r"[a-zA-Z][a-zA-Z0-9_ ]*")
_TRAIT = re.compile(r"[a-zA-Z][a-zA-Z0-9_ .]*")
_DEFS = ("classificationDefs", "businessMetadataDefs", "entityDefs")
_SPACE = {"_models": models}


def routes() -> list[tuple[str, re.Pattern[str]]]:
    """Read method and path of every request that the client can build."""
    text = inspect.getsource(_operations)
    found = re.findall(r'_url = "([^"]+)".*?method="(\w+)"', text, re.DOTALL)
    pattern = re.compile(r"\\\{\w+\\\}")
    return [
        (method, re.compile(PREFIX + pattern.sub("[^/]+", re.escape(path))))
        for path, method in found
    ]


class Purview:
    """An account: types by kind and name, entities by type and qualified name."""

    def __init__(self, entities: Any) -> None:
        self.types: dict[str, dict[str, Any]] = {kind: {} for kind in _DEFS}
        for name in ("DataSet", "Process", "azure_sql_table"):
            self.types["entityDefs"][name] = {"name": name, "attributeDefs": []}
        for name in ("MICROSOFT.PERSONAL.EMAIL", "LETTER", "sightline.data.prompts"):
            self.types["classificationDefs"][name] = {"name": name, "attributeDefs": []}
        self.entities: dict[tuple[str, str], Any] = {}
        self._guids = count(100)
        self._routes = routes()
        self.token = TOKEN
        for each in entities:
            self.entities[each["typeName"], each["attributes"]["qualifiedName"]] = each

    def error(self, reason: str) -> Any:
        return {"errorCode": "ATLAS-400", "errorMessage": reason}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise RefusalError(401, f"not {request.headers.get('authorization')}")
        if not any(m == request.method and p.fullmatch(request.path) for m, p in self._routes):
            raise RefusalError(404, f"there is no {request.method} {request.path}")
        parts = request.path.removeprefix(f"{PREFIX}/atlas/v2/").split("/")
        if parts[0] == "types":
            return self._types(request, parts[1:])
        if parts[:2] == ["entity", "bulk"] and request.method == "POST":
            checked(models.AtlasEntitiesWithExtInfo, request.body)
            return Answer(200, self._bulk(request.body))
        if parts[:3] == ["entity", "uniqueAttribute", "type"]:
            (name,) = request.query["attr:qualifiedName"]
            return self._unique(request, parts[3:], name)
        if parts[:2] == ["entity", "guid"] and parts[3] == "businessmetadata":
            return self._business(request, parts[2], parts[4])
        raise RefusalError(404, f"not served here: {request.method} {request.path}")

    def _types(self, request: Request, parts: list[str]) -> Answer:
        if request.method == "GET":
            kinds = {each.lower()[:-1]: each for each in _DEFS}
            found = self.types[kinds[parts[0]]].get(parts[2])
            return Answer(200, found) if found else Answer(404, self.error("no such type"))
        checked(models.AtlasTypesDef, request.body)
        for kind, group in request.body.items():
            for each in group:
                self._define(kind, each, new=request.method == "POST")
        return Answer(200, request.body)

    def _define(self, kind: str, given: Any, new: bool) -> None:
        name, known = given["name"], self.types[kind].get(given["name"])
        pattern = _TRAIT if kind == "classificationDefs" else _TYPE
        if not pattern.fullmatch(name):
            raise RefusalError(400, f"{name!r} is no name of a type")
        if new == bool(known):
            raise RefusalError(409 if new else 404, f"{name} is there: {bool(known)}")
        attributes = {each["name"]: each for each in given.get("attributeDefs") or []}
        lost = {e["name"] for e in (known or {}).get("attributeDefs", [])} - set(attributes)
        if lost:
            raise RefusalError(400, f"{name} would lose {sorted(lost)}")
        for each in attributes.values():
            if not _TYPE.fullmatch(each["name"]):
                raise RefusalError(400, f"{each['name']!r} is no name of an attribute")
            if kind == "businessMetadataDefs":
                types = each["options"]["applicableEntityTypes"]
                if "string" in each["typeName"] and "maxStrLength" not in each["options"]:
                    raise RefusalError(400, f"{each['name']} has no greatest length")
                if types != '["DataSet"]':
                    raise RefusalError(400, f"{each['name']} is for {types}")
        self.types[kind][name] = given

    def _bulk(self, body: Any) -> Any:
        made = []
        for given in body["entities"]:
            kind, name = given["typeName"], given["attributes"]["qualifiedName"]
            if kind not in self.types["entityDefs"]:
                raise RefusalError(404, f"no type {kind}")
            ends = [e for side in ("inputs", "outputs") for e in given["attributes"].get(side, [])]
            for end in ends:
                if (end["typeName"], end["uniqueAttributes"]["qualifiedName"]) not in self.entities:
                    raise RefusalError(404, f"no entity {end}")
            before = self.entities.get((kind, name), {"guid": str(next(self._guids))})
            self.entities[kind, name] = {**before, **given}
            made.append(
                {"typeName": kind, "guid": before["guid"], "attributes": {"qualifiedName": name}}
            )
        return {"mutatedEntities": {"UPDATE": made}}

    def _unique(self, request: Request, parts: list[str], name: str) -> Answer:
        own = self.entities.get((parts[0], name))
        if own is None:
            return Answer(404, self.error(f"no {parts[0]} {name}"))
        if request.method == "GET" and len(parts) == 1:
            return Answer(200, {"entity": own, "referredEntities": {}})
        marks = own.setdefault("classifications", [])
        if request.method == "POST" and parts[1:] == ["classifications"]:
            for each in request.body:
                checked(models.AtlasClassification, each)
                if each["typeName"] not in self.types["classificationDefs"]:
                    raise RefusalError(404, f"no classification {each['typeName']}")
                if each["typeName"] in {mark["typeName"] for mark in marks}:
                    raise RefusalError(400, f"{each['typeName']} is there already")
                marks.append(each)
            return Answer(204)
        if request.method == "DELETE" and parts[1] == "classification":
            if parts[2] not in {mark["typeName"] for mark in marks}:
                raise RefusalError(404, f"{parts[2]} is not there")
            own["classifications"] = [mark for mark in marks if mark["typeName"] != parts[2]]
            return Answer(204)
        raise RefusalError(404, f"not served here: {request.method} {request.path}")

    def _business(self, request: Request, guid: str, name: str) -> Answer:
        own = next((each for each in self.entities.values() if each["guid"] == guid), None)
        known = self.types["businessMetadataDefs"].get(name)
        if own is None or known is None:
            raise RefusalError(404, f"no entity {guid}, or no business metadata {name}")
        attributes = {each["name"]: each for each in known["attributeDefs"]}
        has = own.setdefault("businessAttributes", {}).setdefault(name, {})
        for key, value in request.body.items():
            if key not in attributes:
                raise RefusalError(400, f"{name} has no attribute {key}")
            if request.method == "DELETE":
                del has[key]
                continue
            longest = int(attributes[key]["options"]["maxStrLength"])
            if not isinstance(value, list) or any(len(each) > longest for each in value):
                raise RefusalError(400, f"{key} is no list, or has a value that is too long")
            has[key] = value
        return Answer(204)


def checked(kind: Any, given: Any, path: str = "") -> None:
    """Hold a value to a type or model of the client; refuses keys that a model does not have."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if origin in (Union, UnionType):
        problems = []
        for each in parts:
            try:
                return checked(each, given, path)
            except RefusalError as refusal:
                problems.append(str(refusal))
        raise RefusalError(400, problems[0])
    if origin is list and isinstance(given, list):
        for number, each in enumerate(given):
            checked(parts[0], each, f"{path}/{number}")
    elif origin is dict and isinstance(given, dict):
        for key, each in given.items():
            checked(parts[1], each, f"{path}/{key}")
    elif inspect.isclass(kind) and issubclass(kind, Model) and isinstance(given, dict):
        hints = get_type_hints(kind, _SPACE, _SPACE)
        fields = {f._rest_name: hints[n] for n, f in _fields(kind).items()}
        for key, each in given.items():
            if key not in fields:
                raise RefusalError(400, f"{kind.__name__} has no {path}/{key}")
            checked(fields[key], each, f"{path}/{key}")
    elif not (inspect.isclass(kind) and origin is None and isinstance(given, kind)):
        raise RefusalError(400, f"{path} is no {kind}: {given!r}")
    elif kind is int and isinstance(given, bool):
        raise RefusalError(400, f"{path} is no number: {given!r}")


def _fields(kind: Any) -> dict[str, Any]:
    kind(**{})  # the first instance fills the table of fields
    return dict(kind._attr_to_rest_field)
