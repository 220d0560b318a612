"""The tasks that tell what can be asked for: the values of parameters, and the policies."""

from typing import Any

from sightline.service.work import Arguments, Work


def parameter_values(work: Work, given: Arguments, body: bytes) -> Any:
    """List, for each of the ``types`` of parameters, the tokens that one can have.

    A type of which any text or term is a value is left out.
    """
    from sightline.queries import known_tokens

    found = {name: known_tokens(work.graph.store, name) for name in given["types"]}
    return {name: sorted(tokens) for name, tokens in found.items() if tokens}


def policies(work: Work, given: Arguments, body: bytes) -> Any:
    """Describe the policies and the values in use of their parameters."""
    from sightline.validate.policies import Policies

    known = Policies(work.graph.knowledge)
    return {
        "policies": [
            {
                "name": policy.token,
                "label": policy.label,
                "definition": policy.definition,
                "judges": "datasets" if policy.of_datasets else "deployments",
                "parameters": {
                    name: [term.value for term in values]
                    for name, values in sorted(policy.parameters.items())
                },
            }
            for policy in (*known.chosen(), *known.chosen(known.of_datasets))
        ],
        "schema": 1,
    }
