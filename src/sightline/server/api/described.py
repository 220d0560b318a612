"""The JSON Schemas of what the API alone takes and gives; those of the program are its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from sightline import schemas
from sightline.model import Knowledge
from sightline.service.tasks.authorization import MIXED, SEMANTICS, TOKEN, UNKNOWN

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_NUMBER = {"type": "integer", "minimum": 0}
_ANY = {"type": "object"}


def ref(name: str) -> dict[str, str]:
    """Refer to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(
    properties: Mapping[str, Any], required: Sequence[str] = (), closed: bool = False
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        **({"additionalProperties": False} if closed else {}),
    }


def _answered(properties: Mapping[str, Any], *optional: str) -> dict[str, Any]:
    """Describe what the server gives: nothing else is in it."""
    return _object(properties, [n for n in properties if n not in optional], closed=True)


_VERSION = {"description": "Version of this form.", "const": 1}
_VALUES = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_CONFIGURATION = {
    "description": "Facet -> its value, or the candidates for it.",
    "type": "object",
    "additionalProperties": _VALUES,
}
_CONTEXT = _object(
    {
        "configuration": _CONFIGURATION,
        "activity": {"description": "Only that processing activity.", **_TEXT},
        "target": {"description": "Only rows with that target, as what is trained.", **_TEXT},
        "as_of": {"description": "Answer from what was published on that date.", **_TEXT},
        "collection": {"description": "Rest on the documents of that collection.", **_TEXT},
        "assume": {"description": "Whether stated defaults may be assumed.", "type": "boolean"},
    }
)
_SUBJECT_TYPE = {"description": "`actor`.", **_TEXT}
_RESOURCE_TYPE = {"description": "`data`.", **_TEXT}
_PROPERTIES = _object({"configuration": _CONFIGURATION})
_SUBJECT = {"type": _SUBJECT_TYPE, "id": {"description": "The actor.", **_TEXT}, "properties": _ANY}
_RESOURCE = {
    "type": _RESOURCE_TYPE,
    "id": {"description": "The category of data.", **_TEXT},
    "properties": _PROPERTIES,
}
_ACTION = {"name": {"description": "The action.", **_TEXT}, "properties": _ANY}
_ENTITIES = {
    "subject": _object(_SUBJECT, ["type", "id"]),
    "action": _object(_ACTION, ["name"]),
    "resource": _object(_RESOURCE, ["type", "id"]),
    "context": _CONTEXT,
}
_MANY = {"type": "array", "minItems": 1, "maxItems": 1000}
_PAGE = _object(
    {
        "token": {
            "description": "`next_token` of the answer before; the question has to be the same.",
            "type": "string",
            "pattern": f"^({TOKEN})?$",
        },
        "limit": {**_NUMBER, "maximum": 999_999_999},
        "properties": _ANY,
    }
)
_TYPED = {
    "subject": _object({"type": _SUBJECT_TYPE}, ["type"]),
    "resource": _object({"type": _RESOURCE_TYPE}, ["type"]),
}


def _search(sought: str) -> dict[str, Any]:
    own = {name: schema for name, schema in _ENTITIES.items() if name != sought}
    if sought in _TYPED:
        own[sought] = _TYPED[sought]
    return _object({**own, "page": _PAGE}, [name for name in own if name != "context"])


_TERM = {
    "kind": ref("token"),
    "token": ref("token"),
    "iri": ref("iri"),
    "label": _TEXT,
    "definition": {"type": ["string", "null"]},
}

