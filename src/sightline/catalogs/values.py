"""Take texts, lists and objects out of parsed files that may hold anything in their place."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

MAX_TEXT = 20_000
"""Characters that are kept of one text."""


def text(value: Any, *path: str) -> str:
    """Give the text at ``path`` of an object; what is none becomes one, nothing stays empty.

    >>> text({"a": {"b": 1}}, "a", "b"), text({"a": []}, "a", "b"), text(True)
    ('1', '', 'true')
    """
    value = at(value, *path)
    if value is None or isinstance(value, (Mapping, list)):
        return ""
    if isinstance(value, str):
        return value.strip()[:MAX_TEXT]
    return json.dumps(value)


def at(value: Any, *path: str) -> Any:
    """Give the value at ``path`` of an object, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def objects(value: Any, *path: str) -> list[Mapping[str, Any]]:
    """List the objects at ``path``: of a list, or the one that stands there."""
    value = at(value, *path)
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, Mapping)]


def texts(value: Any, *path: str) -> list[str]:
    """List the texts at ``path``: of a list, or the one that stands there."""
    value = at(value, *path)
    found = value if isinstance(value, list) else [value]
    return [each for each in map(text, found) if each]


def members(value: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Give the names and values of the object at ``path``, if there is one."""
    value = at(value, *path)
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield str(name), member


def first(*candidates: str) -> str:
    """Give the first text that is not empty."""
    return next(filter(None, candidates), "")
