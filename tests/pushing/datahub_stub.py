"""DataHub's two ways to write aspects, held to the schemas that its Python package ships.

State is kept as aspects. A request is refused where its aspect is not one of the entity, has a key
that the Avro schema does not have or lacks one, or where the aspect after a patch does. As the
server does, values of structured properties are held to their definitions.
"""

import copy
import json
from typing import Any

from datahub.emitter.serialization_helper import post_json_transform, pre_json_transform
from datahub.metadata.schema_classes import (
    ASPECT_NAME_MAP,
    KEY_ASPECTS,
    MetadataChangeProposalClass,
)
from stub_server import Answer, RefusalError, Request

TOKEN = "a-token-that-nobody-may-see"
PROPERTY = "urn:li:structuredProperty:"


class DataHub:
    """A DataHub server; ``openapi`` is whether it is new enough for the client to choose that."""

    def __init__(self, openapi: bool, token: str = TOKEN) -> None:
        self.state: dict[str, dict[str, Any]] = {}
        self.openapi = openapi
        self.token = token

    def error(self, reason: str) -> Any:
        return {"message": reason, "status": 400}

    def answer(self, request: Request) -> Answer:
        if request.method == "GET" and request.path == "/config":
            return Answer(200, self._config())
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            raise RefusalError(401, f"not {request.headers.get('authorization')}")
        if request.path == "/aspects" and request.query.get("action") == ["ingestProposal"]:
            self._rest(request)
            return Answer(200, {"value": request.body["proposal"]["entityUrn"]})
        prefix = "/openapi/v3/entity/"
        if request.path.startswith(prefix) and request.method in ("POST", "PATCH"):
            self._open(request, request.path.removeprefix(prefix))
            return Answer(200, [])
        raise RefusalError(404, f"there is no {request.method} {request.path}")

    def _config(self) -> Any:
        version = "v1.2.0" if self.openapi else "v0.12.0"
        return {"noCode": "true", "versions": {"acryldata/datahub": {"version": version}},
                "datahub": {"serverEnv": "core", "serverType": "prod"}}  # fmt: skip

    def _rest(self, request: Request) -> None:
        if request.method != "POST" or request.headers.get("x-restli-protocol-version") != "2.0.0":
            raise RefusalError(400, "not REST.li 2.0.0")
        _only(request.body, {"proposal", "async"})
        given = request.body["proposal"]
        proposal = MetadataChangeProposalClass.from_obj(post_json_transform(given))
        known = pre_json_transform(proposal.to_obj())
        if not proposal.validate() or any(known.get(key) != given[key] for key in given):
            raise RefusalError(400, f"no proposal: {sorted(given)}")
        content = json.loads(given["aspect"]["value"])
        kind = given["aspect"]["contentType"]
        expected = "application/json-patch+json" if given["changeType"] == "PATCH" else None
        if kind != (expected or "application/json"):
            raise RefusalError(400, f"{given['changeType']} with {kind}")
        self._write(given["entityType"], given["entityUrn"], given["aspectName"],
                    given["changeType"], content)  # fmt: skip

    def _open(self, request: Request, kind: str) -> None:
        if request.query.get("async") != ["false"]:
            raise RefusalError(400, "async is to be false")
        for each in request.body:
            (name,) = set(each) - {"urn"}
            _only(each[name], {"value", "systemMetadata", "headers"})
            change = "PATCH" if request.method == "PATCH" else "UPSERT"
            self._write(kind, each["urn"], name, change, each[name]["value"])

    def _write(self, kind: str, urn: str, name: str, change: str, content: Any) -> None:
        if change not in ("UPSERT", "PATCH"):
            raise RefusalError(400, f"no change {change}")
        key = KEY_ASPECTS.get(kind)
        if key is None or not urn.startswith(f"urn:li:{kind}:"):
            raise RefusalError(400, f"{urn} is no {kind}")
        if name not in key.ASPECT_INFO["entityAspects"]:
            raise RefusalError(400, f"{kind} has no aspect {name}")
        own = self.state.setdefault(urn, {})
        if change == "PATCH":
            content = _patched(own.get(name), name, content)
        _valid(name, content)
        if name == "structuredProperties":
            self._hold(kind, content)
        own[name] = content

    def _hold(self, kind: str, content: Any) -> None:
        """Hold values to the definitions of their properties."""
        for each in content["properties"]:
            definition = self.state.get(each["propertyUrn"], {}).get("propertyDefinition")
            if definition is None:
                raise RefusalError(400, f"{each['propertyUrn']} is not defined")
            if f"urn:li:entityType:datahub.{kind}" not in definition["entityTypes"]:
                raise RefusalError(400, f"{each['propertyUrn']} is not for {kind}")
            allowed = [one["value"] for one in definition.get("allowedValues") or []]
            if allowed and any(value not in allowed for value in each["values"]):
                raise RefusalError(400, f"{each['propertyUrn']} does not allow {each['values']}")
            if definition.get("cardinality") != "MULTIPLE" and len(each["values"]) > 1:
                raise RefusalError(400, f"{each['propertyUrn']} has one value")


