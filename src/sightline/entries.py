"""Read short lists that people write, in YAML or CSV, each entry with the line it stands on."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from sightline.errors import InputError
from sightline.files import read_text

Entry = tuple[int, dict[str, str]]
"""The line of an entry, and its texts by key."""


def read_entries(path: Path | str, shape: str, limit: int) -> Iterator[Entry]:
    """Read a YAML list of flat mappings, or a CSV file with a header, of at most ``limit`` bytes.

    ``shape`` says in errors what to write. Raises InputError as ``read_text`` does, and one that
    names the line of what is no entry.
    """
    name, text = str(path), read_text(path, limit)
    return (_csv if name.lower().endswith(".csv") else _yaml)(name, text, shape)


def wrong(name: str, line: int, problem: str, hint: str) -> InputError:
    """Make the error for a line of such a file."""
    return InputError("input.value", f"'{name}' line {line}: {problem}", hint)


def _csv(name: str, text: str, shape: str) -> Iterator[Entry]:
    reader = csv.DictReader(StringIO(text))
    try:
        for row in reader:
            if None in row or None in row.values():
                raise wrong(
                    name, reader.line_num, "the row has not as many cells as the header", shape
                )
            yield reader.line_num, {k.strip(): v.strip() for k, v in row.items() if v.strip()}
    except csv.Error as error:
        raise wrong(name, reader.line_num, str(error), "correct it") from error


def _yaml(name: str, text: str, shape: str) -> Iterator[Entry]:
    import yaml  # only such a file pays for the import

    try:
        root: Any = yaml.compose(text, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise wrong(name, mark.line + 1 if mark else 1, str(problem), "correct it") from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise wrong(name, root.start_mark.line + 1, "it is no list", shape)
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise wrong(name, line, "the entry is no mapping", shape)
        entry: dict[str, str] = {}
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
                raise wrong(name, at, "a value is no text", "give one word or a quoted text")
            if key.value in entry:
                raise wrong(name, at, f"{key.value!r} is given twice", "drop one of them")
            entry[key.value] = value.value
        yield line, entry
