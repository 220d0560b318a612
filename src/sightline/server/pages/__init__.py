"""The web pages: plain GET forms and server-rendered answers, one module per page."""

from importlib import import_module
from importlib.util import find_spec

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from sightline.server.pages.rendering import STATIC
from sightline.server.site import Site

PAGES = (
    "ask",
    "explain",
    "matrix",
    "what_if",
    "flow",
    "documents",
    "estate",
    "questions",
    "sparql_editor",
    "vocabulary",
)
"""The modules that have ``routes(site) -> list[BaseRoute]``."""


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of all pages, and of the files that they load."""
    found: list[BaseRoute] = [Mount("/static", StaticFiles(directory=STATIC))]
    for name in PAGES:
        if find_spec(f"sightline.server.pages.{name}"):
            found += import_module(f"sightline.server.pages.{name}").routes(site)
    return found
