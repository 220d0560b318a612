"""Read what the user gives as text: configurations from options and files, and standard input."""

import json
import sys
from collections.abc import Hashable, Sequence
from typing import Any
from urllib.parse import unquote

from sightline.errors import InputError
from sightline.files import read_text

_MAX = 1024 * 1024
_MAX_YAML = 64 * 1024
"""The longest configuration file, in bytes; the YAML parser takes a second for its limit."""

_STDIN = "standard input"

Settings = dict[str, tuple[str, ...]]
"""Facet -> its value, or the candidates for it."""


def read_configuration(config: str | None, settings: Sequence[str]) -> Settings:
    """Put together a configuration from a file and settings; settings win over the file.

    Raises InputError for a file that is no mapping and for a setting without '='.
    """
    given = read_file(config) if config is not None else {}
    return given | _gathered(settings)


def read_inline(text: str) -> Settings:
    """Read a configuration written in one word: facet=value&facet=value,candidate.

    >>> read_inline("offering=azure-openai&region=eastus,westeurope")["region"]
    ('eastus', 'westeurope')

    Raises InputError for a part that is no setting.
    """
    settings = []
    for part in text.split("&"):
        facet, equals, values = part.partition("=")
        settings += [f"{unquote(facet)}{equals}{unquote(value)}" for value in values.split(",")]
    return _gathered(settings)


def read_file(name: str) -> Settings:
    """Read a configuration file ('-' is standard input): YAML or JSON, all values as written.

    What 'access --format json' prints is a configuration file too. Raises InputError for a file
    that cannot be read, gives a facet twice, or is no mapping of facets to values.
    """
    text = read_input(name, _MAX)
    shown = _STDIN if name == "-" else f"'{name}'"
    content = _parsed(text, shown)
    if isinstance(content, dict) and isinstance(content.get("configuration"), dict):
        content = content["configuration"]
    if not isinstance(content, dict) or not content:
        raise InputError(
            "input.value",
            f"{shown} does not map facets to values",
            "write lines such as 'region: swedencentral'",
        )
    return {str(facet): _values(shown, facet, value) for facet, value in content.items()}


def read_input(name: str, limit: int) -> str:
    """Read a UTF-8 text of at most ``limit`` bytes from a file, or from standard input for '-'.

    Raises InputError as ``read_text`` does.
    """
    if name != "-":
        return read_text(name, limit)
    if sys.stdin is None:  # the caller closed it
        return ""
    if sys.stdin.isatty():
        sys.stderr.write("reading from the terminal; end with Ctrl-D\n")
    content = sys.stdin.buffer.read(limit + 1)
    if len(content) > limit:
        raise InputError("input.too-large", f"{_STDIN} is longer than {limit // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "input.not-text",
            f"{_STDIN} is not UTF-8 text (byte {error.start})",
            "convert it to UTF-8",
        ) from error


def _gathered(settings: Sequence[str]) -> Settings:
    seen: dict[str, list[str]] = {}
    for setting in settings:
        facet, _, value = (part.strip() for part in setting.partition("="))
        if not facet or not value:
            raise InputError(
                "input.value",
                f"{setting!r} is not a setting",
                "write FACET=VALUE, as in region=swedencentral",
            )
        seen.setdefault(facet, []).append(value)
    return {facet: tuple(dict.fromkeys(values)) for facet, values in seen.items()}


def _parsed(text: str, shown: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(
                text,
                object_pairs_hook=lambda pairs: _unique(pairs, shown),
                parse_int=str,
                parse_float=str,
            )
        except (ValueError, RecursionError):
            pass  # the flow style of YAML begins like JSON
    if len(text) > _MAX_YAML:
        raise InputError(
            "input.too-large",
            f"{shown} is larger than {_MAX_YAML // 1024} KiB of YAML",
            "a configuration is a few lines; larger ones have to be JSON",
        )
    import yaml

    class Loader(yaml.BaseLoader):
        """Keeps 'on', 'no' and numbers as text."""

        def construct_mapping(
            self, node: yaml.MappingNode, deep: bool = False
        ) -> dict[Hashable, Any]:
            # The base class lets the last of two equal keys win and tells nobody.
            keys = [(key.value, None) for key, _ in node.value if isinstance(key.value, str)]
            _unique(keys, shown)
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        reason = f": {problem}" if (problem := getattr(error, "problem", None)) else ""
        raise InputError(
            "input.syntax", f"{shown} is neither YAML nor JSON{place}{reason}", "correct it"
        ) from error


def _unique(pairs: Sequence[tuple[str, Any]], shown: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(
            "input.value",
            f"{shown} gives {twice!r} twice",
            "give candidates as a list, as in 'region: [eastus, westeurope]'",
        )
    return found


def _values(shown: str, facet: object, value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    texts = [
        item if isinstance(item, str) else str(item).lower()
        for item in items
        if isinstance(item, str | bool)
    ]
    if not texts or len(texts) < len(items) or not all(texts):
        raise InputError(
            "input.value",
            f"{shown}: facet {str(facet)!r} is neither a value nor a list of values",
            "give one value, or a list of candidates",
        )
    return tuple(dict.fromkeys(texts))
