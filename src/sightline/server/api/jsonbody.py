"""Read a JSON body, and hold it to as much of JSON Schema as our descriptions of bodies use."""

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from sightline.errors import ParameterError, RequestError
from sightline.server.api.described import COMPONENTS
from sightline.server.api.endpoints import Schema
from sightline.server.api.estates import content

_JSON = "application/json"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
}
_REF = "#/components/schemas/"
_DEPTH = 100


async def read(request: Request, schema: Schema, most: int) -> Any:
    """Read and check the body of a request.

    Raises RequestError for what is not JSON of at most ``most`` bytes, and ParameterError for JSON
    of another shape.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        # The Authorization API answers with 400, where HTTP has 415.
        raise RequestError("request.malformed", "the request is not JSON", f"send {_JSON}")
    held = await content(request, most)
    try:
        value = json.loads(held.decode("utf-8"), parse_constant=_refuse)
        if _depth(value) > _DEPTH:
            raise ValueError(f"it has more than {_DEPTH} levels")
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        reason = str(error) if not isinstance(error, UnicodeError) else "it is not UTF-8 text"
        message = f"the request is not JSON: {reason}"
        raise RequestError("request.malformed", message, "see /api") from error
    check(value, schema, "the request")
    return value


def check(value: Any, schema: Schema, where: str) -> None:
    """Hold a value to a schema; raises ParameterError that says where it does not fit."""
    if "$ref" in schema:
        check(value, COMPONENTS[schema["$ref"].removeprefix(_REF)], where)
        return
    if "anyOf" in schema:
        _any(value, schema["anyOf"], where)
        return
    wanted = schema.get("type")
    if wanted is not None:
        fits = isinstance(value, _TYPES[wanted])
        if wanted == "integer":
            fits = not isinstance(value, bool) and (fits or _is_whole(value))
        if not fits:
            raise ParameterError("parameter.value", f"{where} is no {wanted}", "see /api")
    if "enum" in schema and value not in schema["enum"]:
        listed = ", ".join(map(str, schema["enum"]))
        raise ParameterError("parameter.value", f"{where} has another value", f"one of: {listed}")
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(value, int | float) and not (
        (low is None or low <= value) and (high is None or value <= high)
    ):
        raise ParameterError("parameter.value", f"{where} is too small or too large")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        raise ParameterError("parameter.value", f"{where} has another form", "see /api")
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            if name not in value:
                message = f"{where} has no {name!r}"
                raise ParameterError("parameter.missing", message, f"add {name!r}")
        known = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        for name, inner in value.items():
            if name in known:
                check(inner, known[name], f"{where}: {name}")
            elif isinstance(others, Mapping):
                check(inner, others, f"{where}: a member")
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0) or len(value) > schema.get("maxItems", 10**9):
            raise ParameterError("parameter.value", f"{where} has {len(value)} items")
        for number, inner in enumerate(value, 1):
            check(inner, schema.get("items", {}), f"{where}, item {number}")


def _any(value: Any, schemas: list[Schema], where: str) -> None:
    faults = []
    for schema in schemas:
        try:
            check(value, schema, where)
        except ParameterError as error:
            faults.append(error)
        else:
            return
    raise faults[-1]


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return deepest
