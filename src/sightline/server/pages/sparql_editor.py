"""The page on which any SPARQL query can be written, run and shared."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sightline.errors import QueryError, SightlineError
from sightline.model import Knowledge
from sightline.server import editor, sparql
from sightline.server.pages import rendering
from sightline.server.pages.answers import Cell
from sightline.server.pages.configuration import address
from sightline.server.pages.rendering import term_label
from sightline.server.site import Site, readable_graphs, site_of
from sightline.terms import BASE, VERDICT, XSD, compact

PATH = "/sparql-editor"
SHOWN = 500
"""Rows that the page shows; the downloads have them all."""

_TABLES = {"CSV": "csv", "TSV": "tsv", "JSON": "json", "XML": "xml"}
_GRAPHS = {"Turtle": "turtle", "N-Triples": "ntriples", "JSON-LD": "jsonld", "RDF/XML": "rdfxml"}
_POSITION = re.compile(r"\(line (\d+), column (\d+)\)")
_NUMBERS = frozenset(XSD[name] for name in ("integer", "decimal", "double", "float"))


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page."""
    return [
        Route(PATH, page, methods=["GET"], name="sparql-editor"),
        Route(f"{PATH}/completions.json", completions, methods=["GET"]),
    ]


async def page(request: Request) -> Response:
    """Show the editor and, below it, the answer to the query that it holds."""
    site = site_of(request)
    query = request.query_params.get("query", "").replace("\r\n", "\n")
    known = editor.examples()
    context: dict[str, Any] = {
        "query": query or known[0].text,
        "examples": [
            (example.title, address(PATH, [("query", example.text)])) for example in known
        ],
        "library": [
            (folder, [(e.title, address(PATH, [("query", e.text)])) for e in listed])
            for folder, listed in sorted(editor.runnable(site.questions).items())
        ],
        "completions": f"{PATH}/completions.json?v={site.digest[-12:]}",
        "limits": site.settings.limits,
        "shown": SHOWN,
        "answer": None,
        "problem": None,
        "place": None,
    }
    status = 200
    if query.strip():
        request.state.query = query  # whose hash the audit writes
        given = {
            "query": query,
            "graphs": readable_graphs(request),
            "base": sparql.address(request),
            "rows": SHOWN,
        }
        try:
            found = await site.workers.call("preview", given)
        except SightlineError as error:
            context["problem"] = rendering.problem(error)
            context["place"] = _place(query, error)
            status = context["problem"]["status"]
        else:
            context["answer"] = _answer(site.knowledge, found, query)
    return rendering.page(request, "sparql-editor.html", status, **context)


async def completions(request: Request) -> Response:
    """Give what the editor completes, the same for everybody."""
    site = site_of(request)
    state = request.app.state
    if not hasattr(state, "completions"):
        state.completions = await editor.completions(site)
    return JSONResponse(state.completions, headers={"Cache-Control": "max-age=86400, private"})


def _answer(knowledge: Knowledge, found: Mapping[str, Any], query: str) -> dict[str, Any]:
    forms = _TABLES if found["form"] in ("SELECT", "ASK") else _GRAPHS
    rows: Sequence[Sequence[Mapping[str, str] | None]] = found.get("rows", ())
    return {
        "form": found["form"],
        "boolean": found.get("boolean"),
        "columns": found.get("columns", ()),
        "rows": [[_cell(knowledge, term) for term in row] for row in rows],
        "more": found["more"],
        "forms": [
            (name, address(sparql.PATH, [("query", query), ("format", form)]))
            for name, form in forms.items()
        ],
    }


def _cell(knowledge: Knowledge, term: Mapping[str, str] | None) -> Cell:
    """Turn a term into a cell; ``iri`` is what it links to, or a literal's language or datatype."""
    if term is None:
        return Cell("empty", "")
    value = term["value"]
    if term["type"] == "bnode":
        return Cell("code", f"_:{value}")
    if term["type"] == "uri":
        if value in VERDICT:
            return Cell("verdict", VERDICT.token(value) or value)
        if value.startswith(BASE):
            label = knowledge.labels.get(value)
            short = compact(value)
            text = label or (short if short != value else term_label(knowledge.labels, value))
            return Cell("named", text, value)
        return Cell("named", compact(value), value)
    if term.get("datatype") in _NUMBERS:
        return Cell("number", value)
    if language := term.get("xml:lang"):
        return Cell("text", value, language)
    return Cell("literal", value, compact(term.get("datatype", "")))


def _place(query: str, error: SightlineError) -> dict[str, Any] | None:
    """Find where a query is wrong: line and column from 1, and the text of the line."""
    found = _POSITION.search(error.message) if isinstance(error, QueryError) else None
    if not found:
        return None
    line, column = int(found[1]), int(found[2])
    lines = query.splitlines()
    if not 0 < line <= len(lines):
        return None
    text = lines[line - 1].replace("\t", " ")
    return {"line": line, "column": column, "text": text, "mark": " " * (column - 1) + "^"}
