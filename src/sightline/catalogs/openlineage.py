"""Read events of OpenLineage: which datasets runs read and write, with their facets."""

from collections.abc import Mapping
from typing import Any

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.datasets import Key, asset_iri
from sightline.catalogs.keys import address_key, clean, key, split_address
from sightline.catalogs.values import first, members, objects, text, texts

_FACETS = frozenset(
    {"schema", "documentation", "ownership", "tags", "columnLineage", "dataSource", "symlinks"}
)


def is_openlineage(document: Any) -> bool:
    """Tell events, listings of Marquez, and a facet with tags by what they hold."""
    for each in objects(document)[:20]:
        if ("job" in each and ("run" in each or "inputs" in each or "outputs" in each)) or (
            isinstance(each.get("dataset"), Mapping) and "eventTime" in each
        ):
            return True
        if {"physicalName", "namespace", "sourceName"} <= set(each):
            return True
        if _facets(each):
            return True
    return False


def read_openlineage(document: Any, into: Collected) -> None:
    """Read events, one or many."""
    listed = isinstance(document, list)
    for number, each in enumerate(objects(document)):
        pointer = f"/{number}" if listed else ""
        facets = _facets(each)
        if facets:
            for facet in facets:
                _facet(facet, into)
        elif "physicalName" in each:
            _listed(each, into, pointer)
        elif isinstance(each.get("dataset"), Mapping):
            _dataset(each["dataset"], into, f"{pointer}/dataset")
        else:
            _run(each, into, pointer)


def _facets(each: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the facets that stand alone: the object itself, or its members."""
    if {"job", "run", "dataset", "inputs", "outputs", "physicalName"} & set(each):
        return []
    found = [each, *(one for _name, one in members(each) if isinstance(one, Mapping))]
    return [one for one in found if "_schemaURL" in one and "_producer" in one]


def _run(event: Mapping[str, Any], into: Collected, pointer: str) -> None:
    names = {
        side: [
            _dataset(each, into, f"{pointer}/{side}/{number}")
            for number, each in enumerate(objects(event, side))
        ]
        for side in ("inputs", "outputs")
    }
    job = {"namespace": text(event, "job", "namespace"), "name": text(event, "job", "name")}
    iri = asset_iri("openlineage", *map(clean, job.values()))
    into.asset(iri, job, "job", job["name"] or "job", f"{pointer}/job")
    for downstream in names["outputs"]:
        for upstream in names["inputs"]:
            if upstream and downstream:
                into.edge(upstream, downstream, "run", iri, pointer)


def _named(each: Mapping[str, Any]) -> tuple[dict[str, str], Key]:
    source = {"namespace": text(each, "namespace"), "name": text(each, "name")}
    scheme, host, _path = split_address(source["namespace"])
    if not scheme:
        # Of a namespace that is no address only the data source facet tells the system.
        address = text(each, "facets", "dataSource", "uri")
        system, host, _path = split_address(address.removeprefix("jdbc:"))
        return source, key(source, system, source["name"], host=host)
    made = key(source, scheme, source["name"], host=host)
    if made.database is None and made.schema is None and "/" in source["name"]:
        full = source["namespace"].rstrip("/") + "/" + source["name"].lstrip("/")
        return source, address_key(source, full)
    return source, made


def _dataset(each: Mapping[str, Any], into: Collected, pointer: str) -> str:
    source, made = _named(each)
    if not source["name"]:
        into.skip("dataset without a name")
        return ""
    iri = into.iri(source["namespace"], source["name"])
    draft = into.dataset(iri, made, source["name"], pointer)
    if made.platform and draft.key and not draft.key.platform:
        draft.key = made
    for name, _facet in members(each, "facets"):
        if name not in _FACETS:
            into.skip(f"facet {name}")
    draft.say(description=text(each, "facets", "documentation", "description"))
    for number, column in enumerate(objects(each, "facets", "schema", "fields")):
        _column(column, draft, f"{number}")
    for owner in objects(each, "facets", "ownership", "owners"):
        draft.owned(text(owner, "name"), text(owner, "type"))
    _tags(each.get("facets", {}), draft, into)
    for _column_name, lineage in members(each, "facets", "columnLineage", "fields"):
        for one in objects(lineage, "inputFields"):
            upstream, own_key = _named(one)
            if upstream["name"]:
                there = into.iri(upstream["namespace"], upstream["name"])
                into.dataset(there, own_key, upstream["name"], pointer, described=False)
                into.edge(there, iri, "column", None, pointer)
    return iri


def _column(column: Mapping[str, Any], draft: Draft, number: str, above: str = "") -> None:
    path = above + (text(column, "name") or number)
    kind, description = text(column, "type"), text(column, "description")
    draft.field(path).say(type=kind, description=description)
    for inner, each in enumerate(objects(column, "fields")):
        _column(each, draft, str(inner), f"{path}.")


def _tags(facets: Any, draft: Draft, into: Collected) -> None:
    for tag in objects(facets, "tags", "tags"):
        target = draft.field(text(tag, "field")) if text(tag, "field") else draft
        target.assign(_tag(tag, into))


def _tag(tag: Mapping[str, Any], into: Collected) -> str:
    name, value = text(tag, "key"), text(tag, "value")
    return into.terms.add("tag", f"{name}={value}" if value else name)


def _facet(facet: Mapping[str, Any], into: Collected) -> None:
    """Read a facet that stands alone: its tags are known, but not what has them."""
    for tag in objects(facet, "tags"):
        _tag(tag, into)
    into.notes.append("a facet alone: it does not name the dataset that it is about")


def _listed(each: Mapping[str, Any], into: Collected, pointer: str) -> None:
    """Read a dataset as the API of Marquez lists it."""
    source = {
        "namespace": text(each, "namespace"),
        "name": text(each, "name"),
        "sourceName": text(each, "sourceName"),
    }
    iri = into.iri(source["namespace"], source["name"])
    made = key(source, "", first(text(each, "physicalName"), source["name"]))
    draft = into.dataset(iri, made, source["name"], pointer)
    draft.say(kind=text(each, "type"), description=text(each, "description"))
    for tag in texts(each, "tags"):
        draft.assign(into.terms.add("tag", tag))
    for column in objects(each, "fields"):
        name = text(column, "name")
        if not name:
            continue
        field = draft.field(name)
        field.say(type=text(column, "type"), description=text(column, "description"))
        for tag in texts(column, "tags"):
            field.assign(into.terms.add("tag", tag))
