"""A matrix says of every actor and category what is stated, and that nothing is, where so."""

import csv
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from sightline import schemas
from sightline.graph import KnowledgeGraph
from sightline.model import DeployedAccess
from sightline.reporting.matrix import matrix
from sightline.reporting.matrix_page import html
from sightline.reporting.matrix_report import matrix_json
from sightline.reporting.matrix_sheets import xlsx
from sightline.reporting.matrix_text import csv_text, markdown_text

DAY = date(2026, 5, 8)
ASKED: dict[str, dict[str, str]] = {
    "global": {"offering": "azure-openai", "deployment-type": "global", "region": "swedencentral"},
    "serverless": {"offering": "serverless-api"},
    "nothing": {},
}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module", params=ASKED)
def made(request: pytest.FixtureRequest, graph: KnowledgeGraph) -> tuple[Any, dict[str, Any]]:
    answer = graph.access(ASKED[request.param], as_of=DAY)
    derivation = graph.derivation(DAY)
    own = matrix(graph.knowledge, DeployedAccess((), answer), derivation.answer)
    return answer, matrix_json(graph.knowledge, [own], DAY)


def test_it_follows_its_schema(made: Any) -> None:
    jsonschema.validate(json.loads(json.dumps(made[1])), schemas.load("report-matrix"))


def test_every_row_of_the_answer_is_in_the_cell_of_its_actor_and_data(made: Any) -> None:
    answer, document = made
    [own] = document["matrices"]
    cells = {(cell["actor"], cell["data"]): cell for cell in own["cells"]}
    assert set(cells) == {(a, d) for a in own["actors"] for d in own["data"]}
    expected: dict[tuple[str, str], Counter[str]] = {}
    for row in answer.rows:
        counted = expected.setdefault((row.key.actor, row.key.data), Counter())
        counted[row.verdict] += 1
    for place, cell in cells.items():
        found = Counter[str](cell["verdicts"])
        assert found >= expected.get(place, Counter())
        assert found.total() == len(cell["access"])
        for row in cell["access"]:
            assert row["id"].split("/")[-2] == cell["data"]
            assert row["statements"] or row["verdict"] == "not-stated"


def test_a_verdict_on_a_part_is_none_on_the_whole(graph: KnowledgeGraph) -> None:
    answer = graph.access({}, as_of=DAY)
    own = matrix(graph.knowledge, DeployedAccess((), answer), graph.derivation(DAY).answer)
    assert {
        (row.key.actor, row.key.data) for rows in own.cells.values() for row in rows if row.key
    } == set(own.cells)


def test_an_empty_cell_reads_not_stated_in_every_form(made: Any, graph: KnowledgeGraph) -> None:
    _, document = made
    [own] = document["matrices"]
    empty = [cell for cell in own["cells"] if not cell["access"]]
    assert empty
    assert {cell["reads"] for cell in empty} == {"not-stated"}
    knowledge = graph.knowledge
    rows = list(csv.DictReader(StringIO(csv_text(knowledge, document))))
    silent = [r for r in rows if r["answers"] == "0"]
    assert len(silent) == len(empty) + len(own["nothing_stated"]["actors"])
    assert {r["verdict"] for r in silent} == {"not-stated"}
    assert html(knowledge, document).count('<td class="silent">') == len(empty)
    table = [r for r in markdown_text(knowledge, document).splitlines() if r.startswith("| ")]
    assert sum(r.count("| ? not stated ") for r in table) >= len(empty)
    assert not any(re.search(r"\|\s+\|", r) for r in table)


def test_actors_and_data_without_rows_are_named(made: Any, graph: KnowledgeGraph) -> None:
    [own] = made[1]["matrices"]
    silent = own["nothing_stated"]
    assert {*own["actors"], *silent["actors"], "not-stated"} >= graph.knowledge.tokens["actor"]
    assert {*own["data"], *silent["data"]} == graph.knowledge.tokens["data"]
    text = markdown_text(graph.knowledge, made[1])
    assert "That is no denial" in text


def sheets(content: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {
            name: ElementTree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".xml")
        }


def test_worksheets_hold_no_formula_and_no_link(made: Any, graph: KnowledgeGraph) -> None:
    pytest.importorskip("xlsxwriter")
    document = json.loads(json.dumps(made[1]))
    document["matrices"][0]["deployments"] = [
        {"name": '=HYPERLINK("https://example.org")', "account": "+1", "file": "@a", "line": 1}
    ]
    content = xlsx(graph.knowledge, document)
    assert content == xlsx(graph.knowledge, document)
    parts = sheets(content)
    pages = [page for name, page in parts.items() if "worksheets/sheet" in name]
    assert len(pages) == 4
    for page in pages:
        assert not page.findall(f".//{SHEET}f")
        assert not page.findall(f".//{SHEET}hyperlink")
    texts = [t.text or "" for t in parts["xl/sharedStrings.xml"].iter(f"{SHEET}t")]
    assert any("=HYPERLINK" in text for text in texts)
    assert any(text.startswith("? not stated") for text in texts)


def test_without_the_library_worksheets_are_a_clear_error(
    report: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    code, _, error = report("matrix", "-o", str(tmp_path / "a.xlsx"))
    assert code == 2
    assert "sightline[xlsx]" in error
    assert error.count("\n") == 2


def test_what_no_document_governs_is_never_permitted_or_prohibited(
    report: Callable[..., tuple[int, str, str]],
) -> None:
    _, text, _ = report("matrix", "--estate", "main.json", "--deployment", "draft")
    assert "That is no pass" in text
    assert "permitted " not in text.partition("No answer")[2]
    assert "prohibited" not in text
    _, text, _ = report(
        "matrix", "--estate", "main.json", "--deployment", "draft", "--format", "csv"
    )
    assert {row["verdict"] for row in csv.DictReader(StringIO(text))} == {"not-stated"}
