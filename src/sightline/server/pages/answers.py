"""Turn the rows of a query into cells that a page shows: labels, links, verdicts, yes and no."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightline.model import Knowledge
from sightline.server.pages.rendering import is_web_address, term_label
from sightline.terms import BASE

_VERDICT = f"{BASE}verdict/"
_ACCESS = f"{BASE}access/"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONG = 64
_HASH = 40
"""Texts without a blank of this length are for machines."""
_SHORT = 24


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is shown; ``links`` names the one that holds the terms behind its labels."""

    name: str
    title: str
    about: str
    links: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: ``kind`` is a class of the style sheet, which the macro ``tables.cell`` knows."""

    kind: str
    text: str
    iri: str = ""


def columns_of(
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    given: Collection[str],
    about: Mapping[str, str],
) -> list[Column]:
    """Choose the columns that tell something: not what was given, is empty, or has its label."""
    return [
        Column(
            name,
            name.removesuffix("_label").replace("_", " "),
            about.get(name, ""),
            base if (base := name.removesuffix("_label")) != name and base in names else None,
        )
        for name in names
        if name not in given
        and name != "configuration"
        and f"{name}_label" not in names
        and (not rows or any(row[name] is not None for row in rows))
    ]


def rows_of(
    knowledge: Knowledge, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]
) -> list[list[Cell]]:
    """Turn rows into cells."""
    return [[_cell(knowledge, column, row) for column in columns] for row in rows]


def _cell(knowledge: Knowledge, column: Column, row: Mapping[str, Any]) -> Cell:
    value = row[column.name]
    if column.links and isinstance(behind := row[column.links], str) and value is not None:
        return Cell("term", str(value), behind)
    return cell(knowledge, value)


def cell(knowledge: Knowledge, value: object) -> Cell:
    """Turn one JSON value of an answer into a cell."""
    if value is None or value == "":
        return Cell("empty", "")
    if isinstance(value, bool):
        return Cell("truth", "yes" if value else "no")
    if isinstance(value, int | float):
        return Cell("number", str(value))
    text = str(value)
    if text.startswith(_VERDICT):
        return Cell("verdict", text.removeprefix(_VERDICT))
    if text.startswith(_ACCESS):
        return Cell("access", text, text)
    if text.startswith(BASE):
        return Cell("term", _name(knowledge, text), text)
    if is_web_address(text) and " " not in text:
        address = text.partition("://")[2]
        return Cell("page", address if len(address) <= _LONG else f"{address[:_LONG]}…", text)
    if _DATE.fullmatch(text):
        return Cell("date", text)
    if len(text) >= _HASH and " " not in text:
        return Cell("code", text)
    return Cell("text" if len(text) > _SHORT else "short-text", text)


def _name(knowledge: Knowledge, iri: str) -> str:
    if iri in knowledge.documents:
        return knowledge.documents[iri].title
    if iri in knowledge.versions:
        return knowledge.versions[iri].label
    return term_label(knowledge.labels, iri)
