"""Write the rows of a query for people and machines."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sightline.render.flat import table_csv, table_markdown
from sightline.stores import Solutions, Term, Triples
from sightline.terms import XSD, compact, token

if TYPE_CHECKING:
    from rich.console import Console

_INTEGERS = (XSD["integer"], XSD["int"], XSD["nonNegativeInteger"])
_IDS = ("access", "configuration")
"""Columns whose values are long and for machines."""

_SMALL = re.compile(r"[+-]?\d{1,18}", re.ASCII)
"""What every JSON reader takes for the number it is; a server may send anything as an integer."""


def solutions_json(solutions: Solutions) -> dict[str, Any]:
    """Turn rows into plain JSON values: numbers and booleans as such, all others as text."""
    return {
        "columns": list(solutions.variables),
        "rows": [
            {name: _value(term) for name, term in zip(solutions.variables, row, strict=True)}
            for row in solutions.rows
        ],
        "schema": 1,
    }


def solutions_csv(solutions: Solutions) -> str:
    """Write rows as CSV with full IRIs."""
    return table_csv(solutions.variables, ([_text(term) for term in row] for row in solutions.rows))


def solutions_markdown(solutions: Solutions) -> str:
    """Write rows as a Markdown table with short names."""
    return table_markdown(
        solutions.variables, ([_short(term) for term in row] for row in solutions.rows)
    )


def print_solutions(solutions: Solutions, out: "Console") -> None:
    """Print rows as a table with short names, and how many there are."""
    from sightline.render.table import print_rows  # only tables pay for the import

    rows = [[_short(term) for term in row] for row in solutions.rows]
    print_rows(solutions.variables, rows, "row", out)


def print_answers(solutions: Solutions, given: Collection[str], out: "Console") -> None:
    """Print the answer of a question of the library for people.

    Columns that say nothing new are left out and named below: what was ``given``, what is empty,
    ids, and terms that have a label beside them. Terms are written as tokens.
    """
    from sightline.render.table import print_rows

    names = solutions.variables
    cells = [[_token(term) for term in row] for row in solutions.rows]
    left_out = [
        name
        for place, name in enumerate(names)
        if name in given
        or name in _IDS
        or f"{name}_label" in names
        or not any(row[place] for row in cells)
    ]
    shown = [place for place, name in enumerate(names) if name not in left_out]
    header = [names[place].removesuffix("_label").replace("_", " ") for place in shown]
    print_rows(header, [[row[place] for place in shown] for row in cells], "row", out)
    if left_out and cells:
        out.print(f"not shown: {', '.join(left_out)} (see --format csv)", style="bright_black")


def print_triples(triples: Triples, out: "Console") -> None:
    """Print triples one a line with short names."""
    from rich.text import Text

    from sightline.render.wrapping import printable

    for subject, predicate, term in triples.rows:
        line = f"{compact(subject)} {compact(predicate)} {_short(term)} ."
        out.print(Text(printable(line)), soft_wrap=True)


def _value(term: Term | None) -> str | int | bool | None:
    if term is None:
        return None
    if term.datatype == XSD["boolean"] and term.value in ("true", "false"):
        return term.value == "true"
    if term.datatype in _INTEGERS and _SMALL.fullmatch(term.value):
        return int(term.value)
    return term.value


def _text(term: Term | None) -> str:
    return "" if term is None else term.value


def _token(term: Term | None) -> str:
    if term is None:
        return ""
    return (token(term.value) if term.kind == "iri" else None) or _short(term)


def _short(term: Term | None) -> str:
    if term is None:
        return ""
    if term.kind != "iri":
        return term.value
    short = compact(term.value)
    if short != term.value:
        return short
    return token(term.value) or term.value
