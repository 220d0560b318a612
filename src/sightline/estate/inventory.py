"""Take stock of estate files: accounts, their deployments, all else, and what is unresolved."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sightline.estate.arm import Gap
from sightline.estate.functions.collections import merged
from sightline.estate.partial import folded
from sightline.estate.reading import EstateFile
from sightline.estate.resources import Resource
from sightline.estate.values import (
    OneOf,
    Unknown,
    Value,
    derived,
    look,
    member,
    one_of,
    unknown,
    walk,
)
from sightline.terms import ACCOUNT, Namespace

ACCOUNTS = "microsoft.cognitiveservices/accounts"
DEPLOYMENTS = f"{ACCOUNTS}/deployments"
FAMILIES = (
    "microsoft.cognitiveservices/",
    "microsoft.machinelearningservices/",
    "microsoft.search/",
)
"""Providers of which every open value is listed; of others only place and condition are."""

LISTINGS = frozenset({"azure-objects", "powershell", "resource-graph"})
"""Formats that list accounts without their deployments."""

LIST_DEPLOYMENTS = "az cognitiveservices account deployment list"


@dataclass(slots=True)
class Item:
    """An account or a deployment, with all definitions that the file gives of it."""

    file: EstateFile
    definitions: list[Resource]
    body: Mapping[str, Value] = field(default_factory=dict)
    owner: Item | None = None
    """The account of a deployment, where a file describes it."""
    iri: str = ""
    """Its name in RDF, once it has one."""

    @property
    def first(self) -> Resource:
        """The definition that comes first in the file."""
        return min(self.definitions, key=lambda each: each.line)

    @property
    def condition(self) -> Value:
        """True if it is deployed for certain, else open."""
        conditions = [each.condition for each in self.definitions]
        return next((each for each in conditions if each is True), conditions[0])

    @property
    def name(self) -> Value:
        """Its own name, without that of the account."""
        return self.first.names[-1]

    @property
    def account(self) -> Value:
        """The name of the account that a deployment belongs to."""
        if self.owner is not None and len(self.owner.definitions) == 1:
            return self.owner.first.name
        names = self.first.names
        return names[0] if len(names) > 1 else self.first.name

    def get(self, *path: str) -> Value:
        """Look up a value, of the last definition that has it; unknown where it is absent."""
        value = look(self.body, *path)
        return unknown(".".join(path), "absent", nullable=True) if value is None else value

    @property
    def location(self) -> Value:
        """Its location, which a deployment has from its account."""
        if look(self.body, "location") is not None or self.first.kind == ACCOUNTS:
            return self.get("location")
        if self.owner is not None:
            return self.owner.location
        return unknown("account.location", "absent")

    @property
    def sku(self) -> Value:
        """The name of its SKU, which early versions of the interface called a type of scaling."""
        value = look(self.body, "sku", "name")
        if value is None:
            value = look(self.body, "properties", "scaleSettings", "scaleType")
        return self.get("sku", "name") if value is None or value == "Manual" else value


@dataclass(slots=True)
class Stock:
    """What one file holds."""

    file: EstateFile
    accounts: list[Item] = field(default_factory=list)
    deployments: list[Item] = field(default_factory=list)
    other: list[Resource] = field(default_factory=list)
    unresolved: list[Gap] = field(default_factory=list)


def take_stock(files: Sequence[EstateFile]) -> list[Stock]:
    """Sort the resources of each file, and join deployments to accounts across all files."""
    stocks = [_sorted(file) for file in files]
    by_id: dict[str, Item] = {}
    for stock in stocks:
        for account in stock.accounts:
            if account.first.id:
                by_id.setdefault(account.first.id.lower(), account)
    beside: dict[Hashable, list[Item]] = {}
    for stock in stocks:
        for account in stock.accounts:
            if folder := account.first.hints.get("folder"):  # its files are one module
                beside.setdefault((folder, folded(account.first.name)), []).append(account)
    inhabited: set[int] = set()
    for stock in stocks:
        own: dict[Hashable, list[Item]] = {}
        for account in stock.accounts:
            own.setdefault(folded(account.first.name), []).append(account)
        for deployment in stock.deployments:
            deployment.owner = _owner(deployment, own, by_id)
            if deployment.owner is None and (folder := deployment.first.hints.get("folder")):
                found = beside.get((folder, folded(deployment.account)), [])
                deployment.owner = found[0] if len(found) == 1 else None
            inhabited.add(id(deployment.owner))
    for stock in stocks:
        stock.unresolved = list(_unresolved(stock, inhabited))
    return stocks


def _sorted(file: EstateFile) -> Stock:
    stock = Stock(file)
    named: dict[Hashable, list[Item]] = {}
    for each in file.resources:
        if each.kind not in (ACCOUNTS, DEPLOYMENTS):
            stock.other.append(each)
            continue
        alike = named.setdefault((each.kind, folded(each.name)), [])
        item = next((item for item in alike if _same(item.definitions[-1], each)), None)
        if item is not None:
            item.definitions.append(each)
            continue
        alike.append(Item(file, [each]))
        (stock.accounts if each.kind == ACCOUNTS else stock.deployments).append(alike[-1])
    for alike in named.values():
        for item in alike:
            item.body = _united(item.definitions)
    for items in (stock.accounts, stock.deployments):
        items.sort(key=lambda item: item.first.line)
    stock.other.sort(key=lambda each: each.line)
    taken: dict[str, int] = {}
    for account in stock.accounts:
        account.iri = resource_iri(account.first, file.file, taken)
    return stock


def resource_iri(
    resource: Resource, file: str, taken: dict[str, int] | None = None, names: Namespace = ACCOUNT
) -> str:
    """Name a resource in RDF: by its identifier, or else by its file and its name.

    ``taken`` counts how often a name was given in the file, so that no two resources share one.
    """
    if resource.id:
        return names[resource.id.strip("/").lower()]
    text = "/".join([file.lstrip("./"), *map(shown, resource.names)])
    if taken is None:
        return names[text]
    number = taken[text] = taken.get(text, 0) + 1
    return names[text if number == 1 else f"{text}~{number}"]


def shown(value: Value) -> str:
    """Write a value for people: what is open as its expression, what is absent as nothing."""
    if isinstance(value, (Unknown, OneOf)):
        return value.expression
    return "" if value is None else str(value)


def _same(one: Resource, other: Resource) -> bool:
    """Tell whether two definitions of one type and name are of one resource."""
    if one.id and other.id:
        return one.id.lower() == other.id.lower()
    groups = {folded(each.group) for each in (one, other) if each.group is not None}
    return len(groups) < 2


def _united(definitions: Sequence[Resource]) -> Mapping[str, Value]:
    """Lay the definitions of one resource over one another in the order they are deployed."""
    body = definitions[0].body
    certain = definitions[0].condition is True
    for each in definitions[1:]:
        if each.condition is True:
            body = merged(body, each.body)
        else:
            body = _possible(body, each.body, [each.condition])
        certain = certain or each.condition is True
    return body


def _possible(old: Value, new: Value, sources: Sequence[Value]) -> Value:
    """Lay a definition over another that may not be deployed."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        made = dict(old)
        names = {str(key).lower(): key for key in made}
        for key, value in new.items():
            name = names.get(str(key).lower(), key)
            made[name] = _possible(made.get(name), value, sources)
        return made
    if old is None or new is None:
        return derived("[condition]", [*sources, old, new], "condition", "branch")
    return one_of([old, new], sources[0].expression, sources)


