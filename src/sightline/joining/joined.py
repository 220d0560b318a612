"""Bring links together and follow lineage: what each dataset reaches, and what nobody knows."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sightline.catalogs.crosswalk import Crosswalk, Reading, shipped_crosswalk
from sightline.catalogs.datasets import Catalog, Dataset, Term
from sightline.catalogs.links import NOTHING, Declared, Link, read_links
from sightline.estate import Estate
from sightline.joining.candidates import by_name
from sightline.joining.derived import by_attribute, by_connection, by_lineage, deployments_in
from sightline.joining.names import Names
from sightline.model import Deployment
from sightline.terms import expand

_PERSONAL = "dpv:PersonalData"


@dataclass(frozen=True, slots=True)
class Reach:
    """Data of a dataset gets to a deployment by a link, ``steps`` of lineage away from it."""

    dataset: str
    deployment: str
    link: Link
    steps: int


@dataclass(frozen=True)
class Joined:
    """A catalog and an estate with all links between them.

    ``nothing`` maps the datasets that people declare to reach no deployment to their entries,
    ``stands_for`` the things of the catalog that are deployments to these; ``problems`` are the
    entries that name what is not there.
    """

    catalog: Catalog
    deployments: Mapping[str, Deployment]
    datasets: Mapping[str, Dataset]
    links: tuple[Link, ...]
    reaches: tuple[Reach, ...]
    nothing: Mapping[str, Declared]
    stands_for: Mapping[str, str]
    crosswalk: Crosswalk
    problems: tuple[str, ...]

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """What each term that the catalog gives to data, or defines, is taken to mean."""
        found: dict[str, Term] = {}
        for file in self.catalog.files:
            for term in file.terms:
                found.setdefault(term.iri, term)
            for each in file.datasets:
                for _, assignment in each.assignments():
                    found.setdefault(assignment.term.iri, assignment.term)
        return tuple(self.crosswalk.read(term) for _, term in sorted(found.items()))

    def terms(self, dataset: str) -> Iterator[Term]:
        """Give the terms of a dataset and of its fields, from all files, each once."""
        yield from self._terms.get(dataset, {}).values()

    def personal(self, dataset: str) -> list[str]:
        """Give the categories of personal data that terms of a dataset mark, as sorted IRIs."""
        personal, broader = expand(_PERSONAL), self.crosswalk.broader
        found = {c for term in self.terms(dataset) for c in self.crosswalk.read(term).categories}
        return sorted(c for c in found if c == personal or personal in broader.get(c, ()))

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The datasets of which no link and nobody says that they reach something, or nothing."""
        known = {reach.dataset for reach in self.reaches} | set(self.nothing) | set(self.stands_for)
        described = (iri for iri, each in self.datasets.items() if each.described)
        return tuple(sorted(iri for iri in described if iri not in known))

    def with_deployments(self, deployments: Iterable[Deployment]) -> "Joined":
        """Give the same links to deployments of which more is settled."""
        made = replace(self, deployments={own.iri: own for own in deployments})
        # What was found about the catalog holds for it as well.
        for name in ("readings", "unknown", "_terms"):
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        return made

    @cached_property
    def _terms(self) -> Mapping[str, Mapping[str, Term]]:
        found: dict[str, dict[str, Term]] = {}
        for each in self.catalog.datasets():
            own = found.setdefault(each.iri, {})
            for _, assignment in each.assignments():
                own.setdefault(assignment.term.iri, assignment.term)
        return found


