"""Read what only the organisation can say, from a small file: parties, purposes, legal bases.

A file is a YAML list of entries. An entry holds for the deployments that fit its selectors, and for
all if it has none. ``by`` and ``when`` say who answers for it since which day.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from sightline.entries import Node, read_nodes, wrong
from sightline.errors import SightlineError, close_matches
from sightline.model import Deployment, Facet
from sightline.reporting.items import RecordItem
from sightline.terms import expand

SELECTORS = ("deployment", "account", "subscription", "file")
NONE = "none"
"""The value by which people declare that there is nothing to name."""

_ABOUT = ("by", "when", "settings")
_MAX = 1024 * 1024
_SHAPE = "write a list of entries with 'by', 'when' and what is declared"
_TERM = re.compile(r"(.*\S)\s*<([^<>\s]+)>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Value:
    """A declared value: a text, or a party with contact details; ``term`` is its IRI, if given."""

    text: str
    line: int
    contact: str = ""
    term: str = ""

    @property
    def none(self) -> bool:
        """Whether it declares that there is nothing to name."""
        return self.text.casefold() == NONE


@dataclass(frozen=True, slots=True)
class Declared:
    """An entry: which deployments it is about, what it says of items, and who answers for it.

    ``settings`` maps facets, which no estate file tells, to their values and the line of these.
    """

    file: str
    line: int
    by: str
    on: date
    selectors: Mapping[str, str]
    values: Mapping[str, tuple[Value, ...]]
    settings: Mapping[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)

    def fits(self, own: Deployment) -> bool:
        """Tell whether it is about a deployment; ``*`` and ``?`` of selectors are wild."""
        has = {
            "deployment": (own.name, own.label),
            "account": (own.account,),
            "subscription": (own.attributes.get("subscription", ""),),
            "file": (own.file,),
        }
        return all(
            any(fnmatchcase(text.lower(), wanted.lower()) for text in has[name])
            for name, wanted in self.selectors.items()
        )


def read_declared(
    path: Path | str, items: Iterable[RecordItem], facets: Mapping[str, Facet]
) -> list[Declared]:
    """Read the entries of a file.

    Raises InputError that names the line: for a key, facet or value that is not known, for an entry
    without person or date, and for a ``none`` where there has to be something.
    """
    known = {item.token: item for item in items}
    reader = _Reader(str(path), known, {f.token: f for f in facets.values() if f.kind == "facet"})
    return [reader.entry(line, nodes) for line, nodes in read_nodes(path, _SHAPE, _MAX)]


@dataclass(frozen=True)
class _Reader:
    name: str
    items: Mapping[str, RecordItem]
    facets: Mapping[str, Facet]

    def entry(self, line: int, nodes: Mapping[str, Node]) -> Declared:
        known = (*SELECTORS, *_ABOUT, *self.items)
        for key, node in nodes.items():
            self._check("key", key, known, node.line)
        said = {
            key: self._text(nodes[key], key) for key in nodes if key in (*SELECTORS, *_ABOUT[:2])
        }
        for key in _ABOUT[:2]:
            if not said.get(key):
                raise wrong(self.name, line, f"the entry has no {key!r}", _SHAPE)
        values = {
            key: self._values(self.items[key], n) for key, n in nodes.items() if key in self.items
        }
        settings = self._settings(nodes["settings"]) if "settings" in nodes else {}
        if not values and not settings:
            raise wrong(self.name, line, "the entry declares nothing", _SHAPE)
        return Declared(
            self.name,
            line,
            said["by"],
            self._day(said["when"], nodes["when"].line),
            {key: said[key] for key in SELECTORS if said.get(key)},
            values,
            settings,
        )

    def _values(self, item: RecordItem, node: Node) -> tuple[Value, ...]:
        nodes = (
            node.value
            if isinstance(node.value, Sequence) and not isinstance(node.value, str)
            else [node]
        )
        found = tuple(self._value(item, each) for each in nodes)
        if not found:
            raise wrong(
                self.name, node.line, f"{item.token!r} is empty", "leave it out, or fill it"
            )
        if any(each.none for each in found):
            if not item.may_be_none:
                raise wrong(
                    self.name, node.line, f"{item.token!r} cannot be none",
                    f"give {item.asked_for}, or leave it out",
                )  # fmt: skip
            if len(found) > 1:
                raise wrong(self.name, node.line, "it is none and something", "drop one of them")
        return found

    def _value(self, item: RecordItem, node: Node) -> Value:
        if isinstance(node.value, str):
            text, term = self._term(node)
            return Value(text, node.line, "", term)
        if not item.party or not isinstance(node.value, Mapping):
            shape = "name and contact, or a text" if item.party else "a text, or a list of texts"
            raise wrong(self.name, node.line, f"{item.token!r} is no text", f"give {shape}")
        for key, own in node.value.items():
            self._check("key", key, ("name", "contact"), own.line)
        texts = {key: self._text(own, key) for key, own in node.value.items()}
        if not texts.get("name"):
            raise wrong(self.name, node.line, f"{item.token!r} has no name", "add name: ...")
        return Value(texts["name"], node.line, texts.get("contact", ""))

    def _term(self, node: Node) -> tuple[str, str]:
        text = self._text(node, "value")
        found = _TERM.fullmatch(text)
        if found is None:
            return text, ""
        try:
            return found[1], expand(found[2])
        except SightlineError as error:
            raise wrong(self.name, node.line, error.message, error.hint) from error

    def _settings(self, node: Node) -> dict[str, tuple[tuple[str, ...], int]]:
        if not isinstance(node.value, Mapping):
            raise wrong(self.name, node.line, "'settings' is no mapping", "give facet: value")
        found = {}
        for token, own in node.value.items():
            self._check("facet", token, self.facets, own.line)
            nodes = [own] if isinstance(own.value, str) else own.value
            if isinstance(nodes, Mapping):
                raise wrong(
                    self.name, own.line, f"{token!r} has no value", "give a value or a list"
                )
            values = tuple(self._text(each, token) for each in nodes)
            for value in values if self.facets[token].values else ():
                self._check(f"value of {token}", value, self.facets[token].values, own.line)
            found[token] = values, own.line
        return found

    def _text(self, node: Node, key: str) -> str:
        if not isinstance(node.value, str):
            raise wrong(
                self.name, node.line, f"{key!r} is no text", "give one word or a quoted text"
            )
        if not node.value:
            raise wrong(self.name, node.line, f"{key!r} is empty", "leave it out, or fill it")
        return node.value

    def _check(self, kind: str, token: str, known: Iterable[str], line: int) -> None:
        names = list(known)
        if token not in names:
            close = close_matches(token, names) or sorted(names)
            raise wrong(
                self.name, line, f"{token!r} is no {kind}", f"use one of: {', '.join(close)}"
            )

    def _day(self, text: str, line: int) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise wrong(
                self.name, line, f"'when' is no date: {text!r}", "write it as 2026-11-21"
            ) from error
