"""Write the vocabulary, deployments and what reaches them as change proposals of DataHub.

What is ours alone is written whole. What belongs to others, a dataset and what is said of it, is
patched: people's terms and properties stay as they are.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

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
from sightline.exporting.glossary import schemes
from sightline.exporting.planned import Item
from sightline.exporting.vocabulary import Vocabulary
from sightline.model import Deployment
from sightline.terms import DATA, DATASET, DEPLOYMENT, SKOS, compact, token

JSON_PATCH = "application/json-patch+json"
PROPERTY, TERM, NODE = (
    f"urn:li:{kind}:" for kind in ("structuredProperty", "glossaryTerm", "glossaryNode")
)
PLATFORM = f"urn:li:dataPlatform:{NAME}"
FLOW = f"urn:li:dataFlow:({NAME},deployments,PROD)"

_KEYS = {
    "structuredProperties": ("properties", "propertyUrn"),
    "glossaryTerms": ("terms", "urn"),
}
"""Aspect that is patched -> its list, and what tells the entries of the list apart."""
_SOURCE = "attribution\u241fsource"
_FOR = [f"urn:li:entityType:datahub.{kind}" for kind in ("dataset", "mlModel")]
_NO_TEXT = "No definition."


def datahub_items(contents: Contents) -> list[Item]:
    """Give the proposals: vocabulary, properties, deployments, lineage, datasets."""
    return list(_items(contents))


def datahub_file(items: list[Item]) -> list[dict[str, Any]]:
    """Give the proposals as the ``file`` source of DataHub reads them."""
    return [proposal(item.request) for item in items]


def proposal(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give a proposal as DataHub has it, where the content of a patch is a text."""
    aspect = request["aspect"]
    if "contentType" not in aspect:
        return dict(request)
    text = json.dumps(aspect["json"])
    return {**request, "aspect": {"value": text, "contentType": aspect["contentType"]}}


def dataset_urn(name: str, dataset: Dataset) -> str:
    """Give the URN that DataHub has for a dataset; '' where no file of DataHub describes it."""
    urn = dataset.key.source.get("urn", "")
    ours = DATASET.token(name) or ""
    # A part of a URN that looks like a password was hidden when it was read.
    return urn if ours.startswith("datahub/") and dataset.described and "***" not in urn else ""


def model_urn(deployment: str) -> str:
    """Name the model that stands for a deployment."""
    return f"urn:li:mlModel:({PLATFORM},{_deployed(deployment)},PROD)"


def job_urn(deployment: str) -> str:
    """Name the job that stands for the use of a deployment."""
    return f"urn:li:dataJob:({FLOW},{_deployed(deployment)})"


def written(contents: Contents) -> dict[str, str]:
    """Give the datasets that something is said of, with their URN."""
    found = {}
    for name in {*contents.answers, *_stale(contents)}:
        if urn := dataset_urn(name, contents.joined.datasets[name]):
            found[name] = urn
    return dict(sorted(found.items()))


def _items(contents: Contents) -> Iterator[Item]:
    vocabulary = contents.vocabulary
    datasets, deployments = dataset_findings(contents), deployment_findings(contents)
    terms: dict[str, str] = {}
    yield from _glossary(vocabulary, terms)
    for each in properties(vocabulary, [*datasets.values(), *deployments.values()]):
        yield _definition(each)
    if deployments:
        yield _whole(PLATFORM, "dataPlatformInfo", "platform", {
            "name": NAME, "displayName": "Sightline", "type": "OTHERS", "datasetNameDelimiter": "/",
        })  # fmt: skip
        yield _whole(FLOW, "dataFlowInfo", "lineage", {"name": "Use of AI deployments"})
    for name, finding in deployments.items():
        yield from _deployment(contents, contents.joined.deployments[name])
        yield from _patched(model_urn(name), "deployment", finding, terms, set())
    stale = _stale(contents)
    for name, urn in written(contents).items():
        finding = datasets.get(name, Finding({}))
        yield from _patched(urn, "dataset", finding, terms, stale.get(name, set()))


def _glossary(vocabulary: Vocabulary, terms: dict[str, str]) -> Iterator[Item]:
    """Give a node for the vocabulary and each scheme, and a term for each concept."""
    text = "Terms of who can access which data of AI services, where and for how long."
    yield _whole(
        NODE + NAME, "glossaryNodeInfo", "glossary", {"name": "Sightline", "definition": text}
    )
    for scheme, concepts in schemes(vocabulary).items():
        kind = f"{NAME}.{_escaped(token(scheme) or scheme)}"
        yield _whole(NODE + kind, "glossaryNodeInfo", "glossary", {
            "name": vocabulary.text(scheme, SKOS["prefLabel"]),
            "definition": _text(vocabulary, scheme), "parentNode": NODE + NAME,
        })  # fmt: skip
        times = Counter(token(own) for own in concepts)
        for own in concepts:
            short = token(own) or own
            short = compact(own) if times[short] > 1 else short
            terms[own] = f"{TERM}{kind}.{_escaped(short)}"
            yield _whole(terms[own], "glossaryTermInfo", "glossary", {
                "name": vocabulary.text(own, SKOS["prefLabel"]),
                "definition": _text(vocabulary, own), "parentNode": NODE + kind,
                "termSource": "EXTERNAL", "sourceRef": "sightline", "sourceUrl": own,
            })  # fmt: skip


