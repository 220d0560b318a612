"""The pages of the vocabulary: every term is there, with what it means and where it is used."""

from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from sightline.graph import KnowledgeGraph
from sightline.terms import BASE

Visit = Callable[..., Any]
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
PAGES = {
    "vocabulary": "/vocabulary",
    "kind": "/vocabulary/actor",
    "term": "/vocabulary/data/prompts",
    "property": "/vocabulary/ontology/hasActor",
    "found": "/vocabulary?q=reviewer",
}


def read(address: str, path: str) -> tuple[int, str, str]:
    try:
        with urlopen(
            Request(address + path, headers={"Accept": "text/html"}), timeout=30
        ) as answer:
            return answer.status, answer.read().decode(), answer.url.removeprefix(address)
    except HTTPError as error:
        with error:
            return error.code, error.read().decode(), path


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], name: str
) -> None:
    page = visit(PAGES[name], dark=name in ("kind", "property"))
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    fits(page)


def test_terms_are_found_without_scripts_by_keyboard(visit: Visit) -> None:
    page = visit("/vocabulary", scripts=False)
    page.get_by_label("Find a term").focus()
    page.keyboard.type("human reviewer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vocabulary?q=human+reviewer")
    page.get_by_role("link", name="Human reviewer", exact=True).click()
    page.wait_for_url("**/vocabulary/actor/human-reviewer")
    assert page.locator("h1").inner_text() == "Human reviewer"
    assert page.get_by_role("heading", name="Statements that use it").is_visible()
    assert page.get_by_role("link", name="dpv:Employee").is_visible()
    page.get_by_role("link", name="Ask who can access what, with it").click()
    page.wait_for_url("**/?actor=human-reviewer")


def test_every_term_with_a_definition_has_a_page(address: str, graph: KnowledgeGraph) -> None:
    defined = [
        iri.removeprefix(BASE)
        for iri in graph.knowledge.definitions
        if iri.startswith(BASE) and iri.removeprefix(BASE).count("/") == 1
    ]
    of_kind: dict[str, str] = {}
    for name in defined:
        of_kind.setdefault(name.partition("/")[0], name)
    assert len(of_kind) > 15
    for name in of_kind.values():
        status, page, led = read(address, f"/id/{quote(name, safe='/:')}")
        assert (status, led) == (200, f"/vocabulary/{name}")
        assert 'class="lead"' in page


def test_lists_have_every_term_of_their_kind(address: str, graph: KnowledgeGraph) -> None:
    for kind in ("actor", "data", "safeguard", "verdict"):
        _, page, _ = read(address, f"/vocabulary/{kind}")
        assert all(f"/id/{kind}/{token}" in page for token in graph.knowledge.tokens[kind])


def test_narrower_terms_mappings_and_questions_are_named(address: str) -> None:
    _, page, _ = read(address, "/vocabulary/data/prompts")
    assert "<dt>narrower</dt>" in page
    assert "/id/data/metaprompts" in page
    assert "https://w3id.org/dpv/tech#InputData" in page
    assert "/questions/evidence/statements-about-data?data=prompts&amp;show=answer" in page
    _, page, _ = read(address, "/vocabulary/action/store")
    assert "/id/query/access/where-is-data-stored" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/vocabulary?q={quote(HOSTILE)}", 200),
        (f"/vocabulary/actor?q={quote(HOSTILE)}", 200),
        (f"/vocabulary/actor/{quote(HOSTILE, safe='')}", 404),
        (f"/vocabulary/{quote(HOSTILE, safe='')}", 404),
        ("/vocabulary/actor/nobody", 404),
        ("/vocabulary/nothing", 404),
    ],
)
def test_hostile_and_unknown_names_stay_text(address: str, path: str, status: int) -> None:
    found, page, _ = read(address, path)
    assert found == status
    assert "<script>alert" not in page
    assert "<img" not in page
