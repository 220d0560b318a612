"""Tell how the resources of an estate hang together: places, several definitions, and links."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from sightline.estate.inventory import FAMILIES, Item, Stock, resource_iri, shown
from sightline.estate.mappings import Mappings, Path
from sightline.estate.partial import folded
from sightline.estate.resources import Resource
from sightline.estate.testing import follow
from sightline.estate.values import OneOf, Unknown, Value
from sightline.model import Definition, Described, Link, Unsettled
from sightline.terms import ACCOUNT, RESOURCE

_Named = tuple[str, tuple[Hashable, ...]]
"""A type and the names of all levels, so that resources can be found again."""


_TOKEN = "region"
"""The facet that says where a resource is."""


def describe(stocks: Sequence[Stock], mappings: Mappings) -> tuple[Described, ...]:
    """Describe all accounts, the other resources of AI services, and deployments that need it.

    A deployment needs it if it has several definitions or a link. Its item has a name by now.
    """
    describer = _Describer(stocks, mappings)
    return tuple(each for stock in stocks for each in describer.of(stock))


class _Describer:
    def __init__(self, stocks: Sequence[Stock], mappings: Mappings) -> None:
        self._mappings = mappings
        self._hosts = {"/".join(kind.split("/")[:2]) for kind in mappings.deployed}
        self._place = next((r.path for r in mappings.values if r.target == _TOKEN), None)
        self._read = _read(mappings)
        self._links = [link for link in mappings.links if not link.target]
        self._named: dict[int, dict[_Named, str]] = {}
        self._by_id: dict[str, str] = {}
        self._items: dict[str, list[Item]] = {}
        self._homes: dict[Hashable, dict[Hashable, str]] = {}
        self._others: dict[int, list[tuple[Resource, str]]] = {}
        for stock in stocks:
            self._add(stock)

    def _add(self, stock: Stock) -> None:
        named = self._named[id(stock)] = {}
        others = self._others[id(stock)] = []
        taken: dict[str, int] = {}
        found = [(item.first, item.iri) for item in stock.accounts]
        for each in stock.other:
            if each.kind.startswith(FAMILIES):
                names = ACCOUNT if each.kind in self._hosts else RESOURCE
                others.append((each, resource_iri(each, stock.file.file, taken, names)))
        for each, name in (*found, *others):
            named.setdefault((each.kind, tuple(map(folded, each.names))), name)
            if each.id:
                self._by_id.setdefault(each.id.strip("/").lower(), name)
        for item in (*stock.accounts, *stock.deployments):
            if item.first.id:
                self._items.setdefault(item.first.id.lower(), []).append(item)
        for item in stock.deployments if self._links else ():
            self._homes.setdefault(_home(item), {})[folded(item.name)] = item.iri

    def of(self, stock: Stock) -> Iterator[Described]:
        """Describe what one file holds."""
        file = stock.file.file
        for item in stock.accounts:
            first = item.first
            yield Described(
                item.iri, "account", first.kind, shown(first.names[-1]), file, first.line,
                *self._located(item.body), self._definitions(item), (),
            )  # fmt: skip
        for item in stock.deployments:
            links, definitions = self._spillover(item), self._definitions(item)
            if links or definitions:
                yield Described(
                    item.iri, "deployment", item.first.kind, shown(item.name), file,
                    item.first.line, None, (), definitions, links,
                )  # fmt: skip
        for each, name in self._others[id(stock)]:
            kind = "account" if each.kind in self._hosts else "resource"
            yield Described(
                name, kind, each.kind, shown(each.names[-1]), file, each.line,
                *self._located(each.body), (), tuple(self._references(each, stock)),
            )  # fmt: skip

    def _located(self, body: Mapping[str, Value]) -> tuple[str | None, tuple[Unsettled, ...]]:
        found = follow(body, self._place)[:1] if self._place else []
        for value in found:
            if isinstance(value, (Unknown, OneOf)):
                own = Unsettled(_TOKEN, value.expression, value.reason, value.settle or None)
                return None, (own,)
            return str(value), ()
        return None, ()

    def _definitions(self, item: Item) -> tuple[Definition, ...]:
        """List the definitions that count for certain, of all files that name the resource."""
        alike = self._items.get(item.first.id.lower(), [item]) if item.first.id else [item]
        if alike[0] is not item:
            return ()
        found = [(each.file.file, own) for each in alike for own in each.definitions]
        certain = [(file, own) for file, own in found if own.condition is True]
        if len(certain) < 2:
            return ()
        return tuple(Definition(file, own.line, self._values(own)) for file, own in certain)

    def _values(self, resource: Resource) -> dict[str, str]:
        values: dict[str, str] = {}
        for text, path in (self._read.get(resource.kind, {}) | self._read[""]).items():
            found = follow(resource.body, path)
            if found and all(isinstance(each, (str, bool, int, float)) for each in found):
                values[text] = ", ".join(sorted(map(_written, found)))
        return values

    def _spillover(self, item: Item) -> tuple[Link, ...]:
        found = []
        for link in self._links:
            if link.kind == item.first.kind:
                nearby = self._homes[_home(item)]
                for name in follow(item.body, link.path):
                    if isinstance(name, str):
                        leads_to = nearby.get(folded(name))
                        found.append(Link(_text(link.path), name, leads_to))
        return tuple(found)

    def _references(self, each: Resource, stock: Stock) -> Iterator[Link]:
        """Give the links of a resource: to the one that it is a part of, and those mappings name.

        Nothing is said of a link that is not known.
        """
        above, names = each.kind.rpartition("/")[0], each.names[:-1]
        if above.count("/") and each.kind not in self._mappings.deployed:
            parent = "/".join(each.id.strip("/").split("/")[:-2]) if each.id else ""
            leads_to = self._find(stock, above, names, parent)
            if leads_to or parent or (names and all(isinstance(name, str) for name in names)):
                yield Link("name", parent or "/".join(map(shown, names)), leads_to)
        for reference in self._mappings.references:
            if reference.kind == each.kind:
                for value in follow(each.body, reference.path):
                    if isinstance(value, str):
                        last = value.rstrip("/").rpartition("/")[2]
                        leads_to = self._find(stock, reference.target, (last,), value)
                        yield Link(_text(reference.path), value, leads_to)

    def _find(self, stock: Stock, kind: str, names: Sequence[Value], identity: str) -> str | None:
        found = self._by_id.get(identity.strip("/").lower())
        return found or self._named[id(stock)].get((kind, tuple(map(folded, names))))


def _home(item: Item) -> Hashable:
    """Tell the deployments of one account: by the account, or else by its name in the file."""
    return item.owner.iri if item.owner is not None else (item.file.file, folded(item.account))


def _read(mappings: Mappings) -> dict[str, dict[str, Path]]:
    """List the paths that mappings read, by type of resource; '' is for all types."""
    found: dict[str, dict[str, Path]] = {"": {}}
    for reading in (*mappings.values, *mappings.attributes):
        found.setdefault(reading.kind, {})[_text(reading.path)] = reading.path
    rules = [rule for each in mappings.facets.values() for rule in each]
    for rule in (*rules, *mappings.shared, *mappings.scopes):
        for test in (*rule.tests, *rule.alternatives):
            if test.path:
                found.setdefault(test.kind, {})[_text(test.path)] = test.path
    return found


def _text(path: Path) -> str:
    """Write the first place of a path as people read it."""
    return ".".join(_step(*step) for step in path[0])


def _step(name: str, key: str, wanted: str) -> str:
    return name if not key else f"{name}[]" if key == "*" else f"{name}[{key}={wanted}]"


def _written(value: Value) -> str:
    return value if isinstance(value, str) else str(value).lower()