COMPONENTS: dict[str, dict[str, Any]] = {
    "evaluation-request": _object(_ENTITIES, ["subject", "action", "resource"]),
    "evaluations-request": {
        "description": "Many requests, for which the other members are defaults; or one.",
        "anyOf": [
            _object(
                {**_ENTITIES, "evaluations": {"type": "array", "maxItems": 0}},
                ["subject", "action", "resource"],
            ),
            _object(
                {
                    **_ENTITIES,
                    "evaluations": {**_MANY, "items": _ANY},
                    "options": _object(
                        {"evaluations_semantic": {"type": "string", "enum": list(SEMANTICS)}}
                    ),
                },
                ["evaluations"],
            ),
        ],
    },
    "subject-search": _search("subject"),
    "resource-search": _search("resource"),
    "action-search": _search("action"),
    "evaluation-answer": _answered({"decision": {"type": "boolean"}, "context": ref("reasons")}),
    "evaluations-answer": {
        "anyOf": [
            _answered({"evaluations": {"type": "array", "items": ref("evaluation-answer")}}),
            ref("evaluation-answer"),
        ]
    },
    "search-answer": _answered(
        {
            "page": _answered({"next_token": _TEXT, "count": _NUMBER, "total": _NUMBER}),
            "context": ref("reasons"),
            "results": {"type": "array", "items": _ANY},
        },
        "context",
    ),
    "problem": {
        "description": "What went wrong (RFC 9457).",
        **_object(
            {
                "type": {"type": "string", "format": "uri"},
                "title": _TEXT,
                "status": {"type": "integer"},
                "detail": _TEXT,
                "code": {"description": "Stable; the documentation has a section on it.", **_TEXT},
                "hint": {"description": "What to do.", **_TEXT},
            },
            ["type", "title", "status", "detail", "code"],
        ),
    },
    "matrix": _answered(
        {
            "configuration": ref("configuration"),
            "assumptions": {"type": "array", "items": ref("assumption")},
            "contradicted": {"type": "array", "items": ref("contradicted")},
            "documents": {"type": "array", "items": ref("version")},
            "complete": {"type": "boolean"},
            "incomplete_because": _TEXT,
            "schema": _VERSION,
            "knowledge": ref("digest"),
            "actors": ref("tokens"),
            "data": ref("tokens"),
            "cells": {
                "type": "array",
                "items": _answered(
                    {
                        "actor": ref("token"),
                        "data": ref("token"),
                        "verdicts": {
                            "type": "object",
                            "additionalProperties": {"type": "integer", "minimum": 1},
                        },
                    }
                ),
            },
        },
        "contradicted",
        "incomplete_because",
    ),
    "estates": _answered({"estates": _TEXTS, "schema": _VERSION}),
    "policies": _answered(
        {
            "policies": {
                "type": "array",
                "items": _answered(
                    {
                        "name": _TEXT,
                        "label": _TEXT,
                        "definition": _TEXT,
                        "judges": {"enum": ["deployments", "datasets"]},
                        "parameters": {"type": "object", "additionalProperties": _TEXTS},
                    }
                ),
            },
            "schema": _VERSION,
        }
    ),
    "schemas": _answered(
        {
            "schemas": {
                "type": "array",
                "items": _answered({"name": _TEXT, "title": _TEXT, "description": _TEXT}),
            },
            "schema": _VERSION,
        }
    ),
    "vocabulary": _answered(
        {
            "terms": {"type": "array", "items": _answered(_TERM)},
            "facets": {
                "type": "array",
                "items": _answered(
                    {
                        **_TERM,
                        "is": _TEXT,
                        "values": _TEXTS,
                        "derived_from": {"type": ["string", "null"]},
                    }
                ),
            },
            "schema": _VERSION,
        }
    ),
}


def components(knowledge: Knowledge) -> dict[str, Any]:
    """Give all schemas by name: those here, those of the program, and their shared definitions."""
    found: dict[str, Any] = {**COMPONENTS, "reasons": _reasons(knowledge)}
    for name in schemas.names():
        schema = schemas.load(name)
        for part, definition in schema.pop("$defs", {}).items():
            found[part] = _moved(definition)
        found[name] = _moved({k: v for k, v in schema.items() if k not in ("$schema", "$id")})
    return dict(sorted(found.items()))


def example(knowledge: Knowledge, name: str) -> dict[str, Any]:
    """Give a request to an endpoint of the Authorization API, from what are examples."""
    configuration = {f.token: f.example for f in knowledge.facets.values() if f.example}
    first = {kind: min(knowledge.tokens[kind]) for kind in ("actor", "action", "data")}
    whole: dict[str, Any] = {
        "subject": {"type": "actor", "id": first["actor"]},
        "action": {"name": first["action"]},
        "resource": {"type": "data", "id": first["data"]},
        "context": {"configuration": configuration},
    }
    if name == "evaluations":
        return {**whole, "evaluations": [{}, {"action": {"name": max(knowledge.tokens["action"])}}]}
    sought = name.rpartition("/")[2]
    if sought == "action":
        del whole["action"]
    elif sought in ("subject", "resource"):
        whole[sought] = {"type": whole[sought]["type"]}
    return whole


def _reasons(knowledge: Knowledge) -> dict[str, Any]:
    error = _answered(
        {"status": {"type": "integer"}, "code": _TEXT, "message": _TEXT, "hint": _TEXT}
    )
    verdicts = [*sorted(knowledge.tokens["verdict"]), MIXED, UNKNOWN]
    found = _answered(
        {
            "verdict": {"type": "string", "enum": verdicts},
            "stated_denial": {
                "description": "Whether documents deny it; false where they are silent.",
                "type": "boolean",
            },
            "reason": _TEXT,
            "conditions": _TEXTS,
            "statements": ref("iris"),
            "nearest": ref("iris"),
            "configuration": ref("configuration"),
            "assumptions": {"type": "array", "items": ref("assumption")},
            "contradicted": {"type": "array", "items": ref("contradicted")},
            "documents": {"type": "array", "items": ref("version")},
            "complete": {"type": "boolean"},
            "incomplete_because": _TEXT,
            "knowledge": ref("digest"),
            "access": {"type": "array", "items": ref("row")},
            "error": error,
        }
    )
    return {**found, "required": ["verdict", "stated_denial", "reason"]}


def _moved(value: Any) -> Any:
    """Let references to definitions of a file lead to components."""
    if isinstance(value, Mapping):
        return {
            key: inner.replace("#/$defs/", "#/components/schemas/")
            if key == "$ref" and isinstance(inner, str)
            else _moved(inner)
            for key, inner in value.items()
        }
    return [_moved(each) for each in value] if isinstance(value, list) else value
