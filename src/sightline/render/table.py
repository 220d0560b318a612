"""Write an answer as a table that people like to read; colour only helps, it never carries."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import IO, Any, cast

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sightline.model import Answer, Knowledge
from sightline.render.rows import Line, lines
from sightline.render.wrapping import Wrapped, longest_word, printable, shares

_FILLING = re.compile(r"[ ]+$", re.MULTILINE)

STYLES = {
    "permitted": "green",
    "prohibited": "red",
    "conditional": "yellow",
    "contradictory": "magenta",
    "not-stated": "bright_black",
}
NARROW = 90
"""Columns below which who and what stand above each other."""

_WITHOUT_TERMINAL = 120
_VERDICT = len("= contradictory")
_MARKS = len("[10-19] [20]")
_LEAST_WIDTH = 20
_LONGEST_WORD = 13
"""Characters up to which a word keeps its column from getting narrower."""
_LEAST_COLUMN = 12
_GAP = 2


def console(file: IO[str] | None = None) -> Console:
    """Make a console as wide as COLUMNS says or as the terminal is; 120 where there is neither."""
    stream = file or sys.stdout
    asked = os.environ.get("COLUMNS", "")
    if not stream.isatty():
        stream = cast("IO[str]", _Trimmed(stream))
    if asked.isdecimal() and int(asked):
        width = int(asked)
    elif stream.isatty():
        width = shutil.get_terminal_size().columns
    else:
        width = _WITHOUT_TERMINAL
    return _Console(file=stream, width=max(width, _LEAST_WIDTH), highlight=False)


class _Console(Console):
    """Leaves a reader that has gone to the caller, who knows the exit code."""

    def on_broken_pipe(self) -> None:
        raise  # what is being handled


class _Trimmed:
    """Takes away the blanks with which tables fill their lines, which files do not need."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_FILLING.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def print_answer(knowledge: Knowledge, answer: Answer, today: date, out: Console) -> None:
    """Print an answer: what it rests on, its lines by activity, and the sentences behind it."""
    found = lines(knowledge, answer)
    sentences = _sentences(knowledge, found)
    numbers = {iri: n for n, group in enumerate(sentences.values(), 1) for iri in group}
    out.print(_basis(knowledge, answer, today))
    narrow = out.width < NARROW
    for activity, group in groupby(found, key=attrgetter("activity")):
        out.print()
        heading = Text(_title(knowledge, activity), style="bold underline")
        out.print(heading if narrow else Padding(heading, (0, 0, 0, _VERDICT + 1)))
        if narrow:
            for line in group:
                _print_block(line, numbers, out)
            continue
        table = Table(
            box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=False, expand=True
        )
        table.add_column(no_wrap=True, width=_VERDICT)
        table.add_column(ratio=5)
        table.add_column(ratio=8)
        table.add_column(justify="right", width=_MARKS)
        for line in group:
            table.add_row(_verdict(line), _who(line), _grid(line), _source(line, numbers))
        out.print(table)
    _print_sentences(knowledge, sentences, out)


def _title(knowledge: Knowledge, activity: str) -> str:
    return knowledge.label("activity", activity) if activity else "Nothing is stated about this"


def _sentences(knowledge: Knowledge, found: list[Line]) -> dict[str, list[str]]:
    """Group the statements behind the lines by the sentence they rest on."""
    groups: dict[str, list[str]] = {}
    for line in found:
        for iri in line.sources:
            evidence = knowledge.by_iri[iri].evidence
            group = groups.setdefault(evidence[0] if evidence else iri, [])
            if iri not in group:
                group.append(iri)
    return groups


def _basis(knowledge: Knowledge, answer: Answer, today: date) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bright_black", no_wrap=True)
    grid.add_column()
    given = answer.question.configuration
    facets = sorted(answer.configuration.items(), key=lambda item: item[0] not in given)
    stated = ", ".join(f"{f} {' or '.join(v)}" for f, v in facets)
    grid.add_row("Configuration", Wrapped(stated or "any"))
    for assumed in answer.assumptions:
        grid.add_row("Assumed", Wrapped(f"{assumed.facet} {assumed.value}. {assumed.because}"))
    for doubtful in answer.contradicted:
        grid.add_row("Doubtful", Wrapped(doubtful.words))
    for version in answer.versions:
        age = f"{(today - version.effective).days} days old"
        dated = "" if version.date_basis == "stated" else ", date inferred"
        grid.add_row("Document", Wrapped(f"{version.title} ({version.label}, {age}{dated})"))
    for commitment in answer.commitments:
        grid.add_row("Commitment", Wrapped(knowledge.by_iri[commitment].paraphrase))
    if not answer.complete:
        grid.add_row("Incomplete", Wrapped(answer.incomplete_because or ""))
    return grid


def _print_block(line: Line, numbers: dict[str, int], out: Console) -> None:
    """Print a line as a block, for terminals in which columns would be too narrow."""
    out.print(Wrapped.assemble(_verdict(line), " ", _source(line, numbers)))
    out.print(Padding(Group(_who(line), _grid(line)), (0, 0, 0, 2)))


def _verdict(line: Line) -> Text:
    return Text(f"{line.symbol} {line.verdict}", style=STYLES.get(line.verdict, ""))


