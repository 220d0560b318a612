"""Read short lists that people write, in YAML or CSV, each entry with the line it stands on."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from sightline.errors import InputError
from sightline.files import read_text

Entry = tuple[int, dict[str, str]]
"""The line of an entry, and its texts by key."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value that stands in such a file: a text, a list or a mapping, and its line."""

    line: int
    value: "str | Sequence[Node] | Mapping[str, Node]"


def read_entries(path: Path | str, shape: str, limit: int) -> Iterator[Entry]:
    """Read a YAML list of flat mappings, or a CSV file with a header, of at most ``limit`` bytes.

    ``shape`` says in errors what to write. Raises InputError as ``read_text`` does, and one that
    names the line of what is no entry.
    """
    name, text = str(path), read_text(path, limit)
    return (_csv if name.lower().endswith(".csv") else _yaml)(name, text, shape)


def read_nodes(
    path: Path | str, shape: str, limit: int
) -> Iterator[tuple[int, Mapping[str, Node]]]:
    """Read a YAML list of mappings whose values may be lists and mappings, each with its line.

    Raises InputError as ``read_entries`` does, and for an alias, which may repeat without end.
    """
    name = str(path)
    seen: set[int] = set()
    for entry in _list(name, read_text(path, limit), shape):
        node = _node(name, entry, seen)
        if not isinstance(node.value, Mapping):
            raise wrong(name, node.line, "the entry is no mapping", shape)
        yield node.line, node.value


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
    for node in _list(name, text, shape):
        line = node.start_mark.line + 1
        if node.id != "mapping":
            raise wrong(name, line, "the entry is no mapping", shape)
        entry: dict[str, str] = {}
        for key, value in node.value:
            at = key.start_mark.line + 1
            if key.id != "scalar" or value.id != "scalar":
                raise wrong(name, at, "a value is no text", "give one word or a quoted text")
            if key.value in entry:
                raise wrong(name, at, f"{key.value!r} is given twice", "drop one of them")
            entry[key.value] = value.value
        yield line, entry


def _list(name: str, text: str, shape: str) -> list[Any]:
    """Parse YAML into the nodes of a list; an empty file is an empty one."""
    import yaml  # only such a file pays for the import

    try:
        root: Any = yaml.compose(text, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise wrong(name, mark.line + 1 if mark else 1, str(problem), "correct it") from error
    if root is None:
        return []
    if root.id != "sequence":
        raise wrong(name, root.start_mark.line + 1, "it is no list", shape)
    return list(root.value)


def _node(name: str, node: Any, seen: set[int]) -> Node:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise wrong(name, line, "the value is used again by an alias", "write it out in each place")
    seen.add(id(node))
    if node.id == "scalar":
        return Node(line, str(node.value).strip())
    if node.id == "sequence":
        return Node(line, [_node(name, each, seen) for each in node.value])
    found: dict[str, Node] = {}
    for key, value in node.value:
        at = key.start_mark.line + 1
        if key.id != "scalar":
            raise wrong(name, at, "a key is no text", "give one word or a quoted text")
        if key.value in found:
            raise wrong(name, at, f"{key.value!r} is given twice", "drop one of them")
        own = _node(name, value, seen)
        found[key.value] = Node(at, own.value)
    return Node(line, found)
