"""The task that gives the data flow of a configuration as a graph: nodes, boundaries, edges."""

from typing import Any

from sightline.service.tasks.answers import answer_for, today
from sightline.service.work import Arguments, Work


def flow(work: Work, given: Arguments, body: bytes) -> Any:
    """Derive access as the task ``access`` does, and give it as the parts of a drawing."""
    from sightline.render.flow import flow_json

    return flow_json(work.graph.knowledge, answer_for(work, given), today(given))
