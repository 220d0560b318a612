"""Write the answers over an estate as the JSON that gates and other tools read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sightline.identity import configuration_iri
from sightline.model import DeployedAccess, Deployment
from sightline.render.answer import answer_json


def answers_json(answers: Sequence[DeployedAccess], knowledge: str, today: date) -> dict[str, Any]:
    """Turn the answers over an estate into plain JSON values, one for each configuration."""
    return {
        "answers": [
            {
                "deployments": [deployment_json(each) for each in found.deployments],
                "id": configuration_iri(found.answer.identity),
                **answer_json(found.answer, knowledge, today),
            }
            for found in answers
        ]
    }


def deployment_json(deployment: Deployment) -> dict[str, Any]:
    """Turn a deployment into plain JSON values, with what its file leaves open."""
    return {
        "id": deployment.iri,
        "name": deployment.name,
        "account": deployment.account,
        "file": deployment.file,
        "line": deployment.line,
        "attributes": dict(deployment.attributes),
        "unsettled": [
            {
                "facet": each.facet,
                "expression": each.expression,
                "reason": each.reason,
                "settle": each.settle,
            }
            for each in deployment.unsettled
        ],
        "ungoverned": deployment.ungoverned,
    }
