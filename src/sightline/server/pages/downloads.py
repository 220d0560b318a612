"""The addresses at which the HTTP API gives what a page shows, in other forms."""

from collections.abc import Iterable
from urllib.parse import quote

from sightline.server.pages.configuration import address

Pairs = Iterable[tuple[str, str]]
Links = list[tuple[str, str]]
"""Name of the form -> address."""

_FORMS = {"JSON": "json", "CSV": "csv", "Markdown": "markdown", "Turtle": "turtle"}


def access(parameters: Pairs) -> Links:
    """Link to an answer about access; facets are parameters of their own names."""
    return _formats("/api/access", list(parameters), ("JSON", "CSV", "Markdown", "Turtle"))


def question(folder: str, name: str, parameters: Pairs) -> Links:
    """Link to the answer of a question of the library."""
    path = f"/api/questions/{folder}/{name}"
    return _formats(path, list(parameters), ("CSV", "JSON", "Markdown"))


def explanation(access_id: str) -> Links:
    """Link to the explanation of a row."""
    return [("JSON", f"/api/explain/{quote(access_id, safe='')}")]


def difference(parameters: Pairs) -> Links:
    """Link to a comparison; facets are named with their side and a dot."""
    return [("JSON", address("/api/diff", parameters))]


def _formats(path: str, parameters: list[tuple[str, str]], names: Iterable[str]) -> Links:
    return [(name, address(path, [*parameters, ("format", _FORMS[name])])) for name in names]
