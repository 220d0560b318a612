"""Read CSV into rows that know their lines."""

import csv
import io

from sightline.catalogs.content import too_large
from sightline.errors import InputError

MAX_ROWS = 1_000_000

Rows = list[tuple[int, dict[str, str]]]


def header(text: str) -> list[str]:
    """Give the columns of the first line; empty for text that is no CSV."""
    line = text.lstrip("\ufeff").partition("\n")[0][:10_000]
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def read_table(text: str) -> Rows:
    """Read the rows below the header, each with the number of the line on which it ends.

    Raises InputError: ``input.too-large`` or ``input.syntax``.
    """
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    rows: Rows = []
    try:
        columns = next(reader, [])
        for cells in reader:
            if not any(cells):
                continue
            if len(rows) >= MAX_ROWS:
                raise too_large(f"it has more than {MAX_ROWS} rows")
            if len(cells) > len(columns):
                message = f"line {reader.line_num}: it has more cells than the header has columns"
                raise InputError("input.syntax", message, "quote cells that hold commas")
            rows.append((reader.line_num, dict(zip(columns, cells, strict=False))))
    except csv.Error as error:
        message = f"line {reader.line_num}: {error}"
        raise InputError("input.syntax", message, "correct the line, or export again") from None
    return rows
