"""The endpoints about estates: files that are sent, which are not kept, and those of the server."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from sightline.errors import InputError, ParameterError, RequestError
from sightline.model import Knowledge
from sightline.server.api import parameters
from sightline.server.api.endpoints import (
    Body,
    Endpoint,
    Parameter,
    Received,
    Schema,
    Values,
    one_of,
    output,
)
from sightline.server.api.reading import ESTATE
from sightline.server.site import Site

FILES = 1000
"""The most files of one request."""

MULTIPART = "multipart/form-data"
_RAW = ("application/json", "text/plain")
_PAIR = {"type": "string", "pattern": "^[^=]+=", "maxLength": 10_000}
_GATE: Mapping[str, Schema | None] = {
    "json": output("gate"), "sarif": None, "junit": None, "markdown": None, "turtle": None,
}  # fmt: skip
_REPORT = {"json": output("estate-import")}
_ANSWERS: Mapping[str, Schema | None] = {"json": output("access-estate"), "turtle": None}


def endpoints(site: Site, estates: Sequence[str]) -> list[Endpoint]:
    """List the endpoints, for a caller who may ask about ``estates``."""
    knowledge = site.knowledge
    facets = parameters.facets(knowledge)
    asked = (*facets, *parameters.filters(knowledge), *parameters.basis(knowledge))
    policies = (*facets, *policy_parameters())
    body = Body(
        {
            "application/json": {},
            "text/plain": {"type": "string", "minLength": 1},
            MULTIPART: {
                "type": "object",
                "properties": {
                    "file": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                    }
                },
                "required": ["file"],
                "additionalProperties": False,
            },
        },
        "An estate file (ARM template, Bicep, Terraform plan or source, output of az ...), or "
        "several as a form. They are read in memory and not kept. Facets settle what files leave "
        "open.",
        receive,
    )
    found: list[Endpoint] = []
    for name, summary, task, forms, own in (
        ("", "Report what an estate file holds", "estate_report", _REPORT, ()),
        ("/access", "Who can access which data of an estate", "estate_access", _ANSWERS, asked),
        ("/validate", "Hold an estate to policies", "validate", _GATE, policies),
    ):
        posted = "/api/validate" if task == "validate" else f"/api/estate{name}"
        given: Callable[[Values], Mapping[str, Any]] = partial(_given, knowledge)
        found.append(
            Endpoint(
                posted, "estates", f"{summary}: files that are sent", forms, task,
                given=given, parameters=(*own, *_settings()), method="POST", body=body,
            )
        )  # fmt: skip
        found.append(
            Endpoint(
                f"/api/estates/{{estate}}{name}", "estates", f"{summary}: one of the server's",
                forms, task, given=given, parameters=(_named(estates), *own),
            )
        )  # fmt: skip
    return [_listing(estates), *found]


def policy_parameters() -> tuple[Parameter, ...]:
    """Describe the parameters that choose policies."""
    return (
        Parameter(
            "policy",
            "Hold it to that policy, repeated for several; all of them if left out.",
            {"type": "string"},
            list=True,
            kind="policy",
        ),
        Parameter(
            "policy_param",
            "Set a parameter of a policy: NAME.PARAM=VALUE, repeated for several.",
            {"type": "string", "pattern": r"^[^=.]+\.[^=.]+=.", "maxLength": 1000},
            list=True,
            example="retention-within-days.days=7",
        ),
        Parameter(
            "fail_on",
            "The mildest finding that makes `exit_code` 1.",
            {**one_of("violation", "unknown", "warning"), "default": "violation"},
        ),
    )


async def receive(request: Request, site: Site) -> Received:
    """Read the files of a request: its body, or the parts of a form; nothing goes to disk.

    Raises RequestError for a body of another kind, InputError for one that is too large, and
    ParameterError for one that is empty.
    """
    most = site.settings.limits.body
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == MULTIPART:
        files = await _parts(request, most)
    elif kind in _RAW:
        name = "estate.json" if kind == _RAW[0] else "estate"
        held = await content(request, most)
        files = [(request.query_params.get("name") or name, held)] if held else []
    else:
        raise RequestError(
            "request.media-type",
            f"an estate cannot be sent as {kind}" if kind else "the request has no Content-Type",
            f"send one of: {', '.join((*_RAW, MULTIPART))}",
        )
    if not files:
        raise ParameterError("parameter.missing", "no estate is sent", "send its files")
    told = [{"name": name, "size": len(held)} for name, held in files]
    return {"files": told}, b"".join(held for _, held in files)


async def content(request: Request, most: int) -> bytes:
    """Read the body of a request; what is longer is not even received.

    Raises InputError where it is larger than ``most`` bytes.
    """
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise _too_large(most)
    return bytes(found)


async def _parts(request: Request, most: int) -> list[tuple[str, bytes]]:
    received = 0

    async def limited() -> Any:
        nonlocal received
        async for chunk in request.stream():
            received += len(chunk)
            if received > most:
                raise _too_large(most)
            yield chunk

    parser = MultiPartParser(
        request.headers, limited(), max_files=FILES, max_fields=FILES, max_part_size=most
    )
    parser.spool_max_size = most + 1  # an estate is not written to disk, not even for a moment
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        reason = error.message if isinstance(error, MultiPartException) else "it is not a form"
        message = f"the form cannot be read: {reason}"
        raise RequestError("request.malformed", message, "send it as curl -F does") from error
    found: list[tuple[str, bytes]] = []
    try:
        for field, part in form.multi_items():
            if field != "file":
                message = f"the form has a field {field!r}"
                raise ParameterError("parameter.unknown", message, "name all files 'file'")
            if not isinstance(part, UploadFile) or not part.filename:
                message = "a part of the form has no file name"
                raise ParameterError(
                    "parameter.value", message, "send it as curl -F file=@NAME does"
                )
            found.append((part.filename, await part.read()))
    finally:
        await form.close()
    return found


def _too_large(most: int) -> InputError:
    message = f"the request is larger than {most:,} bytes"
    return InputError("input.too-large", message, "send fewer files at a time")


def _settings() -> tuple[Parameter, ...]:
    return (
        Parameter(
            "name",
            "What to call a file that is sent as the body itself.",
            {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00-\x1f\x7f]+$"},
            example="main.json",
        ),
        Parameter(
            "parameter",
            "A parameter of a template: NAME=VALUE, repeated for several.",
            _PAIR,
            list=True,
            example="location=swedencentral",
        ),
        Parameter(
            "resource_group_location",
            "Where the resource group of a template is.",
            {"type": "string", "minLength": 1, "maxLength": 100},
        ),
        Parameter(
            "subscription",
            "The subscription of files that name none.",
            {"type": "string", "minLength": 1, "maxLength": 100},
        ),
    )


def _named(estates: Sequence[str]) -> Parameter:
    schema = one_of(*estates) if estates else {"type": "string", "minLength": 1}
    return Parameter(ESTATE, "The name of the estate.", schema, required=True, kind=ESTATE)


def _listing(estates: Sequence[str]) -> Endpoint:
    import json

    def listed(site: Site, values: Values, form: str) -> str:
        return json.dumps({"estates": list(estates), "schema": 1}, indent=2) + "\n"

    summary = "List the estates of the server"
    return Endpoint("/api/estates", "estates", summary, {"json": output("estates")}, local=listed)


def _given(knowledge: Knowledge, values: Values) -> Mapping[str, Any]:
    found = parameters.asked(knowledge, values)
    found["facets"] = found.pop("configuration")
    settings = ("resource_group_location", "subscription", "fail_on", ESTATE, "files")
    found |= {name: values[name] for name in settings if name in values}
    found["parameters"] = dict(_pair(text) for text in values.get("parameter", ()))
    params: dict[str, list[str]] = {}
    for text in values.get("policy_param", ()):
        name, value = _pair(text)
        params.setdefault(name, []).extend(part for part in value.split(",") if part)
    return {**found, "policy_params": params, "policies": values.get("policy")}


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value
