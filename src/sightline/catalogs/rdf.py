"""Write a catalog as RDF: one named graph per file, with its source, digest, time and places."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from urllib.parse import quote

from sightline.catalogs.datasets import Asset, Assignment, CatalogFile, Dataset, Edge
from sightline.catalogs.datasets import Term as CatalogTerm
from sightline.catalogs.report import verbatim
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import BASE, DCT, GRAPH, PROV, RDF, SKOS, SL, XSD, Namespace

DCAT_DATASET = "http://www.w3.org/ns/dcat#Dataset"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_TRUE = literal("true", XSD["boolean"])

Facts = Iterator[tuple[str, str, Term]]


def catalog_graph(file: str, digest: str) -> str:
    """Name the graph of a file, by its content and its name.

    >>> catalog_graph("export.json", "ab" * 32)
    'https://w3id.org/sightline/graph/catalog/abababababababab/export.json'
    """
    return GRAPH[f"catalog/{digest[:16] or '-'}/{file.lstrip('./')}"]


def quads(files: Iterable[CatalogFile], read_at: datetime) -> Iterator[Quad]:
    """Give all that catalog files say, each in the graph of its file."""
    for file in files:
        graph = catalog_graph(file.file, file.sha256)
        for subject, predicate, value in _file(file, graph, read_at):
            yield subject, predicate, value, graph


def _file(file: CatalogFile, graph: str, read_at: datetime) -> Facts:
    yield from _provenance(file, graph, read_at)
    for term in file.terms:
        yield from _term(term, graph)
    for dataset in file.datasets:
        yield from _dataset(dataset, graph)
    for asset in file.assets:
        yield from _asset(asset, graph)
    for number, edge in enumerate(file.edges, 1):
        yield from _edge(edge, f"{graph}/edge/{number}")
    for number, (name, count) in enumerate(file.unread.items(), 1):
        node = f"{graph}/unread/{number}"
        yield graph, SL["hasUnreadPart"], iri(node)
        yield node, RDF["type"], iri(SL["UnreadPart"])
        yield node, SL["partName"], literal(name)
        yield node, SL["occurrences"], literal(str(count), XSD["integer"])


def _provenance(file: CatalogFile, graph: str, read_at: datetime) -> Facts:
    tool = version("sightline")
    activity, agent = f"{graph}/import", Namespace(f"{BASE}software/sightline/")[tool]
    time = literal(read_at.isoformat(timespec="seconds"), XSD["dateTime"])
    yield graph, RDF["type"], iri(SL["CatalogFile"])
    yield graph, DCT["source"], literal(file.file)
    if file.sha256:
        yield graph, SL["fileDigest"], literal(file.sha256)
    if file.format:
        yield graph, SL["fileFormat"], literal(file.format)
    yield graph, SL["toolVersion"], literal(tool)
    yield graph, PROV["generatedAtTime"], time
    yield graph, PROV["wasGeneratedBy"], iri(activity)
    for note in file.notes:
        yield graph, SKOS["note"], literal(note)
    for number, error in enumerate(file.errors, 1):
        node = f"{graph}/error/{number}"
        yield graph, SL["hasReadingError"], iri(node)
        yield node, RDF["type"], iri(SL["ReadingError"])
        yield node, SL["errorCode"], literal(error.code)
        yield node, SL["errorMessage"], literal(error.message)
        if error.hint:
            yield node, SL["errorHint"], literal(error.hint)
    yield activity, RDF["type"], iri(SL["CatalogImport"])
    yield activity, RDF["type"], iri(PROV["Activity"])
    yield activity, PROV["endedAtTime"], time
    yield activity, PROV["wasAssociatedWith"], iri(agent)
    yield agent, RDF["type"], iri(PROV["SoftwareAgent"])
    yield agent, SKOS["prefLabel"], literal(f"sightline {tool}")


def _term(term: CatalogTerm, graph: str) -> Facts:
    yield term.iri, RDF["type"], iri(SL["CatalogTerm"])
    yield term.iri, SL["termKind"], literal(term.kind)
    yield term.iri, SL["sourceKey"], literal(term.key)
    yield term.iri, SL["inCatalogFile"], iri(graph)
    yield term.iri, SKOS["prefLabel"], literal(term.name)
    if term.definition:
        yield term.iri, SKOS["definition"], literal(term.definition)
    for above in term.broader:
        yield term.iri, SKOS["broader"], iri(above)


def _dataset(dataset: Dataset, graph: str) -> Facts:
    own = dataset.iri
    yield own, RDF["type"], iri(SL["Dataset"])
    yield own, RDF["type"], iri(DCAT_DATASET)
    yield own, SL["inCatalogFile"], iri(graph)
    if not dataset.described:
        yield own, SL["onlyReferredTo"], _TRUE
    for predicate, text in (
        (SKOS["prefLabel"], dataset.title or dataset.name),
        (DCT["title"], dataset.title),
        (DCT["description"], dataset.description),
        (SL["locator"], dataset.pointer),
        (SL["datasetKind"], dataset.kind),
        (SL["publisherName"], dataset.publisher),
        (SL["statedAccess"], dataset.access_rights),
    ):
        if text:
            yield own, predicate, literal(text)
    for predicate, text in ((DCT["issued"], dataset.issued), (DCT["modified"], dataset.modified)):
        if text:
            yield own, predicate, _date(text)
    if dataset.address:
        yield own, SL["dataAddress"], literal(dataset.address)
    for predicate, found in (
        (SL["hasOwner"], [owner.name for owner in dataset.owners]),
        (SL["statedPurpose"], dataset.purposes),
        (SL["statedLegalBasis"], dataset.legal_bases),
        (SL["dataAddress"], dataset.access_urls),
    ):
        for text in dict.fromkeys(found):
            yield own, predicate, literal(text)
    yield from _key(dataset, graph)
    yield from _assignments(own, dataset.categories, f"{own}/assignment", graph)
    for field in dataset.fields:
        node = f"{own}/field/{quote(field.path, safe='')}"
        yield own, SL["hasField"], iri(node)
        yield node, RDF["type"], iri(SL["DatasetField"])
        yield node, SL["fieldPath"], literal(field.path)
        if field.type:
            yield node, SL["fieldType"], literal(field.type)
        if field.description:
            yield node, DCT["description"], literal(field.description)
        yield from _assignments(node, field.categories, f"{node}/assignment", graph)


def _key(dataset: Dataset, graph: str) -> Facts:
    # Files may know different parts of a key, so that each has its own node.
    node = f"{dataset.iri}/key/{quote(graph.removeprefix(str(GRAPH)), safe='')}"
    yield dataset.iri, SL["hasKey"], iri(node)
    yield node, RDF["type"], iri(SL["DatasetKey"])
    yield node, SL["sourceKey"], literal(verbatim(dataset.key.source))
    for name, part in zip(_PARTS, dataset.key.parts(), strict=True):
        if part:
            yield node, SL[name], literal(part)


_PARTS = (
    "platform",
    "platformHost",
    "databaseName",
    "schemaName",
    "tableName",
    "environmentName",
)


def _assignments(subject: str, given: Iterable[Assignment], names: str, graph: str) -> Facts:
    for each in given:
        detail = "&".join(f"{name}={value}" for name, value in sorted(each.attributes.items()))
        # Named by what it says: files that agree agree on the node.
        node = f"{names}/{quote(each.term.iri + (f'?{detail}' if detail else ''), safe='')}"
        yield subject, SL["hasAssignment"], iri(node)
        yield node, RDF["type"], iri(SL["CategoryAssignment"])
        yield node, SL["assignsTerm"], iri(each.term.iri)
        yield node, SL["inCatalogFile"], iri(graph)
        if each.inherited:
            yield node, SL["inherited"], _TRUE
        for name, value in sorted(each.attributes.items()):
            yield node, SL["assignmentDetail"], literal(f"{name}={value}")


def _asset(asset: Asset, graph: str) -> Facts:
    own = asset.iri
    yield own, RDF["type"], iri(SL["CatalogAsset"])
    yield own, SL["inCatalogFile"], iri(graph)
    if not asset.described:
        yield own, SL["onlyReferredTo"], _TRUE
    for predicate, text in (
        (SKOS["prefLabel"], asset.name),
        (SL["assetKind"], asset.kind),
        (SL["locator"], asset.pointer),
        (SL["assetAddress"], asset.address),
        (SL["sourceKey"], verbatim(asset.key)),
    ):
        if text:
            yield own, predicate, literal(text)
    yield from _assignments(own, asset.categories, f"{own}/assignment", graph)


def _edge(edge: Edge, node: str) -> Facts:
    yield edge.downstream, SL["fedBy"], iri(edge.upstream)
    yield node, RDF["type"], iri(SL["LineageEdge"])
    yield node, SL["hasUpstream"], iri(edge.upstream)
    yield node, SL["hasDownstream"], iri(edge.downstream)
    yield node, SL["edgeKind"], literal(edge.kind)
    if edge.via:
        yield node, SL["movedBy"], iri(edge.via)
    if edge.pointer:
        yield node, SL["locator"], literal(edge.pointer)


def _date(text: str) -> Term:
    if _DAY.fullmatch(text):
        return literal(text, XSD["date"])
    return literal(text, XSD["dateTime"] if _TIME.fullmatch(text) else "")
