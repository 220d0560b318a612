"""Pages about datasets: what reaches what, on whose word, and what is not known, as that."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from sightline.catalogs import import_catalog
from sightline.graph import KnowledgeGraph
from sightline.joining import join_files
from sightline.server.app import create_app
from sightline.service.tasks import TASKS
from sightline.service.work import Work
from sightline.service.workers import Threads

from .conftest import SERVING, Strict

Visit = Callable[..., Any]
LINKED = Path(__file__).parents[2] / "queries"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
PAGE = "/estate?estate=linked&chosen=yes"
"""Without policies: judging takes longer than all the rest."""


@pytest.fixture(scope="session")
def work(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Work:
    """Serve one estate with a catalog, to which a hostile dataset is added, and one without."""
    folder = tmp_path_factory.mktemp("datasets")
    catalog, links = folder / "linked.ttl", folder / "linked.yaml"
    added = f"""
d:hostile a dcat:Dataset ; dct:title "{HOSTILE}" ;
    dct:creator [ a foaf:Agent ; foaf:name "{HOSTILE}" ] ; dcat:keyword "{HOSTILE}" .
d:x{"x" * 300} a dcat:Dataset ; dct:title "{"y" * 300}" ; dct:source d:hostile .
"""
    catalog.write_text((LINKED / "linked.ttl").read_text() + added, encoding="utf-8")
    entries = (
        "- {dataset: https://data.example/hostile, deployment: here/chat, way: prompt,"
        f' by: "{HOSTILE}", when: 2026-11-01}}\n'
        "- {dataset: nowhere, deployment: here/chat, way: prompt, by: Ada, when: 2026-11-01}\n"
    )
    links.write_text((LINKED / "linked.yaml").read_text() + entries, encoding="utf-8")
    estates = {name: graph.estate([LINKED / "linked.json"]) for name in ("linked", "bare")}
    joined = join_files(import_catalog([catalog]), estates["linked"], [links])
    return Work(graph, estates, joined={"linked": joined})


@pytest.fixture(scope="session")
def address(graph: KnowledgeGraph, work: Work) -> Iterator[str]:
    spec = importlib.util.spec_from_file_location("serving_datasets", SERVING)
    assert spec
    assert spec.loader
    serving = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(serving)
    site = serving.site_over(
        graph, Threads(work), estates=tuple(work.estates), catalogs=tuple(work.joined)
    )
    with serving.serving(Strict(create_app(site))) as client:
        yield client.address


def test_datasets_of_a_deployment_are_told_without_scripts(visit: Visit) -> None:
    page = visit(PAGE, scripts=False)
    section = page.get_by_role("region", name="Datasets that reach these deployments")
    chat = section.locator("details", has_text="here/chat").first
    rows = {
        row.locator("th").inner_text(): row.inner_text() for row in chat.locator("tbody tr").all()
    }
    assert "1 step of lineage before tickets" in rows["customers"]
    assert "dpv-pd:EmailAddress" in rows["customers"]
    assert "declared by Ada on 2026-11-01, used in prompts" in rows["customers"]
    assert "directly" in rows["tickets"]
    assert "no term marks personal data" in rows["tickets"]
    assert "not known: no term says what it holds" in rows["examples"]
    batch = section.locator("details", has_text="there/batch").first
    batch.locator("summary").click()
    index = batch.locator("tr", has_text="index").inner_text()
    assert "derived" in index
    assert "lineage of" in index
    assert "Ben rejected it on 2026-11-06; the link counts until that is settled" in index


def test_what_is_not_known_is_never_said_to_be_no_access(visit: Visit) -> None:
    page = visit(PAGE)
    box = page.locator(".datasets-unknown")
    text = box.inner_text()
    assert "archive" in text
    assert "owned by Ben" in text
    assert 'That is never "no access"' in text
    assert "customers" not in text
    assert "logs" not in text
    section = page.locator("section.datasets").inner_text()
    assert "This entry counts for nothing" in section
    assert "no catalog file has the dataset 'nowhere'" in section
    box.get_by_role("link", name="All of them, to download").click()
    page.get_by_role("heading", name="Datasets that nobody has reviewed").wait_for()
    assert "archive" in page.locator("table.solutions").inner_text()


def test_candidates_are_shown_as_not_counted(visit: Visit) -> None:
    page = visit(PAGE)
    part = page.locator(".datasets-candidates")
    assert "1 suggested link to review, not counted" in part.locator("summary").inner_text()
    part.locator("summary").click()
    assert "not counted batch results to there/batch?" in part.inner_text()
    reached = page.locator(".reached", has_text="there/batch").first
    assert "batch results" not in (reached.text_content() or "")


def test_policies_judge_datasets_where_there_is_a_catalog(visit: Visit) -> None:
    page = visit(f"{PAGE}&policy=special-category-unseen")
    found = page.locator("details.finding", has_text="Nobody sees special-category data")
    assert "Violation" in found.inner_text()
    found.locator("summary").first.click()
    assert "patients in there/wide" in found.inner_text()
    page = visit("/estate?estate=bare&policy=no-training")
    text = page.locator("main").inner_text()
    assert "special-category" not in text
    assert "Datasets that reach" not in text


def test_files_that_are_sent_have_no_datasets(visit: Visit) -> None:
    page = visit("/estate?example=yes")
    page.get_by_role("button", name="Show where they go").click()
    page.locator("details.finding").first.wait_for()
    assert "special-category" not in page.locator("main").inner_text()


def test_a_question_about_datasets_has_a_form(visit: Visit) -> None:
    page = visit("/questions/catalog/datasets-with-human-review", scripts=False)
    choice = page.get_by_label("Estate", exact=True)
    assert choice.locator("option").all_inner_texts() == ["linked"]
    page.get_by_label("Dataset name").fill("customers")
    page.get_by_role("button", name="Show the answer").click()
    rows = page.locator("table.solutions tbody tr")
    assert rows.count() == 2
    assert "conditional" in rows.first.inner_text().lower()


def test_a_question_about_an_estate_without_a_catalog_says_what_it_needs(visit: Visit) -> None:
    path = "/questions/catalog/datasets-with-human-review?show=answer&estate=bare"
    page = visit(path, status=400)
    text = page.get_by_role("alert").inner_text()
    assert "the estate 'bare' is served with none" in text
    assert "--catalog bare=FILE" in text


def test_a_server_without_a_catalog_says_how_to_start_it(graph: KnowledgeGraph) -> None:
    from starlette.testclient import TestClient

    spec = importlib.util.spec_from_file_location("serving_bare", SERVING)
    assert spec
    assert spec.loader
    serving = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(serving)
    with TestClient(create_app(serving.site_over(graph))) as client:
        path = "/questions/catalog/datasets-with-human-review"
        page = client.get(path, headers={"Accept": "text/html"}).text
        assert "sightline serve --estate DIR --catalog FILE --links FILE" in page
        answer = client.get(f"/api{path}")
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert "the server has none" in answer.json()["detail"]


@pytest.mark.parametrize("dark", [False, True])
def test_section_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], dark: bool
) -> None:
    page = visit(PAGE, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    fits(page)


def test_hostile_names_stay_text(visit: Visit) -> None:
    page = visit(PAGE)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.locator("main img, main script").count() == 0
    assert HOSTILE in page.locator("section.datasets").inner_text()
    page = visit("/questions/catalog/links-of-datasets?show=answer&estate=linked")
    assert page.locator("main img, main script").count() == 0
    assert HOSTILE in page.locator("main").inner_text()


def test_section_says_what_questions_answer(work: Work) -> None:
    found = TASKS["estate_datasets"](work, {"estate": "linked"}, b"")

    def rows(name: str) -> list[dict[str, Any]]:
        answer: dict[str, Any] = TASKS["ask"](work, {"name": name, "estate": "linked"}, b"")
        told: list[dict[str, Any]] = answer["rows"]
        return told

    reached = {(r["deployment"], r["dataset"], r["steps"], r["status"])
               for r in rows("datasets-of-deployments")}  # fmt: skip
    assert reached == {
        (own["deployment"], each["dataset"], each["steps"], each["status"])
        for own in found["deployments"]
        for each in own["reaches"]["first"]
    }
    unreviewed = rows("datasets-without-reviewed-link")
    unknown = {each["dataset"] for each in found["unknown"]["first"]}
    assert unknown == {row["dataset"] for row in unreviewed if row["reaches"] is None}
    assert found["candidates"]["count"] == len(rows("link-candidates"))
    assert found["unmapped"]["count"] == len(rows("unmapped-catalog-terms"))
    personal = {
        (own["deployment"], each["category"], each["datasets"])
        for own in found["deployments"]
        for each in own["personal"]
    }
    counted = rows("personal-data-by-deployment")
    assert personal == {(r["deployment"], r["held"], r["datasets"]) for r in counted}


def test_the_page_is_not_kept_by_browsers(address: str) -> None:
    with urlopen(Request(address + PAGE), timeout=60) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