def join(
    catalog: Catalog,
    estate: Estate | None = None,
    declared: Sequence[Declared] = (),
    crosswalk: Crosswalk | None = None,
) -> Joined:
    """Link the datasets of a catalog to the deployments of an estate.

    Declared links come from people, derived ones from rules that lose nothing; candidates are for
    review only. Terms are read by the shipped ``crosswalk`` unless one is given. Raises InputError
    for an entry whose dataset or deployment has several meanings.
    """
    crosswalk = crosswalk or shipped_crosswalk()
    names = Names(catalog, estate.deployments if estate else ())
    stocks = estate.stocks if estate else ()
    problems: list[str] = []
    entries = list(_resolved(declared, names, problems))
    links = [
        Link(dataset, deployment, "declared", e.note or e.where, e.way, e.by, e.on)
        for e, dataset, deployment in entries
        if deployment and e.decision == "accepted"
    ]  # fmt: skip
    nothing = {d: e for e, d, deployment in entries if deployment is None}
    rejected = {(d, p): e for e, d, p in entries if p and e.decision == "rejected"}
    nodes = deployments_in(catalog, crosswalk, names, stocks)
    found = [
        *by_lineage(catalog, nodes, set(names.datasets) - set(nodes)),
        *by_attribute(names),
        *by_connection(crosswalk, names, stocks),
    ]
    stated = {(link.dataset, link.deployment) for link in links}
    known = stated | set(rejected)
    for link in dict.fromkeys(found):
        pair = (link.dataset, link.deployment)
        if link.status == "derived" and pair not in stated:
            links.append(replace(link, dispute=_dispute(link, rejected.get(pair), nothing)))
            known.add(pair)
        elif link.status == "candidate" and pair not in known:
            links.append(link)
            known.add(pair)
    if estate:
        links += by_name(names, known, set(nodes))
    links = [
        replace(link, dispute=_dispute(link, None, nothing)) if link.status == "declared" else link
        for link in links
    ]
    reaches = tuple(_reaches(catalog, [link for link in links if link.status != "candidate"]))
    return Joined(
        catalog,
        names.deployments,
        names.datasets,
        tuple(sorted(links, key=_order)),
        reaches,
        nothing,
        nodes,
        crosswalk,
        tuple(problems),
    )


def join_files(
    catalog: Catalog,
    estate: Estate | None = None,
    links: Iterable[Path | str] = (),
    crosswalks: Iterable[Path | str] = (),
) -> Joined:
    """Join a catalog by files of reviewed links, and by crosswalks besides the shipped ones.

    Raises the first error of a catalog file, as an answer that silently lacks one would be wrong,
    InputError for a file of links or a crosswalk that cannot be used, and as ``join`` does.
    """
    if catalog.errors:
        raise catalog.errors[0]
    crosswalk = shipped_crosswalk([Path(name) for name in crosswalks])
    declared = [entry for name in links for entry in read_links(name, crosswalk.ways)]
    return join(catalog, estate, declared, crosswalk)


def _resolved(
    declared: Iterable[Declared], names: Names, problems: list[str]
) -> Iterator[tuple[Declared, str, str | None]]:
    """Give entries with the IRIs they name; None stands for no deployment at all."""
    for entry in declared:
        dataset = names.dataset(entry.dataset, entry.where)
        if dataset is None:
            problems.append(f"{entry.where}: no catalog file has the dataset {entry.dataset!r}")
            continue
        if entry.deployment == NOTHING:
            yield entry, dataset, None
            continue
        deployment = names.deployment(entry.deployment, entry.where)
        if deployment is None:
            problems.append(
                f"{entry.where}: no estate file has the deployment {entry.deployment!r}"
            )
            continue
        yield entry, dataset, deployment


def _dispute(link: Link, rejected: Declared | None, nothing: Mapping[str, Declared]) -> str:
    if rejected:
        return f"{rejected.by} rejected it on {rejected.on}"
    if entry := nothing.get(link.dataset):
        return f"{entry.by} declared on {entry.on} that it reaches nothing"
    return ""


def _reaches(catalog: Catalog, links: Iterable[Link]) -> Iterator[Reach]:
    """Follow lineage upwards from each link; a circle ends where it began."""
    upstream: dict[str, set[str]] = {}
    for edge in catalog.edges():
        upstream.setdefault(edge.downstream, set()).add(edge.upstream)
    datasets = {each.iri for each in catalog.datasets()}
    walked: dict[str, dict[str, int]] = {}
    for link in links:
        start = link.dataset
        if start not in walked:
            steps = {start: 0}
            queue = deque([start])
            while queue:
                own = queue.popleft()
                for above in sorted(upstream.get(own, ())):
                    if above not in steps:
                        steps[above] = steps[own] + 1
                        queue.append(above)
            walked[start] = {iri: n for iri, n in steps.items() if iri in datasets}
        for iri, count in walked[start].items():
            yield Reach(iri, link.deployment, link, count)


def _order(link: Link) -> tuple[int, str, str, str]:
    rank = ("declared", "derived", "candidate").index(link.status)
    return (rank, link.dataset, link.deployment, link.way)
