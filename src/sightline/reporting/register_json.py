"""Write a register as the JSON that other tools read, and as JSON-LD."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sightline.model import Knowledge
from sightline.reporting.register import Cell, Gap, Record, Register, Source
from sightline.reporting.register_rdf import quads, title
from sightline.stores import Quad, Term
from sightline.terms import RDF, XSD, compact, prefixes

SCHEMA = 1
"""Version of the form; the schema ``report-ropa`` of ``sightline.schemas`` describes it."""


def register_json(register: Register) -> dict[str, Any]:
    """Give a register as plain JSON values."""
    return {
        "schema": SCHEMA,
        "title": title(register),
        "form": register.form,
        "as_of": register.as_of.isoformat(),
        "issued": register.issued.isoformat() if register.issued else None,
        "knowledge": register.knowledge,
        "documents": [
            {
                "document": version.document.rsplit("/", 1)[-1],
                "version": version.label,
                "title": version.title,
                "date": version.effective.isoformat(),
                "date_basis": version.date_basis,
            }
            for version in register.versions
        ],
        "sufficient": register.sufficient,
        "gaps": [_gap(gap) for gap in register.gaps],
        "records": [_record(record, register) for record in register.records],
        "sources": [_source(source) for source in register.sources],
        "problems": list(register.problems),
    }


def json_ld(register: Register, knowledge: Knowledge) -> str:
    """Write a register as JSON-LD with its context in it: a reader needs no network."""
    return _json_ld(quads(register, knowledge))


def _json_ld(found: Iterable[Quad]) -> str:
    nodes: dict[str, dict[str, Any]] = {}
    used: set[str] = set()

    def name(iri: str) -> str:
        short = compact(iri)
        if short != iri:
            used.add(short.partition(":")[0])
        return short

    for subject, predicate, term, _ in found:
        node = nodes.setdefault(subject, {"@id": name(subject)})
        if predicate == RDF["type"]:
            node.setdefault("@type", []).append(name(term.value))
        else:
            node.setdefault(name(predicate), []).append(_value(term, name))
    table = prefixes()
    # 1.1, so that a prefix may end in any character.
    context = {"@version": 1.1, **{prefix: table[prefix] for prefix in sorted(used)}}
    document = {"@context": context, "@graph": list(nodes.values())}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _value(term: Term, name: Any) -> Any:
    if term.kind == "iri":
        return {"@id": name(term.value)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == XSD["string"]:
        return term.value
    return {"@value": term.value, "@type": name(term.datatype)}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "number": gap.number,
        "kind": gap.kind,
        "blocking": gap.blocking,
        "text": gap.text,
        "details": list(gap.details),
        "settle": gap.settle,
        "who": gap.who,
        "items": list(gap.items),
        "records": list(gap.records),
        "sources": list(gap.sources),
    }


def _record(record: Record, register: Register) -> dict[str, Any]:
    return {
        "number": record.number,
        "id": record.iri,
        "title": record.title,
        "insufficient": list(record.insufficient),
        "deployments": [
            {"id": own.iri, "name": own.label, "file": own.file, "line": own.line}
            for own in record.deployments
        ],
        "settings": [
            {
                "facet": setting.facet,
                "value": setting.value,
                "known_by": setting.known_by,
                "sources": list(setting.sources),
            }
            for setting in record.settings
        ],
        "datasets": [
            {
                "id": use.dataset,
                "name": use.name,
                "way": use.way,
                "lineage_steps": use.steps,
                "deployments": list(use.deployments),
                "sources": list(use.sources),
            }
            for use in record.datasets
        ],
        "items": [_cell(cell, record, register) for cell in record.cells],
    }


def _cell(cell: Cell, record: Record, register: Register) -> dict[str, Any]:
    return {
        "item": cell.item.token,
        "label": cell.item.label,
        "law": cell.item.references[register.form],
        "mandatory": cell.item.mandatory,
        "sufficient": cell.item.token not in record.insufficient,
        "entries": [
            {
                "text": entry.text,
                "contact": entry.contact or None,
                "concept": entry.concept or None,
                "none": entry.none,
                "may_leave_eea": entry.leaves,
                "lines": [
                    {
                        "text": line.text,
                        "verdict": line.verdict or None,
                        "conditions": list(line.conditions),
                        "awaits": list(line.awaits),
                        "sources": list(line.sources),
                        "access": list(line.rows),
                    }
                    for line in entry.lines
                ],
            }
            for entry in cell.entries
        ],
        "gaps": list(cell.gaps),
    }


def _source(source: Source) -> Mapping[str, Any]:
    return {
        "number": source.number,
        "kind": source.kind,
        "id": source.iri,
        "says": source.says,
        "where": source.where,
        "place": source.place or None,
        "deep_link": source.address or None,
        "by": source.by or None,
        "on": source.on.isoformat() if source.on else None,
        "pending_review": source.pending,
    }
