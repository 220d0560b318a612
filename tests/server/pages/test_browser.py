"""Drive the pages in a real browser: look, keyboard, without scripts, narrow, dark, accessible."""

import re
from collections.abc import Callable
from typing import Any

import pytest

Visit = Callable[..., Any]
ASKED = "/?data=prompts&offering=azure-openai&deployment-type=global&region=swedencentral"
CHANGED = (
    "/what-if?before.offering=azure-openai&before.region=swedencentral"
    "&after.offering=azure-openai&after.region=swedencentral"
    "&after.abuse-monitoring=off&after.modified-abuse-monitoring=approved"
)
PAGES = {
    "home": "/",
    "ask": ASKED,
    "nothing-stated": "/?data=prompts&actor=model-publisher&offering=azure-openai",
    "matrix": "/matrix",
    "what-if": CHANGED,
    "questions": "/questions",
    "question": "/questions/access/who-can-access",
    "question-answered": (
        "/questions/access/who-can-access?show=answer&data=prompts&offering=azure-openai"
    ),
    "explain": (
        "/explain?id=https://w3id.org/sightline/access/offering%3Dazure-openai/2026-05-08/all"
        "/assumed/human-review/human-reviewer/view/prompts/-"
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], name: str
) -> None:
    page = visit(PAGES[name])
    page.evaluate("document.querySelectorAll('details.more').forEach(d => d.open = true)")
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    fits(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    fits(page)


@pytest.mark.parametrize("name", ["ask", "what-if"])
def test_dark_page_is_accessible(
    visit: Visit, accessible: Callable[[Any], None], name: str
) -> None:
    accessible(visit(PAGES[name], dark=True))


def test_narrow_answer_is_accessible(visit: Visit, accessible: Callable[[Any], None]) -> None:
    page = visit(ASKED, width=360)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    accessible(page)


def test_form_leads_to_an_answer(visit: Visit) -> None:
    page = visit("/")
    page.get_by_label("Who can access").select_option("outputs")
    page.get_by_label("in (region)").select_option(label="France Central")
    page.get_by_role("button", name="Show who can").click()
    page.wait_for_url("**/?data=outputs&offering=azure-openai&*region=francecentral")
    assert page.get_by_role("heading", name="In short").is_visible()
    review = page.get_by_role("row").filter(has_text="Human reviewer view outputs")
    assert "Conditional" in review.inner_text()
    assert "Permitted if flagged and just-in-time approval" in review.inner_text()
    assert page.get_by_label("Who can access").input_value() == "outputs"


def test_addresses_leave_out_what_says_nothing(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("button", name="Show who can").click()
    page.wait_for_url("**/?*region=swedencentral")
    assert "=&" not in page.url
    assert page.url.count("=") == 4


def test_everything_works_without_scripts(visit: Visit) -> None:
    page = visit("/", scripts=False)
    assert page.locator("[data-theme-toggle]").is_hidden()
    page.get_by_role("button", name="Show who can").click()
    page.wait_for_url("**/?*data=prompts*")
    chip = page.locator("details.source summary").first
    chip.click()
    assert page.get_by_role("link", name="Read the sentence").first.is_visible()
    chip.click()
    page.get_by_role("link", name=re.compile("^Explain ?: Human reviewer view prompts$")).click()
    assert "Human reviewer: view prompts" in page.locator("h1").inner_text()
    page.goto(CHANGED)
    assert page.get_by_text("maybe lost").first.is_visible()


def test_a_keyboard_is_enough(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "data"
    page.keyboard.type("Outputs")
    for _ in range(5):  # three facets, the disclosure, the button
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/?data=outputs*")
    chip = page.locator("details.source > summary").first
    chip.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.source[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.source[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_colours_follow_the_system_until_chosen(visit: Visit) -> None:
    page = visit("/", dark=True)
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_role("button", name="Use light colours").click()
    light = page.evaluate(colour)
    assert dark != light
    page.goto("/questions")
    assert page.evaluate(colour) == light
    page.get_by_role("button", name="Use dark colours").click()
    assert page.evaluate(colour) == dark


def test_a_link_settles_an_open_condition(visit: Visit) -> None:
    page = visit(ASKED)
    settle = page.get_by_role("region", name="What would settle open conditions")
    assert settle.get_by_text("Workload", exact=True).is_visible()
    settle.get_by_role("link", name="workload: real-time").click()
    page.wait_for_url("**&workload=real-time")
    settled = page.get_by_role("region", name="What would settle open conditions")
    assert settled.get_by_text("Workload", exact=True).count() == 0


def test_a_cell_of_the_matrix_leads_to_its_rows(visit: Visit) -> None:
    page = visit("/matrix")
    cell = page.get_by_role("link", name="Human reviewer, prompts")
    assert "Conditional" in cell.inner_text()
    silent = page.get_by_role("link", name="Human reviewer, embeddings: Not stated")
    assert silent.is_visible()
    cell.click()
    page.wait_for_url("**actor=human-reviewer*")
    assert page.locator(".lines-verdict .verdict").all_text_contents() == ["~Conditional"]


def test_nothing_stated_is_shown_as_that(visit: Visit) -> None:
    page = visit(PAGES["nothing-stated"])
    assert page.locator(".lines-verdict .verdict").all_text_contents() == ["?Not stated"]
    assert "near:" in page.locator("details.source > summary").first.inner_text()
    assert page.locator(".verdict-prohibited").count() == 0


def test_a_wrong_value_is_explained_beside_the_form(visit: Visit) -> None:
    page = visit("/?data=promps&offering=azure-openai", status=400)
    alert = page.get_by_role("alert")
    assert "promps" in alert.inner_text()
    assert "prompts" in alert.inner_text()
    assert page.get_by_role("button", name="Show who can").is_visible()


def test_the_printed_page_leaves_out_what_is_for_screens(visit: Visit) -> None:
    page = visit(ASKED, dark=True)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.get_by_label("Workload").is_hidden()
    assert page.locator(".frame-header").is_hidden()
    assert page.get_by_role("link", name="Read the sentence").first.is_visible()


@pytest.mark.parametrize("name", ["ask", "question-answered"])
def test_questions_with_hostile_texts_stay_texts(visit: Visit, name: str) -> None:
    hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3Cimg src=x onerror=alert(1)%3E"
    page = visit(PAGES[name].replace("prompts", hostile), status=400)
    assert page.locator("img, body script").count() == 0
