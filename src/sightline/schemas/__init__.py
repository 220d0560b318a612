"""JSON Schemas (draft 2020-12) of all JSON that the command line prints; one file per output."""

import json
from pathlib import Path
from typing import Any

from sightline.errors import UnknownTermError

_SUFFIX = ".schema.json"


def names() -> list[str]:
    """List the outputs that have a schema.

    >>> names()[:3]
    ['access', 'access-estate', 'ask']
    """
    return sorted(path.name.removesuffix(_SUFFIX) for path in _folder().glob(f"*{_SUFFIX}"))


def load(name: str) -> dict[str, Any]:
    """Read the schema of an output by its name.

    >>> load("access")["title"]
    'Effective access'

    Raises UnknownTermError if there is none of that name.
    """
    if name not in names():
        raise UnknownTermError("schema", name, names())
    text = (_folder() / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _folder() -> Path:
    return Path(__file__).parent
