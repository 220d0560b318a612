"""Derive links of datasets to deployments by rules that lose nothing: equal names, no likeness."""

import re
from collections.abc import Iterator, Mapping, Sequence

from sightline.catalogs.crosswalk import Crosswalk
from sightline.catalogs.datasets import Catalog
from sightline.catalogs.links import Link
from sightline.estate import Stock
from sightline.estate.values import Value, look
from sightline.joining.names import Names, key_texts

ATTRIBUTE = "dataset"
"""The attribute of deployments, from a tag or an attachment, that names datasets."""

_SEPARATORS = re.compile(r"\s*[,;]\s*")


def deployments_in(
    catalog: Catalog, crosswalk: Crosswalk, names: Names, stocks: Sequence[Stock]
) -> dict[str, str]:
    """Find the things of a catalog that are deployments: IRI there -> IRI of the deployment."""
    domains = _subdomains(stocks)
    by_endpoint = {
        (domains[own.holder], own.name.lower()): own.iri
        for own in names.deployments.values()
        if own.holder in domains
    }
    found: dict[str, str] = {}
    things: Iterator[tuple[str, Mapping[str, str], tuple[str, ...]]] = (
        (each.iri, each.key.source, (each.address, *each.access_urls))
        for each in catalog.datasets()
    )
    for iri, source, addresses in (*things, *_assets(catalog)):
        for text in (*key_texts(iri, source), *source.values(), *addresses):
            if text and (deployment := _named(text, crosswalk, names, by_endpoint)):
                found[iri] = deployment
    return found


def by_lineage(catalog: Catalog, nodes: Mapping[str, str], datasets: set[str]) -> Iterator[Link]:
    """Link each dataset whose data an edge of lineage brings into a deployment."""
    for file in catalog.files:
        for edge in file.edges:
            if edge.downstream in nodes and edge.upstream in datasets:
                at = f" ({edge.pointer})" if edge.pointer else ""
                reason = f"lineage of {file.file}{at} leads to the deployment"
                yield Link(edge.upstream, nodes[edge.downstream], "derived", reason)


def by_attribute(names: Names) -> Iterator[Link]:
    """Link the datasets whose key or IRI a tag or an attachment gives a deployment."""
    for own in names.deployments.values():
        for text in _SEPARATORS.split(own.attributes.get(ATTRIBUTE, "")):
            found = names.exactly(text) if text else set()
            for iri in found if len(found) == 1 else ():
                reason = f"the attribute '{ATTRIBUTE}' of the deployment names it"
                yield Link(iri, own.iri, "derived", reason)


def by_connection(crosswalk: Crosswalk, names: Names, stocks: Sequence[Stock]) -> Iterator[Link]:
    """Link the datasets whose address a connection of an account names.

    A connection is of the account: with several deployments in it, which of them uses the data is
    not known, and each link is a candidate.
    """
    accounts: dict[str, list[str]] = {}
    for own in names.deployments.values():
        accounts.setdefault(own.account.lower(), []).append(own.iri)
    for stock in stocks:
        for resource in stock.other:
            path = crosswalk.connections.get(resource.kind)
            target = _text(look(resource.body, *path.split("."))) if path else ""
            account = _text(resource.names[0])
            if not target or not account:
                continue
            held = accounts.get(account.lower(), [])
            for iri in sorted(names.exactly(target) | names.exactly(target.rstrip("/"))):
                reason = (
                    f"the connection at {stock.file.file}:{resource.line} of {account} leads to it"
                )
                for deployment in held:
                    status = "derived" if len(held) == 1 else "candidate"
                    yield Link(iri, deployment, "derived" if status == "derived" else "candidate",
                               reason)  # fmt: skip


def _assets(catalog: Catalog) -> Iterator[tuple[str, Mapping[str, str], tuple[str, ...]]]:
    for file in catalog.files:
        for each in file.assets:
            yield each.iri, each.key, (each.address,)


def _named(
    text: str, crosswalk: Crosswalk, names: Names, by_endpoint: Mapping[tuple[str, str], str]
) -> str | None:
    for pattern in crosswalk.addresses:
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            if "id" in groups:
                return names.by_id(groups["id"])
            place = (groups["subdomain"].lower(), groups["deployment"].lower())
            return by_endpoint.get(place)
    return None


def _subdomains(stocks: Sequence[Stock]) -> dict[str, str]:
    """Give the subdomain of each account that states one, which no two accounts share."""
    found = {}
    for stock in stocks:
        for account in stock.accounts:
            if domain := _text(account.get("properties", "customSubDomainName")):
                found[account.iri] = domain.lower()
    return found


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
