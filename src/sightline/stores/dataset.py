"""Which graphs a query sees: what it and the request ask for, as far as the caller may read it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sightline.errors import QueryError
from sightline.stores.guard import FORMS, TOKEN, Question

MAX_CLAUSES = 1_000


class Dataset(NamedTuple):
    """The graphs whose union is the default graph, and those that GRAPH reaches."""

    default: tuple[str, ...]
    named: tuple[str, ...]


class Clauses(NamedTuple):
    """The FROM clauses of a query: their graphs as written, and what stands before its form."""

    prologue: str
    default: tuple[str, ...]
    named: tuple[str, ...]


def visible_dataset(
    visible: Iterable[str],
    default: Iterable[str] | None = None,
    named: Iterable[str] | None = None,
) -> Dataset:
    """Cut what is asked for down to what is visible; without both lists that is all of it.

    As in SPARQL, naming only default graphs leaves no named ones, and the other way round.

    >>> visible_dataset(["urn:a", "urn:b"], default=["urn:b", "urn:secret"])
    Dataset(default=('urn:b',), named=())
    """
    known = dict.fromkeys(visible)
    if default is None and named is None:
        return Dataset(tuple(known), tuple(known))
    return Dataset(
        tuple(name for name in dict.fromkeys(default or ()) if name in known),
        tuple(name for name in dict.fromkeys(named or ()) if name in known),
    )


def from_clauses(question: Question) -> Clauses:
    """Find the FROM clauses of a query.

    Raises QueryError for one that is written so that it cannot be told where its graph ends.
    """
    prologue, depth, awaited = None, 0, ""
    found: dict[str, list[str]] = {"FROM": [], "NAMED": []}
    text = question.text
    undeclared = {name.upper() for name in question.prefixes}  # a keyword may lean on a name
    for token in TOKEN.finditer(text):
        kind, piece = token.lastgroup, token.group()
        if kind in ("space", "comment"):
            continue
        word = piece.upper() if kind == "run" else ""
        if prologue is None:
            if word in FORMS:
                prologue = text[: token.start()]
        elif kind == "sign":
            depth += (piece in "{([") - (piece in "})]")
        elif depth:
            continue
        elif awaited and (kind == "iri" or ":" in piece):
            if text[token.end() : token.end() + 1] == "\\" or piece.endswith("."):
                raise _unclear()
            found[awaited].append(piece)
            awaited = ""
            continue
        elif word == "FROM" or (word == "NAMED" and awaited):
            awaited = word
            continue
        elif word.startswith(("FROM", "NAMED")) and word.partition(":")[0] in undeclared:
            raise _unclear()
        awaited = ""
    if sum(map(len, found.values())) > MAX_CLAUSES:
        message = f"the query is too large: it has more than {MAX_CLAUSES:,} FROM clauses"
        raise QueryError("query.refused", message, "ask in smaller steps")
    return Clauses(prologue or "", tuple(found["FROM"]), tuple(found["NAMED"]))


def resolving(clauses: Clauses) -> str:
    """Write the query whose answer are the IRIs that FROM clauses name, and whether as NAMED."""
    rows = _rows(clauses.default, "false") + _rows(clauses.named, "true")
    return f"{clauses.prologue}\nSELECT ?graph ?named {{ VALUES (?graph ?named) {{ {rows} }} }}"


def _rows(names: Sequence[str], named: str) -> str:
    return "".join(f"({name} {named}) " for name in names)


def _unclear() -> QueryError:
    return QueryError(
        "query.syntax",
        "it is unclear which graph a FROM clause names",
        "write the graph as an IRI, as in FROM <https://example.org/graph>",
    )