def _who(line: Line) -> Text:
    who = Wrapped.assemble(
        (line.actor or "anyone", "bold"),
        f" {line.action or 'any use'} ",
        ", ".join(line.data) or "any data",
    )
    if line.target:
        who.append(f" for {', '.join(line.target)}")
    return who


def _source(line: Line, numbers: dict[str, int]) -> Text:
    marks = sorted({numbers[iri] for iri in line.sources})
    near = "near " if marks and line.verdict == "not-stated" else ""
    return Text(near + " ".join(_ranges(marks)), style="bright_black")


def _grid(line: Line) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="bright_black", no_wrap=True, width=len("safeguards"))
    grid.add_column()
    for label, text in _details(line):
        grid.add_row(label, Wrapped(text))
    return grid


def _details(line: Line) -> Iterator[tuple[str, str]]:
    held = line.verdict in ("permitted", "conditional", "contradictory")
    if line.where or held:
        yield "where", "; ".join(line.where) or "not stated"
    if line.how_long or (held and line.action == "store"):
        yield "how long", "; ".join(line.how_long) or "not stated"
    if line.condition:
        yield "condition", "; ".join(line.condition)
    for label, values in (
        ("safeguards", line.safeguards),
        ("purpose", line.purposes),
        ("role", line.roles),
    ):
        if values:
            yield label, ", ".join(values)
    if line.open:
        yield "open", "; ".join(line.open)


def _ranges(numbers: list[int]) -> Iterator[str]:
    """Write runs of three and more as a range.

    >>> list(_ranges([1, 3, 4, 5, 9]))
    ['[1]', '[3-5]', '[9]']
    """
    start = 0
    for end in range(1, len(numbers) + 1):
        if end == len(numbers) or numbers[end] != numbers[end - 1] + 1:
            run = numbers[start:end]
            if len(run) > 2:
                yield f"[{run[0]}-{run[-1]}]"
            else:
                yield from (f"[{n}]" for n in run)
            start = end


def _print_sentences(knowledge: Knowledge, sentences: dict[str, list[str]], out: Console) -> None:
    if not sentences:
        return
    out.print()
    out.print(Text("Sources", style="bold underline"))
    indent = len(f"[{len(sentences)}] ")
    for number, (evidence, statements) in enumerate(sentences.items(), 1):
        first = knowledge.by_iri[statements[0]]
        version = knowledge.versions[first.version]
        text = Text(" ".join(knowledge.by_iri[iri].paraphrase for iri in statements))
        where = f"{version.document.rsplit('/', 1)[-1]} {version.label}"
        sentence = knowledge.sentences.get(evidence)
        if sentence:
            where += f', {sentence.section}: "{sentence.first_words} ..."'
        if first.pending:
            where += ", changed since: pending review"
        text.append(f"\n{where}", style="bright_black")
        grid = Table.grid(padding=(0, 1))
        grid.add_column(justify="right", no_wrap=True, width=indent - 1)
        grid.add_column(overflow="fold")
        grid.add_row(f"[{number}]", text)
        out.print(grid)
        if sentence and sentence.deep_link:
            link = Text(sentence.deep_link, style=f"bright_black link {sentence.deep_link}")
            out.print(Text(" " * indent).append_text(link), soft_wrap=True)  # whole, to be copied


def print_rows(
    header: Sequence[str], rows: Sequence[Sequence[str]], noun: str, out: Console
) -> None:
    """Print a plain table and how many rows of a ``noun`` it has.

    Where the columns do not fit beside each other, those that are the same in all rows stand below
    the table; if that does not suffice, each row is a block with one line per column.
    """
    if rows and header:
        out.print(rows_table(header, rows, out.width))
    out.print(Text(f"{len(rows)} {noun}{'' if len(rows) == 1 else 's'}", style="bright_black"))


def rows_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int, whole: str = ""
) -> RenderableType:
    """Lay out rows within ``width`` as ``print_rows`` describes; never break column ``whole``."""
    shown = [[printable(cell) for cell in row] for row in rows]
    table = _table(header, shown, width, whole)
    if table is not None:
        return table
    same = [n for n in range(len(header)) if len(shown) > 1 and len({r[n] for r in shown}) == 1]
    others = [n for n in range(len(header)) if n not in same]
    kept = [header[n] for n in others], [[row[n] for n in others] for row in shown]
    table = _table(*kept, width, whole) or _blocks(*kept)
    notes = [Wrapped(f"{header[n]}: {shown[0][n]}") for n in same if shown[0][n]]
    return Group(table, *([Text("In every row:", style="bold")] if notes else []), *notes)


def _table(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int, whole: str
) -> Table | None:
    columns = [[name, *(row[n] for row in rows)] for n, name in enumerate(header)]
    natural = [max(map(_width, column)) for column in columns]
    least = [
        want
        if column[0] == whole
        else max(min(want, _LEAST_COLUMN), min(max(map(longest_word, column)), _LONGEST_WORD))
        for want, column in zip(natural, columns, strict=True)
    ]
    widths = shares(natural, least, width - _GAP * (len(columns) - 1))
    if widths is None:
        return None
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name, cells in zip(header, widths, strict=True):
        table.add_column(name, width=cells)
    for row in rows:
        table.add_row(*map(Wrapped, row))
    return table


def _blocks(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            if cell:
                grid.add_row(name, Wrapped(cell))
        grid.add_row()
    return grid


def _width(text: str) -> int:
    return max(map(cell_len, text.splitlines()), default=0)
