"""A drawing stands alone, says what it rests on, and has text wherever it is drawn."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.model import DeployedAccess, Deployment
from sightline.reporting import flow_image
from sightline.reporting.flow_document import drawing, file_name

Report = Callable[..., tuple[int, str, str]]
DAY = date(2026, 5, 8)
GLOBAL = {"offering": "azure-openai", "deployment-type": "global", "workload": "real-time"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def found(graph: KnowledgeGraph, hostile: str) -> DeployedAccess:
    own = Deployment("urn:a", hostile, "desk", hostile, 1, {}, (), {})
    return DeployedAccess((own,) * 6, graph.access(GLOBAL, data="prompts", as_of=DAY))


@pytest.fixture(scope="module")
def svg(graph: KnowledgeGraph, found: DeployedAccess) -> str:
    return drawing(graph.knowledge, found, DAY)[0]


def texts(svg: str) -> str:
    return " ".join("".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_it_is_well_formed_and_refers_to_nothing_outside(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "rect", "text", "tspan", "g", "path"
        }  # fmt: skip
        assert not [name for name in element.attrib if "href" in name or name.startswith("on")]
    assert not re.search(r"url\(|@import|<!ENTITY", svg)
    assert (root.find(f"{SVG}title"), root.find(f"{SVG}desc")) != (None, None)
    assert root.attrib["aria-labelledby"] == "about told"


def test_hostile_names_are_text(svg: str) -> None:
    assert "<script>" not in svg
    assert "\u202e" not in svg
    assert "\x1b" not in svg
    assert "alert(1)" in texts(svg)
    assert "and 2 more" in texts(svg)


def test_what_is_conditional_is_written_out(svg: str, found: DeployedAccess) -> None:
    assert any(row.verdict == "conditional" for row in found.answer.rows)
    told = texts(svg)
    assert "permitted if flagged and just-in-time approval" in told
    assert "Not stated is no denial" in told
    assert "2024-09-04, 20 months old" in told


def test_the_description_tells_every_row(svg: str, found: DeployedAccess) -> None:
    told = ElementTree.fromstring(svg).findtext(f"{SVG}desc") or ""
    for word in ("Permitted: ", "Conditional: ", "Prohibited: ", "Not stated: "):
        assert word in told


def test_what_is_not_stated_is_not_drawn_as_denied(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    boxes = {
        e.attrib["data-box"]: e for e in root.iter(f"{SVG}g") if "flow-box" in e.get("class", "")
    }
    nodes = {e.attrib["data-node"]: e.get("data-box") for e in root.iter() if e.get("data-node")}
    for edge in root.iter(f"{SVG}g"):
        if edge.get("data-edge") and "verdict-not-stated" in edge.attrib["class"]:
            box = boxes[nodes[edge.attrib["data-to"]] or ""]
            assert "flow-box-denied" not in box.attrib["class"]


def test_an_answer_without_rows_says_why(graph: KnowledgeGraph) -> None:
    answer = graph.access(GLOBAL, as_of=DAY)
    withheld = replace(
        answer, rows=(), versions=(), complete=False, incomplete_because="nobody speaks of it"
    )
    told = texts(drawing(graph.knowledge, DeployedAccess((), withheld), DAY)[0])
    assert "nobody speaks of it. That is no pass" in told


def test_the_image_has_text(svg: str) -> None:
    pytest.importorskip("resvg_py")
    bare = re.sub(r"<text\b.*?</text>", "", svg, flags=re.S)
    image = flow_image.png(svg, 800)
    assert image.startswith(b"\x89PNG")
    assert image == flow_image.png(svg, 800)
    assert len(image) > len(flow_image.png(bare, 800)) * 1.3


def test_a_machine_without_fonts_is_an_error(svg: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resvg_py")
    monkeypatch.setattr(flow_image, "FAMILIES", ("No Such Font",))
    with pytest.raises(InputError, match="no font"):
        flow_image.png(svg, 800)


def test_without_the_library_the_image_is_an_error(
    svg: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(InputError) as caught:
        flow_image.png(svg, 800)
    assert "sightline[png]" in caught.value.hint


def test_several_configurations_go_into_a_folder(report: Report, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "drawings"
    code, out, _ = report("flow", "--estate", "main.json", "-o", str(folder))
    assert code == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["1-desk-chat.svg", "2-desk-draft.svg", "3-spare-chat.svg"]
    assert out.count("\n") == 3
    code, _, error = report("flow", "--estate", "main.json", "-o", str(tmp_path / "b.svg"))
    assert code == 2
    assert "3 configurations" in error


def test_names_of_files_are_plain(hostile: str) -> None:
    own = Deployment("urn:a", "../../" + hostile, "", "f", 1, {}, (), {})
    assert re.fullmatch(r"07-[a-z0-9-]{1,40}", file_name(7, 12, (own,)))
