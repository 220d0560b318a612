"""A user's own files: the answer first, in one process, whatever the files are called or hold."""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import starlette.requests

from sightline.errors import SightlineError
from sightline.graph import KnowledgeGraph
from sightline.server.pages import deployed, findings, settling, uploads
from sightline.service.tasks import TASKS
from sightline.service.work import Work

Visit = Callable[..., Any]
SERVER = Path(__file__).parents[3] / "src" / "sightline" / "server"
EXAMPLE = (SERVER / "templates" / "examples" / "template.json").read_text(encoding="utf-8")
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


def template(**changes: object) -> str:
    """Write a template whose size is a parameter, and whose place is that of its group."""
    made = json.loads(EXAMPLE)
    for resource in made["resources"]:
        if "location" in resource:
            resource["location"] = "[resourceGroup().location]"
    return json.dumps({**made, **changes}, indent=1)


def choose(page: Any, *files: tuple[str, str | bytes]) -> None:
    page.get_by_label("Your template, plan or listing").set_input_files(
        [
            {
                "name": name,
                "mimeType": "application/json",
                "buffer": text if isinstance(text, bytes) else text.encode(),
            }
            for name, text in files
        ]
    )
    page.get_by_role("button", name="Show where they go").click()


def post(address: str, body: bytes, kind: str, path: str = "/estate") -> tuple[int, str]:
    request = Request(address + path, body, {"Content-Type": kind, "Accept": "text/html"})
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def multipart(*files: tuple[str, bytes]) -> tuple[bytes, str]:
    """Write a form with files that chooses no policy."""
    fields = {"chosen": "yes"}
    parts = [
        b'Content-Disposition: form-data; name="files"; filename="%s"\r\n\r\n%s'
        % (name.replace('"', "%22").encode(), content)
        for name, content in files
    ]
    parts += [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (n.encode(), v.encode())
        for n, v in fields.items()
    ]
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    return body, "multipart/form-data; boundary=edge"


def test_own_template_is_answered_without_scripts_and_at_once(visit: Visit) -> None:
    page = visit("/estate", scripts=False)
    choose(page, ("main.json", EXAMPLE))
    card = page.get_by_role("article", name="assistant/chat")
    assert card.get_by_role("heading", name="Where prompts can go").is_visible()
    assert card.get_by_text("may leave the EEA").first.is_visible()
    assert card.get_by_role("heading", name="Who can see them, and who cannot").is_visible()
    reviewer = card.locator("li").filter(has_text="Human reviewer").first
    assert "permitted if flagged and just-in-time approval" in reviewer.inner_text()
    box = card.bounding_box()
    assert box
    assert box["y"] < 400  # the answer begins on the first screen
    assert "Nothing of this was stored" in page.locator("main").inner_text()


def test_lines_of_a_card_lead_to_the_same_answer(visit: Visit) -> None:
    page = visit("/estate?example=yes")
    page.get_by_role("button", name="Show where they go").click()
    card = page.get_by_role("article", name="assistant/chat")
    card.get_by_role("link", name="Every line with its source").click()
    page.wait_for_url("**/?*deployment-type=global*")
    assert "network=private" in page.url
    assert "data=prompts" in page.url
    assert page.get_by_role("heading", name="In short").is_visible()


def test_what_is_open_can_be_settled_and_nothing_is_sent_twice(visit: Visit) -> None:
    page = visit("/estate", scripts=False)
    choose(page, ("main.json", template()))
    search = page.get_by_role("article", name="assistant/search")
    assert "data zone or global or standard" in search.inner_text()
    page.get_by_label("Parameter size").fill("Standard")
    page.get_by_label("Location of the resource group").select_option(label="France Central")
    page.get_by_role("button", name="Answer again").click()
    search = page.get_by_role("article", name="assistant/search")
    assert "deployment type: standard" in search.inner_text()
    assert "region: France Central" in search.inner_text()
    assert page.get_by_label("Parameter size").input_value() == "Standard"


def test_facets_and_data_can_be_chosen(visit: Visit) -> None:
    page = visit("/estate?example=yes")
    page.get_by_role("button", name="Show where they go").click()
    page.get_by_label("Deployment type", exact=True).select_option("data-zone")
    page.get_by_label("Answer about").select_option("outputs")
    page.get_by_role("button", name="Answer again").click()
    search = page.get_by_role("article", name="assistant/search")
    assert "deployment type: data zone" in search.inner_text()
    assert search.get_by_role("heading", name="Where outputs can go").is_visible()
    chat = page.get_by_role("article", name="assistant/chat")
    assert "deployment type: global" in chat.inner_text()  # what a file says stays


