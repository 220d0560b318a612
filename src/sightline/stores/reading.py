"""Read RDF data, and refuse what makes the parsers blow up: XML entities, too deep a nesting."""

import re
from pathlib import Path

from sightline.errors import InputError
from sightline.files import read_bytes
from sightline.stores.guard import MAX_DEPTH

_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]|<<|>>', re.DOTALL)


def content_of(data: bytes | Path, syntax: str) -> tuple[bytes, str]:
    """Give the content and its name for messages; raises InputError where it must not be parsed."""
    content = read_bytes(data) if isinstance(data, Path) else data
    name = f"'{data}'" if isinstance(data, Path) else "the data"
    if syntax == "rdfxml" and b"<!DOCTYPE" in content.replace(b"\0", b""):
        raise InputError("input.syntax", f"{name}: XML with a DOCTYPE is refused", "remove it")
    opening, closing = ((b"[", b"{"), (b"]", b"}")) if syntax == "jsonld" else ((b"<<",), (b">>",))
    depth = 0
    if sum(map(content.count, opening)) > MAX_DEPTH:
        for found in _BRACKETS.finditer(content):
            depth += (found.group() in opening) - (found.group() in closing)
            if depth > MAX_DEPTH:
                raise InputError("input.syntax", f"{name} nests deeper than {MAX_DEPTH} levels")
    return content, name


def broken(error: SyntaxError, syntax: str, name: str) -> InputError:
    """Give the error for what a parser does not take."""
    reason = error.msg.removeprefix("Parser error ")
    return InputError("input.syntax", f"{name} is not {syntax}: {reason}", "correct it, load again")
