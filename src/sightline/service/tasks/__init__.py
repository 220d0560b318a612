"""All tasks by name; each is a function of one of the modules here."""

from collections.abc import Mapping

from sightline.service.tasks import (
    answers,
    authorization,
    datasets,
    estates,
    flow,
    linked,
    matrix,
    reference,
    resting,
    sparql,
    written,
)
from sightline.service.work import StreamTask, Task

TASKS: Mapping[str, Task] = {
    "access": answers.access,
    "explain": answers.explain,
    "diff": answers.diff,
    "ask": answers.ask,
    "matrix": matrix.matrix,
    "flow": flow.flow,
    "estate_report": estates.report,
    "estate_access": estates.access,
    "estate_overview": estates.overview,
    "estate_datasets": datasets.overview,
    "validate": estates.validate,
    "findings": estates.findings,
    "evaluate": authorization.evaluate,
    "evaluate_all": authorization.evaluate_all,
    "search": authorization.search,
    "parameter_values": reference.parameter_values,
    "policies": reference.policies,
    "resting": resting.resting,
    "write": written.write,
    "graphs": sparql.graphs,
    "preview": sparql.preview,
}
"""Name -> task whose result is a JSON value."""

STREAMS: Mapping[str, StreamTask] = {
    "sparql": sparql.sparql,
    "describe": sparql.describe,
    "graph": sparql.graph,
    "dereference": linked.dereference,
}
"""Name -> task whose result is bytes."""