def _definition(each: Property) -> Item:
    name = f"{NAME}.{each.name}"
    content: dict[str, Any] = {
        "qualifiedName": name,
        "displayName": each.label,
        "description": each.text,
        "valueType": "urn:li:dataType:datahub.string",
        "cardinality": "MULTIPLE",
        "entityTypes": _FOR,
    }
    if each.values:
        content["allowedValues"] = [
            {"value": {"string": value}, "description": text} for value, text in each.values.items()
        ]
    return _whole(PROPERTY + name, "propertyDefinition", "property", content)


def _deployment(contents: Contents, own: Deployment) -> Iterator[Item]:
    """Give a deployment as a model, and its use as a job that takes datasets in.

    Data that is sent to a model does not train it: the job uses the model, it does not make it.
    """
    stated = {n: own.attributes[n] for n in ("model", "modelVersion", "sku") if n in own.attributes}
    yield _whole(model_urn(own.iri), "mlModelProperties", "deployment", {
        "name": own.label, "description": "Deployment of an AI service.",
        "customProperties": {**stated, "deployment": DEPLOYMENT.token(own.iri) or own.iri},
        "downstreamJobs": [job_urn(own.iri)],
    })  # fmt: skip
    inputs = {
        dataset_urn(link.dataset, contents.joined.datasets[link.dataset])
        for link in contents.joined.links
        if link.deployment == own.iri and link.status != "candidate"
    }
    yield _whole(job_urn(own.iri), "dataJobInfo", "lineage", {
        "name": f"Use of {own.label}", "type": {"string": "COMMAND"}, "flowUrn": FLOW,
        "description": "Data of these datasets gets to the deployment, by a link that counts.",
    })  # fmt: skip
    yield _whole(job_urn(own.iri), "dataJobInputOutput", "lineage", {
        "inputDatasets": sorted(filter(None, inputs)), "outputDatasets": [],
    })  # fmt: skip


def _patched(
    urn: str, kind: str, finding: Finding, terms: Mapping[str, str], stale: set[str]
) -> Iterator[Item]:
    """Set what is found on a thing, and take away what an export still shows of before."""
    values = {PROPERTY + f"{NAME}.{name}": list(v) for name, v in finding.values.items()}
    marks = [terms[DATA[each]] for each in finding.data if DATA[each] in terms]
    sets: dict[str, dict[str, Any]] = {
        "structuredProperties": {
            name: {"propertyUrn": name, "values": [{"string": value} for value in own]}
            for name, own in values.items()
        },
        "glossaryTerms": {name: {"urn": name} for name in marks},
    }
    for aspect, prefix in (("structuredProperties", PROPERTY), ("glossaryTerms", TERM)):
        own = sets[aspect]
        gone = sorted(each for each in stale if each.startswith(prefix) and each not in own)
        if not own and not gone:
            continue
        part, key = _KEYS[aspect]
        patch = [
            {"op": "add", "path": f"/{part}/{_pointer(each)}/", "value": own[each]}
            for each in sorted(own)
        ]
        patch += [
            {"op": "remove", "path": f"/{part}/{_pointer(each)}", "value": {}} for each in gone
        ]
        content = {"arrayPrimaryKeys": {part: [key, _SOURCE]}, "patch": patch}
        names = tuple(each.removeprefix(prefix) for each in (*sorted(own), *gone))
        yield Item(f"{urn} {aspect}", kind, urn, names, {
            "entityType": _type(urn), "entityUrn": urn, "changeType": "PATCH",
            "aspectName": aspect, "aspect": {"json": content, "contentType": JSON_PATCH},
        })  # fmt: skip


def _stale(contents: Contents) -> dict[str, set[str]]:
    """Give what the export of the catalog shows of ours on its datasets, by dataset, as URNs."""
    found: dict[str, set[str]] = {}
    for dataset in contents.joined.catalog.datasets():
        for each in dataset.categories:
            key = each.term.key
            if each.term.kind == "property" and key.startswith(f"{NAME}."):
                found.setdefault(dataset.iri, set()).add(PROPERTY + key.partition("=")[0])
            elif key.startswith(f"{TERM}{NAME}."):
                found.setdefault(dataset.iri, set()).add(key)
    return found


def _whole(urn: str, aspect: str, kind: str, content: Mapping[str, Any]) -> Item:
    name = urn.removeprefix(f"urn:li:{_type(urn)}:")
    return Item(f"{urn} {aspect}", kind, urn, (name,), {
        "entityType": _type(urn), "entityUrn": urn, "changeType": "UPSERT",
        "aspectName": aspect, "aspect": {"json": dict(content)},
    })  # fmt: skip


def _type(urn: str) -> str:
    return urn.split(":", 3)[2]


def _text(vocabulary: Vocabulary, own: str) -> str:
    notes = [vocabulary.text(own, SKOS[each]) for each in ("definition", "scopeNote")]
    return " ".join(filter(None, notes)) or _NO_TEXT


def _pointer(text: str) -> str:
    """Escape a part of a JSON Pointer (RFC 6901)."""
    return text.replace("~", "~0").replace("/", "~1")


def _deployed(deployment: str) -> str:
    return _escaped(DEPLOYMENT.token(deployment) or deployment)


def _escaped(text: str) -> str:
    """Keep commas and brackets, which part URNs, out of a name in one."""
    return quote(text, safe=":/@")
