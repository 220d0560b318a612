"""Read the parameters of a request as its endpoint describes them; nothing is passed over."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sightline.errors import ParameterError, UnknownTermError, close_matches
from sightline.server.api.endpoints import Endpoint, Parameter

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

ESTATE = "estate"
"""The kind of parameters that name an estate of the server."""
DATASETS = "estate with datasets"
"""The kind of those that name one to which a catalog is joined."""
_ESTATES = (ESTATE, DATASETS)

Known = Mapping[str, Collection[str]]
"""Kind of parameter -> the tokens it can be."""


def read(
    endpoint: Endpoint, given: Mapping[str, Sequence[str]], known: Known, path: Mapping[str, str]
) -> dict[str, Any]:
    """Check all parameters; gives those that were given.

    Raises ParameterError for one that is unknown, missing, given twice or of the wrong form, and
    UnknownTermError for one that is not among the values it can have.
    """
    own = {parameter.name: parameter for parameter in endpoint.parameters}
    for name in given:
        if name not in own or name in path:
            names = close_matches(name, own) or list(own)
            hint = f"it has: {', '.join(names[:12])}" if names else "it takes none"
            message = f"{endpoint.path} has no parameter {name!r}"
            raise ParameterError("parameter.unknown", message, hint)
    found: dict[str, Any] = {}
    for parameter in own.values():
        name = parameter.name
        texts = [path[name]] if name in path else given.get(name)
        if texts is None:
            if parameter.required:
                raise _missing(endpoint, parameter, known)
        elif parameter.list:
            parts = [part for text in texts for part in _parts(parameter, text)]
            found[name] = [_value(parameter, part, known) for part in dict.fromkeys(parts)]
        elif len(texts) > 1:
            raise ParameterError("parameter.value", f"{name!r} is given {len(texts)} times")
        else:
            found[name] = _value(parameter, texts[0], known)
    return found


def _parts(parameter: Parameter, text: str) -> list[str]:
    return text.split(",") if "enum" in parameter.schema else [text]


def _value(parameter: Parameter, text: str, known: Known) -> Any:
    schema, name = parameter.schema, parameter.name
    tokens = known.get(parameter.kind) if parameter.kind else schema.get("enum")
    if tokens is not None:
        # A term may be given as its IRI too, which the task looks up.
        if text in tokens or (parameter.kind not in ("", *_ESTATES) and ":" in text):
            return text
        if parameter.kind == DATASETS and text in known[ESTATE]:
            hint = f"start the server with --catalog {text}=FILE, or name another estate"
            raise ParameterError("parameter.value", f"the estate {text!r} has no catalog", hint)
        raise UnknownTermError(name, text, tokens)
    if schema["type"] == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 10**9)
        if _NUMBER.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        raise _not(parameter, text, f"a number from {low} to {high}")
    if schema.get("format") == "date":
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        raise _not(parameter, text, "a date such as 2026-01-31")
    fits = re.search(schema.get("pattern", ""), text)
    low, high = schema.get("minLength", 0), schema.get("maxLength", 10**9)
    if not fits or not low <= len(text) <= high:
        raise _not(parameter, text, f"text as in {parameter.example or schema.get('pattern')}")
    return text


def _not(parameter: Parameter, text: str, what: str) -> ParameterError:
    shown = _CONTROL.sub(" ", text if len(text) <= 80 else f"{text[:77]}...")
    return ParameterError("parameter.value", f"{parameter.name!r} is {shown!r}", f"give {what}")


def _missing(endpoint: Endpoint, parameter: Parameter, known: Known) -> ParameterError:
    if parameter.kind == DATASETS and not known[DATASETS]:
        return ParameterError(
            "parameter.missing",
            f"{endpoint.path} is about the datasets of a catalog, and the server has none",
            "start it with --estate DIR --catalog FILE --links FILE",
        )
    example = f", for example {parameter.example}" if parameter.example else ""
    return ParameterError(
        "parameter.missing",
        f"{endpoint.path} needs the parameter {parameter.name!r}",
        f"give it{example}",
    )
