"""``/api/openapi.json``: the API described in OpenAPI 3.1, from the table of its endpoints."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sightline.server import streaming
from sightline.server.api import parameters
from sightline.server.api.answering import Answering
from sightline.server.api.described import components, ref
from sightline.server.api.endpoints import FORMS, Endpoint, Parameter
from sightline.server.api.kept import Written
from sightline.server.api.reading import ESTATE
from sightline.server.problems import FORMS as PROBLEM_FORMS
from sightline.server.site import Site, readable_estates, site_of

PATH = "/api/openapi.json"
_PATH_NAME = re.compile(r"\{(\w+)\}")
_COMPONENT = re.compile(r"[^A-Za-z0-9._-]")
_STATUSES: Mapping[int, str] = {
    400: "The request is not as described here.",
    401: "The server wants to know who asks.",
    403: "The caller may not ask this.",
    404: "There is nothing of that name.",
    406: "The answer has none of the forms that are accepted.",
    408: "The request came too slowly.",
    413: "The request or the file is too large.",
    414: "The address with its parameters is too long.",
    415: "The body is of a kind that is not read.",
    421: "The server does not go by that name.",
    422: "The request is as described, and yet has no answer: facets contradict each other, a file "
    "is no estate, or the answer is too large.",
    429: "The caller asks too often.",
    431: "The headers are too long.",
    500: "The server failed.",
    503: "The server has too much to do; Retry-After says when to ask again.",
    504: "The answer took too long.",
}
_GROUPS: Mapping[str, str] = {
    "answers": "Effective access, and what is behind and between answers.",
    "questions": "The library of questions.",
    "estates": "Files that describe deployments.",
    "reference": "Terms, policies, schemas.",
    "authorization": "The OpenID Authorization API 1.0 (AuthZEN).",
}


def handler(answering: Answering) -> Callable[[Request], Awaitable[Response]]:
    """Make the function that answers with the description."""

    async def handle(request: Request) -> Response:
        visible = readable_estates(request)
        tag = streaming.etag(request, PATH, version("sightline"), visible)
        headers = streaming.caching(tag)
        if streaming.unchanged(request, tag):
            return streaming.not_modified(tag)

        async def make() -> Written:
            document = await description(answering, site_of(request), visible)
            return Written(json.dumps(document, ensure_ascii=False).encode())

        found = await answering.kept.get(tag, make)
        return Response(found.content, 200, headers, "application/json")

    return handle


async def description(answering: Answering, site: Site, visible: list[str]) -> dict[str, Any]:
    """Describe all endpoints for a caller who may ask about the estates that are ``visible``."""
    values = await answering.values()
    table = answering.table(visible)
    found = [endpoint for own in table.values() for endpoint in own.values()]
    shared: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for endpoint in found:
        described = _operation(endpoint, shared, _SECURED if site.settings.asks_names else None)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = described
    schemas = components(site.knowledge)
    for kind, tokens in values.items():
        schemas[_values(kind)] = {"type": "string", "enum": sorted(tokens)}
    folders = sorted({q.folder for q in site.questions.values()})
    groups = {**_GROUPS, **{f: f"Questions of the library: {f}." for f in folders}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sightline",
            "version": version("sightline"),
            "summary": "Who can access which data of an AI service, and on whose word.",
            "description": "Not stated is neither a permission nor a denial, unknown is no pass, "
            "and every answer names its sentences. Errors are problem details (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": site.settings.root or "/"}],
        "tags": [{"name": name, "description": about} for name, about in groups.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": dict(sorted(shared.items())),
            "responses": _responses(),
            "headers": _headers(),
            **({"securitySchemes": _SCHEMES} if site.settings.asks_names else {}),
        },
    }


_SECURED: list[dict[str, list[str]]] = [{"token": []}]
_SCHEMES = {"token": {"type": "http", "scheme": "bearer"}}


def _operation(
    endpoint: Endpoint, shared: dict[str, Any], security: list[Any] | None
) -> dict[str, Any]:
    path = _PATH_NAME.findall(endpoint.path)
    named = [*endpoint.parameters, parameters.form(endpoint.forms)]
    listed = []
    for parameter in named:
        described = _parameter(parameter, parameter.name in path)
        if parameter.shared:
            name = _COMPONENT.sub(".", parameter.shared)
            shared[name] = described
            listed.append({"$ref": f"#/components/parameters/{name}"})
        else:
            listed.append(described)
    found: dict[str, Any] = {
        "operationId": _COMPONENT.sub("-", f"{endpoint.method.lower()}{endpoint.path}"),
        "tags": [endpoint.group],
        "summary": endpoint.summary,
        **({"description": endpoint.description} if endpoint.description else {}),
        "parameters": listed,
        "responses": {"200": _answer(endpoint), **_refusals(endpoint)},
    }
    if security:
        found["security"] = security
    if body := endpoint.body:
        found["requestBody"] = {
            "description": body.description,
            "required": True,
            "content": {kind: {"schema": s, **body.examples} for kind, s in body.content.items()},
        }
    return found


def _parameter(parameter: Parameter, in_path: bool) -> dict[str, Any]:
    schema: Any = dict(parameter.schema)
    if parameter.kind not in ("", ESTATE):
        schema = ref(_values(parameter.kind))
    if parameter.list:
        schema = {"type": "array", "items": schema, "minItems": 1}
    told = parameter.description
    if parameter.kind not in ("", ESTATE, "policy"):
        told += " The IRI of the term is taken too."
    found = {
        "name": parameter.name,
        "in": "path" if in_path else "query",
        "description": told,
        "schema": schema,
        **({"required": True} if parameter.required or in_path else {}),
    }
    if parameter.list:
        found |= {"style": "form", "explode": True}
    example: Any = parameter.example
    if example and schema.get("type") == "integer":
        example = int(example)
    return found | ({"example": [example] if parameter.list else example} if example else {})


def _answer(endpoint: Endpoint) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for form, schema in endpoint.forms.items():
        content[FORMS[form]] = {"schema": schema or {"type": "string"}}
    names: list[str] = []
    if endpoint.method == "GET":
        names += ["ETag"]
    if endpoint.paged:
        names += ["Link", "X-Total-Count"]
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    told = {"description": "The answer.", "content": content}
    return told | ({"headers": headers} if headers else {})


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    own = {400, 401, 403, 406, 408, 413, 414, 421, 422, 429, 431, 500, 503, 504}
    if "{" in endpoint.path or any(p.kind == ESTATE for p in endpoint.parameters):
        own |= {404}
    if endpoint.method == "GET":
        own |= {304}
    else:
        own |= {415}
    return {str(n): {"$ref": f"#/components/responses/{n}"} for n in sorted(own)}


def _responses() -> dict[str, Any]:
    content = {kind: {"schema": ref("problem")} for kind in PROBLEM_FORMS if "json" in kind}
    content |= {kind: {"schema": {"type": "string"}} for kind in PROBLEM_FORMS if "text" in kind}
    found: dict[str, Any] = {
        str(n): {"description": about, "content": content} for n, about in _STATUSES.items()
    }
    return {**found, "304": {"description": "The client has the answer, by its ETag."}}


def _headers() -> dict[str, Any]:
    return {
        "ETag": {
            "description": "Names the answer; send it back as If-None-Match.",
            "schema": {"type": "string"},
        },
        "Link": {
            "description": "Where a limit is given: first, prev, next and last part of the rows.",
            "schema": {"type": "string"},
        },
        "X-Total-Count": {
            "description": "The number of all rows.",
            "schema": {"type": "integer", "minimum": 0},
        },
    }


def _values(kind: str) -> str:
    return f"values.{_COMPONENT.sub('-', kind)}"
