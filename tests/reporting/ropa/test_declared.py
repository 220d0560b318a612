"""What people declare: read with its lines, and refused where it cannot be meant."""

from pathlib import Path

import pytest

from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.model import Deployment
from sightline.reporting import Declared, read_declared, record_items

WHO = "by: Ada Example, when: 2026-10-01"


def read(tmp_path: Path, graph: KnowledgeGraph, text: str) -> list[Declared]:
    path = tmp_path / "declared.yaml"
    path.write_text(text, encoding="utf-8")
    return read_declared(path, record_items(), graph.knowledge.facets)


def test_an_entry_keeps_its_line_its_person_and_its_day(
    tmp_path: Path, graph: KnowledgeGraph
) -> None:
    text = "# Who we are\n- controller:\n    name: Example\n    contact: a@example.org\n"
    text += "  by: Ada Example\n  when: 2026-10-01\n"
    (entry,) = read(tmp_path, graph, text)
    (value,) = entry.values["controller"]
    assert (value.text, value.contact, value.line) == ("Example", "a@example.org", 2)
    assert (entry.line, entry.by, entry.on.isoformat()) == (2, "Ada Example", "2026-10-01")


def test_a_term_in_brackets_is_an_iri(tmp_path: Path, graph: KnowledgeGraph) -> None:
    (entry,) = read(tmp_path, graph, f"- {{legal-basis: Contract <dpv-gdpr:A6-1-b>, {WHO}}}")
    (value,) = entry.values["legal-basis"]
    assert (value.text, value.term) == ("Contract", "https://w3id.org/dpv/legal/eu/gdpr#A6-1-b")


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ("deployment: chat", True),
        ("deployment: desk/c*", True),
        ("account: DESK", True),
        ("file: main.json", True),
        ("deployment: desk", False),
        ("deployment: chat, account: other", False),
        ("subscription: 1", False),
    ],
)
def test_selectors_are_those_of_attachments(
    selector: str, fits: bool, tmp_path: Path, graph: KnowledgeGraph
) -> None:
    (entry,) = read(tmp_path, graph, f"- {{{selector}, purposes: Any, {WHO}}}")
    assert entry.fits(Deployment("i", "chat", "desk", "main.json", 1, {}, (), {})) is fits


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("purposes: Any", "line 1: it is no list"),
        ("- purposes", "line 1: the entry is no mapping"),
        (f"- {{purpose: Any, {WHO}}}", "line 1: 'purpose' is no key"),
        (f"- purposes: Any\n  {WHO.replace(', ', chr(10) + '  ')}\n  dpo: Dana", "line 4: 'dpo'"),
        ("- {purposes: Any, by: Ada}", "the entry has no 'when'"),
        ("- {purposes: Any, when: 2026-10-01}", "the entry has no 'by'"),
        ("- {purposes: Any, by: Ada, when: soon}", "'when' is no date: 'soon'"),
        (f"- {{{WHO}}}", "the entry declares nothing"),
        (f"- {{purposes: none, {WHO}}}", "'purposes' cannot be none"),
        (f"- {{recipients: [none, Bank], {WHO}}}", "it is none and something"),
        (f"- {{purposes: '', {WHO}}}", "'value' is empty"),
        (f"- {{purposes: [], {WHO}}}", "'purposes' is empty"),
        (f"- {{purposes: {{name: x}}, {WHO}}}", "'purposes' is no text"),
        (f"- {{controller: {{contact: x}}, {WHO}}}", "'controller' has no name"),
        (f"- {{controller: {{name: x, mail: y}}, {WHO}}}", "'mail' is no key"),
        (f"- {{controller: [[x]], {WHO}}}", "'controller' is no text"),
        (f"- {{deployment: [a, b], purposes: x, {WHO}}}", "'deployment' is no text"),
        (f"- {{settings: used, {WHO}}}", "'settings' is no mapping"),
        (f"- {{settings: {{feature:batch: used}}, {WHO}}}", "'feature:batch' is no facet"),
        (f"- {{settings: {{flagged: 'true'}}, {WHO}}}", "'flagged' is no facet"),
        (f"- {{settings: {{network: open}}, {WHO}}}", "'open' is no value of network"),
        (f"- {{purposes: Any <nope:x>, {WHO}}}", "unknown prefix 'nope'"),
        (f"- {{purposes: Any, purposes: Other, {WHO}}}", "'purposes' is given twice"),
        (f"- &a {{purposes: Any, {WHO}}}\n- *a", "used again by an alias"),
        (f"- {{purposes: &a [*a], {WHO}}}", "used again by an alias"),
        ("- {purposes: [", "line 1"),
        ("[" * 5000, "declared.yaml' line 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    text: str, problem: str, tmp_path: Path, graph: KnowledgeGraph
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, graph, text)
    assert problem in caught.value.message
    assert "declared.yaml' line " in caught.value.message
    assert caught.value.hint


def test_a_key_that_is_almost_right_has_a_hint(tmp_path: Path, graph: KnowledgeGraph) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, graph, f"- {{data-protection-offcer: Dana, {WHO}}}")
    assert "data-protection-officer" in caught.value.hint


def test_an_empty_file_declares_nothing(tmp_path: Path, graph: KnowledgeGraph) -> None:
    assert read(tmp_path, graph, "# nothing yet\n") == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 10])
def test_bytes_that_are_no_text_are_refused(
    content: bytes, tmp_path: Path, graph: KnowledgeGraph
) -> None:
    path = tmp_path / "declared.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_declared(path, record_items(), graph.knowledge.facets)
