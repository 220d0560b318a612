"""Write a register as RDF: our own records, with DPV for what holds without any condition.

What awaits a condition, or is denied, stands with its verdict on the entry alone: a plain
``dpv:hasRecipient`` of the record would be read as a fact.
"""

from collections.abc import Iterator
from urllib.parse import quote

from sightline.model import Knowledge
from sightline.reporting.register import Cell, Entry, Line, Record, Register, Source
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import DCT, PROV, RDF, RDFS, SAFEGUARD, SKOS, SL, VERDICT, XSD, expand

Facts = Iterator[tuple[str, str, Term]]

_CLASSES = {
    "data-subjects": "dpv:DataSubject",
    "legal-basis": "dpv:LegalBasis",
    "measures": "dpv:TechnicalOrganisationalMeasure",
    "personal-data": "dpv:PersonalData",
    "processing": "dpv:Processing",
    "purposes": "dpv:Purpose",
    "recipients": "dpv:Recipient",
    "retention": "dpv:StorageDuration",
    "transfers": "dpv:Location",
    "controller": "dpv:DataController",
    "controllers": "dpv:DataController",
    "data-protection-officer": "dpv:DataProtectionOfficer",
    "joint-controllers": "dpv:JointDataControllers",
    "processor": "dpv:DataProcessor",
    "representative": "dpv:Representative",
}
"""Item -> what a value is that people declare in words."""
_KINDS = {
    "at-rest": "dpv:hasTechnicalMeasure",
    "processing": "dpv:hasTechnicalMeasure",
    "personnel": "dpv:hasOrganisationalMeasure",
    "commitment": "dpv:hasOrganisationalMeasure",
}
"""Kind of a safeguard -> the property that says so."""
_FORBIDDEN = frozenset(' <>"{}|\\^`\n\r\t')
"""What no IRI holds."""
_TRUE = literal("true", XSD["boolean"])


def quads(register: Register, knowledge: Knowledge, limit: int | None = None) -> list[Quad]:
    """Give all that a register says, sorted; at most ``limit`` deployments of each record."""
    writer = _Writer(register, knowledge, limit)
    return sorted({(s, p, o, "") for s, p, o in writer.facts()})


