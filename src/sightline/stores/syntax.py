"""Say what is wrong with the text of a query, from what the engine says."""

import re
from collections.abc import Collection

from sightline.errors import QueryError
from sightline.stores.guard import Question, first_use

_POSITION = re.compile(r"error at (\d+):(\d+): ")


def not_sparql(question: Question, message: str, prefixes: Collection[str]) -> QueryError:
    """Give the error for a query, where ``prefixes`` need no declaration."""
    unknown = sorted(question.prefixes - set(prefixes))
    if unknown:
        return QueryError(
            "query.syntax",
            f"unknown prefix '{unknown[0]}:'{first_use(question.text, unknown[0])}",
            "declare it with PREFIX",
        )
    place = _POSITION.match(message)
    at = f" (line {place[1]}, column {place[2]})" if place else ""
    reason = _tidy(message[place.end() :] if place else message)
    return QueryError(
        "query.syntax",
        f"not a SPARQL query{at}: {reason}",
        "look at the text just before that place",
    )


def _tidy(reason: str) -> str:
    """Turn the parser's token names into words, without those that the guard refuses anyway."""
    expected = reason.removeprefix("expected one of ").removeprefix("expected ")
    if expected == reason:
        return reason
    names = [name for name in expected.split(", ") if name.isalpha() and name.isupper()]
    known = [name for name in names if name not in ("SERVICE", "LATERAL")]
    return f"expected {' or '.join(known)}" if known else "unexpected text"
