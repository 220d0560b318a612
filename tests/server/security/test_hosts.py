"""Other hosts, and pages of other sites, get nothing; programs and our own pages do."""

from typing import Any

import pytest

from sightline.server.app import create_app

from .conftest import ask_host

EVIL = "https://evil.example"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("LOCALHOST:1234", 200), ("127.0.0.1", 200), ("127.9.9.9:80", 200),
        ("[::1]:8000", 200), ("localhost.", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("evil.localhost", 421),
        ("127.0.0.1.evil.example", 421), ("10.0.0.1", 421), ("[::2]", 421), ("", 421),
        ("localhost@evil.example", 421), ("localhost:8000:1", 421), ("127.0.0.1, evil", 421),
        ("0.0.0.0", 421), ("2130706433", 421), ("sightline.example", 421),
    ],
)  # fmt: skip
def test_the_host_has_to_be_ours(open_server: Any, host: str, status: int) -> None:
    for path in ("/health", "/sparql?query=ASK%7B%7D", "/", "/nowhere"):
        answer = ask_host(open_server, path, host)
        assert answer.status == (404 if status == 200 and path == "/nowhere" else status)


def test_names_can_be_added(serving: Any, site_of: Any) -> None:
    site = site_of(allowed_hosts=("intra.example",), url="https://Sightline.example/x")
    with serving.serving(create_app(site)) as client:
        for host in ("intra.example", "INTRA.example:81", "sightline.example", "localhost"):
            assert ask_host(client, "/health", host).status == 200
        for host in ("x.intra.example", "example", "evil.example"):
            assert ask_host(client, "/health", host).status == 421


def test_the_origin_of_the_public_address_is_our_own(serving: Any, site_of: Any) -> None:
    with serving.serving(create_app(site_of(url="https://sightline.example/"))) as client:

        def post(origin: str) -> int:
            sent = {"Origin": origin, "Content-Type": "application/sparql-query"}
            status: int = client("/sparql", sent, "POST", b"ASK {}").status
            return status

        assert post("https://sightline.example") == 200
        assert post("https://sightline.example:443") == 200
        assert post("http://sightline.example") == 403
        assert post("https://sightline.example:8443") == 403
        assert post(EVIL) == 403


CASES: list[tuple[str, dict[str, str], bool]] = [
    ("GET", {}, True),
    ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, True),
    ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, True),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
             "Sec-Fetch-Dest": "document"}, True),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
             "Sec-Fetch-Dest": "iframe"}, False),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": EVIL}, False),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
    ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, False),
    ("GET", {"Sec-Fetch-Site": "made-up"}, False),
    ("GET", {"Origin": EVIL}, False),
    ("GET", {"Origin": "null"}, False),
    ("GET", {"Origin": "OWN"}, True),
    ("POST", {}, True),
    ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
    ("POST", {"Origin": "OWN"}, True),
    ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
              "Sec-Fetch-Dest": "document"}, False),
    ("POST", {"Sec-Fetch-Site": "same-site"}, False),
    ("POST", {"Origin": EVIL}, False),
    ("POST", {"Origin": "null"}, False),
    ("POST", {"Origin": "http://localhost:1"}, False),
    ("POST", {"Origin": "http://[bad"}, False),
    ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "GET"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("method", "headers", "answered"), CASES)
def test_pages_of_other_sites_get_nothing(
    open_server: Any, method: str, headers: dict[str, str], answered: bool
) -> None:
    own = {n: open_server.address if v == "OWN" else v for n, v in headers.items()}
    body = b"ASK {}" if method == "POST" else None
    sent = {**own, "Content-Type": "application/sparql-query"}
    answer = open_server(
        "/sparql?query=ASK%7B%7D" if body is None else "/sparql", sent, method, body
    )
    assert (answer.status < 300) is answered
    if not answered:
        assert answer.status == 403
        assert "boolean" not in answer.text
    for name in answer.headers:
        assert not name.lower().startswith("access-control-")
