"""Report what estate files hold, in the form that other tools rely on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sightline.estate.inventory import Item, Stock, take_stock
from sightline.estate.reading import EstateFile
from sightline.estate.values import look, to_json

Unread = Mapping[tuple[str, str], int]
"""Type and path of a property that no mapping reads -> how often it stands in a file."""


def report_json(files: Sequence[EstateFile], unread: Sequence[Unread] = ()) -> dict[str, Any]:
    """Report files as JSON: accounts, deployments, other resources, what is open, and errors.

    ``unread`` has an entry for each file, if it is given.

    >>> report_json([])
    {'files': []}
    """
    counts = (*unread, *({} for _ in files[len(unread) :]))
    stocks = take_stock(files)
    return {"files": [_file(*pair) for pair in zip(stocks, counts, strict=True)]}


def _file(stock: Stock, unread: Unread) -> dict[str, Any]:
    file = stock.file
    return {
        "file": file.file,
        "format": file.format,
        "sha256": file.sha256,
        "accounts": [_account(each) for each in stock.accounts],
        "deployments": [_deployment(each) for each in stock.deployments],
        "other": [
            {"type": each.type, "name": to_json(each.name), "line": each.line}
            for each in stock.other
        ],
        "unresolved": [
            {
                "path": gap.path,
                "expression": gap.expression,
                "reason": gap.reason,
                "settle": gap.settle or None,
            }
            for gap in stock.unresolved
        ],
        "unread": [
            {"type": kind, "property": path, "count": count}
            for (kind, path), count in unread.items()
        ],
        "notes": list(file.notes),
        "errors": [error.to_json() for error in file.errors],
    }


def _account(item: Item) -> dict[str, Any]:
    properties = look(item.body, "properties")
    return {
        "name": to_json(item.first.name),
        "kind": to_json(item.get("kind")),
        "location": to_json(item.location),
        "properties": to_json({} if properties is None else properties),
        "line": item.first.line,
    }


def _deployment(item: Item) -> dict[str, Any]:
    model = ("properties", "model")
    return {
        "name": to_json(item.name),
        "account": to_json(item.account),
        "sku": to_json(item.sku),
        "model": to_json(item.get(*model, "name")),
        "version": to_json(item.get(*model, "version")),
        "format": to_json(item.get(*model, "format")),
        "location": to_json(item.location),
        "line": item.first.line,
    }
