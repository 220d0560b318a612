"""Write links of datasets to deployments as OpenLineage events, one for each deployment."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sightline.exporting.contents import Contents
from sightline.terms import BASE, DATASET, DEPLOYMENT

_PRODUCER = f"{BASE}ontology"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
_NAMESPACE = BASE.rstrip("/")


def lineage_events(contents: Contents) -> list[dict[str, Any]]:
    """Give a job event for each deployment that datasets are used with, in their order.

    Its time is the last day on which a link was reviewed, else the date of the documents, so that
    the same links give the same event. Candidates are no lineage.
    """
    return list(_events(contents))


def _events(contents: Contents) -> Iterator[dict[str, Any]]:
    joined = contents.joined
    inputs: dict[str, dict[str, list[date]]] = {}
    for link in joined.links:
        if link.status != "candidate":
            days = inputs.setdefault(link.deployment, {}).setdefault(link.dataset, [])
            days += [link.on] if link.on else []
    for deployment, datasets in sorted(inputs.items()):
        days = [day for found in datasets.values() for day in found]
        known = max(days, default=contents.by_deployment[deployment].selected_on)
        name = DEPLOYMENT.token(deployment) or deployment
        yield {
            "eventTime": f"{known.isoformat()}T00:00:00Z",
            "producer": _PRODUCER,
            "schemaURL": _SCHEMA,
            "job": {"namespace": _NAMESPACE, "name": f"use/{name}"},
            "inputs": [_input(contents, each) for each in sorted(datasets)],
            "outputs": [{"namespace": f"{_NAMESPACE}/deployment", "name": name}],
        }


def _input(contents: Contents, iri: str) -> dict[str, str]:
    """Name a dataset as its catalog does in OpenLineage, else by its source and key here."""
    source = contents.joined.datasets[iri].key.source
    if {"namespace", "name"} <= source.keys():
        return {"namespace": source["namespace"], "name": source["name"]}
    family, _, key = (DATASET.token(iri) or "").partition("/")
    if not key:
        return {"namespace": _NAMESPACE, "name": iri}
    return {"namespace": f"{DATASET}{family}", "name": key}
