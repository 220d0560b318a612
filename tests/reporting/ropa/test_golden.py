"""Records are what they were; SIGHTLINE_UPDATE=1 writes them anew, to be looked at."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sightline.graph import KnowledgeGraph

Report = Callable[..., bytes]
Cells = Callable[[bytes], str]
EXPECTED = Path(__file__).parent / "expected"
FORMS = ("controller", "processor")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("format_", ["html", "md", "json", "jsonld", "xlsx"])
def test_a_record_is_as_it_was(
    form: str, format_: str, report: Report, graph: KnowledgeGraph, cells: Cells
) -> None:
    content = report("letters", form, format_)
    text = cells(content) if format_ == "xlsx" else content.decode()
    # The digest of all knowledge changes with every file; what else changes is to be seen here.
    text = text.replace(graph.knowledge.digest, "sha256:of-the-knowledge")
    path = EXPECTED / f"{form}.{format_}{'.txt' if format_ == 'xlsx' else ''}"
    if os.environ.get("SIGHTLINE_UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
