"""The pages about documents: every version, statement and change, and nothing made of silence."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from sightline.graph import KnowledgeGraph
from sightline.server.pages.timeline import WIDTH, timeline
from sightline.service.tasks import TASKS
from sightline.service.work import Work
from sightline.terms import DOCUMENT

Visit = Callable[..., Any]
VERSION = "/documents/model-catalog-data-privacy/2026-01-26"
COMPARED = (
    "/documents/compare?before=model-catalog-data-privacy/2024-undated"
    "&after=model-catalog-data-privacy/2026-01-26"
)
PAGES = {
    "documents": "/documents",
    "document": "/documents/model-catalog-data-privacy",
    "version": VERSION,
    "compare": COMPARED,
}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


def read(address: str, path: str) -> tuple[int, str]:
    try:
        with urlopen(
            Request(address + path, headers={"Accept": "text/html"}), timeout=30
        ) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], name: str
) -> None:
    page = visit(PAGES[name], dark=name in ("documents", "compare"))
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    fits(page)


def test_from_the_line_of_time_to_a_sentence_without_scripts(visit: Visit) -> None:
    page = visit("/documents", scripts=False)
    assert page.get_by_role("img", name="Versions of 3 documents in time").is_visible()
    inferred = page.locator(".versions > li.inferred")
    assert "date inferred" in inferred.inner_text()
    assert "superseded" in inferred.inner_text()
    page.locator(".versions > li.in-force").filter(has_text="2026-01-26").get_by_role(
        "link", name="Data, privacy"
    ).click()
    assert "Version 2026-01-26" in page.locator(".lead").inner_text()
    first = page.locator(".statements > li").first
    link = first.get_by_role("link", name="Read the sentence")
    assert "#:~:text=" in link.get_attribute("href")
    rests = page.locator("details.rests").first
    rests.locator("summary").click()
    rests.get_by_role("link").first.click()
    assert page.locator("ol.chain > li").count() > 0


def test_two_versions_are_compared_by_keyboard(visit: Visit) -> None:
    page = visit("/documents/compare")
    page.get_by_label("Older version").focus()
    page.keyboard.type("2024-undated")
    page.keyboard.press("Tab")
    page.keyboard.type("2026-01-26")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/compare?before=*2024-undated&after=*2026-01-26")
    dropped = page.get_by_role("region", name="Dropped (6)")
    assert "Dropped is not denied" in dropped.inner_text()
    assert dropped.locator(".differences > li").count() == 6


def test_dropped_is_said_not_to_be_denied(address: str) -> None:
    _, page = read(address, "/documents/azure-openai-data-privacy/2024-09-04")
    assert "Dropped is not denied" in page
    assert "dropped, not denied" in page


def test_every_statement_of_a_version_is_on_its_page(address: str, graph: KnowledgeGraph) -> None:
    knowledge = graph.knowledge
    _, page = read(address, VERSION)
    claims = {
        statement.claim
        for statement in knowledge.statements
        if statement.version == DOCUMENT[VERSION.removeprefix("/documents/")]
    }
    assert claims
    assert all(f'<li id="{claim}">' in page for claim in claims)


def test_gaps_and_ambiguities_are_listed(address: str, graph: KnowledgeGraph) -> None:
    _, page = read(address, "/documents")
    for question in ("gaps", "ambiguities"):
        found = graph.ask(question)
        numbers = [row[found.variables.index("number")] for row in found.rows]
        assert all(number and f">{number.value}</span>" in page for number in numbers)


@pytest.mark.parametrize(
    "version", ["azure-openai-data-privacy/2024-09-04", "model-catalog-data-privacy/2024-05-02"]
)
def test_what_rests_on_a_statement_names_it(graph: KnowledgeGraph, version: str) -> None:
    found = TASKS["resting"](Work(graph), {"version": version}, b"")
    assert found["statements"]
    day = date.fromisoformat(found["as_of"])
    rows = {row.key: row for row in graph.access({}, as_of=day).rows}
    for each in found["statements"]:
        assert graph.knowledge.by_iri[each["statement"]].version == DOCUMENT[version]
        for access in each["access"]:
            (row,) = [
                row
                for key, row in rows.items()
                if key
                and (key.activity, key.actor, key.action, key.data)
                == (access["activity"], access["actor"], access["action"], access["data"])
                and [key.target or ""] == (access["target"] or [""])
            ]
            assert each["statement"] in row.statements


def test_points_of_the_line_of_time_are_in_order() -> None:
    def version(day: str, document: str, basis: str = "stated") -> dict[str, object]:
        return {"date": day, "document": document, "date_basis": basis, "in_force": True}

    drawn = timeline(
        [version("2025-07-01", "b"), version("2023-01-01", "a", "inferred")],
        {"a": "A", "b": "B"},
        {"a": "b"},
        date(2026, 1, 1),
    )
    (first,), (second,) = (lane.points for lane in drawn.lanes)
    assert first.inferred
    assert not second.inferred
    assert 0 < first.x < second.x < drawn.today < WIDTH
    assert drawn.lanes[0].end == second.x
    assert [year for _, year in drawn.years] == [2023, 2024, 2025, 2026]
    assert timeline([], {}, {}, date(2026, 1, 1)).lanes == ()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/documents/{quote(HOSTILE, safe='')}", 404),
        (f"/documents/x/{quote(HOSTILE, safe='')}", 404),
        (f"/documents/compare?before={quote(HOSTILE)}&after=x", 400),
        ("/documents/compare?before=model-catalog-data-privacy/2026-01-26", 400),
    ],
)
def test_hostile_and_unknown_names_stay_text(address: str, path: str, status: int) -> None:
    found, page = read(address, path)
    assert found == status
    assert "<script>alert" not in page
    assert "<img" not in page
