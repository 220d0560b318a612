"""Reports are what they were; SIGHTLINE_UPDATE=1 writes them anew, to be looked at."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sightline.graph import KnowledgeGraph

Report = Callable[..., tuple[int, str, str]]
EXPECTED = Path(__file__).parent / "expected"
ESTATE = ("--estate", "main.json")
BESIDE = ("--catalog", "catalog.ttl", "--links", "links.yaml", "--policy", "processing-in-eea")
CASES = {
    "matrix.md": ("matrix", *ESTATE, "--activity", "human-review"),
    "matrix.csv": ("matrix", *ESTATE, "--activity", "human-review", "--format", "csv"),
    "matrix.json": ("matrix", *ESTATE, "--activity", "disclosure", "--format", "json"),
    "matrix.html": ("matrix", *ESTATE, "--activity", "human-review", "--format", "html"),
    "flow.svg": ("flow", *ESTATE, "--deployment", "draft"),
    "brief.md": ("brief", *ESTATE, *BESIDE),
    "brief.html": ("brief", *ESTATE, *BESIDE, "--format", "html"),
    "brief.json": ("brief", "--set", "offering=serverless-api", "--format", "json"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_report_is_as_it_was(name: str, report: Report, graph: KnowledgeGraph) -> None:
    # The digest of all knowledge changes with every file; what else changes is to be seen here.
    code, text, error = report(*CASES[name])
    assert (code, error) == (0, "")
    digest = graph.knowledge.digest
    text = text.replace(digest, "sha256:of-the-knowledge").replace(digest[:19], "sha256:of")
    path = EXPECTED / name
    if os.environ.get("SIGHTLINE_UPDATE"):
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()
