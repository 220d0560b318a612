"""A server and a real browser for tests of pages, which fail on whatever the browser complains of.

``visit(path)`` opens a page and gives it; when the test is over, no request has gone elsewhere, the
console has no error, and nothing was refused by the content security policy. ``accessible(page)``
checks a page with axe-core.
"""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.graph import KnowledgeGraph

CHROMIUM = Path("/usr/bin/chromium")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types elk"
)
SERVING = Path(__file__).parent.parent / "protocol" / "serving.py"

Visit = Callable[..., Any]


class Strict:
    """Send the strictest policy that pages have to live with, where the server sends none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Content-Security-Policy", POLICY)
            await send(message)

        await self.app(scope, receive, sending)


@pytest.fixture(scope="session")
def address(graph: KnowledgeGraph) -> Iterator[str]:
    """Serve the shipped knowledge on a free port."""
    from sightline.server.app import create_app

    spec = importlib.util.spec_from_file_location("serving_pages", SERVING)
    assert spec
    assert spec.loader
    serving = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(serving)
    with serving.serving(Strict(create_app(serving.site_over(graph)))) as client:
        yield client.address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start the browser; for one module, as its event loop must not outlive these tests."""
    api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    """Open pages: ``visit(path, width=1280, dark=False, scripts=True, status=200)``."""
    faults: list[str] = []
    contexts = []

    def open_page(
        path: str, *, width: int = 1280, dark: bool = False, scripts: bool = True, status: int = 200
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            base_url=address,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("request", lambda request: _elsewhere(address, request.url, faults))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda message: _complaint(message, status, faults))
        if scripts:
            page.add_init_script(
                "addEventListener('securitypolicyviolation', e => console.error("
                "'policy: ' + e.violatedDirective + ' ' + e.blockedURI))"
            )
        answer = page.goto(path)
        assert answer.status == status
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _elsewhere(address: str, url: str, faults: list[str]) -> None:
    if not url.startswith((f"{address}/", "data:", "blob:")):
        faults.append(f"request to {url}")


def _complaint(message: Any, status: int, faults: list[str]) -> None:
    if message.type in ("error", "warning") and not (
        status != 200 and f"status of {status}" in message.text
    ):
        faults.append(f"console: {message.text}")


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Check a page with axe-core: nothing serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def check(page: Any) -> None:
        found = axe.run(page).response["violations"]
        grave = [
            f"{v['id']}: {node['target']} {node['failureSummary']}"
            for v in found
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"][:3]
        ]
        assert grave == []

    return check


@pytest.fixture
def fits() -> Callable[[Any], None]:
    """Check that a page does not scroll sideways."""

    def check(page: Any) -> None:
        wide = page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide[0] <= wide[1]

    return check
