"""Run exports of the small case as a user does, each once."""

from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from sightline.cli import main

CASE = Path(__file__).parent / "case"
FILES = ("--estate", "main.json", "--catalog", "catalog.ttl", "--links", "links.yaml")
PARTY = ("--publisher", "Example Corporation", "--contact", "data@example.org")


@pytest.fixture(scope="session")
def export() -> Callable[..., str]:
    """Give what an export of the case prints; it is to end without an error."""

    @cache
    def run(form: str, *more: str, before: tuple[str, ...] = ()) -> str:
        party = PARTY if form.startswith("dcat") else ()
        files = () if form in ("skos", "openmetadata-glossary") else FILES
        arguments = ["catalog", "export", "--to", form, *before, *files, *party, *more]
        out, err = StringIO(), StringIO()
        with chdir(CASE), redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
        assert (code, err.getvalue()) == (0, "")
        return out.getvalue()

    return run
