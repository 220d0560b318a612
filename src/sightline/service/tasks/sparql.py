"""The tasks that give RDF and tables as they are: SPARQL, linked data, whole graphs."""

from typing import IO, Any, cast

from sightline.errors import InputError, ServiceError
from sightline.service.work import Arguments, Output, Work
from sightline.stores import RDF_FORMATS, TABLE_FORMATS, Solutions, iri, node
from sightline.stores.embedded import Evaluation
from sightline.stores.writing import term_json

ROWS = 100_000
BYTES = 64 * 1024 * 1024
"""The most that an answer has, unless ``rows`` and ``bytes`` are given."""


def sparql(work: Work, given: Arguments, body: bytes, output: Output) -> None:
    """Answer ``query`` from ``graphs``, which the caller may read, in a ``media_type``.

    That may be a list, of which the first one that fits the form of the query is used.
    ``default_graphs`` and ``named_graphs`` are the dataset of the request, if it has one. Relative
    IRIs are resolved against ``base``.
    """
    found = work.dataset.evaluate(
        str(given["query"]),
        _media_types(given),
        given["graphs"],
        given.get("default_graphs"),
        given.get("named_graphs"),
        given.get("base"),
    )
    _write(found, given, output)


def preview(work: Work, given: Arguments, body: bytes) -> Any:
    """Give the first ``rows`` of the answer to ``query``, for people: arguments as of ``sparql``.

    Terms are those of SPARQL JSON; ``more`` says whether there are further rows or triples.
    """
    found = work.dataset.evaluate(
        str(given["query"]),
        (TABLE_FORMATS["json"], RDF_FORMATS["ntriples"]),
        given["graphs"],
        base=given.get("base"),
    )
    answer, more = found.first(int(given["rows"]))
    told: dict[str, Any] = {"form": found.form, "more": more}
    if isinstance(answer, bool):
        return told | {"boolean": answer}
    if isinstance(answer, Solutions):
        names: tuple[str, ...] = answer.variables
        rows = [[term and term_json(term) for term in row] for row in answer.rows]
    else:
        names = ("subject", "predicate", "object")
        rows = [[term_json(node(s)), term_json(iri(p)), term_json(o)] for s, p, o in answer.rows]
    return told | {"columns": list(names), "rows": rows}


def describe(work: Work, given: Arguments, body: bytes, output: Output) -> None:
    """Describe ``iri`` from ``graphs``: what is said of it, and where it is mentioned.

    The head says with ``truncated`` whether there are more mentions. Raises InputError
    (``input.not-found``) for an IRI that these graphs do not have.
    """
    name = str(given["iri"])
    found = work.dataset.describe(name, _media_types(given)[0], given["graphs"])
    if found is None:
        raise InputError("input.not-found", f"nothing is known of <{name}>", "check the IRI")
    _write(found[0], given, output, truncated=found[1])


def graph(work: Work, given: Arguments, body: bytes, output: Output) -> None:
    """Give the graph ``iri``, or without one the default graph, as far as ``graphs`` has it.

    Raises InputError (``input.not-found``) for a graph that is not among them.
    """
    name, visible = given.get("iri"), given["graphs"]
    if name is not None and (name not in visible or name not in work.dataset.graphs()):
        raise InputError("input.not-found", f"there is no graph <{name}>", "check the IRI")
    names = visible if name is None else [name]
    _write(work.dataset.content(_media_types(given)[0], names), given, output)


def graphs(work: Work, given: Arguments, body: bytes) -> Any:
    """List the IRIs of all graphs that SPARQL queries can see, sorted."""
    return work.dataset.graphs()


def _media_types(given: Arguments) -> list[str]:
    asked = given["media_type"]
    return [asked] if isinstance(asked, str) else list(asked)


def _write(found: Evaluation, given: Arguments, output: Output, **more: Any) -> None:
    output.begin({"media_type": found.media_type, "form": found.form, **more})
    capped = _Capped(output, given.get("bytes") or BYTES)
    found.write(cast("IO[bytes]", capped), given.get("rows") or ROWS)


class _Capped:
    """Passes on so many bytes and no more."""

    def __init__(self, output: Output, most: int) -> None:
        self._output = output
        self._most = most
        self._left = most

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            message = f"the answer has more than {self._most:,} bytes"
            raise ServiceError("service.too-large", message, "ask for less, or for parts")
        return self._output.write(data)

    def flush(self) -> None:
        self._output.flush()
