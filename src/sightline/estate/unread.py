"""Count the properties that files report and no mapping reads, so that none is lost in silence."""

from collections.abc import Iterable, Iterator, Mapping

from sightline.estate.inventory import FAMILIES, Stock
from sightline.estate.mappings import Mappings, Path
from sightline.estate.resources import Resource
from sightline.estate.values import Value

BESIDE = frozenset({"microsoft.insights/diagnosticsettings", "microsoft.network/privateendpoints"})
"""Types of other providers that say something of how a service is used."""

Names = tuple[str, ...]


def count_unread(stock: Stock, mappings: Mappings) -> dict[tuple[str, str], int]:
    """Count the properties of a file's resources that no mapping reads, by type and path."""
    paths = _paths(mappings)
    found: dict[tuple[str, str], int] = {}
    for resource in _resources(stock):
        if resource.kind.startswith(FAMILIES) or resource.kind in BESIDE:
            read = paths.get(resource.kind, set()) | paths.get("", set())
            properties = resource.get("properties")
            if isinstance(properties, Mapping):
                for path in dict.fromkeys(_unread(properties, ("properties",), read)):
                    key = (resource.type, ".".join(path))
                    found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: (pair[0][0].lower(), pair[0][1])))


def _resources(stock: Stock) -> Iterator[Resource]:
    for item in (*stock.accounts, *stock.deployments):
        yield from item.definitions
    yield from stock.other


def _paths(mappings: Mappings) -> dict[str, set[Names]]:
    """Collect what mappings read: type of resource ('' for all) -> paths in lower case."""
    found: dict[str, set[Names]] = {}

    def add(kind: str, path: Path) -> None:
        for steps in path:
            found.setdefault(kind, set()).add(tuple(name.lower() for name, _, _ in steps))

    rules = [*mappings.shared, *mappings.scopes, *(host.rule for host in mappings.hosts)]
    rules += [rule for own in mappings.facets.values() for rule in own]
    for rule in rules:
        for test in (*rule.tests, *rule.alternatives):
            add(test.kind, test.path)
    for reading in (*mappings.values, *mappings.links, *mappings.attributes):
        add(reading.kind, reading.path)
    return found


def _unread(value: Mapping[str, Value], above: Names, read: set[Names]) -> Iterator[Names]:
    for key, each in value.items():
        path = (*above, str(key))
        names = tuple(name.lower() for name in path)
        if names in read or each is None:
            continue
        below = any(one[: len(names)] == names for one in read)
        members = [one for one in _members(each) if isinstance(one, Mapping)]
        if not below:
            yield path
        for one in members if below else ():
            yield from _unread(one, path, read)


def _members(value: Value) -> Iterable[Value]:
    return value if isinstance(value, list) else [value]
