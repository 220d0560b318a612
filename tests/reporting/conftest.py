"""Run reports on the small case as a user does, and print pages as a browser does."""

import re
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from sightline.cli import main

CASE = Path(__file__).parent / "case"
CHROMIUM = Path("/usr/bin/chromium")
DAY = ("--as-of", "2026-05-08")

_HOSTILE = "<script>alert(1)</script>\u202e|`*_[x](javascript:alert(1))\n# =1+1 & \x1b[2J"


@pytest.fixture(scope="session")
def hostile() -> str:
    """Give a name that would break each of the forms."""
    return _HOSTILE


@pytest.fixture(scope="session")
def report() -> Callable[..., tuple[int, str, str]]:
    """Give the exit code and what a report prints, run in the folder of the case."""

    def run(*arguments: str, folder: Path = CASE) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        with chdir(folder), redirect_stdout(out), redirect_stderr(err):
            code = main(["report", *arguments, *DAY])
        return code, out.getvalue(), err.getvalue()

    return run


@pytest.fixture(scope="module")  # its event loop must not outlive these tests
def browser() -> Iterator[Any]:
    """Start the browser of the system."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def printed(browser: Any) -> Callable[[str], int]:
    """Give how many pages a page of HTML prints on; it must load nothing and fit a phone."""

    def pages(html: str) -> int:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        asked: list[Any] = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(html)
        width = page.evaluate("document.documentElement.scrollWidth")
        made = page.pdf(prefer_css_page_size=True)
        page.close()
        assert asked == []
        assert width <= 360
        return len(re.findall(rb"/Type\s*/Page\b(?!s)", made))

    return pages
