"""Write deployments, datasets, documents and the graph as a DCAT 3 catalog with its profiles."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from sightline.catalogs.datasets import Dataset
from sightline.exporting.contents import Contents, Profile
from sightline.exporting.policies import policy_quads
from sightline.identity import configuration_iri, configuration_token
from sightline.model import Deployment
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import DCT, DEPLOYMENT, GRAPH, RDF, RDFS, SKOS, SL, XSD, expand

Facts = Iterator[tuple[str, str, Term]]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NO_LINK = "No reviewed link: whether its data reaches a deployment is not known."
_NO_TEXT = "Its catalog gives no description."
_DISPUTED = "People, or a person and a rule, disagree on this link; it counts until it is settled."


def catalog_quads(contents: Contents, profile: Profile, ckan: bool = False) -> list[Quad]:
    """Give the catalog in a profile, sorted; ``ckan`` adds what only CKAN needs."""
    writer = _Writer(contents, profile, ckan)
    found = {(s, p, o, "") for s, p, o in writer.facts()}
    found.update(writer.policies())
    return sorted(found)


class _Writer:
    def __init__(self, contents: Contents, profile: Profile, ckan: bool) -> None:
        self._contents = contents
        self._profile = profile
        self._ckan = ckan
        self._catalog = contents.catalog

    def facts(self) -> Facts:
        joined = self._contents.joined
        yield from self._about()
        yield from self._graph()
        for version in self._contents.vocabulary.subjects(SL["DocumentVersion"]):
            yield from self._version(version)
        for own in joined.deployments.values():
            yield from self._service(own)
        reached = list(self._contents.reached())
        for name, dataset in joined.datasets.items():
            if name not in joined.stands_for:
                yield from self._dataset(name, dataset, [d for n, d in reached if n == name])
        for name in joined.nothing:
            yield name, SL["reachesNothing"], literal("true", XSD["boolean"])
        yield from self._links()

    def policies(self) -> Iterator[Quad]:
        """Give the policies of services, and of datasets that reach any."""
        for name, answer in self._contents.by_deployment.items():
            rows = [(answer, row) for row in answer.rows]
            yield from policy_quads(name, rows, self._contents.vocabulary)
        for name, found in self._contents.by_dataset.items():
            yield from policy_quads(name, found, self._contents.vocabulary)

    def _about(self) -> Facts:
        own, party = self._catalog, self._contents.party
        yield own, RDF["type"], iri(expand("dcat:Catalog"))
        yield own, DCT["title"], literal("AI deployments and their data", language="en")
        text = "Deployments of AI services, the data that reaches them, and who can access it."
        yield own, DCT["description"], literal(text, language="en")
        if party.name:
            yield own, DCT["publisher"], iri(f"{own}/publisher")
            yield from _agent(f"{own}/publisher", party.name)
        if party.contact:
            contact = f"{own}/contact"
            yield own, expand("dcat:contactPoint"), iri(contact)
            yield contact, RDF["type"], iri(_vcard("Organization"))
            yield contact, RDF["type"], iri(_vcard("Kind"))
            yield contact, _vcard("fn"), literal(party.name or party.contact)
            yield contact, _vcard("hasEmail"), iri(f"mailto:{party.contact}")

    def _graph(self) -> Facts:
        own = GRAPH["knowledge"]
        yield from self._listed(own, "Dataset")
        title = "Graph of who can access which data of cloud AI services"
        yield own, DCT["title"], literal(title, language="en")
        text = "Statements that published documents make of access to data, each with its sentence."
        yield own, DCT["description"], literal(text, language="en")
        yield own, DCT["identifier"], literal(self._contents.digest)
        for version in self._contents.vocabulary.subjects(SL["DocumentVersion"]):
            yield own, DCT["source"], iri(version)
        yield from self._published(own, "")
        yield from self._contact(own)

    def _version(self, own: str) -> Facts:
        known = self._contents.vocabulary
        yield from self._listed(own, "Dataset")
        yield own, RDF["type"], iri(SL["DocumentVersion"])
        (document,) = known.iris(own, SL["versionOf"])[:1] or [own]
        title = known.text(own, DCT["title"]) or known.text(document, DCT["title"])
        label = known.text(own, SKOS["notation"])
        yield own, DCT["title"], literal(title, language="en")
        text = f"State {label} of a published document that statements of access rest on."
        yield own, DCT["description"], literal(text, language="en")
        yield own, expand("dcat:version"), literal(label)
        yield own, expand("dcat:isVersionOf"), iri(document)
        yield document, DCT["title"], literal(known.text(document, DCT["title"]), language="en")
        for earlier in known.iris(own, SL["supersedes"]):
            yield own, expand("dcat:previousVersion"), iri(earlier)
        for day in known.terms(own, SL["effectiveDate"]):
            yield own, DCT["issued"], day
        for basis in known.terms(own, SL["dateBasis"]):
            yield own, SL["dateBasis"], basis
        for page in known.iris(own, expand("dcat:landingPage")):
            yield own, expand("dcat:landingPage"), iri(page)
            yield page, RDF["type"], iri(expand("foaf:Document"))
            yield page, DCT["title"], literal(known.text(document, DCT["title"]), language="en")
        yield from self._published(own, known.text(document, DCT["publisher"]))
        yield from self._contact(own)

    def _service(self, each: Deployment) -> Facts:
        own = each.iri
        yield from self._listed(own, "DataService")
        yield own, RDF["type"], iri(SL["Deployment"])
        yield own, DCT["title"], literal(each.label)
        yield own, DCT["identifier"], literal(DEPLOYMENT.token(own) or own)
        model = " ".join(
            each.attributes[n] for n in ("model", "modelVersion") if n in each.attributes
        )
        text = f"Deployment of {model}." if model else "Deployment of a model that is not stated."
        yield own, DCT["description"], literal(text, language="en")
        token = configuration_token(each.configuration)
        yield own, SL["hasConfiguration"], iri(configuration_iri(token))
        if each.ungoverned:
            yield own, SL["ungoverned"], literal(each.ungoverned)
        if self._profile.endpoint:
            # No file says under which address a deployment answers: its name is all there is.
            yield own, expand("dcat:endpointURL"), iri(own)
        yield from self._published(own, "")
        yield from self._contact(own)

    def _dataset(self, own: str, each: Dataset, deployments: list[str]) -> Facts:
        joined = self._contents.joined
        yield from self._listed(own, "Dataset")
        yield own, RDF["type"], iri(SL["Dataset"])
        yield own, DCT["title"], literal(each.title or each.name)
        if each.description:
            yield own, DCT["description"], literal(each.description)
        elif self._profile.description:
            yield own, DCT["description"], literal(_NO_TEXT, language="en")
        for name in ("issued", "modified"):
            if term := _date(getattr(each, name)):
                yield own, DCT[name], term
        for text in _identifiers(each):
            yield own, DCT["identifier"], literal(text)
        for category in self._contents.personal(own):
            yield own, expand("dpv:hasPersonalData"), iri(category)
        for deployment in deployments:
            yield own, SL["reachesDeployment"], iri(deployment)
            if self._ckan:
                yield from self._distribution(own, deployment)
        if not deployments and own not in joined.nothing:
            yield own, RDFS["comment"], literal(_NO_LINK, language="en")
        yield from self._published(own, each.publisher)
        yield from self._contact(own)

    def _distribution(self, dataset: str, deployment: str) -> Facts:
        """Give what CKAN needs to find a service; nobody can download the data there."""
        token = DEPLOYMENT.token(deployment) or "deployment"
        own = f"{dataset}/use/{token.strip('/').replace('/', '.')}"
        yield dataset, expand("dcat:distribution"), iri(own)
        yield own, RDF["type"], iri(expand("dcat:Distribution"))
        yield own, DCT["title"], literal("Use with an AI deployment", language="en")
        yield own, expand("dcat:accessURL"), iri(deployment)
        yield own, expand("dcat:accessService"), iri(deployment)

    def _links(self) -> Facts:
        # Reasons and reviewers stay out: they name files and people.
        for link in self._contents.joined.links:
            if link.status == "candidate":
                continue
            yield link.iri, RDF["type"], iri(SL["DatasetLink"])
            yield link.iri, SL["linksDataset"], iri(link.dataset)
            yield link.iri, SL["linksDeployment"], iri(link.deployment)
            yield link.iri, SL["linkStatus"], literal(link.status)
            if link.way:
                yield link.iri, SL["linkWay"], literal(link.way)
            if link.on:
                yield link.iri, SL["linkDate"], literal(link.on.isoformat(), XSD["date"])
            if link.dispute:
                yield link.iri, RDFS["comment"], literal(_DISPUTED, language="en")

    def _listed(self, own: str, kind: str) -> Facts:
        relation = {"Dataset": "dcat:dataset", "DataService": "dcat:service"}[kind]
        yield self._catalog, expand(relation), iri(own)
        yield own, RDF["type"], iri(expand(f"dcat:{kind}"))

    def _published(self, own: str, name: str) -> Facts:
        if name and "@" not in name:
            agent = (
                f"{self._catalog}/agent/{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-').lower()}"
            )
            yield own, DCT["publisher"], iri(agent)
            yield from _agent(agent, name)
        elif self._contents.party.name and (self._profile.publishers or own in DEPLOYMENT):
            yield own, DCT["publisher"], iri(f"{self._catalog}/publisher")

    def _contact(self, own: str) -> Facts:
        if self._profile.contact:
            yield own, expand("dcat:contactPoint"), iri(f"{self._catalog}/contact")


def _agent(own: str, name: str) -> Facts:
    yield own, RDF["type"], iri(expand("foaf:Agent"))
    yield own, expand("foaf:name"), literal(name)


def _identifiers(each: Dataset) -> list[str]:
    """Give what names a dataset in its catalog: an address or URN, else its whole key."""
    values = [text for text in each.key.source.values() if text]
    return [text for text in values if ":" in text] or ["/".join(values) or each.iri]


def _date(text: str) -> Term | None:
    """Read a date, with or without a time, as its term; what is none is left out."""
    try:
        if _DAY.fullmatch(text):
            return literal(date.fromisoformat(text).isoformat(), XSD["date"])
        return literal(datetime.fromisoformat(text).isoformat(), XSD["dateTime"])
    except ValueError:
        return None


def _vcard(name: str) -> str:
    return f"http://www.w3.org/2006/vcard/ns#{name}"
