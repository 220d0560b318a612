"""Turn the resources of estate files into deployments with facets, by the mappings alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sightline.estate.inventory import LIST_DEPLOYMENTS, Item, Stock, shown
from sightline.estate.likeness import Likeness, Looks
from sightline.estate.lines import Lines
from sightline.estate.mappings import Mappings, Path
from sightline.estate.partial import folded
from sightline.estate.resources import Resource
from sightline.estate.testing import Part, Subject, choices, decide, follow, outcome, spelled
from sightline.estate.values import OneOf, Unknown, Value
from sightline.model import REGION, Deployment, Knowledge, Unsettled
from sightline.terms import ACCOUNT, DEPLOYMENT

NOT_LISTED = "(not listed)"
"""The name that stands for the deployments of an account which a listing leaves out."""

Spaces = Mapping[str, Mapping[str, str]]
"""Facet -> how a value of it is spelled, in lower case and without spaces -> its token."""

_HOLDER = re.compile(r"/?(.*?/providers/[^/]+/[^/]+/[^/]+)/", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)


@dataclass(slots=True)
class _Found:
    """A deployment on its way to be one: its resource, and what counts for it."""

    resource: Resource
    name: Value
    account: Value
    owner: Item | None
    subject: Subject
    file: str
    listed: bool = True
    item: Item | None = None
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open: list[Unsettled] = field(default_factory=list)
    ungoverned: str | None = None


def spellings(knowledge: Knowledge) -> Spaces:
    """Give how files spell the values of facets: by token, and regions by name as well."""
    found = {f.token: {value: value for value in f.values} for f in knowledge.facets.values()}
    found[REGION] = {
        name.lower().replace(" ", ""): region.token
        for region in knowledge.regions.values()
        for name in (region.label, region.token)
    }
    return found


def map_estate(
    stocks: Sequence[Stock],
    mappings: Mappings,
    spaces: Spaces,
    *,
    subscription: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> tuple[Deployment, ...]:
    """Give the deployments of an estate; ``tags`` maps attributes to the tags that hold them.

    ``subscription`` stands for that of resources whose file names none.
    """
    mapper = _Mapper(stocks, mappings, spaces)
    found = [one for stock in stocks for one in mapper.deployments(stock)]
    for one in found:
        mapper.settle(one)
    owners = {id(one.owner): one for one in found if one.owner is not None}
    mapper.share(found, subscription, owners)
    united = [mapper.united(one, found) for one in found]
    taken: dict[str, int] = {}
    return tuple(mapper.finished(one, taken, subscription, tags or {}) for one in united)


class _Mapper:
    def __init__(self, stocks: Sequence[Stock], mappings: Mappings, spaces: Spaces) -> None:
        self._stocks = stocks
        self._mappings = mappings
        self._spaces = spaces
        self._others: dict[tuple[str, object], Part] = {}
        for stock in stocks:
            for each in stock.other:
                key = (each.kind, folded(each.name))
                self._others.setdefault(key, _part(each, stock))
        self._links: dict[int, list[_Found]] = {}
        self._likeness = Likeness(mappings)
        self._settled: dict[Looks, _Found] = {}
        self._reported: dict[tuple[int, Path], str | None] = {}
        self._inhabited = {id(each.owner) for stock in stocks for each in stock.deployments}

    def deployments(self, stock: Stock) -> Iterator[_Found]:
        """Find the deployments of a file, and the accounts whose deployments are not listed."""
        file = stock.file.file
        for item in stock.deployments:
            subject = self._subject(item)
            yield _Found(item.first, item.name, item.account, item.owner, subject, file, item=item)
        for account in stock.accounts:
            if id(account) not in self._inhabited and (kind := self._unlisted(account)):
                subject = Subject((Part(kind, {}, _format(stock)), _item(account)), frozenset())
                yield _Found(
                    account.first, NOT_LISTED, account.first.name, account, subject, file, False
                )
        for each in stock.other:
            if each.kind in self._mappings.deployed:
                above = self._above(_part(each, stock), each)
                holder = each.names[0] if len(each.names) > 1 else None
                yield _Found(each, each.names[-1], holder, None, above, file)

    def _unlisted(self, account: Item) -> str:
        subject = Subject((_item(account),), frozenset())
        for host in self._mappings.hosts:
            if account.first.kind == host.kind and decide(subject, host.rule, {}) is not False:
                return host.deployed
        return ""

    def _subject(self, item: Item) -> Subject:
        part = _item(item)
        above = item.first.kind.rpartition("/")[0]
        parts = [part] if item.owner is None else [part, _item(item.owner)]
        missing = {above} if item.owner is None else set()
        for link in self._mappings.links:
            names = follow(item.body, link.path) if link.kind == part.kind and link.target else []
            for name in names:
                if isinstance(name, str):
                    linked = self._others.get((link.target, folded(_joined(item.account, name))))
                    parts += [linked] if linked else []
                else:
                    missing.add(link.target)
        return Subject(tuple(parts), frozenset(missing))

    def _above(self, part: Part, resource: Resource) -> Subject:
        parts, missing = [part], set()
        kind, names = part.kind, list(resource.names)
        while kind.count("/") > 1:
            kind = kind.rpartition("/")[0]
            names.pop() if names else None
            name = names[0] if len(names) == 1 else _joined(*names) if names else None
            found = self._others.get((kind, folded(name)))
            if found:
                parts.append(found)
            else:
                missing.add(kind)
        return Subject(tuple(parts), frozenset(missing))

    def settle(self, one: _Found) -> None:
        """Work out the facets of a deployment and what stays open."""
        looks = self._likeness.looks(one.subject)
        like = self._settled.get(looks)
        if like is None:
            one.ungoverned = self._scope(one.subject)
            self._facets(one)
            like = self._settled[looks] = replace(one)
        one.ungoverned, one.facets, one.open = like.ungoverned, dict(like.facets), list(like.open)
        if not one.listed:
            account = spelled(one.account) if isinstance(one.account, str) else "the account"
            one.open.insert(0, Unsettled("deployments", account, "not-listed", LIST_DEPLOYMENTS))
        condition = one.resource.condition
        if condition is not True:
            one.open.append(_unsettled("deployed", "condition", condition))

    def _facets(self, one: _Found) -> None:
        kind = one.subject.parts[0].kind
        kept = {facet for each, facet in self._mappings.open if each == kind}
        reachable = {part.kind for part in one.subject.parts} | one.subject.missing
        for facet, rules in self._mappings.facets.items():
            own = [rule for rule in rules if all(test.kind in reachable for test in rule.tests)]
            if not own:
                continue
            result = outcome(one.subject, facet, own)
            if result.values:
                one.facets[facet] = tuple(sorted(result.values))
            if len(result.values) == 1 or (facet == "offering" and one.ungoverned):
                continue
            text, value = result.because[0] if result.because else ("", None)
            unmapped = not isinstance(value, (Unknown, OneOf)) and value is not None
            if not result.values and unmapped and facet not in kept:
                continue
            one.open.append(_unsettled(facet, text, value))
        for facet in sorted(kept - set(one.facets)):
            one.facets[facet] = tuple(sorted(self._spaces[facet].values()))
        for facet in dict.fromkeys(reading.target for reading in self._mappings.values):
            paths = [each.path for each in self._mappings.values if each.target == facet]
            self._value(one, facet, paths)

    def _scope(self, subject: Subject) -> str | None:
        present = {part.kind for part in subject.parts}
        for rule in self._mappings.scopes:
            tests = (*rule.tests, *rule.alternatives)
            if not all(test.kind in present for test in tests):
                continue
            if any(
                decide(subject, rule, chosen, every=True) is False
                for chosen in choices(subject, tests)
            ):
                return rule.because
        return None

    def _value(self, one: _Found, facet: str, paths: Sequence[Path]) -> None:
        values: list[Value] = []  # those of all paths, each on the nearest resource that has it
        for path in paths:
            found = (follow(part.body, path) for part in one.subject.parts)
            values += next(filter(None, found), [])
        space = self._spaces[facet]
        raw = [each for v in values for each in (v.values if isinstance(v, OneOf) else (v,))]
        tokens = [
            None if isinstance(v, Unknown) else space.get(spelled(v).replace(" ", "")) for v in raw
        ]
        known = [token for token in tokens if token is not None]
        if known and len(known) == len(tokens):
            one.facets[facet] = tuple(sorted(set(known)))
        if len(set(known)) > 1 and len(known) == len(values):
            one.open.append(Unsettled(facet, ", ".join(map(shown, values)), "several", None))
        elif len(set(known)) != 1 or len(known) < len(tokens):
            lost = next((v for v, t in zip(raw, tokens, strict=True) if t is None), None)
            value = values[0] if len(values) == 1 else lost
            one.open.append(_unsettled(facet, paths[0][0][-1][0], value))

    def share(
        self, found: Sequence[_Found], subscription: str | None, owners: Mapping[int, _Found]
    ) -> None:
        """Let what one resource shows hold for all others of the same scope."""
        shown: dict[str, dict[str, str]] = {}
        for stock in self._stocks:
            for account in stock.accounts:
                place = _subscription(account.first, subscription)
                subject = Subject((_item(account),), frozenset())
                for rule in self._mappings.shared:
                    if place and decide(subject, rule, {}) is True:
                        shown.setdefault(place.lower(), {}).update(rule.gives)
        for one in found if shown else ():
            place = _place(one, subscription)
            for facet, value in shown.get(place.lower(), {}).items() if place else ():
                one.facets.setdefault(facet, (value,))

    def united(self, one: _Found, found: Sequence[_Found]) -> _Found:
        """Unite a deployment with those that take over for it: the candidates of all."""
        chain, pending = [one], [one]
        lost: list[Unsettled] = []
        while pending:
            each = pending.pop()
            for link in self._mappings.links:
                if link.target or each.subject.parts[0].kind != link.kind:
                    continue
                for name in follow(each.subject.parts[0].body, link.path):
                    nearby = self._siblings(each, found)
                    other = nearby.get(folded(name)) if isinstance(name, str) else None
                    if other is None:
                        lost.append(_unsettled("deployment-type", link.path[0][-1][0], name))
                    elif other not in chain:
                        chain.append(other)
                        pending.append(other)
        if len(chain) == 1 and not lost:
            return one
        facets = {
            facet: tuple(sorted({v for each in chain for v in each.facets[facet]}))
            for facet in one.facets
            if all(facet in each.facets for each in chain)
        }
        if lost:
            kind = one.subject.parts[0].kind
            facets |= {
                facet: tuple(sorted(self._spaces[facet].values()))
                for each, facet in self._mappings.open
                if each == kind
            }
        because = next((each.ungoverned for each in chain if each.ungoverned), None)
        opened = [each for other in chain for each in other.open]
        return replace(one, facets=facets, open=[*dict.fromkeys(opened), *lost], ungoverned=because)

    def _siblings(self, one: _Found, found: Sequence[_Found]) -> Mapping[object, _Found]:
        if not self._links:
            for each in found:
                self._links.setdefault(_home(each), []).append(each)
        return {folded(each.name): each for each in self._links[_home(one)]}

    def finished(
        self,
        one: _Found,
        taken: dict[str, int],
        subscription: str | None,
        tags: Mapping[str, str],
    ) -> Deployment:
        """Make a deployment of what was found, under a name that no other has."""
        attributes = self._attributes(one, tags)
        if place := _place(one, subscription):
            attributes["subscription"] = place
        name, account = shown(one.name), shown(one.account)
        identity = one.resource.id.strip("/").lower()
        identity = identity or "/".join([one.file.lstrip("./"), account, name])
        identity += "" if one.listed else "/deployments"
        number = taken[identity] = taken.get(identity, 0) + 1
        named = DEPLOYMENT[identity if number == 1 else f"{identity}~{number}"]
        if one.item is not None:
            one.item.iri = named
        return Deployment(
            named,
            name,
            account,
            one.file,
            one.resource.line,
            dict(sorted(one.facets.items())),
            tuple(dict.fromkeys(one.open)),
            attributes,
            one.ungoverned,
            _holder(one),
            written_at=Lines(self._mappings, one.subject, one.facets),
        )

    def _attributes(self, one: _Found, tags: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for attribute, tag in tags.items():
            self._report(found, attribute, one.subject, "", ((("tags", "", ""), (tag, "", "")),))
        for reading in self._mappings.attributes:
            if reading.target not in tags:
                self._report(found, reading.target, one.subject, reading.kind, reading.path)
        return found

    def _report(
        self, found: dict[str, str], attribute: str, subject: Subject, kind: str, path: Path
    ) -> None:
        for part in subject.parts:
            if attribute in found:
                return
            if part.kind != (kind or part.kind):
                continue
            if part is subject.parts[0]:
                text = _told(part, path)
            else:  # it counts for others too
                place = (id(part.body), path)
                if place not in self._reported:
                    self._reported[place] = _told(part, path)
                text = self._reported[place]
            if text is not None:
                found[attribute] = text


def _told(part: Part, path: Path) -> str | None:
    for each in follow(part.body, path):
        if isinstance(each, (str, bool, int, float)):
            return each if isinstance(each, str) else str(each).lower()
    return None


def _item(item: Item) -> Part:
    file = item.file
    return Part(item.first.kind, item.body, file.format or "", file.file, item.definitions)


def _part(resource: Resource, stock: Stock) -> Part:
    return Part(resource.kind, resource.body, _format(stock), stock.file.file, (resource,))


def _format(stock: Stock) -> str:
    return stock.file.format or ""


def _joined(*names: Value) -> Value:
    return "/".join(names) if all(isinstance(name, str) for name in names) else names[0]


def _home(one: _Found) -> int:
    return id(one.owner) if one.owner is not None else hash((one.file, folded(one.account)))


def _subscription(resource: Resource, default: str | None) -> str:
    found = _SUBSCRIPTION.search(resource.id)
    return found[1] if found else (default or "").strip("/").rpartition("/")[2]


def _place(one: _Found, default: str | None) -> str:
    own = _subscription(one.resource, None)
    above = _subscription(one.owner.first, None) if one.owner is not None else ""
    return own or above or _subscription(one.resource, default)


def _holder(one: _Found) -> str:
    """Name the account or workspace of a deployment in RDF, as the file that describes it does."""
    if one.owner is not None:
        return one.owner.iri
    names, above = one.resource.names, _HOLDER.match(one.resource.id)
    if above:
        return ACCOUNT[above[1].lower()]
    if len(names) == 1 and isinstance(names[0], str):
        return ""
    return ACCOUNT["/".join([one.file.lstrip("./"), shown(one.account)])]


def _unsettled(facet: str, text: str, value: Value) -> Unsettled:
    if isinstance(value, (Unknown, OneOf)):
        return Unsettled(facet, value.expression, value.reason, value.settle or None)
    if value is None:
        return Unsettled(facet, text, "absent", None)
    return Unsettled(facet, shown(value), "unknown-value", None)
