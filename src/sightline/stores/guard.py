"""Let only questions through: read-only, local, and of a size that the engine survives.

pyoxigraph follows ``SERVICE`` and offers no switch, and its parser cannot be asked what it saw. So
the guard does not detect the keyword but takes it away: strings, IRIs and comments spell the word
with an escape, names such as ``?service`` and ``dcat:service`` are safe as they stand, and any
other occurrence is refused. Even if the guard and the engine split a text differently, the engine
never meets the seven letters where a keyword could stand (it decodes escapes only within strings
and IRIs, which a test pins).
"""

import re
from typing import NamedTuple

from sightline.errors import QueryError

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 200
MAX_PARTS = 1_000
"""Limits of a query: its text, the nesting of its brackets, and its operators and clauses.

Beyond about 5,000 parts or levels pyoxigraph overflows its stack, which ends the process.
"""

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = (
    *("INSERT", "DELETE", "LOAD", "CLEAR", "DROP"),
    *("CREATE", "ADD", "MOVE", "COPY", "WITH"),
)

_PARTS = frozenset(
    ("AS", "BIND", "EXISTS", "FILTER", "GRAPH", "LATERAL", "MINUS", "OPTIONAL", "SELECT", "UNION")
)
TOKEN = re.compile(  # an unclosed string ends with its line or the text: linear time
    r'''
      (?P<space> \s+ )
    | (?P<comment> \#[^\r\n]* )
    | (?P<iri> <[^\x00-\x20<>"{}|^`]*> )
    | (?P<string> """(?:"{0,2}+(?:[^"\\]|\\.))*+(?:"""|"{0,2}\Z)
                | \'\'\'(?:'{0,2}+(?:[^'\\]|\\.))*+(?:\'\'\'|'{0,2}\Z)
                | "(?:[^"\\\r\n]|\\.)*+"?
                | '(?:[^'\\\r\n]|\\.)*+'? )
    | (?P<variable> [?$]\w+ )
    | (?P<run> [\w:][\w:.%-]* )
    | (?P<sign> . )
    ''',
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"\w+")
_SERVICE = re.compile("service", re.IGNORECASE | re.ASCII)
# Names that an engine reads greedily; what is left of "service" might be the keyword.
_NAME_OR_SERVICE = re.compile(r"[?$]\w+|:\w[\w-]*|(?P<keyword>service)", re.IGNORECASE | re.ASCII)


class Question(NamedTuple):
    """A query that may run.

    ``text`` is for the engine, ``form`` one of ``FORMS``, ``has_dataset`` tells whether it says
    ``FROM``, and ``prefixes`` are those that it uses without declaring them.
    """

    text: str
    form: str
    has_dataset: bool
    prefixes: frozenset[str]


def check(text: str) -> Question:
    r"""Prepare a query for the engine, or raise ``QueryError`` saying why it must not run.

    >>> check("SELECT * { ?service ?p 'customer service' }").text
    "SELECT * { ?service ?p 'customer s\\u0065rvice' }"
    >>> check("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    sightline.errors.QueryError: SERVICE is refused (line 1, column 12)
    """
    if len(text) > MAX_CHARACTERS:
        raise _too_large(f"it has more than {MAX_CHARACTERS:,} characters")
    pieces: list[str] = []
    used: set[str] = set()
    declared: set[str] = set()
    form = word = ""
    has_dataset = False
    depth = parts = 0
    for token in TOKEN.finditer(text):
        kind, piece = token.lastgroup, token.group()
        if kind in ("iri", "string"):
            piece = _SERVICE.sub(_spell, piece)
        elif kind == "comment":
            piece = _SERVICE.sub("_______", piece)
        elif kind == "run" and ":" in piece:
            (declared if word == "PREFIX" and not form else used).add(piece.partition(":")[0])
        elif kind == "run":
            for found in _WORD.finditer(piece):
                word = found.group().upper()
                parts += word in _PARTS
                if not form and word not in ("PREFIX", "BASE", "VERSION"):
                    form = word
                    _check_form(text, token.start() + found.start(), word)
                has_dataset = has_dataset or (word == "FROM" and not depth)
        elif kind == "sign":
            if piece in "{([":
                depth += 1
            elif piece in "})]":
                depth -= 1
            else:
                parts += piece in "&|/+*!^"
            if depth > MAX_DEPTH:
                raise _too_large(f"it nests deeper than {MAX_DEPTH} levels")
        pieces.append(piece)
    if parts > MAX_PARTS:
        raise _too_large(f"it has more than {MAX_PARTS:,} operators and clauses")
    if not form:
        raise QueryError("query.syntax", "the query is empty", "begin with SELECT or ASK")
    for prefix in used - declared:
        if prefix.upper().startswith("FROM"):  # engines read it as FROM and a name
            raise QueryError(
                "query.syntax",
                f"unknown prefix '{prefix}:'{first_use(text, prefix)}",
                "declare it, or put a space after FROM",
            )
    safe = "".join(pieces)
    for found in _NAME_OR_SERVICE.finditer(safe):
        if found["keyword"]:
            raise QueryError(
                "query.refused",
                f"SERVICE is refused{position(safe, found.start())}",
                "a query reads this graph only; rename a prefix that contains the word",
            )
    return Question(safe, form, has_dataset, frozenset(used - declared - {"_"}))


def first_use(text: str, prefix: str) -> str:
    """Say where a query first uses a prefix."""
    for token in TOKEN.finditer(text):
        if token.lastgroup == "run" and token.group().startswith(f"{prefix}:"):
            return position(text, token.start())
    return ""


def _check_form(text: str, at: int, word: str) -> None:
    if word in UPDATES:
        raise QueryError(
            "query.refused", f"{word} is refused{position(text, at)}", "a query only reads"
        )
    if word not in FORMS:
        raise QueryError(
            "query.syntax",
            f"not a SPARQL query: {word[:40]!r}{position(text, at)}",
            "begin with SELECT, ASK, CONSTRUCT or DESCRIBE",
        )


def _spell(found: re.Match[str]) -> str:
    # The second letter: before the first a backslash may stand.
    word = found.group()
    return f"{word[0]}\\u{ord(word[1]):04x}{word[2:]}"


def position(text: str, at: int) -> str:
    """Say in which line and column of a text something stands, both from 1."""
    line, before = text.count("\n", 0, at) + 1, text.rfind("\n", 0, at)
    return f" (line {line}, column {at - before})"


def _too_large(reason: str) -> QueryError:
    return QueryError("query.refused", f"the query is too large: {reason}", "ask in smaller steps")
