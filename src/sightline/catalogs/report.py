"""Report what catalog files say, in the form that other tools rely on."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sightline.catalogs.datasets import Asset, CatalogFile, Dataset, Key, Term

PARTS = ("platform", "host", "database", "schema", "table", "environment")


def report_json(files: Sequence[CatalogFile]) -> dict[str, Any]:
    """Report files as JSON: datasets, assets, lineage, terms, what is not read, and errors.

    >>> report_json([])
    {'files': []}
    """
    return {"files": [_file(file) for file in files]}


def counts(file: CatalogFile) -> dict[str, int]:
    """Count what a file says; datasets that it only refers to stand apart."""
    described = sum(dataset.described for dataset in file.datasets)
    return {
        "datasets": described,
        "referred": len(file.datasets) - described,
        "fields": sum(len(dataset.fields) for dataset in file.datasets),
        "assigned": sum(1 for dataset in file.datasets for _ in dataset.assignments()),
        "assets": len(file.assets),
        "lineage": len(file.edges),
        "terms": len(file.terms),
    }


def verbatim(source: Mapping[str, str]) -> str:
    """Write the key of a source as text: alone as it is, several parts as JSON.

    >>> verbatim({"urn": "urn:li:tag:a"}), verbatim({"namespace": "n", "name": "t"})
    ('urn:li:tag:a', '{"namespace": "n", "name": "t"}')
    """
    return (
        next(iter(source.values()))
        if len(source) == 1
        else json.dumps(dict(source), ensure_ascii=False)
    )


def key_json(key: Key) -> dict[str, Any]:
    """Give a key as JSON: what the source says, and its six parts."""
    return {"source": dict(key.source), **dict(zip(PARTS, key.parts(), strict=True))}


def dataset_json(dataset: Dataset) -> dict[str, Any]:
    """Give a dataset as JSON, with the terms of the whole and of its fields in one list."""
    return {
        "id": dataset.iri,
        "name": dataset.name,
        "at": dataset.pointer,
        "kind": dataset.kind,
        "described": dataset.described,
        "key": key_json(dataset.key),
        "title": dataset.title,
        "description": dataset.description,
        "address": dataset.address,
        "publisher": dataset.publisher,
        "issued": dataset.issued,
        "modified": dataset.modified,
        "access_rights": dataset.access_rights,
        "owners": [{"name": each.name, "role": each.role} for each in dataset.owners],
        "categories": [
            {
                "term": given.term.iri,
                "name": given.term.name,
                "field": field,
                "inherited": given.inherited,
                "attributes": dict(given.attributes),
            }
            for field, given in dataset.assignments()
        ],
        "fields": [
            {"path": each.path, "type": each.type, "description": each.description}
            for each in dataset.fields
        ],
        "purposes": list(dataset.purposes),
        "legal_bases": list(dataset.legal_bases),
        "access_urls": list(dataset.access_urls),
    }


def _file(file: CatalogFile) -> dict[str, Any]:
    return {
        "file": file.file,
        "format": file.format,
        "sha256": file.sha256,
        "counts": counts(file),
        "datasets": [dataset_json(each) for each in file.datasets],
        "assets": [_asset(each) for each in file.assets],
        "lineage": [
            {
                "upstream": each.upstream,
                "downstream": each.downstream,
                "kind": each.kind,
                "via": each.via,
                "at": each.pointer,
            }
            for each in file.edges
        ],
        "terms": [_term(each) for each in file.terms],
        "unread": [{"name": name, "count": count} for name, count in file.unread.items()],
        "notes": list(file.notes),
        "errors": [each.to_json() for each in file.errors],
    }


def _asset(asset: Asset) -> dict[str, Any]:
    return {
        "id": asset.iri,
        "name": asset.name,
        "at": asset.pointer,
        "kind": asset.kind,
        "described": asset.described,
        "key": dict(asset.key),
        "address": asset.address,
        "categories": [given.term.iri for given in asset.categories],
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "id": term.iri,
        "kind": term.kind,
        "key": term.key,
        "label": term.label,
        "definition": term.definition,
        "broader": list(term.broader),
    }
