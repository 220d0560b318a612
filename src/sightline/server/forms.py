"""The forms in which the server gives tables and graphs, and the choice among them."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request

from sightline.errors import RequestError
from sightline.server import negotiation
from sightline.stores import RDF_FORMATS, TABLE_FORMATS

_JSON, _XML = "application/json", "application/xml"

TABLES: Mapping[str, str] = {
    TABLE_FORMATS["json"]: TABLE_FORMATS["json"],
    TABLE_FORMATS["xml"]: TABLE_FORMATS["xml"],
    TABLE_FORMATS["csv"]: TABLE_FORMATS["csv"],
    TABLE_FORMATS["tsv"]: TABLE_FORMATS["tsv"],
    _JSON: TABLE_FORMATS["json"],
    _XML: TABLE_FORMATS["xml"],
}
"""Media type that a client may ask for -> the form that it gets, for SELECT and ASK."""

GRAPHS: Mapping[str, str] = {
    RDF_FORMATS["turtle"]: RDF_FORMATS["turtle"],
    RDF_FORMATS["ntriples"]: RDF_FORMATS["ntriples"],
    RDF_FORMATS["jsonld"]: RDF_FORMATS["jsonld"],
    RDF_FORMATS["rdfxml"]: RDF_FORMATS["rdfxml"],
    _JSON: RDF_FORMATS["jsonld"],
    _XML: RDF_FORMATS["rdfxml"],
    "text/plain": RDF_FORMATS["ntriples"],
}
"""The same for a graph."""

NAMES: Mapping[str, str] = {
    name: {**RDF_FORMATS, **TABLE_FORMATS}[name]
    for name in ("json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld", "rdfxml")
}
"""Short name -> media type, for links that cannot send a header."""


class Form(NamedTuple):
    """A form that was chosen: what the answer is called, and how it is written."""

    sent: str
    written: str


def chosen(request: Request, offered: Mapping[str, str], name: str | None = None) -> Form | None:
    """Choose a form for the answer; None where the request accepts none of those offered.

    A short ``name`` goes before the Accept header. Raises RequestError for one that does not exist.
    """
    if name is not None:
        if name not in NAMES:
            hint = f"one of: {', '.join(NAMES)}"
            raise RequestError("request.malformed", f"there is no format {name!r}", hint)
        written = NAMES[name]
        return Form(written, written) if written in offered.values() else None
    accept = negotiation.accepts(request.headers.getlist("accept"))
    best = negotiation.choose(accept, list(offered))
    return Form(best, offered[best]) if best else None


def required(form: Form | None, offered: Mapping[str, str]) -> Form:
    """Give the form; raises RequestError where there is none."""
    if form is None:
        raise not_acceptable(offered)
    return form


def not_acceptable(offered: Mapping[str, str]) -> RequestError:
    """Say that the answer has none of the forms that a request accepts."""
    kinds = ", ".join(dict.fromkeys(offered.values()))
    return RequestError(
        "request.not-acceptable",
        "the answer has none of the forms that the Accept header allows",
        f"accept one of: {kinds}",
    )
