"""Take the pictures of the web pages anew: start a server, open each page, write docs/screenshots.

Needs the Chromium of the system and the packages of the extra ``test``::

    python docs/screenshots.py [NAME ...]
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright
from report_examples import register

from sightline.catalogs import import_catalog
from sightline.cli import main as cli
from sightline.graph import KnowledgeGraph
from sightline.joining import join_files
from sightline.reporting.register_html import html
from sightline.server.app import create_app
from sightline.server.editor import examples
from sightline.server.listening import Server, configured, listen, url
from sightline.server.settings import Settings
from sightline.server.site import Site
from sightline.service.work import Work
from sightline.service.workers import Threads

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).resolve().parent / "screenshots"
_LINKED = FOLDER.parents[1] / "tests" / "queries"

_ASKED = "/?data=prompts&offering=azure-openai&deployment-type=global&region=swedencentral"
_CHANGED = (
    "/what-if?before.offering=azure-openai&before.deployment-type=standard"
    "&before.region=swedencentral&after.offering=azure-openai&after.deployment-type=global"
    "&after.region=swedencentral&after.abuse-monitoring=off"
    "&after.modified-abuse-monitoring=approved&data=prompts"
)
_EXPLAINED = (
    "/explain?id=https://w3id.org/sightline/access/offering%3Dazure-openai%26region%3D"
    "swedencentral/2026-05-08/all/assumed/human-review/human-reviewer/view/prompts/-"
)


_OWN = "/estate?example=yes"
_SHOW = "Show where they go"
_SERVED = "/estate?estate=production"
_VERSION = "/documents/model-catalog-data-privacy/2026-01-26"
_DRAWN = "/flow?data=prompts&offering=azure-openai&deployment-type=global&region=swedencentral"
_QUERY = f"/sparql-editor?query={quote(examples()[0].text)}"
_WRONG = f"/sparql-editor?query={quote(examples()[2].text.replace('WHERE', 'WERE'))}"


class Picture(NamedTuple):
    """A page, and how it is looked at.

    ``part`` is scrolled to the top, and ``shows`` is waited for: what a script puts there.
    ``press`` names a button that is pressed first.
    """

    path: str
    dark: bool = False
    width: int = 1280
    height: int = 860
    part: str = ""
    shows: str = ""
    press: str = ""


PICTURES = {
    "home": Picture("/"),
    "ask": Picture(_ASKED, part=".form", height=1100),
    "ask-dark": Picture(_ASKED, dark=True, part=".answer", height=1100),
    "ask-lines": Picture(_ASKED, part=".lines", height=1000),
    "ask-narrow": Picture(_ASKED, width=360, height=1100),
    "explain": Picture(_EXPLAINED, height=1000),
    "matrix": Picture("/matrix", part=".toolbar", height=1100),
    "matrix-dark": Picture("/matrix", dark=True, height=1000),
    "matrix-narrow": Picture("/matrix", width=360, height=900, part=".toolbar"),
    "what-if": Picture(_CHANGED, height=1300),
    "what-if-dark": Picture(_CHANGED, dark=True, part=".toolbar", height=900),
    "what-if-narrow": Picture(_CHANGED, width=360, height=1100, part=".toolbar"),
    "flow": Picture(_DRAWN, part=".toolbar", height=1240),
    "flow-dark": Picture(_DRAWN, dark=True, part=".toolbar", height=1240),
    "flow-nested": Picture(
        "/flow?data=prompts&offering=serverless-api",
        part=".toolbar",
        height=860,
        shows="[data-flow=nested]",
    ),
    "flow-narrow": Picture(_DRAWN, width=360, height=900, part=".flow-canvas"),
    "sparql": Picture(_QUERY, height=1100, shows="[data-query]"),
    "sparql-dark": Picture(_WRONG, dark=True, shows="[data-query]"),
    "sparql-narrow": Picture(_QUERY, width=360, height=900, shows="[data-query]"),
    "estate": Picture("/estate"),
    "estate-answer": Picture(_OWN, press=_SHOW, height=1240),
    "estate-dark": Picture(_OWN, press=_SHOW, dark=True, part=".again", height=1400),
    "estate-narrow": Picture(_OWN, press=_SHOW, width=360, height=1100),
    "estate-datasets": Picture(_SERVED, part=".datasets", height=1100),
    "estate-datasets-dark": Picture(_SERVED, dark=True, part=".datasets", height=1100),
    "estate-datasets-narrow": Picture(_SERVED, width=360, part=".datasets", height=1100),
    "documents": Picture("/documents", height=1240),
    "document-version": Picture(_VERSION, part=".text-section", height=1100),
    "document-changes": Picture(_VERSION, dark=True, height=1100),
    "documents-narrow": Picture("/documents", width=360, height=1100, part="#documents"),
    "vocabulary": Picture("/vocabulary"),
    "vocabulary-term": Picture("/vocabulary/actor/human-reviewer", height=1240),
    "vocabulary-dark": Picture("/vocabulary?q=reviewer", dark=True),
    "vocabulary-narrow": Picture("/vocabulary/actor/human-reviewer", width=360, height=900),
    "questions": Picture("/questions"),
    "question": Picture(
        "/questions/access/how-long-is-data-kept?show=answer&data=prompts&offering=azure-openai"
    ),
    "question-dark": Picture(
        "/questions/evidence/documents",
        dark=True,
    ),
    "question-narrow": Picture("/questions/access/who-can-access", width=360, height=900),
}
"""Name of the file -> what it shows."""


_SET = ("--set", "offering=azure-openai", "--set", "deployment-type=global")
_PLACED = (*_SET, "--set", "region=swedencentral")
REPORTS = {
    "report-matrix": ("matrix", *_PLACED),
    "report-flow": ("flow", *_PLACED, "--data", "prompts"),
    "report-brief": ("brief", *_PLACED),
}
"""Name of the file -> the report that it shows."""


class Sheet(NamedTuple):
    """A record of the small estate that it is tested on, and how it is looked at.

    ``part`` is scrolled to the top; ``paper`` is whether it is looked at as on A4.
    """

    part: str = "body"
    dark: bool = False
    paper: bool = False
    height: int = 1100


RECORDS = {
    "report-ropa": Sheet(),
    "report-ropa-dark": Sheet("#record-1", dark=True),
    "report-ropa-paper": Sheet("#record-1", paper=True, height=1250),
}
"""Name of the file -> what it shows of a record of processing."""


def take_record(browser: Browser, name: str) -> None:
    """Take the picture of a record, which is a file and needs no server."""
    sheet = RECORDS[name]
    page = browser.new_page(
        viewport={"width": 880 if sheet.paper else 1280, "height": sheet.height},
        color_scheme="dark" if sheet.dark else "light",
    )
    page.set_content(html(register(KnowledgeGraph(), "desk", "controller")))
    if sheet.paper:
        page.emulate_media(media="print")
        page.add_style_tag(content="body { padding: 12mm 14mm !important; }")
    page.evaluate(
        "part => scrollTo(0, document.querySelector(part).getBoundingClientRect().top - 24)",
        sheet.part,
    )
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()
    print(name)


@contextmanager
def serving() -> Iterator[str]:
    """Serve the shipped knowledge, and an estate with a catalog; gives the address."""
    graph = KnowledgeGraph()
    with chdir(_LINKED):  # pictures show names of files as they are given
        estate = graph.estate(["linked.json"])
        catalog = import_catalog(["linked.ttl"])
        joined = join_files(catalog, estate, ["linked.yaml"])
    work = Work(graph, {"production": estate}, joined={"production": joined})
    site = Site(
        workers=Threads(work),
        knowledge=graph.knowledge,
        questions=graph.questions(),
        digest=graph.knowledge.digest,
        graphs=tuple(graph.store.graphs()),
        estates=("production",),
        catalogs=("production",),
        settings=Settings(port=0),
    )
    opened = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(configured(create_app(site)), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()
    ready.wait(30)
    try:
        yield url(opened, "127.0.0.1").rstrip("/")
    finally:
        server.should_exit = True
        thread.join()


def report(browser: Browser, name: str) -> None:
    """Take the picture of a report: of its page, or the drawing that it is."""
    kind, *arguments = REPORTS[name]
    file = FOLDER / f"{name}.png"
    if kind == "flow":
        cli(["report", kind, *arguments, "-o", str(file)])
    else:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "report.html"
            cli(["report", kind, *arguments, "-o", str(path)])
            page = browser.new_page(viewport={"width": 1000, "height": 1300})
            page.goto(path.as_uri())
            page.screenshot(path=file)
            page.close()
    print(f"{file.name}: {file.stat().st_size // 1000} kB")


def main(names: list[str]) -> None:
    """Take the pictures that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in [name for name in names or REPORTS if name in REPORTS]:
            report(browser, name)
        for name in [name for name in names or RECORDS if name in RECORDS]:
            take_record(browser, name)
        for name in [name for name in names or PICTURES if name in PICTURES]:
            picture = PICTURES[name]
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height},
                color_scheme="dark" if picture.dark else "light",
            )
            page.goto(address + picture.path)
            if picture.press:
                page.get_by_role("button", name=picture.press).click()
                page.wait_for_load_state()
            if picture.shows:
                page.locator(picture.shows).wait_for()
            if picture.part:
                page.evaluate(
                    "part => scrollTo(0, document.querySelector(part)"
                    ".getBoundingClientRect().top + scrollY - 24)",
                    picture.part,
                )
            file = FOLDER / f"{name}.png"
            page.screenshot(path=file)
            page.close()
            print(f"{file.name}: {file.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
