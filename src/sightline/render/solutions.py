"""Write the rows of a query for people and machines."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sightline.render.flat import table_csv, table_markdown
from sightline.stores import Solutions, Term, Triples
from sightline.terms import compact, token

_LINKS = ("http://", "https://")


def solutions_json(solutions: Solutions) -> dict[str, Any]:
    """Turn rows into plain JSON values: terms of ours as tokens, all others as text."""
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


def print_solutions(solutions: Solutions, out: Console) -> None:
    """Print rows as a table with short names, and how many there are."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in solutions.variables:
        table.add_column(name, overflow="fold")
    for row in solutions.rows:
        table.add_row(*(Text(_short(term)) for term in row))
    if solutions.rows:
        out.print(table)
    count = len(solutions.rows)
    out.print(Text(f"{count} row{'' if count == 1 else 's'}", style="bright_black"))


def print_triples(triples: Triples, out: Console) -> None:
    """Print triples one a line with short names."""
    for subject, predicate, term in triples.rows:
        out.print(Text(f"{compact(subject)} {compact(predicate)} {_short(term)} ."), soft_wrap=True)


def _value(term: Term | None) -> str | int | bool | None:
    if term is None:
        return None
    kind = term.datatype.rsplit("#", 1)[-1]
    if kind == "boolean":
        return term.value == "true"
    if kind in ("integer", "int", "nonNegativeInteger"):
        return int(term.value)
    return term.value


def _text(term: Term | None) -> str:
    return "" if term is None else term.value


def _short(term: Term | None) -> str:
    if term is None:
        return ""
    if term.kind != "iri":
        return term.value
    short = compact(term.value)
    if short != term.value:
        return short
    return token(term.value) or term.value
