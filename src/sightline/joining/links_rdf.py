"""Write links, what follows from them and what terms mean as RDF, in one graph of their own."""

from collections.abc import Iterator
from hashlib import sha256

from sightline.identity import configuration_iri, configuration_token
from sightline.joining.joined import Joined
from sightline.joining.pairs import carried, configured
from sightline.stores import Quad, iri, literal
from sightline.terms import DATA, GRAPH, RDF, SL, XSD, expand

LINKS_GRAPH = GRAPH["links"]
"""The graph of all that a join finds."""


def quads(joined: Joined) -> Iterator[Quad]:
    """Give links with their status, reaches with the configuration that counts, and readings.

    A candidate reaches nothing.
    """
    yield from ((s, p, o, LINKS_GRAPH) for s, p, o, _ in _triples(joined))


def _triples(joined: Joined) -> Iterator[Quad]:
    for link in joined.links:
        yield link.iri, RDF["type"], iri(SL["DatasetLink"]), ""
        yield link.iri, SL["linksDataset"], iri(link.dataset), ""
        yield link.iri, SL["linksDeployment"], iri(link.deployment), ""
        yield link.iri, SL["linkStatus"], literal(link.status), ""
        yield link.iri, SL["linkReason"], literal(link.reason), ""
        if link.status != "candidate":
            yield link.dataset, SL["reachesDeployment"], iri(link.deployment), ""
        texts = {"linkWay": link.way, "linkReviewer": link.reviewer, "linkDispute": link.dispute}
        for name, text in texts.items():
            if text:
                yield link.iri, SL[name], literal(text), ""
        if link.on:
            yield link.iri, SL["linkDate"], literal(link.on.isoformat(), XSD["date"]), ""
    for name in joined.nothing:
        yield name, SL["reachesNothing"], literal("true", XSD["boolean"]), ""
    for name, deployment in joined.stands_for.items():
        if name not in joined.datasets:
            continue
        yield name, SL["standsFor"], iri(deployment), ""
    yield from _reaches(joined)
    yield from _readings(joined)


def _reaches(joined: Joined) -> Iterator[Quad]:
    for reach in joined.reaches:
        node = f"{reach.link.iri}/reach/{sha256(reach.dataset.encode()).hexdigest()[:20]}"
        own, dispute = configured(joined, reach)
        yield node, RDF["type"], iri(SL["DatasetReach"]), ""
        yield node, SL["reachesFrom"], iri(reach.dataset), ""
        yield node, SL["reachesTo"], iri(reach.deployment), ""
        yield node, SL["restsOnLink"], iri(reach.link.iri), ""
        yield node, SL["lineageSteps"], literal(str(reach.steps), XSD["integer"]), ""
        for data in carried(joined, reach):
            yield node, SL["carriesData"], iri(DATA[data]), ""
        if own.ungoverned is None:
            token = configuration_token(own.configuration)
            yield node, SL["hasConfiguration"], iri(configuration_iri(token)), ""
        if dispute and not reach.link.dispute:
            yield reach.link.iri, SL["linkDispute"], literal(dispute), ""


def _readings(joined: Joined) -> Iterator[Quad]:
    for reading in joined.readings:
        for mapped in reading.by:
            yield reading.term.iri, SL["mappedBy"], iri(mapped.iri), ""
        for category in reading.categories:
            yield reading.term.iri, SL["readAs"], iri(category), ""
    for name in joined.datasets:
        for term in joined.terms(name):
            yield name, SL["hasTerm"], iri(term.iri), ""
        for category in joined.personal(name):
            yield name, expand("dpv:hasPersonalData"), iri(category), ""
