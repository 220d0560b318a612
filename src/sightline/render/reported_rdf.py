"""Write as RDF what the report on an estate file says, and how the file came to be read."""

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version

from sightline.model import ReportedAccount, ReportedFile
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import BASE, DCT, PROV, RDF, SKOS, SL, XSD, Namespace


def provenance(graph: str, file: ReportedFile, read_at: datetime) -> Iterator[Quad]:
    """Say what a graph was read from: the file, its digest, the time and the program."""
    tool = version("sightline")
    activity, agent = f"{graph}/import", Namespace(f"{BASE}software/sightline/")[tool]
    time = literal(read_at.isoformat(timespec="seconds"), XSD["dateTime"])
    yield graph, RDF["type"], iri(SL["EstateFile"]), graph
    yield graph, DCT["source"], literal(file.file), graph
    if file.sha256:
        yield graph, SL["fileDigest"], literal(file.sha256), graph
    if file.format:
        yield graph, SL["fileFormat"], literal(file.format), graph
    yield graph, SL["toolVersion"], literal(tool), graph
    yield graph, PROV["generatedAtTime"], time, graph
    yield graph, PROV["wasGeneratedBy"], iri(activity), graph
    yield activity, RDF["type"], iri(SL["EstateImport"]), graph
    yield activity, RDF["type"], iri(PROV["Activity"]), graph
    yield activity, PROV["endedAtTime"], time, graph
    yield activity, PROV["wasAssociatedWith"], iri(agent), graph
    yield agent, RDF["type"], iri(PROV["SoftwareAgent"]), graph
    yield agent, SKOS["prefLabel"], literal(f"sightline {tool}"), graph


def quads(graph: str, file: ReportedFile) -> Iterator[Quad]:
    """Give what the report on a file says besides what is told of AI services and deployments."""
    for account in file.accounts:
        yield from _account(graph, account)
    for other in file.others:
        yield other.iri, RDF["type"], iri(SL["OtherResource"]), graph
        yield other.iri, SKOS["prefLabel"], literal(other.name), graph
        yield other.iri, SL["resourceType"], literal(other.type), graph
        yield other.iri, SL["inFile"], iri(graph), graph
        yield other.iri, SL["lineNumber"], _number(other.line), graph
    for number, each in enumerate(file.unresolved, 1):
        node = f"{graph}/unresolved/{number}"
        yield graph, SL["hasUnresolved"], iri(node), graph
        yield node, RDF["type"], iri(SL["UnresolvedValue"]), graph
        yield node, SL["propertyPath"], literal(each.path), graph
        yield node, SL["openExpression"], literal(each.expression), graph
        yield node, SL["openReason"], literal(each.reason), graph
        if each.settle:
            yield node, SL["settlingOption"], literal(each.settle), graph
        if each.line:
            yield node, SL["lineNumber"], _number(each.line), graph
    for number, unread in enumerate(file.unread, 1):
        node = f"{graph}/unread/{number}"
        yield graph, SL["hasUnread"], iri(node), graph
        yield node, RDF["type"], iri(SL["UnreadProperty"]), graph
        yield node, SL["resourceType"], literal(unread.type.lower()), graph
        yield node, SL["propertyPath"], literal(unread.path), graph
        yield node, SL["occurrences"], _number(unread.count), graph
    for note in file.notes:
        yield graph, SKOS["note"], literal(note), graph
    for number, error in enumerate(file.errors, 1):
        node = f"{graph}/error/{number}"
        yield graph, SL["hasReadingError"], iri(node), graph
        yield node, RDF["type"], iri(SL["ReadingError"]), graph
        yield node, SL["errorCode"], literal(error.code), graph
        yield node, SL["errorMessage"], literal(error.message), graph
        if error.hint:
            yield node, SL["errorHint"], literal(error.hint), graph


def _account(graph: str, account: ReportedAccount) -> Iterator[Quad]:
    if account.kind is not None:
        yield account.iri, SL["accountKind"], literal(account.kind), graph
    names = Namespace(f"{account.iri}/value/")
    for each in account.values:
        # Named by its path: files that describe one account agree on the node, or show that not.
        node = names[each.path]
        yield account.iri, SL["reportsValue"], iri(node), graph
        yield node, RDF["type"], iri(SL["ReportedValue"]), graph
        yield node, SL["propertyPath"], literal(each.path), graph
        for text, kind in each.candidates:
            yield node, SL["reportedValue"], literal(text), graph
            if kind != "string":
                yield node, SL["jsonType"], literal(kind), graph
        if each.expression:
            yield node, SL["openExpression"], literal(each.expression), graph
            yield node, SL["openReason"], literal(each.reason), graph


def _number(number: int) -> Term:
    return literal(str(number), XSD["integer"])