def test_policies_have_three_results_and_can_be_chosen(visit: Visit) -> None:
    page = visit("/estate?example=yes")
    page.get_by_role("button", name="Show where they go").click()
    results = page.locator("details.finding")
    texts = results.all_inner_texts()
    for word in ("Violation", "Unknown", "Conforms"):
        assert any(word in text for text in texts)
    filtering = results.filter(has_text="Content filter on")
    assert "Unknown" in filtering.inner_text()
    page.get_by_text("Choose policies and their parameters").click()
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("checkbox", name="No human review").check()
    page.get_by_role("button", name="Judge again").click()
    shown = page.locator("details.finding")
    assert "No human review" in shown.all_inner_texts()[0]
    assert not any("Content filter" in text for text in shown.all_inner_texts())


def test_a_keyboard_is_enough(visit: Visit) -> None:
    page = visit("/estate?example=yes")
    page.get_by_label("Text of one file").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Show where they go"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.get_by_role("article", name="assistant/chat").wait_for()
    finding = page.locator("details.finding > summary").first
    finding.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.finding[open]").count() == 1


@pytest.mark.parametrize("dark", [False, True])
def test_answer_is_accessible_and_narrow_enough(
    visit: Visit, accessible: Callable[[Any], None], fits: Callable[[Any], None], dark: bool
) -> None:
    page = visit("/estate?example=yes", dark=dark)
    accessible(page)
    page.get_by_role("button", name="Show where they go").click()
    page.get_by_role("article", name="assistant/chat").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    fits(page)


def test_hostile_names_and_contents_stay_text(visit: Visit, fits: Callable[[Any], None]) -> None:
    page = visit("/estate")
    hostile = json.loads(EXAMPLE)
    for resource in hostile["resources"]:
        resource["name"] = resource["name"].replace("assistant", HOSTILE.replace("/", "-"))
    hostile["parameters"] = {HOSTILE: {"type": "string"}}
    hostile["resources"][-1]["sku"]["name"] = f"[parameters('{HOSTILE.replace(chr(39), '')}')]"
    choose(
        page,
        (f"{HOSTILE.replace('/', '-')}.json", json.dumps(hostile)),
        ("x" * 300 + ".json", b"\xff\x00\xfe"),
        ("{{7*7}}\u202egpj.json", f'{{"a": "{HOSTILE.replace(chr(34), "")}"'),
    )
    page.locator("h1", has_text="Where your data can go").wait_for()
    assert page.locator("main img, main script").count() == 0
    assert "{{7*7}}" in page.locator("main").inner_text()
    assert page.locator(".box-error[role=alert]").count() == 2
    page.set_viewport_size({"width": 360, "height": 800})
    fits(page)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=edge", 400),
        (b"nothing of the kind", "multipart/form-data; boundary=edge", 400),
        (b"--edge\r\n\r\n", "multipart/form-data", 400),
        (b"{}", "application/json", 415),
        (b"held=damaged", "application/x-www-form-urlencoded", 400),
        (b"held=!!.!!", "application/x-www-form-urlencoded", 400),
        (b"pasted=%FF%00%ED%A0%80", "application/x-www-form-urlencoded", 200),
        (b"pasted=" + b"[" * 100_000, "application/x-www-form-urlencoded", 200),
        (b"estate=../../etc/passwd", "application/x-www-form-urlencoded", 400),
        (b"chosen=yes&pasted={}&facet.region=nowhere", "application/x-www-form-urlencoded", 400),
        (b"chosen=yes&pasted={}&facet.nothing=x", "application/x-www-form-urlencoded", 400),
        (b"chosen=yes&pasted={}&data=nothing", "application/x-www-form-urlencoded", 400),
    ],
)
def test_hostile_forms_have_one_line_errors(
    address: str, body: bytes, kind: str, status: int
) -> None:
    found, page = post(address, body, kind)
    assert found == status
    alerts = re.findall(r'<div class="box box-error" role="alert">(.*?)</div>', page, re.DOTALL)
    assert alerts
    assert "Traceback" not in page
    assert all(len(unescape(re.sub("<[^>]*>", " ", alert))) < 800 for alert in alerts)


def test_files_of_one_name_are_refused(address: str) -> None:
    status, page = post(address, *multipart(("a.json", b"{}"), ("a.json", b"[]")))
    assert status == 400
    assert "two files are named" in page


