"""The endpoints that tell what can be asked for: vocabulary, policies, JSON Schemas."""

import json
from typing import Any

from sightline import schemas
from sightline.model import Knowledge
from sightline.server.api.endpoints import Endpoint, Parameter, Values, one_of, output
from sightline.server.api.parameters import allowed
from sightline.server.site import Site
from sightline.terms import BASE

_GROUP = "reference"
FACETS = "facet"


def endpoints(site: Site) -> list[Endpoint]:
    """List the endpoints."""
    kinds = sorted({*site.knowledge.tokens, FACETS})
    return [
        Endpoint(
            "/api/vocabulary",
            _GROUP,
            "List the terms that answers and parameters use",
            {"json": output("vocabulary")},
            local=_vocabulary,
            parameters=(Parameter("kind", "Only terms of that kind.", one_of(*kinds)),),
        ),
        Endpoint(
            "/api/policies",
            _GROUP,
            "List the policies that estates can be held to",
            {"json": output("policies")},
            task="policies",
        ),
        Endpoint(
            "/api/schemas",
            _GROUP,
            "List the JSON Schemas of all outputs",
            {"json": output("schemas")},
            local=_schemas,
        ),
        Endpoint(
            "/api/schemas/{name}",
            _GROUP,
            "Get a JSON Schema",
            {"json": {"type": "object"}},
            local=lambda site, values, form: _json(schemas.load(values["name"])),
            parameters=(Parameter("name", "The output.", one_of(*schemas.names()), required=True),),
        ),
    ]


def _vocabulary(site: Site, values: Values, form: str) -> str:
    knowledge = site.knowledge
    wanted = values.get("kind")
    kinds = [k for k in sorted(knowledge.tokens) if wanted in (None, k)]
    found: dict[str, Any] = {
        "terms": [
            _term(knowledge, kind, token)
            for kind in kinds
            for token in sorted(knowledge.tokens[kind])
        ],
        "facets": [],
        "schema": 1,
    }
    if wanted in (None, FACETS):
        found["facets"] = [
            {
                **_term(knowledge, FACETS, facet.token),
                "is": facet.kind,
                "values": [] if facet.kind == "discretion" else allowed(knowledge, facet),
                "derived_from": facet.derived_from,
            }
            for facet in knowledge.facets.values()
        ]
    return _json(found)


def _term(knowledge: Knowledge, kind: str, token: str) -> dict[str, Any]:
    iri = f"{BASE}{kind}/{token}"
    return {
        "kind": kind,
        "token": token,
        "iri": iri,
        "label": knowledge.label(kind, token),
        "definition": knowledge.definitions.get(iri),
    }


def _schemas(site: Site, values: Values, form: str) -> str:
    listed = [
        {"name": name, "title": found["title"], "description": found["description"]}
        for name in schemas.names()
        for found in [schemas.load(name)]
    ]
    return _json({"schemas": listed, "schema": 1})


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
