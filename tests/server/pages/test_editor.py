"""Drive the SPARQL page: its editor, and the text area that does without."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from sightline.errors import QueryError
from sightline.graph import KnowledgeGraph
from sightline.queries import library
from sightline.server import editor
from sightline.server.pages import rendering
from sightline.stores.guard import check

Visit = Callable[..., Any]
WRONG = "SELECT ?x\nWHERE { ?x a sl:Actor .\n  FILTRE (?x) }"
needs_bundle = pytest.mark.skipif(
    not (rendering.STATIC / "bundle" / "manifest.json").exists(),
    reason="there is no bundle; python web/build.py makes it",
)


def asked(query: str) -> str:
    return f"/sparql-editor?query={quote(query)}"


@pytest.fixture
def no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server without what web/build.py makes."""
    monkeypatch.setattr(rendering._Static, "has", lambda self, name: "bundle" not in name)


def content(page: Any) -> Any:
    """Find where the editor is written in."""
    return page.locator("[data-query]")


def write(page: Any, query: str) -> None:
    content(page).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)


@needs_bundle
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_editor_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], dark: bool
) -> None:
    page = visit(asked(editor.examples()[0].text), dark=dark)
    content(page).wait_for()
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    fits(page)


@pytest.mark.usefixtures("no_bundle")
def test_page_without_the_bundle_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None]
) -> None:
    page = visit(asked("SELECT * { ?s ?p ?o } ORDER BY ?s ?p LIMIT 20"))
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    fits(page)
    page.get_by_label("Query").fill("ASK { ?s ?p ?o }")
    page.get_by_label("Query").press("Control+Enter")
    page.get_by_role("heading", name="Yes").wait_for()


def test_queries_run_without_scripts(visit: Visit) -> None:
    page = visit("/sparql-editor", scripts=False)
    page.get_by_label("Query").fill("SELECT ?a { ?a a sl:Actor } ORDER BY ?a LIMIT 3")
    page.get_by_role("button", name="Run").click()
    assert page.get_by_role("heading", name="3 rows").is_visible()
    page.get_by_role("link", name="Abuse monitoring system").click()
    assert page.url.endswith("/id/actor/abuse-monitoring-system") or "/vocabulary/" in page.url


def test_a_wrong_query_shows_its_place_without_scripts(visit: Visit) -> None:
    page = visit(asked(WRONG), scripts=False, status=400)
    assert "line 3, column 11" in page.get_by_role("alert").inner_text()
    assert page.locator(".query-place").text_content() == f"  FILTRE (?x) }}\n{' ' * 10}^"
    assert page.locator("#query").input_value() == WRONG


@needs_bundle
def test_editor_marks_what_is_wrong(visit: Visit) -> None:
    page = visit(asked(WRONG), status=400)
    mark = page.locator(".cm-lintRange-error")
    mark.wait_for()
    assert mark.text_content().startswith("?")


@needs_bundle
def test_keyboard_runs_a_query_and_leaves_the_editor(visit: Visit) -> None:
    page = visit("/sparql-editor")
    write(page, "SELECT ?a { ?a a sl:Actor } LIMIT 2")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="2 rows").wait_for()
    assert "query=SELECT" in page.url
    content(page).click()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") == "editor"


@needs_bundle
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("SELECT ?x { ?x a sl:DataCat", "sl:DataCategory"),
        ("SELECT ?x { ?x sl:hasDat", "sl:hasData"),
        ("SELECT ?x { ?x sl:hasActor actor:human", "actor:human-reviewer"),
        ("SELECT ?x { ?x sl:hasActor reviewer", "actor:human-reviewer"),  # by its label
        ("PREFIX sko", "PREFIX skos:"),
        ("SELECT ?statement { ?sta", "?statement"),
        ("SEL", "SELECT"),
    ],
)
def test_editor_completes(visit: Visit, typed: str, offered: str) -> None:
    page = visit("/sparql-editor")
    write(page, typed[:-1])
    page.keyboard.type(typed[-1])
    found = page.locator(".cm-completionLabel").get_by_text(offered, exact=True)
    found.first.wait_for()


@needs_bundle
def test_what_is_typed_over_a_selection_keeps_to_the_policy(visit: Visit) -> None:
    page = visit("/sparql-editor")
    content(page).click()
    page.keyboard.press("Control+A")
    page.keyboard.type("ASK { ?s ?p ?o")  # the fixture fails on any violation
    assert page.locator("#query").evaluate("area => area.value") == "ASK { ?s ?p ?o}"


