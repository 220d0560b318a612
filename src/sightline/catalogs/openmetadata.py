"""Read what OpenMetadata exports: entities and lineage in JSON, and glossaries in CSV."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.datasets import Key, asset_iri, term_iri
from sightline.catalogs.keys import clean, key
from sightline.catalogs.values import at, first, objects, text, texts

_NAME = re.compile(r'"(?:[^"]|"")*"|[^.]+')
_ASSETS = {
    "modelType": "llmModel",
    "algorithm": "mlmodel",
    "applicationType": "aiApplication",
    "tasks": "pipeline",
    "charts": "dashboard",
    "chartType": "chart",
}
"""A property that only entities of a type have that is no dataset -> that type."""
_GLOSSARY = frozenset({"parent", "name", "displayname", "description"})


def is_openmetadata(document: Any) -> bool:
    """Tell entities and lineage by the names that only OpenMetadata gives."""
    for each in _listed(document)[:20]:
        if "fullyQualifiedName" in each or {"upstreamEdges", "downstreamEdges"} & set(each):
            return True
        if any("tagFQN" in tag for tag in objects(each, "tags")):
            return True
    return False


def is_glossary(header: Sequence[str]) -> bool:
    """Tell an exported glossary by its header."""
    return {name.strip().strip("*").lower() for name in header} >= _GLOSSARY


def read_openmetadata(document: Any, into: Collected) -> None:
    """Read entities, listed or alone, and lineage."""
    for number, each in enumerate(_listed(document)):
        pointer = f"/{number}" if isinstance(document, list) else ""
        pointer = f"/data/{number}" if at(document, "data") is not None else pointer
        if {"upstreamEdges", "downstreamEdges"} & set(each):
            _lineage(each, pointer, into)
        else:
            _entity(each, pointer, into)


def _listed(document: Any) -> list[Mapping[str, Any]]:
    listed = at(document, "data")
    return objects(listed if isinstance(listed, list) else document)


def _parts(name: str) -> list[str]:
    """Split a full name at the dots outside quotes.

    >>> _parts('lake."raw.data".people')
    ['lake', 'raw.data', 'people']
    """
    return [each.strip('"').replace('""', '"') for each in _NAME.findall(name)]


def _full_name(each: Mapping[str, Any]) -> str:
    service = first(
        text(each, "service", "fullyQualifiedName"),
        text(each, "service", "name"),
        text(each, "service"),
    )
    name = text(each, "name")
    return first(text(each, "fullyQualifiedName"), f"{service}.{name}" if service else name)


def _asset_kind(each: Mapping[str, Any]) -> str:
    named = text(each, "type")
    if named in _ASSETS.values():
        return named
    if "columns" in each or "tableType" in each:
        return ""
    return next((kind for name, kind in _ASSETS.items() if name in each), "")


def _key(each: Mapping[str, Any], full: str) -> Key:
    parts = _parts(full)
    source = {"fullyQualifiedName": full} | ({"id": text(each, "id")} if text(each, "id") else {})
    # A full name begins with the service, which is a name of the catalog's own.
    system = text(each, "serviceType")
    rest = dict(zip(("table", "schema", "database"), reversed(parts[1:]), strict=False))
    return key(source, system, **(rest if len(parts) > 1 else {"table": full}))


def _entity(each: Mapping[str, Any], pointer: str, into: Collected) -> None:
    full = _full_name(each)
    if not full:
        into.skip("entity without a name")
        return
    kind = _asset_kind(each)
    if kind:
        iri = asset_iri("openmetadata", kind, full)
        source = {"fullyQualifiedName": full}
        title = first(text(each, "displayName"), text(each, "name"), full)
        asset = into.asset(iri, source, kind, title, pointer)
        asset.say(
            address=clean(first(text(each, "deploymentInfo", "endpoint"), text(each, "sourceUrl")))
        )
        _classify(each, asset, into)
        for one in objects(each, "dataSources") + objects(each, "dataModels"):
            name = _full_name(one)
            if name:
                into.edge(_stub(one, pointer, into), iri, "dataSources", None, pointer)
        into.skip(f"{kind} details", 1)
        return
    draft = into.dataset(into.iri(full), _key(each, full), text(each, "name") or full, pointer)
    draft.say(
        kind=first(text(each, "tableType"), text(each, "entityType"), text(each, "type")),
        title=text(each, "displayName"),
        description=text(each, "description"),
        address=clean(text(each, "sourceUrl")),
    )
    for owner in objects(each, "owners") + objects(each, "owner"):
        draft.owned(
            first(text(owner, "fullyQualifiedName"), text(owner, "name"), text(owner, "id")),
            text(owner, "type"),
        )
    for domain in objects(each, "domains") + objects(each, "domain"):
        name = first(text(domain, "fullyQualifiedName"), text(domain, "name"))
        if name:
            draft.assign(into.terms.add("theme", name, text(domain, "displayName")))
    _classify(each, draft, into)
    for place in (
        ("columns",),
        ("dataModel", "columns"),
        ("messageSchema", "schemaFields"),
        ("fields",),
    ):
        _columns(objects(each, *place), draft, "", into)


def _columns(columns: list[Mapping[str, Any]], draft: Draft, above: str, into: Collected) -> None:
    for each in columns:
        name = text(each, "name")
        if not name:
            continue
        path = f"{above}{name}"
        field = draft.field(path)
        field.say(
            type=first(text(each, "dataTypeDisplay"), text(each, "dataType")),
            description=text(each, "description"),
        )
        _classify(each, field, into)
        _columns(objects(each, "children"), draft, f"{path}.", into)


def _classify(each: Mapping[str, Any], draft: Draft, into: Collected) -> None:
    for tag in objects(each, "tags"):
        name = text(tag, "tagFQN")
        if not name:
            continue
        if text(tag, "state") == "Suggested":
            into.skip("suggested tag")
            continue
        kind = "glossary-term" if text(tag, "source") == "Glossary" else "classification"
        label = first(text(tag, "displayName"), text(tag, "name"))
        term = into.terms.add(
            "glossary-term" if kind == "glossary-term" else "classification",
            name,
            label,
            text(tag, "description"),
        )
        draft.assign(term, text(tag, "labelType") in ("Propagated", "Derived"))


def _stub(each: Mapping[str, Any], pointer: str, into: Collected) -> str:
    full = first(_full_name(each), text(each, "id"), "unnamed")
    kind = _asset_kind(each)
    if kind:
        iri = asset_iri("openmetadata", kind, full)
        into.asset(iri, {"fullyQualifiedName": full}, kind, full, pointer, described=False)
        return iri
    iri = into.iri(full)
    into.dataset(iri, _key(each, full), (_parts(full) or [full])[-1], pointer, described=False)
    return iri


def _lineage(each: Mapping[str, Any], pointer: str, into: Collected) -> None:
    nodes = {
        text(node, "id"): node
        for node in objects(each, "nodes") + objects(each, "entity")
        if text(node, "id")
    }
    for side in ("upstreamEdges", "downstreamEdges"):
        for edge in objects(each, side):
            ends = [
                nodes.get(first(text(edge, end, "id"), text(edge, end)))
                for end in ("fromEntity", "toEntity")
            ]
            if ends[0] is None or ends[1] is None:
                into.skip("lineage edge to a node that is not listed")
                continue
            upstream, downstream = (_stub(end, pointer, into) for end in ends if end is not None)
            into.edge(upstream, downstream, "lineage", None, pointer)


def read_glossary(rows: Sequence[tuple[int, Mapping[str, str]]], into: Collected) -> None:
    """Read the terms of an exported glossary; tags of terms count as what is above them."""
    for _line, row in rows:
        values = {name.strip().strip("*").lower(): value.strip() for name, value in row.items()}
        name, parent = values.get("name", ""), values.get("parent", "")
        if not name:
            into.skip("row without a name")
            continue
        full = f"{parent}.{name}" if parent else name
        iri = into.terms.add(
            "glossary-term", full, values.get("displayname") or name, values.get("description", "")
        )
        above = [term_iri("openmetadata", "glossary-term", parent)] if parent else []
        for tag in filter(None, values.get("tags", "").split(";")):
            into.terms.add("classification", tag.strip())
            above.append(term_iri("openmetadata", "classification", tag.strip()))
        into.terms.below(iri, above)
        into.skip("related terms", len(texts(values.get("relatedterms"))))
