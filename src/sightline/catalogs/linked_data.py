"""Read RDF in any syntax into descriptions by subject; nothing is fetched, imports do not count."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sightline.catalogs.content import too_large
from sightline.errors import InputError
from sightline.stores import Quad, Term
from sightline.stores.embedded import parse
from sightline.terms import RDF

MAX_STATEMENTS = 3_000_000
_CONTEXTS = Path(__file__).parent / "contexts"


class Descriptions:
    """What is said of each subject; the graphs of a file count as one."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.said: dict[str, dict[str, list[Term]]] = {}
        self.unmapped: dict[str, int] = {}
        """Key of JSON-LD that no context of the document explains -> how often it stands there."""
        for number, (subject, predicate, value, _graph) in enumerate(quads):
            if number >= MAX_STATEMENTS:
                raise too_large(f"it has more than {MAX_STATEMENTS} statements")
            self.said.setdefault(subject, {}).setdefault(predicate, []).append(value)

    def of_type(self, *types: str) -> Iterator[str]:
        """Give the subjects that have one of the types, in the order of the file."""
        wanted = set(types)
        for subject, said in self.said.items():
            if any(each.value in wanted for each in said.get(RDF["type"], ())):
                yield subject

    def values(self, subject: str, *predicates: str) -> list[Term]:
        """List what is said of a subject by any of the predicates."""
        said = self.said.get(subject, {})
        return [each for predicate in predicates for each in said.get(predicate, ())]

    def text(self, subject: str, *predicates: str) -> str:
        """Give one text: of the first predicate that has any, in English, else without language."""
        for predicate in predicates:
            found = [each for each in self.values(subject, predicate) if each.kind != "bnode"]
            if found:
                return min(found, key=_preferred).value.strip()
        return ""

    def label(self, value: Term, *predicates: str) -> str:
        """Give the text of a literal, or what is said of a node by the predicates."""
        return value.value if value.kind == "literal" else self.text(name(value), *predicates)


def name(value: Term) -> str:
    """Name a node as a subject is named."""
    return f"_:{value.value}" if value.kind == "bnode" else value.value


def read_linked(content: bytes, syntax: str) -> Descriptions:
    """Read RDF; contexts of JSON-LD are those that sightline bundles.

    Raises InputError: ``input.too-large``, ``input.syntax``, and ``input.value`` for a context that
    is not bundled.
    """
    return Descriptions(parse(content, syntax))


def read_json_linked(document: Any) -> Descriptions:
    """Read JSON-LD that is parsed already; raises InputError as ``read_linked`` does."""
    try:
        content = json.dumps(_bundled(document)).encode()
    except RecursionError:
        raise too_large("its brackets nest too deep") from None
    found = Descriptions(parse(content, "jsonld"))
    found.unmapped = _unmapped(document)
    return found


def _unmapped(document: Any) -> dict[str, int]:
    """Count the keys that JSON-LD drops without a word, since no context explains them."""
    keys: dict[str, int] = {}
    explained: set[str] = set()

    def explain(context: Any) -> None:
        for each in context if isinstance(context, list) else [context]:
            found = _addresses().get(each) if isinstance(each, str) else each
            if isinstance(found, Mapping):
                explained.update(map(str, found))

    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, Mapping):
            for key, each in value.items():
                if key == "@context":
                    explain(each)
                    continue
                pending.append(each)
                if not key.startswith("@") and ":" not in key:
                    keys[key] = keys.get(key, 0) + 1
    if "@vocab" in explained:
        return {}
    return {key: count for key, count in keys.items() if key not in explained}


def _bundled(value: Any) -> Any:
    """Put bundled contexts in the place of their addresses, in a copy."""
    if isinstance(value, list):
        return [_bundled(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: _context(each) if key == "@context" else _bundled(each) for key, each in value.items()
    }


def _context(value: Any) -> Any:
    if isinstance(value, list):
        return [_context(each) for each in value]
    if isinstance(value, str):
        bundle = _addresses().get(value)
        if bundle is None:
            raise InputError(
                "input.value",
                f"its JSON-LD context '{value[:200]}' is not bundled, and nothing is fetched",
                "write the context into the file, or convert the file to Turtle",
            )
        return bundle
    if isinstance(value, Mapping):
        if "@import" in value:
            message = "its JSON-LD context imports another one, and nothing is fetched"
            raise InputError("input.value", message, "write the context into the file")
        return {key: _scoped(each) for key, each in value.items()}
    return value


def _scoped(value: Any) -> Any:
    """Treat the contexts that terms of a context have of their own."""
    return _bundled(value) if isinstance(value, Mapping) else value


@cache
def _addresses() -> Mapping[str, Any]:
    table = json.loads((_CONTEXTS / "addresses.json").read_text(encoding="utf-8"))
    return {
        address: json.loads((_CONTEXTS / file).read_text(encoding="utf-8"))["@context"]
        for address, file in table.items()
    }


def _preferred(value: Term) -> tuple[int, str]:
    language = value.language.lower()
    return 0 if language.startswith("en") else 1 if not language else 2, value.value