def test_a_linked_file_is_never_looked_up_on_disk(address: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(EXAMPLE.replace("assistant", "planted"))
    link = {
        "type": "Microsoft.Resources/deployments",
        "name": "inner",
        "properties": {"templateLink": {"relativePath": str(secret), "uri": secret.as_uri()}},
    }
    made = json.loads(EXAMPLE)
    body = json.dumps({**made, "resources": [*made["resources"], link]}).encode()
    _, page = post(address, *multipart((str(tmp_path / "main.json"), body)))
    assert "assistant" in page
    assert "planted" not in page


def test_secrets_and_other_contents_do_not_stand_in_the_answer(address: str) -> None:
    made = json.loads(EXAMPLE)
    made["outputs"] = {"key": {"type": "string", "value": "kept-to-oneself"}}
    made["resources"][0]["properties"]["apiKey"] = "not-for-any-page"
    body, kind = multipart(("main.json", json.dumps(made).encode()))
    _, page = post(address, body, kind)
    for text in ("kept-to-oneself", "not-for-any-page"):
        assert text not in page


def test_the_answer_is_not_kept_by_browsers(address: str) -> None:
    body, kind = multipart(("main.json", EXAMPLE.encode()))
    request = Request(f"{address}/estate", body, {"Content-Type": kind})
    with urlopen(request, timeout=30) as answer:
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_too_large_for_a_page_is_chosen_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "HELD", 100)
    _, page = post(address, *multipart(("main.json", EXAMPLE.encode())))
    assert "Choose the files again" in page
    assert 'name="held"' not in page


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=edge", "text/plain", ""])
def test_a_body_beyond_the_limit_is_refused(kind: str) -> None:
    body, _ = multipart(("big.json", b" " * 2_000))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    request = starlette.requests.Request(
        {"type": "http", "method": "POST", "headers": headers}, receive
    )
    with ThreadPoolExecutor() as own_loop, pytest.raises(SightlineError) as refused:
        own_loop.submit(asyncio.run, uploads.read_form(request, 1_000)).result()
    assert refused.value.code == ("input.too-large" if "edge" in kind else "request.media-type")


def test_cards_have_every_row_and_verdict(graph: KnowledgeGraph) -> None:
    body = EXAMPLE.encode()
    given = {"files": [{"name": "main.json", "size": len(body)}], "data": "prompts"}
    found = TASKS["estate_overview"](Work(graph), given, body)
    cards = deployed.cards(graph.knowledge, found["answers"], "prompts")
    names = [each["name"] for card in cards for each in card.deployments]
    assert names == ["chat", "search"]
    answers = sorted(found["answers"], key=lambda answer: answer["deployments"][0]["line"])
    for card, answer in zip(cards, answers, strict=True):
        shown = {(verdict, who.actor) for verdict, parties in card.who for who in parties}
        label = graph.knowledge.label
        assert shown == {(row["verdict"], label("actor", row["actor"])) for row in answer["access"]}


def test_a_deployment_that_no_document_governs_is_no_pass(address: str) -> None:
    foreign = EXAMPLE.replace('"format": "OpenAI"', '"format": "Anthropic"')
    _, page = post(address, *multipart(("main.json", foreign.encode())))
    assert "That is no pass" in page


def test_policies_that_are_not_for_a_deployment_are_no_pass(graph: KnowledgeGraph) -> None:
    gate = {"findings": [], "found": {}, "conforming": {}, "deployments": 3}
    gate |= {"counts": {}, "warnings": []}
    chosen = findings.Chosen(("some-policy",), {})
    known = [{"name": "some-policy", "label": "Some policy", "judges": "deployments"}]
    (group,) = findings.context(graph.knowledge, gate, chosen, known)["groups"]
    assert group["outcome"] == "not-for"
    assert group["left_out"] == 3


def test_form_to_settle_offers_what_answers_wait_for(graph: KnowledgeGraph) -> None:
    body = template().encode()
    given = {"files": [{"name": "main.json", "size": len(body)}]}
    found = TASKS["estate_overview"](Work(graph), {**given, "data": "prompts"}, body)
    form = settling.form(graph.knowledge, found, {})
    assert [each.label for each in form.parameters] == ["size"]
    assert form.location
    tokens = {item.field.name.removeprefix(settling.FACET) for item in form.facets}
    open_facets = {
        item["facet"]
        for answer in found["answers"]
        for each in answer["deployments"]
        for item in each["unsettled"]
    }
    assert open_facets - tokens <= {"region"}


def test_form_for_an_estate_of_the_server_has_nothing_that_reading_would_need(
    graph: KnowledgeGraph,
) -> None:
    body = template().encode()
    given = {"files": [{"name": "main.json", "size": len(body)}]}
    found = TASKS["estate_overview"](Work(graph), given, body)
    form = settling.form(graph.knowledge, found, {"estate": "production"})
    assert form.parameters == ()
    assert form.location is None
    assert "facet.region" in {item.field.name for item in form.facets}