def _owner(
    deployment: Item, own: Mapping[Hashable, list[Item]], by_id: Mapping[str, Item]
) -> Item | None:
    identity = deployment.first.id.lower().rpartition("/deployments/")[0]
    if identity in by_id:
        return by_id[identity]
    account = deployment.account
    if isinstance(account, OneOf):
        found = [own[folded(name)][0] for name in account.values if folded(name) in own]
        return _either(found, account) if len(found) == len(account.values) else None
    candidates = own.get(folded(account), [])
    near = [each for each in candidates if _near(each.first, deployment.first)]
    return near[0] if len(near) == 1 else candidates[0] if len(candidates) == 1 else None


def _near(account: Resource, deployment: Resource) -> bool:
    return folded(account.group) == folded(deployment.group)


def _either(accounts: Sequence[Item], name: OneOf) -> Item:
    """Stand in for an account that is one of several: with what they have in common."""
    body: Value = accounts[0].body
    for each in accounts[1:]:
        body = _possible(body, each.body, [name])
    definitions = [d for each in accounts for d in each.definitions]
    return Item(accounts[0].file, definitions, body, iri=accounts[0].iri)


def _unresolved(stock: Stock, inhabited: set[int]) -> Iterator[Gap]:
    yield from stock.file.gaps
    listing = stock.file.format in LISTINGS
    for account in stock.accounts:
        yield from _open_fields(account, ("kind",), ("location",))
        if listing and id(account) not in inhabited:
            first = account.first
            yield Gap(first.path, "deployments", "not-listed", LIST_DEPLOYMENTS, first.line)
    for deployment in stock.deployments:
        model = ("properties", "model")
        keys = ("format", "name", "version")
        yield from _open_fields(deployment, ("sku", "name"), *((*model, key) for key in keys))
        if deployment.owner is None and look(deployment.body, "location") is None:
            first = deployment.first
            yield Gap(f"{first.path}.location", "account.location", "absent", "", first.line)
    for resource in stock.other:
        yield from _open_values(resource, whole=resource.kind.startswith(FAMILIES))


def _open_fields(item: Item, *paths: tuple[str, ...]) -> Iterator[Gap]:
    for resource in item.definitions:
        yield from _open_values(resource, whole=True)
    for path in paths:
        value = item.sku if path == ("sku", "name") else item.get(*path)
        if isinstance(value, Unknown) and value.reason == "absent":
            place = f"{item.first.path}.{'.'.join(path)}"
            yield Gap(place, value.expression, "absent", "", item.first.line)


def _open_values(resource: Resource, *, whole: bool) -> Iterator[Gap]:
    places = [("name", resource.name), ("condition", resource.condition)]
    if whole:
        places.append(("", resource.body))
    else:
        places = [
            ("condition", resource.condition),
            ("location", member(resource.body, "location")),
        ]
    for prefix, tree in places:
        for path, value in walk(tree, prefix):
            if value.reason != "secret":
                yield Gap(
                    f"{resource.path}.{path}",
                    value.expression,
                    value.reason,
                    value.settle,
                    resource.line,
                )