class _Writer:
    def __init__(self, register: Register, knowledge: Knowledge, limit: int | None) -> None:
        self._limit = limit
        self._register = register
        self._knowledge = knowledge
        self._sources = {source.number: source.iri for source in register.sources}

    def facts(self) -> Facts:
        own = self._register
        yield own.iri, RDF["type"], iri(SL["ProcessingRegister"])
        yield own.iri, SL["recordForm"], literal(own.form)
        yield own.iri, SL["asOf"], literal(own.as_of.isoformat(), XSD["date"])
        yield own.iri, DCT["title"], literal(title(own), language="en")
        if own.issued:
            yield own.iri, DCT["issued"], literal(own.issued.isoformat(), XSD["date"])
        for version in own.versions:
            yield own.iri, DCT["source"], iri(version.iri)
            yield version.iri, RDF["type"], iri(SL["DocumentVersion"])
            yield version.iri, DCT["title"], literal(f"{version.title} ({version.label})")
            yield version.iri, SL["effectiveDate"], _day(version.effective.isoformat())
        for gap in own.gaps:
            node = self._gap(gap.number)
            yield node, RDF["type"], iri(SL["RecordGap"])
            yield node, SL["gapKind"], literal(gap.kind)
            yield node, SL["gapText"], literal(gap.text)
            for detail in gap.details:
                yield node, RDFS["comment"], literal(detail)
            yield node, SL["settledThrough"], literal(gap.settle)
            yield node, SL["settledBy"], literal(gap.who)
            for number in gap.sources:
                yield node, RDFS["seeAlso"], iri(self._sources[number])
            if not gap.records:
                yield own.iri, SL["hasRecordGap"], iri(node)
        for record in own.records:
            yield own.iri, SL["hasRecord"], iri(record.iri)
            yield from self._record(record)
        for source in own.sources:
            yield from _source(source, self._knowledge)

    def _record(self, record: Record) -> Facts:
        own = record.iri
        yield own, RDF["type"], iri(SL["ProcessingRecord"])
        yield own, RDF["type"], iri(expand("dpv:Process"))
        yield own, SL["recordForm"], literal(self._register.form)
        yield own, DCT["title"], literal(record.title)
        for deployment in record.deployments[: self._limit]:
            yield own, SL["coversDeployment"], iri(deployment.iri)
            yield deployment.iri, RDF["type"], iri(SL["Deployment"])
            yield deployment.iri, SKOS["prefLabel"], literal(deployment.label)
            yield deployment.iri, DCT["source"], literal(deployment.file)
            yield deployment.iri, SL["lineNumber"], literal(str(deployment.line), XSD["integer"])
        for use in record.datasets:
            yield own, SL["coversDataset"], iri(use.dataset)
            yield use.dataset, RDF["type"], iri(SL["Dataset"])
            yield use.dataset, SKOS["prefLabel"], literal(use.name)
            for number in use.sources:
                yield use.dataset, PROV["wasDerivedFrom"], iri(self._sources[number])
        for cell in record.cells:
            node = f"{own}/{cell.item.token}"
            yield own, SL["hasCell"], iri(node)
            yield from self._cell(record, cell, node)

    def _cell(self, record: Record, cell: Cell, node: str) -> Facts:
        yield node, RDF["type"], iri(SL["RecordCell"])
        yield node, SL["ofItem"], iri(cell.item.iri)
        yield node, SL["recordForm"], literal(self._register.form)
        for number in cell.gaps:
            yield node, SL["hasRecordGap"], iri(self._gap(number))
        number = 0
        for entry in cell.entries:
            value = entry.concept if _named(entry.concept) else f"{node}/value/{number + 1}"
            yield from self._value(cell, entry, value)
            for line in entry.lines:
                number += 1
                own = f"{node}/entry/{number}"
                yield node, SL["hasEntry"], iri(own)
                yield from self._line(entry, line, own)
                if entry.none:
                    continue
                for relation in self._relations(cell, entry):
                    yield own, relation, iri(value)
                    if line.certain:
                        yield record.iri, relation, iri(value)

    def _line(self, entry: Entry, line: Line, own: str) -> Facts:
        yield own, RDF["type"], iri(SL["RecordEntry"])
        text = f"{entry.title}: {line.text}" if line.text else entry.title
        yield own, SL["entryText"], literal(text)
        if line.verdict:
            yield own, SL["hasVerdict"], iri(VERDICT[line.verdict])
        if entry.none:
            yield own, SL["saysNone"], _TRUE
        for condition in line.conditions:
            yield own, SL["entryCondition"], literal(condition)
        for number in line.sources:
            yield own, PROV["wasDerivedFrom"], iri(self._sources[number])
        for row in line.rows:
            yield own, SL["restsOnAccess"], iri(row)

    def _value(self, cell: Cell, entry: Entry, value: str) -> Facts:
        if entry.none:
            return
        yield value, SKOS["prefLabel"], literal(entry.text)
        if cell.item.party:
            yield value, expand("dpv:hasName"), literal(entry.text)
        if entry.contact:
            yield value, expand("dpv:hasContact"), literal(entry.contact)
        if value != entry.concept or cell.item.token in ("legal-basis", "personal-data"):
            yield value, RDF["type"], iri(expand(_CLASSES[cell.item.token]))

    def _relations(self, cell: Cell, entry: Entry) -> Iterator[str]:
        kind = self._knowledge.safeguard_kinds.get(SAFEGUARD.token(entry.concept) or "", "")
        yield expand(_KINDS[kind]) if kind in _KINDS else cell.item.relates_by
        if cell.item.token == "retention":
            yield expand("dpv:hasStorageCondition")

    def _gap(self, number: int) -> str:
        return f"{self._register.iri}/gap/{number}"


def title(register: Register) -> str:
    """Name a register as the law does."""
    place = {"controller": "30(1)", "processor": "30(2)"}[register.form]
    what = {
        "controller": "Record of processing activities",
        "processor": "Record of all categories of processing carried out for controllers",
    }[register.form]
    return f"{what}, Art. {place} GDPR"


def _source(source: Source, knowledge: Knowledge) -> Facts:
    own = source.iri
    yield own, RDFS["label"], literal(source.says)
    if source.kind == "document":
        known = knowledge.by_iri[own]
        yield own, RDF["type"], iri(SL["Statement"])
        yield own, SL["paraphrase"], literal(source.says, language="en")
        yield own, SL["inVersion"], iri(known.version)
        if source.place:
            yield own, SL["section"], literal(source.place)
        if source.address.startswith(("https://", "http://")):
            yield own, RDFS["seeAlso"], iri(_address(source.address))
        return
    declared = source.kind == "declared"
    yield own, RDF["type"], iri(SL["Declaration" if declared else "RecordSource"])
    if declared:
        yield own, RDF["type"], iri(SL["RecordSource"])
    yield own, DCT["source"], literal(source.where)
    if source.place:
        yield own, SL["locator"], literal(source.place)
    if source.by:
        yield own, SL["declaredBy" if declared else "reviewedBy"], literal(source.by)
    if source.on:
        day = _day(source.on.isoformat())
        yield own, SL["declaredOn" if declared else "reviewedOn"], day


def _named(value: str) -> bool:
    """Tell whether a text, which a hostile file may have given, can be an IRI."""
    return value.startswith(("https://", "http://", "urn:")) and not set(value) & _FORBIDDEN


def _address(address: str) -> str:
    """Escape what an IRI must not hold."""
    return quote(address, safe="%:/?#[]@!$&'()*+,;=~-._")


def _day(text: str) -> Term:
    return literal(text, XSD["date"])
