"""The pages about documents: their versions in time, what changed, and what they leave open."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError
from sightline.model import Knowledge
from sightline.server.pages import rendering, versions
from sightline.server.pages.timeline import timeline
from sightline.server.site import Site, site_of
from sightline.terms import DOCUMENT


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the pages."""
    return [
        Route("/documents", documents, methods=["GET"], name="documents"),
        Route("/documents/compare", versions.compare, methods=["GET"], name="compare"),
        Route("/documents/{slug}", document, methods=["GET"], name="document"),
        Route("/documents/{slug}/{version}", versions.version, methods=["GET"], name="version"),
    ]


async def documents(request: Request) -> Response:
    """Show all documents in time, and what is open or can be read in several ways."""
    site = site_of(request)
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        for name in ("gaps", "ambiguities", "opposing-statements", "external-documents"):
            found[name] = (await site.workers.call("ask", {"name": name, "params": {}}))["rows"]
        states = await versions.states(site)
    except SightlineError as error:
        problem = rendering.problem(error)
        return rendering.page(request, "error.html", problem["status"], problem=problem)
    knowledge = site.knowledge
    today = date.today()
    opposing = [_opposing(knowledge, row) for row in found["opposing-statements"]]
    return rendering.page(
        request,
        "documents.html",
        drawn=timeline(states, _titles(knowledge), _successors(knowledge), today),
        documents=[
            {
                "slug": known.token,
                "title": known.title,
                "page": known.page,
                "replaced_by": _slug(known.replaced_by),
                "versions": [s for s in reversed(states) if s["document"] == known.iri],
            }
            for known in sorted(
                knowledge.documents.values(), key=lambda d: (bool(d.replaced_by), d.title)
            )
        ],
        gaps=found["gaps"],
        ambiguities=found["ambiguities"],
        contradictions=[o for o in opposing if not o["settled_by"]],
        settled=[o for o in opposing if o["settled_by"]],
        external=found["external-documents"],
        choices=versions.choices(knowledge),
    )


async def document(request: Request) -> Response:
    """Show the versions of one document, the newest first, with what each changed."""
    site = site_of(request)
    iri = DOCUMENT[request.path_params["slug"]]
    known = site.knowledge.documents.get(iri)
    if known is None:
        raise HTTPException(404)
    try:
        states = [state for state in await versions.states(site) if state["document"] == iri]
    except SightlineError as error:
        problem = rendering.problem(error)
        return rendering.page(request, "error.html", problem["status"], problem=problem)
    others = [d for d in site.knowledge.documents.values() if d.replaced_by == iri]
    return rendering.page(
        request,
        "document.html",
        document=known,
        slug=known.token,
        versions=list(reversed(states)),
        replaced_by=_slug(known.replaced_by),
        replaces=[{"slug": d.token, "title": d.title} for d in others],
    )


def _titles(knowledge: Knowledge) -> dict[str, str]:
    return {iri: known.title for iri, known in knowledge.documents.items()}


def _successors(knowledge: Knowledge) -> dict[str, str]:
    return {iri: d.replaced_by for iri, d in knowledge.documents.items() if d.replaced_by}


def _slug(iri: str | None) -> str:
    return iri.removeprefix(str(DOCUMENT)) if iri else ""


def _opposing(knowledge: Knowledge, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "activity_label": rendering.term_label(knowledge.labels, str(row["activity"])),
        "settled_label": rendering.term_label(knowledge.labels, row["settled_by"])
        if row["settled_by"]
        else "",
    }
