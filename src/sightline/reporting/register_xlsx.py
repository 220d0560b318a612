"""Write a register as a workbook.

No text becomes a formula or a link: it may come from a hostile file. Sources of the web are links.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime, time
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from sightline.reporting import showing
from sightline.reporting.register import GAP_KINDS, Register
from sightline.reporting.register_rdf import title
from sightline.reporting.sheets import opened

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Rows = Iterable[Sequence[str | int]]

_LONGEST = 32_767
"""The characters that a cell of a workbook holds at most."""
_CUT = " … (cut: a cell holds no more; other forms have all)"
_ROWS = 1_000_000
"""The rows that go into one sheet; a sheet holds little more."""
_POINTS, _TALLEST = 13.5, 409
_LINK = 2_079
"""The characters of an address that spreadsheets take."""


def xlsx(register: Register) -> bytes:
    """Write sheets for gaps, records, deployments and sources.

    Raises InputError if XlsxWriter is not installed.
    """
    out = BytesIO()
    # Without a fixed time, the same register would give other bytes each day.
    made = datetime.combine(register.issued or register.as_of, time())
    book = opened(out, title(register), made)
    _Writer(book, register).write()
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book: "Workbook", register: Register) -> None:
        self._book = book
        self._register = register
        wrapped = {
            "text_wrap": True,
            "valign": "top",
            "align": "left",
            "font_name": "Calibri",
            "font_size": 10,
        }
        self._cell = book.add_format(wrapped)
        self._head = book.add_format(
            {**wrapped, "bold": True, "bottom": 1, "bg_color": "#E2EFF3", "font_color": "#0F3F50"}
        )
        self._plain = book.add_format({**wrapped, "text_wrap": False, "font_color": "#525A63"})
        self._gap = book.add_format({**wrapped, "bg_color": "#FDF1D8"})
        self._bold = book.add_format({**wrapped, "bold": True})
        self._big = book.add_format({"bold": True, "font_name": "Calibri", "font_size": 14})
        self._link = book.add_format({**wrapped, "font_color": "#0F5C73", "underline": 1})

    def write(self) -> None:
        self._gaps()
        self._records()
        self._deployments()
        self._sources()

    def _gaps(self) -> None:
        own = self._register
        facts = showing.summary(own)
        sheet = self._book.add_worksheet("Gaps")
        sheet.write_string(0, 0, title(own), self._big)
        for number, fact in enumerate(facts, 1):
            sheet.write_string(number, 0, fact.name, self._bold)
            # Not wrapped: the text runs on over the columns beside it.
            sheet.write_string(number, 2, _fitting(fact.text))
        rows: list[Sequence[str | int]] = [
            (
                gap.number, GAP_KINDS[gap.kind],
                "\n".join((showing.gap_text(gap), *gap.details)), showing.gap_place(own, gap),
                gap.settle, gap.who, showing.spans(gap.sources),
            )
            for gap in own.gaps
        ]  # fmt: skip
        for problem in own.problems:
            rows.append(("", "fits nothing", problem, "", "correct the entry", "", ""))
        header = ("Gap", "Kind", "What is missing", "Where", "What settles it", "Who", "Sources")
        self._sheet(sheet, header, (6, 16, 70, 34, 40, 18, 14), rows, first=len(facts) + 2)

    def _records(self) -> None:
        own = self._register
        header = (
            "Record", "Item", "Asked for by", "Entry", "Detail", "Verdict", "Condition", "Sources",
            "Names for sightline explain",
        )  # fmt: skip
        sheet = self._book.add_worksheet("Records")
        rows: list[tuple[str | int, ...]] = []
        gaps = set()
        for record in own.records:
            number = record.number
            told = showing.insufficient(record)
            rows.append((number, "Record", "", record.title, told, "", "", "", ""))
            for setting in record.settings:
                told = f"{setting.label}: {setting.value}"
                spans = showing.spans(setting.sources)
                rows.append((number, "Setting", "", told, setting.known_by, "", "", spans, ""))
            for use in record.datasets:
                told = f"{use.way}; steps of lineage: {use.steps}; {', '.join(use.deployments)}"
                spans = showing.spans(use.sources)
                rows.append((number, "Dataset", "", use.name, told, "", "", spans, ""))
            for cell in record.cells:
                about = (number, cell.item.label, showing.law(cell, own))
                for gap in map(own.gap, cell.gaps):
                    gaps.add(len(rows))
                    spans = showing.spans(gap.sources)
                    rows.append((*about, showing.gap_title(gap), gap.settle, "", "", spans, ""))
                for entry in cell.entries:
                    for line in entry.lines:
                        rows.append(
                            (*about, entry.title, line.text, own.verdicts.get(line.verdict, ""),
                             showing.conditions(line), showing.spans(line.sources),
                             "\n".join(line.rows))
                        )  # fmt: skip
        widths = (8, 22, 18, 44, 56, 15, 40, 14, 30)
        self._sheet(sheet, header, widths, rows, marked=gaps, unwrapped={8})

    def _deployments(self) -> None:
        header = ("Record", "Account", "Deployment", "File", "Line")
        rows = (
            (record.number, own.account, own.name, own.file, own.line)
            for record in self._register.records
            for own in record.deployments
        )
        for number, part in enumerate(_parts(rows), 1):
            sheet = self._book.add_worksheet(f"Deployments{f' {number}' if number > 1 else ''}")
            self._sheet(sheet, header, (8, 30, 36, 50, 8), part)

    def _sources(self) -> None:
        sheet = self._book.add_worksheet("Sources")
        header = ("No.", "Kind", "What it says", "Where it stands", "By", "On", "Link", "Name")
        rows = [
            (s.number, s.kind, s.says, ", ".join(filter(None, (s.where, s.place))), s.by,
             s.on.isoformat() if s.on else "", "", s.iri)
            for s in self._register.sources
        ]  # fmt: skip
        self._sheet(sheet, header, (6, 12, 60, 50, 18, 12, 14, 40), rows)
        for number, source in enumerate(self._register.sources, 1):
            if source.address.startswith(("https://", "http://")):
                if len(source.address) <= _LINK:
                    sheet.write_url(number, 6, source.address, self._link, "open")
                else:
                    sheet.write_string(number, 6, _fitting(source.address), self._cell)

    def _sheet(
        self,
        sheet: "Worksheet",
        header: Sequence[str],
        widths: Sequence[int],
        rows: Rows,
        *,
        first: int = 0,
        marked: Iterable[int] = (),
        unwrapped: Set[int] = frozenset(),
    ) -> None:
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
            sheet.write_string(first, column, header[column], self._head)
        coloured = frozenset(marked)
        last = first
        for number, row in enumerate(rows):
            last = first + 1 + number
            look = self._gap if number in coloured else self._cell
            told = ["" if column in unwrapped else value for column, value in enumerate(row)]
            sheet.set_row(last, _height(told, widths))
            for column, value in enumerate(row):
                own = self._plain if column in unwrapped else look
                self._write(sheet, last, column, value, own)
        sheet.freeze_panes(first + 1, 0)
        sheet.autofilter(first, 0, last, len(header) - 1)
        sheet.repeat_rows(first)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")

    @staticmethod
    def _write(sheet: "Worksheet", row: int, column: int, value: str | int, look: Any) -> None:
        if isinstance(value, int):
            sheet.write_number(row, column, value, look)
        else:
            sheet.write_string(row, column, _fitting(value), look)


def _height(row: Sequence[str | int], widths: Sequence[int]) -> float:
    """Estimate the points that wrapped texts need: not every reader fits rows by itself."""
    lines = max(
        sum(-(-max(len(part), 1) // int(width * 1.1)) for part in str(value).split("\n"))
        for value, width in zip(row, widths, strict=True)
    )
    return min(_TALLEST, _POINTS * lines + 3)


def _parts(rows: Rows) -> Iterator[list[Sequence[str | int]]]:
    """Split rows into what one sheet holds."""
    left = iter(rows)
    while part := list(islice(left, _ROWS)):
        yield part


def _fitting(text: str) -> str:
    """Cut what no cell can hold, and say so; drop what no workbook can hold."""
    plain = "".join(c for c in text if c >= " " or c in "\t\n")
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - len(_CUT)] + _CUT
