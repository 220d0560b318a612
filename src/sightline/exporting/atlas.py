"""Write what is known as types, entities and marks of Apache Atlas, and so of Microsoft Purview.

Names of Atlas have no ``-``: ``words`` writes them. Only deployments and their use are entities of
ours. Others' entities are named by type and qualified name, and get marks: classifications, and
values of the business metadata ``sightline``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sightline.catalogs.datasets import Dataset
from sightline.exporting.contents import Contents
from sightline.exporting.findings import (
    NAME,
    Finding,
    Property,
    dataset_findings,
    deployment_findings,
    properties,
)
from sightline.exporting.planned import Item, words
from sightline.exporting.vocabulary import Vocabulary
from sightline.model import Deployment
from sightline.terms import DATA, DATASET, DEPLOYMENT, SKOS

CLASSIFICATION = f"{NAME}.data."
DEPLOYED, USE = f"{NAME}_deployment", f"{NAME}_use"
_LONGEST = "4000"
"""Characters that a value may have; Atlas demands to be told."""


def atlas_items(contents: Contents) -> list[Item]:
    """Give the requests: types, deployments and their use, then the marks of each dataset."""
    return list(_items(contents))


def atlas_file(items: list[Item]) -> dict[str, Any]:
    """Give all in one document: types as the API takes them, entities with their marks.

    An entity of others has nothing but its qualified name and the marks.
    """
    types: dict[str, list[Any]] = {}
    entities: dict[tuple[str, str], dict[str, Any]] = {}
    for item in items:
        request, body = item.request, item.request["body"]
        if request["operation"] == "typedef":
            for kind, found in body.items():
                types.setdefault(kind, []).extend(found)
            continue
        if request["operation"] == "entity":
            name = body["attributes"]["qualifiedName"]
            entities[body["typeName"], name] = dict(body)
            continue
        key = request["typeName"], request["qualifiedName"]
        own = entities.setdefault(
            key, {"typeName": key[0], "attributes": {"qualifiedName": key[1]}}
        )
        if request["operation"] == "classifications":
            own["classifications"] = body
        elif body:
            own["businessAttributes"] = {NAME: body}
    return {"typedefs": types, "entities": list(entities.values())}


def written(contents: Contents) -> dict[str, str]:
    """Give the datasets that something is said of, with what they are called in the catalog."""
    found = {}
    for name in {*contents.answers, *_marked(contents)}:
        if _named(name, contents.joined.datasets[name]):
            kind, qualified = _named(name, contents.joined.datasets[name])
            found[name] = f"{kind} {qualified}"
    return dict(sorted(found.items()))


def _named(name: str, dataset: Dataset) -> tuple[str, ...]:
    """Give type and qualified name as an export has them; nothing where none describes it."""
    source = dataset.key.source
    known = (source.get("typeName", ""), source.get("qualifiedName", ""))
    ours = (DATASET.token(name) or "").startswith("atlas/") and dataset.described
    # A part of a name that looks like a password was hidden when it was read.
    return known if ours and all(known) and "***" not in known[1] else ()


def _items(contents: Contents) -> Iterator[Item]:
    vocabulary, joined = contents.vocabulary, contents.joined
    datasets, deployments = dataset_findings(contents), deployment_findings(contents)
    for data in sorted({each for finding in datasets.values() for each in finding.data}):
        yield _type("classificationDefs", _classification(vocabulary, data))
    used = properties(vocabulary, [*datasets.values(), *deployments.values()])
    yield _type("businessMetadataDefs", {
        "category": "BUSINESS_METADATA", "name": NAME, "typeVersion": "1.0",
        "description": "Who can access the data of an asset, where and for how long.",
        "attributeDefs": [_attribute(each) for each in used],
    })  # fmt: skip
    if deployments:
        for name, above in ((DEPLOYED, "DataSet"), (USE, "Process")):
            yield _type("entityDefs", {
                "category": "ENTITY", "name": name, "superTypes": [above], "typeVersion": "1.0",
                "attributeDefs": [],
            })  # fmt: skip
    for name, finding in deployments.items():
        own = joined.deployments[name]
        yield _deployment(own)
        yield _use(contents, own)
        yield from _marks(DEPLOYED, _qualified(name, "deployment"), "deployment", finding)
    marked = _marked(contents)
    for name in written(contents):
        kind, qualified = _named(name, joined.datasets[name])
        finding = datasets.get(name, Finding({}))
        yield from _marks(kind, qualified, "dataset", finding, marked.get(name, set()))


def _classification(vocabulary: Vocabulary, data: str) -> dict[str, Any]:
    label = vocabulary.text(DATA[data], SKOS["prefLabel"]) or data
    text = f"Data of this asset gets to an AI deployment, where it becomes: {label}."
    return {
        "category": "CLASSIFICATION", "name": CLASSIFICATION + words(data), "description": text,
        "superTypes": [], "attributeDefs": [], "typeVersion": "1.0",
    }  # fmt: skip


def _attribute(each: Property) -> dict[str, Any]:
    values = f" One of: {', '.join(each.values)}." if each.values else ""
    return {
        "name": words(each.name), "typeName": "array<string>", "cardinality": "SET",
        "description": f"{each.label}. {each.text}{values}", "isOptional": True, "isUnique": False,
        "isIndexable": True,
        "options": {"applicableEntityTypes": '["DataSet"]', "maxStrLength": _LONGEST},
    }  # fmt: skip


def _deployment(own: Deployment) -> Item:
    name = _qualified(own.iri, "deployment")
    return _entity({
        "typeName": DEPLOYED,
        "attributes": {
            "qualifiedName": name, "name": own.label, "description": "Deployment of an AI service.",
        },
    }, "deployment")  # fmt: skip


def _use(contents: Contents, own: Deployment) -> Item:
    """Give the use of a deployment as a process from the datasets that are linked with it."""
    inputs = {
        _named(link.dataset, contents.joined.datasets[link.dataset])
        for link in contents.joined.links
        if link.deployment == own.iri and link.status != "candidate"
    }
    return _entity({
        "typeName": USE,
        "attributes": {
            "qualifiedName": _qualified(own.iri, "use"), "name": f"Use of {own.label}",
            "inputs": [_reference(*each) for each in sorted(filter(None, inputs))],
            "outputs": [_reference(DEPLOYED, _qualified(own.iri, "deployment"))],
        },
    }, "lineage")  # fmt: skip


def _marks(
    kind: str, qualified: str, what: str, finding: Finding, stale: Iterable[str] = ()
) -> Iterator[Item]:
    """Give all marks of ours on an entity; what else of ours it has is to go."""
    entity = f"{kind} {qualified}"
    request = {"typeName": kind, "qualifiedName": qualified}
    names = [CLASSIFICATION + words(each) for each in finding.data]
    if what == "dataset":
        touched = tuple(dict.fromkeys((*names, *sorted(stale))))
        yield Item(f"{entity} classifications", what, entity, touched, {
            "operation": "classifications", **request, "body": [{"typeName": n} for n in names],
        })  # fmt: skip
    values = {words(name): list(given) for name, given in finding.values.items()}
    yield Item(f"{entity} business-metadata", what, entity, tuple(f"{NAME}.{n}" for n in values), {
        "operation": "business-metadata", **request, "body": values,
    })  # fmt: skip


def _marked(contents: Contents) -> dict[str, set[str]]:
    """Give the classifications of ours that an export of the catalog shows, by dataset."""
    found: dict[str, set[str]] = {}
    for dataset in contents.joined.catalog.datasets():
        for each in dataset.categories:
            if each.term.kind == "classification" and each.term.key.startswith(CLASSIFICATION):
                found.setdefault(dataset.iri, set()).add(each.term.key)
    return found


def _type(kind: str, body: Mapping[str, Any]) -> Item:
    name = body["name"]
    request = {"operation": "typedef", "body": {kind: [dict(body)]}}
    return Item(f"{kind} {name}", "definition", f"{kind} {name}", (name,), request)


def _entity(body: Mapping[str, Any], kind: str) -> Item:
    name = f"{body['typeName']} {body['attributes']['qualifiedName']}"
    request = {"operation": "entity", "body": dict(body)}
    return Item(f"{name} entity", kind, name, (body["typeName"],), request)


def _reference(kind: str, qualified: str) -> dict[str, Any]:
    return {"typeName": kind, "uniqueAttributes": {"qualifiedName": qualified}}


def _qualified(deployment: str, kind: str) -> str:
    return f"{NAME}://{kind}/{DEPLOYMENT.token(deployment) or deployment}"
