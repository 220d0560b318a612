"""The page in a browser: it asks for nothing, fits narrow screens and paper, and is accessible."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def page_file(report: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "record.html"
    path.write_bytes(report("desk", "controller", "html"))
    return path.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_asks_for_nothing(
    scheme: Any, browser: Any, page_file: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # The policy of the page lets no script run, and axe-core is one.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file)
    assert asked == [page_file]
    violations = axe.run(page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_screen(width: int, browser: Any, page_file: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_page_prints(browser: Any, page_file: str) -> None:
    page = browser.new_page()
    page.goto(page_file)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.close()
