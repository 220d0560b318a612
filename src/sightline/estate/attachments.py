"""Attach owners, environments, classes of data and datasets to deployments, from a small file."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from io import StringIO
from pathlib import Path
from typing import Any

from sightline.errors import InputError, close_matches
from sightline.files import read_text
from sightline.model import Deployment

SELECTORS = ("deployment", "account", "subscription", "file")
ATTRIBUTES = ("owner", "environment", "classification", "dataset")
_MAX = 1024 * 1024
_SHAPE = "write a list of entries with 'deployment' or 'account', and 'owner' or the like"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached, to the deployments that fit all selectors (``*`` and ``?`` are wild)."""

    line: int
    selectors: Mapping[str, str]
    attributes: Mapping[str, str]


def read_attachments(path: Path | str) -> list[Attachment]:
    """Read a YAML list of entries, or a CSV file with a header; each needs a selector.

    Raises InputError that names the line, for an entry that selects or attaches nothing, and for
    a name that is neither a selector nor an attribute.
    """
    text = read_text(path, _MAX)
    read = _csv if str(path).lower().endswith(".csv") else _yaml
    return [_attachment(str(path), line, entry) for line, entry in read(str(path), text)]


def attach(
    deployments: Sequence[Deployment], attachments: Sequence[Attachment]
) -> tuple[Deployment, ...]:
    """Add attributes to deployments; they win over tags, and a later entry over an earlier one."""
    if not attachments:
        return tuple(deployments)
    return tuple(_with(each, attachments) for each in deployments)


def _with(deployment: Deployment, attachments: Sequence[Attachment]) -> Deployment:
    has = {
        "deployment": deployment.name,
        "account": deployment.account,
        "subscription": deployment.attributes.get("subscription", ""),
        "file": deployment.file,
    }
    more: dict[str, str] = {}
    for each in attachments:
        fits = (fnmatchcase(has[k].lower(), v.lower()) for k, v in each.selectors.items())
        if all(fits):
            more.update(each.attributes)
    if not more:
        return deployment
    return replace(deployment, attributes={**deployment.attributes, **more})


def _attachment(name: str, line: int, entry: Mapping[str, str]) -> Attachment:
    known = (*SELECTORS, *ATTRIBUTES)
    for key in entry:
        if key not in known:
            close = close_matches(key, known) or known
            raise _wrong(name, line, f"{key!r} is not known", f"use one of: {', '.join(close)}")
    selectors = {key: entry[key] for key in SELECTORS if entry.get(key)}
    attributes = {key: entry[key] for key in ATTRIBUTES if entry.get(key)}
    if not selectors or not attributes:
        what = "selects no deployment" if not selectors else "attaches nothing"
        raise _wrong(name, line, f"the entry {what}", _SHAPE)
    return Attachment(line, selectors, attributes)


def _csv(name: str, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(StringIO(text))
    try:
        for row in reader:
            if None in row or None in row.values():
                raise _wrong(
                    name, reader.line_num, "the row has not as many cells as the header", ""
                )
            yield reader.line_num, {k.strip(): v.strip() for k, v in row.items() if v.strip()}
    except csv.Error as error:
        raise _wrong(name, reader.line_num, str(error), "correct it") from error


def _yaml(name: str, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    import yaml  # only such a file pays for the import

    try:
        root: Any = yaml.compose(text, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise _wrong(name, mark.line + 1 if mark else 1, str(problem), "correct it") from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise _wrong(name, root.start_mark.line + 1, "it is no list", _SHAPE)
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise _wrong(name, line, "the entry is no mapping", _SHAPE)
        entry: dict[str, str] = {}
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
                raise _wrong(name, at, "a value is no text", "give one word or a quoted text")
            if key.value in entry:
                raise _wrong(name, at, f"{key.value!r} is given twice", "drop one of them")
            entry[key.value] = value.value
        yield line, entry


def _wrong(name: str, line: int, problem: str, hint: str) -> InputError:
    return InputError("input.value", f"'{name}' line {line}: {problem}", hint)
