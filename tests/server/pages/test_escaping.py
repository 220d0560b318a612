"""Whatever a query says, pages show it as text, and links lead only to the web."""

import re
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from sightline.server.pages.rendering import is_web_address, term_url

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
PAGES = {
    "/": ("data", "actor", "activity", "action", "as_of", "collection", "offering", "region"),
    "/matrix": ("activity", "action", "as_of", "collection", "offering", "region"),
    "/what-if": ("data", "before.offering", "after.region", "as_of", "collection"),
    "/explain": ("id",),
    "/flow": ("data", "actor", "activity", "action", "as_of", "collection", "offering", "region"),
    "/sparql-editor": ("query",),
    "/questions": ("q",),
    "/questions/access/who-can-access": ("data", "verdict", "offering", "as_of", "estate"),
    "/questions/changes/version-changes": ("before", "after"),
    "/questions/evidence/find-sentences": ("text", "words", "show"),
    "/questions/estate/facet-values": ("estate",),
}
CASES = [(path, name) for path, names in PAGES.items() for name in names]


def read(address: str) -> tuple[int, str]:
    try:
        request = Request(address, headers={"Accept": "text/html"})
        with urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(("path", "name"), CASES)
def test_hostile_values_stay_text(address: str, path: str, name: str) -> None:
    query = {"offering": "azure-openai", name: HOSTILE}
    status, body = read(f"{address}{path}?{urlencode(query)}")
    assert status in (200, 400)
    assert body.startswith("<!doctype html>")
    assert "<script>alert" not in body
    assert "<img" not in body
    assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(\d*)", body)


def test_a_hostile_path_stays_text(address: str) -> None:
    status, body = read(f"{address}/questions/access/%3Cscript%3Ealert(1)%3C/script%3E")
    assert status == 404
    assert "<script>alert" not in body


def test_only_web_addresses_become_links() -> None:
    assert is_web_address("https://example.org/")
    for text in ("javascript:alert(1)", "data:text/html,x", " https://example.org", "//host", None):
        assert not is_web_address(text)
    assert term_url("", "https://w3id.org/sightline/actor/a?b#c") == "/id/actor/a%3Fb%23c"
    assert term_url("/below", "https://w3id.org/sightline/actor/a") == "/below/id/actor/a"
