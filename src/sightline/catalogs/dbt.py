"""Read the manifest of dbt: models, seeds, snapshots and sources, with tags, meta and lineage."""

from collections.abc import Mapping
from typing import Any

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.datasets import asset_iri
from sightline.catalogs.keys import key
from sightline.catalogs.values import first, members, objects, text, texts

_RELATIONS = ("model", "seed", "snapshot", "source")


def is_dbt(document: Any) -> bool:
    """Tell a manifest by its schema, or by what it holds."""
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("nodes"), Mapping)
        and ("dbt" in text(document, "metadata", "dbt_schema_version") or "sources" in document)
    )


def read_dbt(document: Any, into: Collected) -> None:
    """Read a manifest; tests, analyses and the like are counted."""
    adapter = text(document, "metadata", "adapter_type")
    nodes = {
        name: node
        for part in ("nodes", "sources")
        for name, node in members(document, part)
        if isinstance(node, Mapping)
    }
    known: dict[str, str] = {}
    for name, node in nodes.items():
        kind = text(node, "resource_type")
        if kind not in _RELATIONS:
            into.skip(kind or "node without a type")
            continue
        part = "sources" if kind == "source" else "nodes"
        known[name] = _relation(name, node, adapter, into, f"/{part}/{_escaped(name)}")
    for name, downstream in known.items():
        for upstream in texts(nodes[name], "depends_on", "nodes"):
            if upstream in known:
                into.edge(
                    known[upstream],
                    downstream,
                    "depends_on",
                    None,
                    into.datasets[downstream].values["pointer"],
                )
    for name, exposure in members(document, "exposures"):
        _exposure(name, exposure, known, into)
    for part in (
        "macros",
        "docs",
        "metrics",
        "groups",
        "semantic_models",
        "saved_queries",
        "unit_tests",
        "selectors",
    ):
        into.skip(part, len(list(members(document, part))))


def _relation(
    name: str, node: Mapping[str, Any], adapter: str, into: Collected, pointer: str
) -> str:
    table = first(text(node, "identifier"), text(node, "alias"), text(node, "name"))
    source = {"unique_id": name, "adapter": adapter}
    source |= {part: text(node, part) for part in ("database", "schema")}
    source |= {"name": table, "relation_name": text(node, "relation_name")}
    iri = into.iri(name)
    made = key(
        {part: value for part, value in source.items() if value},
        adapter,
        database=text(node, "database"),
        schema=text(node, "schema"),
        table=table,
    )
    draft = into.dataset(iri, made, table or name, pointer)
    draft.say(
        kind=text(node, "resource_type"),
        description=first(text(node, "description"), text(node, "source_description")),
    )
    _classify(node, draft, into)
    for column, body in members(node, "columns"):
        field = draft.field(column)
        field.say(type=text(body, "data_type"), description=text(body, "description"))
        _classify(body, field, into)
    for owner in texts(node, "meta", "owner") + texts(node, "config", "meta", "owner"):
        draft.owned(owner, "owner")
    if text(node, "group"):
        draft.owned(text(node, "group"), "group")
    return iri


def _classify(node: Any, draft: Draft, into: Collected) -> None:
    for tag in dict.fromkeys(texts(node, "tags") + texts(node, "config", "tags")):
        draft.assign(into.terms.add("tag", tag))
    for place in (("meta",), ("config", "meta")):
        for name, value in members(node, *place):
            for each in texts(value) if isinstance(value, list) else [text(value)]:
                if name != "owner":
                    draft.assign(into.terms.add("property", f"{name}={each}" if each else name))


def _exposure(name: str, exposure: Any, known: Mapping[str, str], into: Collected) -> None:
    iri, pointer = asset_iri("dbt", name), f"/exposures/{_escaped(name)}"
    kind = text(exposure, "type") or "exposure"
    asset = into.asset(iri, {"unique_id": name}, kind, text(exposure, "name") or name, pointer)
    asset.say(address=text(exposure, "url"))
    for upstream in texts(exposure, "depends_on", "nodes"):
        if upstream in known:
            into.edge(known[upstream], iri, "depends_on", None, pointer)
    into.skip("exposure owner", len(objects(exposure, "owner")))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
