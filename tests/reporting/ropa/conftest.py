"""Write reports of small estates as a user does."""

from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import load_workbook

from sightline.cli import main

HERE = Path(__file__).parent
FILES = ("--catalog", "catalog.ttl", "--links", "links.yaml", "--declared", "declared.yaml")


class Ran(NamedTuple):
    code: int
    out: bytes
    err: str


def written(folder: Path, *arguments: str) -> Ran:
    """Run ``sightline report ropa`` in a folder; what it writes goes through a file."""
    target = folder / "out"
    out, err = StringIO(), StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = main(["report", "ropa", *arguments, "-o", str(target)])
    content = target.read_bytes() if target.exists() else b""
    target.unlink(missing_ok=True)
    return Ran(code, content, out.getvalue() + err.getvalue())


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Give the report on a case in one form and format."""

    @cache
    def write(case: str, form: str, format_: str, *more: str) -> bytes:
        if format_ == "xlsx":
            pytest.importorskip("xlsxwriter", reason="it comes with the extra xlsx")
        folder = tmp_path_factory.mktemp(case)
        for path in (HERE / case).iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        arguments = ("--estate", "main.json", *FILES, "--form", form, "--format", format_)
        found = written(folder, *arguments, *more)
        assert found.code == 0, found.err
        return found.out

    return write


@pytest.fixture(scope="session")
def run() -> Callable[..., Ran]:
    """Give what runs the command in a folder."""
    return written


@pytest.fixture(scope="session")
def cells() -> Callable[[bytes], str]:
    """Give what reads the cells of a workbook."""
    return _cells


def _cells(content: bytes) -> str:
    """Write the cells of a workbook as text, one to a line: place, type, value and link."""
    lines = []
    for sheet in load_workbook(BytesIO(content)):
        lines.append(f"# {sheet.title}")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    link = f" -> {cell.hyperlink.target}" if cell.hyperlink else ""
                    lines.append(f"{cell.coordinate} {cell.data_type} {cell.value!r}{link}")
    return "\n".join(lines) + "\n"
