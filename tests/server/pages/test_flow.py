"""Drive the page that draws where data goes, with its layout engine and without."""

import json
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest

from sightline.server.pages import rendering

Visit = Callable[..., Any]
ASKED = "/flow?data=prompts&offering=azure-openai&deployment-type=global&region=swedencentral"
SMALL = "/flow?data=prompts&offering=serverless-api"
needs_bundle = pytest.mark.skipif(
    not (rendering.STATIC / "bundle" / "manifest.json").exists(),
    reason="there is no bundle; python web/build.py makes it",
)


@pytest.fixture
def no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server without what web/build.py makes."""
    monkeypatch.setattr(rendering._Static, "has", lambda self, name: "bundle" not in name)


@needs_bundle
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nested_drawing_is_accessible(
    visit: Visit, accessible: Callable[[Any], None], dark: bool
) -> None:
    page = visit(SMALL, dark=dark)
    page.locator("[data-flow=nested]").wait_for()
    accessible(page)


@pytest.mark.usefixtures("no_bundle")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_drawing_without_the_bundle_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], dark: bool
) -> None:
    page = visit(ASKED, dark=dark)
    assert page.locator("[data-flow-layouts]").is_hidden()
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    fits(page)


def test_drawing_and_table_need_no_scripts(visit: Visit) -> None:
    page = visit("/flow", scripts=False)
    page.get_by_label("in (region)").select_option(label="France Central")
    page.get_by_role("button", name="Draw it").click()
    assert page.locator(".flow-box-relative").filter(has_text="France").is_visible()
    store = page.get_by_role("link", name=re.compile("^Abuse monitoring storage.* 30 days$"))
    table = page.get_by_role("region", name="The same as a table")
    reviewers = table.get_by_role("row").filter(has_text="Human reviewer view prompts")
    assert "Permitted if flagged and just-in-time approval" in reviewers.inner_text()
    assert "European Economic Area" in reviewers.inner_text()
    store.click()
    page.wait_for_url("**activity=abuse-monitoring-storage*")
    assert page.get_by_role("heading", name="In short").is_visible()


@needs_bundle
def test_layout_follows_what_fits_and_what_is_chosen(visit: Visit) -> None:
    page = visit(SMALL)
    page.locator("[data-flow=nested]").wait_for()
    nested = page.get_by_role("button", name="Nested")
    assert nested.get_attribute("aria-pressed") == "true"
    place = "e => e.getAttribute('transform')"
    node = page.locator(".flow-node").nth(1)
    there = node.evaluate(place)
    page.get_by_role("button", name="Lanes").click()
    page.locator("[data-flow=lanes]").wait_for()
    assert node.evaluate(place) != there
    page.reload()
    assert page.get_by_role("button", name="Lanes").get_attribute("aria-pressed") == "true"
    nested.click()
    page.locator("[data-flow=nested]").wait_for()
    assert node.evaluate(place) == there


@needs_bundle
def test_nothing_overlaps_where_places_are_nested(visit: Visit) -> None:
    page = visit(ASKED)
    page.get_by_role("button", name="Nested").click()
    page.locator("[data-flow=nested]").wait_for()
    shapes = boxes_of(page, ".flow-shape")
    tags = boxes_of(page, ".flow-tag > rect")
    assert [pair for pair in combinations([*shapes, *tags], 2) if overlap(*pair)] == []
    for node in page.locator(".flow-node[data-box]").all():
        [inner] = boxes_of(node, ".flow-shape")
        [outer] = boxes_of(page, f".flow-box[data-box={node.get_attribute('data-box')}] > rect")
        assert outer[0] <= inner[0] <= inner[2] <= outer[2]
        assert outer[1] <= inner[1] <= inner[3] <= outer[3]


def boxes_of(part: Any, selector: str) -> list[list[float]]:
    """Measure elements: left, top, right, bottom."""
    return part.locator(selector).evaluate_all(
        "all => all.map(e => e.getBoundingClientRect())"
        ".map(r => [r.left, r.top, r.right, r.bottom])"
    )


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_keyboard_reaches_every_part(visit: Visit) -> None:
    page = visit(ASKED)
    page.locator(".flow-canvas").focus()
    page.keyboard.press("Tab")
    first = "document.activeElement.dataset.node"
    seen = set()
    while (node := page.evaluate(first)) and node not in seen:
        seen.add(node)
        page.keyboard.press("Tab")
    assert len(seen) == page.locator(".flow-node").count()


def test_a_focused_part_leads_to_its_answers(visit: Visit) -> None:
    page = visit(ASKED)
    page.locator("a.flow-actor").filter(has_text="Human reviewer").focus()
    near = page.locator(".flow-node.is-near").all_text_contents()
    assert sorted(near) == ["Human review", "Human reviewer"]
    page.keyboard.press("Enter")
    page.wait_for_url("**actor=human-reviewer*")
    assert page.locator(".lines-verdict .verdict").all_text_contents() == ["~Conditional"]


@needs_bundle
def test_download_gives_the_drawing_as_it_is_shown(visit: Visit) -> None:
    page = visit(SMALL)
    page.locator("[data-flow=nested]").wait_for()
    with page.expect_download() as caught:
        page.get_by_role("link", name="SVG").click()
    root = ElementTree.fromstring(Path(caught.value.path()).read_text(encoding="utf-8"))
    assert root.get("viewBox") == page.locator("svg.flow").get_attribute("viewBox")
    links = [node.get("href") for node in root.iter("{http://www.w3.org/2000/svg}a")]
    assert links
    assert all(link.startswith("http://") for link in links)


def test_downloads_hold_the_same(address: str) -> None:
    query = ASKED.partition("?")[2]
    with urlopen(f"{address}/flow.json?{query}", timeout=20) as answer:
        flow = json.load(answer)
    with urlopen(f"{address}/flow.svg?{query}", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "image/svg+xml"
        root = ElementTree.fromstring(answer.read())
    drawn = {part.get("data-edge") for part in root.iter() if part.get("data-edge")}
    assert drawn == {edge["id"] for edge in flow["edges"]}
    assert flow["configuration"]["region"] == "swedencentral"


def test_what_is_not_stated_is_drawn_as_that(visit: Visit) -> None:
    page = visit("/flow?data=prompts&actor=model-publisher&offering=azure-openai")
    assert page.locator(".flow-box").all_text_contents()[0].startswith("Nothing is stated")
    assert page.locator("[data-edge]").evaluate_all(
        "all => all.map(e => e.getAttribute('class'))"
    ) == ["flow-edge verdict-not-stated"]


def test_a_wrong_value_is_explained_beside_the_form(visit: Visit) -> None:
    page = visit("/flow?data=promps&offering=azure-openai", status=400)
    assert "prompts" in page.get_by_role("alert").inner_text()
    assert re.search("Draw it", page.get_by_role("button", name="Draw it").inner_text())
