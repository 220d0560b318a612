"""Exports are what they were; SIGHTLINE_UPDATE=1 writes them anew, to be looked at."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sightline.graph import KnowledgeGraph

Export = Callable[..., str]
EXPECTED = Path(__file__).parent / "expected"
CASES = {
    "conditional.ttl": ("dcat-ap", "--activity", "human-review", "--compat", "ckan"),
    "prohibited.ttl": ("dcat-us", "--actor", "openai"),
    "not-stated.ttl": ("dcat", "--actor", "openai", "--activity", "human-review"),
    "lineage.jsonl": ("openlineage",),
}


@pytest.mark.parametrize("name", CASES)
def test_an_export_is_as_it_was(name: str, export: Export, graph: KnowledgeGraph) -> None:
    # The digest of all knowledge changes with every file; what else changes is to be seen here.
    text = export(*CASES[name]).replace(graph.knowledge.digest, "sha256:of-the-knowledge")
    path = EXPECTED / name
    if os.environ.get("SIGHTLINE_UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_order_of_files_changes_nothing(export: Export, tmp_path: Path) -> None:
    other = tmp_path / "tags.csv"
    other.write_text("catalog_name,schema_name,table_name,tag_name,tag_value\na,b,c,pii,d\n")
    first = export("dcat-us", "--data", "prompts", "--catalog", str(other))
    before = ("--catalog", str(other))
    assert export("dcat-us", "--data", "prompts", before=before) == first


@pytest.mark.parametrize("form", ["dcat", "dcat-ap", "dcat-us", "openlineage"])
def test_nobody_is_named(form: str, export: Export) -> None:
    text = export(form)
    assert "Ada" not in text
    assert "ada@" not in text
