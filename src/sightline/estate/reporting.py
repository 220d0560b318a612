"""Give what the report on estate files says one by one, for forms that name every resource."""

import json
from collections.abc import Iterable, Iterator, Mapping

from sightline.estate.inventory import FAMILIES, Item, Stock, shown
from sightline.estate.mappings import Mappings
from sightline.estate.unread import count_unread
from sightline.estate.values import OneOf, Unknown, Value, look, to_json
from sightline.model import (
    ReadingError,
    ReportedAccount,
    ReportedFile,
    ReportedResource,
    ReportedValue,
    UnreadProperty,
    UnresolvedValue,
)
from sightline.terms import RESOURCE

_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}


def reported(stocks: Iterable[Stock], mappings: Mappings | None = None) -> Iterator[ReportedFile]:
    """Give what each file holds besides its deployments; nothing is held longer than needed.

    What no mapping reads is counted where ``mappings`` are given.
    """
    for stock in stocks:
        file = stock.file
        yield ReportedFile(
            file.file,
            file.sha256,
            file.format,
            (_account(each) for each in stock.accounts),
            _others(stock),
            (
                UnresolvedValue(gap.path, gap.expression, gap.reason, gap.settle, gap.line)
                for gap in stock.unresolved
            ),
            _unread(stock, mappings),
            file.notes,
            tuple(ReadingError(each.code, each.message, each.hint) for each in file.errors),
        )


def _unread(stock: Stock, mappings: Mappings | None) -> Iterator[UnreadProperty]:
    if mappings is not None:
        for (kind, path), count in count_unread(stock, mappings).items():
            yield UnreadProperty(kind, path, count)


def _account(item: Item) -> ReportedAccount:
    kind = item.get("kind")
    return ReportedAccount(item.iri, kind if isinstance(kind, str) else None, _values(item, kind))


def _values(item: Item, kind: Value) -> Iterator[ReportedValue]:
    for path, value in (("name", item.first.name), ("kind", kind)):
        if not isinstance(value, str):
            yield from _leaves(path, value)
    properties = look(item.body, "properties")
    if properties is not None:
        yield from _leaves("properties", properties)


def _leaves(path: str, value: Value) -> Iterator[ReportedValue]:
    """Give the leaves of a tree with their paths; a secret is none, nor is what is absent."""
    if isinstance(value, (Unknown, OneOf)):
        if value.reason not in ("secret", "absent"):
            candidates = value.values if isinstance(value, OneOf) else ()
            texts = tuple(_text(each) for each in candidates if not isinstance(each, Unknown))
            yield ReportedValue(path, texts, value.expression, value.reason)
    elif isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from _leaves(f"{path}.{key}", member)
    elif isinstance(value, list) and value:
        for index, member in enumerate(value):
            yield from _leaves(f"{path}[{index}]", member)
    else:
        yield ReportedValue(path, (_text(value),))


def _text(value: Value) -> tuple[str, str]:
    """Write a value as text, and name its type in JSON.

    >>> _text("Disabled"), _text(True), _text([])
    (('Disabled', 'string'), ('true', 'boolean'), ('[]', 'array'))
    """
    kind = _TYPES.get(type(value)) or ("array" if isinstance(value, list) else "object")
    plain = to_json(value)
    return plain if kind == "string" else json.dumps(plain, ensure_ascii=False), kind


def _others(stock: Stock) -> Iterator[ReportedResource]:
    """Give the resources of other families; those of AI services are described in full."""
    taken: dict[str, int] = {}
    for each in stock.other:
        if not each.kind.startswith(FAMILIES):
            name = shown(each.name)
            named = each.id.strip("/").lower()
            if not named:
                named = "/".join([stock.file.file.lstrip("./"), each.kind, name])
                number = taken[named] = taken.get(named, 0) + 1
                named = named if number == 1 else f"{named}~{number}"
            yield ReportedResource(RESOURCE[named], each.kind, name, each.line)
