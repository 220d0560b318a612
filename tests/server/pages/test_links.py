"""Links of pages lead somewhere on this server."""

import re
from html import unescape
from importlib.util import find_spec
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

ASKED = "/?data=prompts&offering=azure-openai&deployment-type=global&region=swedencentral"
PAGES = (
    ASKED,
    "/matrix",
    "/flow?data=prompts&offering=azure-openai&deployment-type=global&region=swedencentral",
    "/sparql-editor?query=SELECT%20%2A%20%7B%20%3Fs%20a%20sl%3AActor%20%7D",
    "/what-if?before.offering=azure-openai&after.offering=serverless-api&data=prompts",
    "/questions/access/who-can-access?show=answer&data=prompts&offering=azure-openai",
    "/questions/changes/dropped-not-denied?show=answer",
    "/explain?id=https://w3id.org/sightline/access/offering%3Dazure-openai/2026-05-08/all"
    "/assumed/human-review/human-reviewer/view/prompts/-",
)
_LINK = re.compile(r'<(?:a|link)\b[^>]* href="(/[^"]*)"|<script\b[^>]* src="(/[^"]*)"')
_ROOMS = {
    "/api/": "sightline.server.api",
    "/id/": "sightline.server.linked",
    "/flow": "sightline.server.pages.flow",
    "/documents": "sightline.server.pages.documents",
    "/estate": "sightline.server.pages.estate",
    "/sparql-editor": "sightline.server.pages.sparql_editor",
    "/vocabulary": "sightline.server.pages.vocabulary",
}
"""What begins a path -> the module that has to answer it."""


def read(address: str, accept: str = "*/*") -> tuple[int, str]:
    try:
        with urlopen(Request(address, headers={"Accept": accept}), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def links(body: str) -> list[str]:
    """List the addresses of a page, one for each path of statements and answers."""
    found: dict[str, str] = {}
    for match in _LINK.finditer(body):
        link = unescape(match[1] or match[2])
        kind = re.sub(r"(/id/\w+/|/explain\?|/\?).*", r"\1", link.partition("#")[0])
        found.setdefault(kind, link)
    return list(found.values())


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(address: str, page: str) -> None:
    status, body = read(address + page, "text/html")
    assert status == 200
    broken = []
    for link in links(body):
        room = next((module for start, module in _ROOMS.items() if link.startswith(start)), None)
        if room is None or find_spec(room) is not None:
            status, _ = read(address + link)
            if status != 200:
                broken.append((status, link))
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_downloads_are_there(address: str, page: str) -> None:
    if find_spec("sightline.server.api") is None:
        pytest.skip("there is no HTTP API yet")
    _, body = read(address + page, "text/html")
    found = [link for link in links(body) if link.startswith("/api/")]
    assert found or page.partition("?")[0] in ("/matrix", "/flow", "/sparql-editor")
    for link in found:
        assert read(address + link)[0] == 200


CONTRADICTION = "offering=azure-openai&content-logging=false&abuse-monitoring=on"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (f"/?{CONTRADICTION}", "although the documents say otherwise"),
        (f"/matrix?{CONTRADICTION}", "although the documents say otherwise"),
        (f"/flow?{CONTRADICTION}", "although the documents say otherwise"),
        ("/what-if?before.offering=azure-openai&after.offering=azure-openai"
         "&after.content-logging=false&after.abuse-monitoring=on", "off follows from the rest"),
    ],
)  # fmt: skip
def test_what_was_given_against_the_documents_is_said(address: str, page: str, said: str) -> None:
    assert said in read(address + page, "text/html")[1]
    plain = page.replace("content-logging=false", "content-logging=absent")
    assert said not in read(address + plain, "text/html")[1]


@pytest.mark.parametrize(
    "page",
    [
        "/?offering=azure-openai&regoin=swedencentral",
        "/matrix?regoin=swedencentral",
        "/flow?offering=azure-openai&regoin=swedencentral&data=prompts",
        "/flow.svg?offering=azure-openai&regoin=swedencentral",
        "/what-if?before.offering=azure-openai&after.regoin=swedencentral",
    ],
)
def test_a_misspelt_facet_does_not_give_another_answer(address: str, page: str) -> None:
    status, body = read(address + page, "text/html")
    assert status == 400
    assert "unknown facet" in unescape(body)
    assert "did you mean 'region'" in unescape(body)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("access/who-can-access?data=prompts&offering=azure-openai&regoin=eastus", "unknown facet"),
        ("changes/dropped-not-denied?show=answer&documnet=x", "has no parameter 'documnet'"),
        ("reports/what-can-be-deleted?dat=prompts", "has no parameter 'dat'"),
    ],
)
def test_a_misspelt_parameter_does_not_answer_another_question(
    address: str, page: str, told: str
) -> None:
    status, body = read(f"{address}/questions/{page}", "text/html")
    assert status in (400, 422)
    assert told in unescape(body)
