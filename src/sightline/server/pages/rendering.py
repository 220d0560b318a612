"""Render the pages: the template environment, and what every template can use."""

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sightline.errors import SightlineError
from sightline.render import wording
from sightline.server import problems
from sightline.server.security.rights import caller_of
from sightline.server.site import Site, site_of
from sightline.terms import BASE, compact, token

STATIC = Path(__file__).parent.parent / "static"
TEMPLATES = Path(__file__).parent.parent / "templates"

NAVIGATION = (
    ("Ask", "/"),
    ("Matrix", "/matrix"),
    ("What-if", "/what-if"),
    ("Flow", "/flow"),
    ("Documents", "/documents"),
    ("Estate", "/estate"),
    ("Questions", "/questions"),
    ("SPARQL", "/sparql-editor"),
    ("Vocabulary", "/vocabulary"),
)
"""The pages in the order of the navigation, with their paths."""


def page(request: Request, template: str, /, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a template as the answer to a request."""
    path = request.url.path
    navigation = [
        {"title": title, "path": at, "here": path == at or (at != "/" and _below(path, at))}
        for title, at in NAVIGATION
    ]
    state = request.app.state
    if not hasattr(state, "templates"):
        state.templates = environment(site_of(request))
    nonce = getattr(request.state, "nonce", "")
    text = state.templates.get_template(template).render(
        navigation=navigation, nonce=nonce, **{"caller": caller_of(request).name, **context}
    )
    return HTMLResponse(text, status)


def problem(error: SightlineError) -> Mapping[str, Any]:
    """Describe an error for the macro ``boxes.error``; its ``status`` is that of the page."""
    status = problems.status(error)
    titles = {400: "That cannot be answered as it is", 404: "There is no such page"}
    return {
        "hint": "",
        **problems.problem_json(error),
        "title": titles.get(status, HTTPStatus(status).phrase),
    }


def environment(site: Site) -> Environment:
    """Make the environment of a site: everything is escaped, and what is undefined is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    root = site.settings.root
    knowledge = site.knowledge
    made.tests["web_address"] = is_web_address
    made.globals.update(
        root=root,
        digest_short=site.digest.removeprefix("sha256:")[:12],
        static=_Static(root),
        symbol=lambda verdict: knowledge.symbols.get(verdict, ""),
        label=knowledge.label,
        inside=knowledge.inside,
        value_label=lambda facet, value: wording.value_label(knowledge, facet, value),
        age=wording.age,
        term_url=lambda iri: term_url(root, iri),
        term_label=lambda iri: term_label(knowledge.labels, iri),
    )
    return made


def term_url(root: str, iri: str) -> str | None:
    """Give the address at which this server shows a term, or the term's own if it is elsewhere.

    >>> term_url("", "https://w3id.org/sightline/actor/customer")
    '/id/actor/customer'
    >>> term_url("", "javascript:alert(1)") is None
    True
    """
    if iri.startswith(BASE):
        return f"{root}/id/{quote(iri.removeprefix(BASE), safe='/:@!$&()*+,;=~%')}"
    return iri if is_web_address(iri) else None


def term_label(labels: Mapping[str, str], iri: str) -> str:
    """Name a term: its label, else its token or short name."""
    return labels.get(iri) or token(iri) or compact(iri)


def is_web_address(text: object) -> bool:
    """Tell whether a text may become a link to elsewhere."""
    return isinstance(text, str) and text.startswith(("https://", "http://"))


class _Static:
    """Gives addresses of static files that change when the files do."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[str, tuple[float, str]] = {}

    def has(self, name: str) -> bool:
        """Tell whether there is such a file: an installation may lack the bundle."""
        return (STATIC / name).is_file()

    def __call__(self, name: str) -> str:
        path = STATIC / name
        changed = path.stat().st_mtime if path.is_file() else 0.0
        if name not in self._known or self._known[name][0] != changed:
            digest = sha256(path.read_bytes()).hexdigest()[:10] if changed else ""
            self._known[name] = changed, digest
        digest = self._known[name][1]
        return f"{self._root}/static/{name}{f'?v={digest}' if digest else ''}"


def _below(path: str, parent: str) -> bool:
    return path.startswith(f"{parent}/")