def _patched(before: Any, name: str, patch: Any) -> Any:
    """Apply a patch of lists whose entries are told apart by the keys that it names."""
    _only(patch, {"patch", "arrayPrimaryKeys", "forceGenericPatch"})
    keys = patch["arrayPrimaryKeys"]
    empty = {
        "glossaryTerms": {"terms": [], "auditStamp": {"time": 0, "actor": "urn:li:corpuser:x"}}
    }
    after = copy.deepcopy(before) or copy.deepcopy(empty.get(name, {}))
    for each in patch["patch"]:
        _only(each, {"op", "path", "value"})
        part, *path = each["path"].removeprefix("/").split("/")
        path = [one.replace("~1", "/").replace("~0", "~") for one in path]
        if part not in keys:
            raise RefusalError(400, f"no keys for {part}")
        entries = after.setdefault(part, [])

        def is_meant(entry: Any, keys: Any = keys[part], path: Any = path) -> bool:
            found = [_at(entry, key.split("\u241f")) for key in keys]
            return found[: len(path)] == path

        after[part] = [entry for entry in entries if not is_meant(entry)]
        if each["op"] == "add":
            if len(path) != len(keys[part]) or not is_meant(each["value"]):
                raise RefusalError(400, f"{each['path']} does not name its value")
            after[part].append(each["value"])
        elif each["op"] != "remove":
            raise RefusalError(400, f"no operation {each['op']}")
    return after


def _valid(name: str, content: Any) -> None:
    """Hold an aspect to its schema; the package drops keys it does not know, which is told here."""
    try:
        aspect = ASPECT_NAME_MAP[name].from_obj(post_json_transform(content))
    except Exception as error:
        raise RefusalError(400, f"{name}: {error}") from error
    if not aspect.validate():
        raise RefusalError(400, f"{name} is not valid")
    known = pre_json_transform(aspect.to_obj())
    if (problem := _unknown(content, known, name)) is not None:
        raise RefusalError(400, f"unrecognized field found but not allowed: {problem}")


def _unknown(given: Any, known: Any, path: str) -> str | None:
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            if key not in known:
                return f"{path}/{key}"
            if (found := _unknown(value, known[key], f"{path}/{key}")) is not None:
                return found
        return None
    if isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        found = (_unknown(g, k, path) for g, k in zip(given, known, strict=True))
        return next((each for each in found if each is not None), None)
    return None if given == known else path


def _at(entry: Any, path: list[str]) -> Any:
    for name in path:
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry or ""


def _only(found: Any, known: set[str]) -> None:
    if not isinstance(found, dict) or set(found) - known:
        raise RefusalError(400, f"keys {found if not isinstance(found, dict) else sorted(found)}")
