"""Every error that sightline raises on purpose.

::

    SightlineError
    ├── InputError           a file or value that the user gave
    │   └── UnknownTermError a token that the vocabulary does not have
    ├── QueryError           a SPARQL query that cannot or must not run
    ├── ParameterError       a parameter of a question in the library
    ├── StoreError           a triple store that does not answer
    ├── RequestError         an HTTP request that a server cannot answer as it was made
    ├── ServiceError         a server that stops, or cannot begin, what is asked of it
    ├── PushError            a data catalog that does not take what is sent, or must not get it
    ├── RightsError          a caller of a server who is unknown or may not read something
    └── KnowledgeError       knowledge files, shipped or the user's own, that do not hold together

Each error carries a stable code, a message in the user's words and a hint. ``docs/errors.md`` has a
section for each code. A failed validation is a result, not an error.
"""

from collections.abc import Iterable
from typing import Literal, get_args

Code = Literal[
    "input.not-found",
    "input.unreadable",
    "input.too-large",
    "input.not-text",
    "input.syntax",
    "input.value",
    "term.unknown",
    "query.syntax",
    "query.refused",
    "query.failed",
    "parameter.missing",
    "parameter.unknown",
    "parameter.value",
    "store.unreachable",
    "store.failed",
    "store.answer",
    "request.malformed",
    "request.path",
    "request.method",
    "request.not-acceptable",
    "request.media-type",
    "request.host",
    "request.cross-site",
    "request.too-large",
    "request.too-often",
    "request.slow",
    "service.timeout",
    "service.too-large",
    "service.busy",
    "service.failed",
    "push.not-ours",
    "push.credentials",
    "push.unreachable",
    "rights.unknown",
    "rights.missing",
    "knowledge.missing",
    "knowledge.broken",
    "knowledge.conflict",
]

CODES: tuple[Code, ...] = get_args(Code)
"""All codes, in the order of the tree."""


class SightlineError(Exception):
    """Base of all errors: a stable ``code``, a ``message`` and a ``hint`` (empty if there is none).

    >>> error = InputError("input.not-found", "there is no file 'a.yaml'", "check the path")
    >>> error.code, str(error), error.exit_code
    ('input.not-found', "there is no file 'a.yaml'", 2)
    """

    exit_code = 2

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    def to_json(self) -> dict[str, str]:
        """Write the error as outputs list it beside what was read."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class InputError(SightlineError):
    """A file or a value that the user gave cannot be used."""


class UnknownTermError(InputError):
    """A token names no term of its kind; ``matches`` lists close ones, best first.

    >>> error = UnknownTermError("actor", "micorsoft", ["customer", "microsoft"])
    >>> error.matches
    ['microsoft']
    >>> print(render(error))
    error[term.unknown]: unknown actor 'micorsoft'
    hint: did you mean 'microsoft'?
    """

    def __init__(self, kind: str, token: str, known: Iterable[str]) -> None:
        terms = sorted(known)
        self.matches = close_matches(token, terms)
        if self.matches:
            hint = f"did you mean {_listed(self.matches)}?"
        elif terms:
            more = ", ..." if len(terms) > 12 else ""
            hint = f"one of: {', '.join(terms[:12])}{more}"
        else:
            hint = ""
        super().__init__("term.unknown", f"unknown {kind} {token!r}", hint)
        self.kind = kind
        self.token = token
        self.args = (kind, token, terms)  # what pickle rebuilds the error from


class QueryError(SightlineError):
    """A SPARQL query is wrong, or asks for what is not allowed (SERVICE, LOAD, updates)."""


class ParameterError(SightlineError):
    """A parameter of a question is missing, unknown or of the wrong type."""


class StoreError(SightlineError):
    """A triple store cannot be reached, fails, or sends what is no SPARQL result."""


class RequestError(SightlineError):
    """An HTTP request is malformed, or asks for a path, method or form that there is not."""


class ServiceError(SightlineError):
    """A server stops a piece of work at a limit, has no room for it, or lost its worker."""

    retry_after = 1
    """Seconds after which it may be asked again, where it is busy."""


class PushError(SightlineError):
    """A data catalog cannot be reached or refuses something, or a plan touches what is not ours."""


class RightsError(SightlineError):
    """A server does not know the caller, or the caller may not read what is asked for."""


class KnowledgeError(SightlineError):
    """Knowledge files are missing, broken or contradict each other's structure."""


def close_matches(token: str, known: Iterable[str], limit: int = 5) -> list[str]:
    """List at most ``limit`` of the ``known`` tokens that look like ``token``, best first.

    >>> close_matches("Human Reviewer", ["human-reviewer", "customer"])
    ['human-reviewer']
    """
    from rapidfuzz import fuzz, process  # only a mistake pays for the import

    def plain(text: str) -> str:
        return text.casefold().replace("_", "-").replace(" ", "-")

    found = process.extract(
        token, sorted(known), scorer=fuzz.WRatio, processor=plain, limit=limit, score_cutoff=75
    )
    return [match for match, _score, _index in found]


def render(error: SightlineError) -> str:
    """Write an error as ``error[code]: message``, and its hint as a second line if it has one.

    Line breaks and control characters of the message are replaced, so that the text of a hostile
    file can neither forge lines nor steer the terminal.
    """
    lines = [f"error[{error.code}]: {one_line(error.message)}"]
    if error.hint:
        lines.append(f"hint: {one_line(error.hint)}")
    return "\n".join(lines)


def one_line(text: str) -> str:
    r"""Write the text of a file so that it neither breaks a line nor steers what shows it.

    >>> one_line("a\n\x1b[2Jb")
    'a \\x1b[2Jb'
    """
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in words)


def _listed(tokens: list[str]) -> str:
    quoted = [repr(token) for token in tokens]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
