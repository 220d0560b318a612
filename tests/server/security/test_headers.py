"""Each answer, errors too, tells browsers to keep it to itself; pages work under that."""

import re
from pathlib import Path
from typing import Any

import pytest

from sightline.server.app import create_app
from sightline.server.security.headers import policy

from .conftest import ask_host

PATHS = {
    "/": 200,
    "/nowhere": 404,
    "/sparql": 200,
    "/sparql?query=no": 400,
    "/health": 200,
    "/static/css/tokens.css": 200,
    "/static/nowhere": 404,
    "/id/actor/customer": 200,
    "/metrics": 200,
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0.9, */*;q=0.1"])
def test_all_answers_have_them(open_server: Any, path: str, host: str, accept: str) -> None:
    answer = ask_host(open_server, path, host, {"Accept": accept})
    headers = answer.headers
    if host == "localhost":
        assert answer.status in (PATHS[path], 303)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers.get("strict-transport-security") is None
    assert headers.get("server") is None
    assert headers["x-frame-options"] == "DENY"
    csp = headers["content-security-policy"]
    assert headers.get_all("content-security-policy") == [csp]
    assert "default-src 'none'" in csp
    assert "frame-ancestors 'none'" in csp
    assert ("script-src 'self'" in csp) is (answer.media_type == "text/html")
    assert "unsafe" not in csp
    if not path.startswith("/static/css"):
        assert re.search("no-store|no-cache", headers["cache-control"])


def test_a_nonce_is_for_one_page(open_server: Any) -> None:
    found = [
        re.findall("'nonce-([^']+)'", open_server("/", {"Accept": "text/html"}).headers[
            "content-security-policy"])
        for _ in range(3)
    ]  # fmt: skip
    assert all(len(each) == 1 and len(each[0]) >= 20 for each in found)
    assert len({each[0] for each in found}) == 3


def test_https_is_asked_for_only_where_there_is_https(serving: Any, site_of: Any) -> None:
    with serving.serving(create_app(site_of(url="https://localhost/"))) as client:
        assert client("/health").headers["strict-transport-security"] == "max-age=31536000"
    with serving.serving(create_app(site_of(url="http://localhost/"))) as client:
        assert client("/health").headers.get("strict-transport-security") is None


def test_drawings_may_be_styled_and_nothing_else() -> None:
    found = policy("image/svg+xml", "n")
    assert "sandbox" in found
    assert "script-src" not in found


def test_the_browser_runs_no_script_that_is_not_ours(open_server: Any) -> None:
    api = pytest.importorskip("playwright.sync_api")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip(f"there is no {chromium}")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto(open_server.address)
        page.evaluate("document.cookie = 'a=b'")
        tried = page.evaluate(
            """async () => {
                const done = [];
                const script = document.createElement('script');
                try { script.text = "window.broken = 1"; document.body.append(script); }
                catch (error) { done.push(error.name); }
                try { document.body.innerHTML = '<img src=x onerror="window.broken = 1">'; }
                catch (error) { done.push(error.name); }
                try { await fetch("http://127.0.0.1:9/"); } catch (error) { done.push(error.name); }
                return [window.broken ?? null, done];
            }"""
        )
        framed = browser.new_page()
        framed.set_content(f'<iframe src="{open_server.address}/"></iframe>')
        framed.wait_for_timeout(300)
        inner = [frame.url for frame in framed.frames[1:]]
        browser.close()
    assert tried == [None, ["TypeError", "TypeError", "TypeError"]]
    assert refused
    assert inner == ["chrome-error://chromewebdata/"]