def test_more_rows_than_shown_are_announced(visit: Visit) -> None:
    page = visit(asked("SELECT * { ?s ?p ?o }"), scripts=False)
    assert page.get_by_role("heading", name="More than 500 rows").is_visible()
    assert "never cut short" in page.locator(".box-warn").inner_text()
    assert page.locator(".solutions tbody tr").count() == 500


def test_answers_of_every_form(visit: Visit) -> None:
    page = visit(asked("ASK { ?s sl:nothing ?o }"), scripts=False)
    assert page.get_by_role("heading", name="No", exact=True).is_visible()
    assert "no denial" in page.locator("main").inner_text()
    page.goto(asked("CONSTRUCT { ?s a ?t } { ?s a ?t } ORDER BY ?s LIMIT 2"))
    assert page.get_by_role("heading", name="2 triples").is_visible()
    assert page.get_by_role("link", name="Turtle").is_visible()
    page.goto(asked("SELECT ?a { ?a a sl:Nothing }"))
    assert "Nothing in the graph matches" in page.locator("main").inner_text()


def test_only_web_addresses_become_links(visit: Visit) -> None:
    hostile = (
        'SELECT ("<img src=x onerror=alert(1)>" AS ?a) (<javascript:alert(1)> AS ?b) '
        '("javascript:alert(1)" AS ?c) (<https://example.org/a> AS ?d) ("x"@en-x-y AS ?e) {}'
    )
    page = visit(asked(hostile))
    row = page.locator(".solutions tbody td")
    assert row.nth(0).inner_text() == "<img src=x onerror=alert(1)>"
    links = page.locator(".solutions a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == ["https://example.org/a"]
    assert page.locator(".solutions img").count() == 0


def test_downloads_are_what_they_say(visit: Visit, address: str) -> None:
    page = visit(asked("SELECT ?a { ?a a sl:Actor } ORDER BY ?a"), scripts=False)
    for name, kind in {"CSV": "text/csv", "JSON": "application/sparql-results+json"}.items():
        link = page.get_by_role("link", name=name, exact=True).get_attribute("href")
        with urlopen(address + link, timeout=20) as answer:
            assert answer.headers["Content-Type"].startswith(kind)
            assert b"human-reviewer" in answer.read()


def test_a_browser_at_the_endpoint_is_led_to_the_editor(visit: Visit) -> None:
    page = visit("/sparql", scripts=False)
    assert page.url.endswith("/sparql-editor")
    page.goto(f"/sparql?query={quote('ASK { ?s ?p ?o }')}")
    assert page.get_by_role("heading", name="Yes").is_visible()


def test_completions_name_every_kind_of_term(address: str, graph: KnowledgeGraph) -> None:
    request = Request(f"{address}/sparql-editor/completions.json")
    with urlopen(request, timeout=20) as answer:
        found = json.load(answer)
    names = {term["name"]: term for term in found["terms"]}
    assert names["sl:Actor"]["kind"] == "class"
    assert names["sl:hasActor"]["kind"] == "property"
    assert names["rdf:type"]["kind"] == "property"
    assert names["actor:human-reviewer"]["label"] == "Human reviewer"
    assert names["facet:deployment-type"]["definition"]
    for kind in ("actor", "data", "activity", "action", "place", "safeguard", "verdict"):
        assert {f"{kind}:{token}" for token in graph.knowledge.tokens[kind]} <= names.keys()
    assert found["prefixes"]["sl"] == "https://w3id.org/sightline/ontology/"


@pytest.mark.parametrize("example", editor.examples(), ids=lambda example: example.title)
def test_examples_declare_their_prefixes_and_find_something(
    example: editor.Example, graph: KnowledgeGraph
) -> None:
    declared = set(re.findall(r"^PREFIX ([\w-]+):", example.text, re.MULTILINE))
    assert check(example.text).prefixes <= declared
    assert set(re.findall(r"(?<![\w/?<])([a-z][\w-]*):\w", example.text)) >= declared - {"https"}
    found = graph.store.query(example.text)
    assert found is True or found.rows


def test_library_questions_in_the_list_run_as_they_are(graph: KnowledgeGraph) -> None:
    listed = editor.runnable(library())
    assert sum(map(len, listed.values())) > 20
    for example in (example for group in listed.values() for example in group):
        try:
            graph.store.query(example.text)
        except QueryError as error:
            pytest.fail(f"{example.title}: {error}")
