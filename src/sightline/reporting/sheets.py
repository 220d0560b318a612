"""Write worksheets as XLSX: the one home of XlsxWriter. No text becomes a formula or a link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from sightline.errors import InputError, one_line

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LONGEST = 32767
"""Characters that a cell can hold."""

_NAME = re.compile(r"[\[\]:*?/\\']")
_STYLES: dict[str, dict[str, object]] = {
    "": {},
    "head": {"bold": True, "bg_color": "#EEF0EC", "bottom": 1},
    "title": {"bold": True, "font_size": 14},
    "permitted": {"font_color": "#17603A", "bg_color": "#E4F3EA"},
    "conditional": {"font_color": "#7A4B00", "bg_color": "#FDF1D8"},
    "contradictory": {"font_color": "#6B2A86", "bg_color": "#F4E8FA"},
    "prohibited": {"font_color": "#94202F", "bg_color": "#FBE9EA"},
    "not-stated": {"font_color": "#4B525A", "bg_color": "#EFF0F0", "italic": True},
    "mixed": {},
}

Cell = str | int | tuple[str, str]
"""A text, a number, or a text with the name of its style."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of a worksheet; ``widths`` are in characters, ``frozen`` rows and columns stay."""

    name: str
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int] = ()
    frozen: tuple[int, int] = (1, 0)
    heads: frozenset[int] = field(default=frozenset({0}))
    """The rows that head a table."""


def opened(stream: BinaryIO, title: str, made: datetime) -> "Workbook":
    """Begin a workbook in which no text becomes a formula or a link; it has to be closed.

    ``made`` stands in it as its date, so that the same input gives the same bytes. Raises
    InputError where the library is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise InputError(
            "input.value",
            "to write XLSX, XlsxWriter is needed, and it is not installed",
            "pip install 'sightline[xlsx]', or choose another format",
        ) from error
    off = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = Workbook(stream, {"in_memory": True, **off})
    book.set_properties({"title": title, "created": made})
    return book


def workbook(sheets: Sequence[Sheet], title: str, made: datetime) -> bytes:
    """Write worksheets into one workbook; raises InputError as ``opened`` does."""
    buffer = BytesIO()
    book = opened(buffer, title, made)
    book.set_size(2400, 1600)
    plain = {"text_wrap": True, "valign": "top", "font_size": 10}
    styles = {name: book.add_format({**plain, **own}) for name, own in _STYLES.items()}
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_named(sheet.name, taken))
        for number, width in enumerate(sheet.widths):
            page.set_column(number, number, width)
        page.freeze_panes(*sheet.frozen)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        for row, cells in enumerate(sheet.rows):
            for column, cell in enumerate(cells):
                text, style = cell if isinstance(cell, tuple) else (cell, "")
                format_ = styles["head" if row in sheet.heads else style]
                if isinstance(text, int):
                    page.write_number(row, column, text, format_)
                else:
                    page.write_string(row, column, _fitting(text), format_)
    book.close()
    return buffer.getvalue()


def _fitting(text: str) -> str:
    """Cut what a cell cannot hold, and say so."""
    if len(text) <= LONGEST:
        return text
    note = f" ... ({len(text)} characters in all; the JSON form has them)"
    return text[: LONGEST - len(note)] + note


def _named(name: str, taken: set[str]) -> str:
    """Make a name that a worksheet can have and no other has."""
    plain = _NAME.sub(" ", one_line(name)).strip()[:28] or "Sheet"
    found, number = plain, 1
    while found.casefold() in taken:
        number += 1
        found = f"{plain[: 27 - len(str(number))]} {number}"
    taken.add(found.casefold())
    return found
