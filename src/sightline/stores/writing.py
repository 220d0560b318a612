"""Pass on the bytes of an answer while it is written, as long as they may be."""

import json
import re
from typing import IO

from sightline.errors import QueryError, ServiceError
from sightline.stores import TABLE_FORMATS, XSD_STRING, Solutions, Term
from sightline.stores.counting import RowCounter

_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class Checked:
    """Passes bytes on to ``output``; see ``write`` for what it does not.

    The rows of tables are counted, those of triples are not.
    """

    def __init__(self, output: IO[bytes], media_type: str, rows: int | None) -> None:
        self._output = output
        self._rows = rows
        self._is_xml = "xml" in media_type
        self._tail = b""
        tabular = rows is not None and media_type in TABLE_FORMATS.values()
        self._counter = RowCounter(media_type) if tabular else None

    def write(self, data: bytes) -> int:
        """Pass on some bytes; gives how many, as files do.

        Raises ServiceError when there are more than so many rows, and QueryError for a character
        that XML cannot carry.
        """
        if self._is_xml:
            check_xml(self._tail + data)
            self._tail = data[-2:]
        if self._counter and self._rows is not None and self._counter.feed(data) > self._rows:
            raise too_many(self._rows)
        return self._output.write(data)

    def flush(self) -> None:
        """Flush what they are passed on to."""
        self._output.flush()


def table_json(answer: Solutions | bool) -> str:
    """Write the answer of a SELECT or ASK query as SPARQL JSON."""
    if isinstance(answer, bool):
        return json.dumps({"head": {}, "boolean": answer})
    rows = [{name: term_json(term) for name, term in row.items()} for row in answer.dicts()]
    return json.dumps({"head": {"vars": answer.variables}, "results": {"bindings": rows}})


def check_xml(data: bytes) -> None:
    """Raise QueryError for UTF-8 with a character that XML cannot carry."""
    if _NOT_XML.search(data):
        raise QueryError("query.failed", "XML cannot carry a character of the answer", "use json")


def too_many(rows: int) -> ServiceError:
    """Give the error for an answer that has more rows."""
    message = f"the answer has more than {rows:,} rows"
    return ServiceError("service.too-large", message, "ask for less, or for parts with LIMIT")


def term_json(term: Term) -> dict[str, str]:
    """Write a term as SPARQL JSON does."""
    if term.kind != "literal":
        return {"type": "uri" if term.kind == "iri" else "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype == XSD_STRING:
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype}
