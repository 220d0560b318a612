"""Answer for deployments: each distinct configuration is derived once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from sightline.collector import paused
from sightline.identity import configuration_token
from sightline.model import Answer, DeployedAccess, Deployment, Question


def deployed(
    deployments: Iterable[Deployment],
    asked: Question,
    answers: Callable[[Sequence[Question]], Iterator[Answer]],
) -> list[DeployedAccess]:
    """Group deployments by configuration and answer ``asked`` for each group.

    The answer for deployments that no document governs has no rows and is incomplete.
    """
    groups: dict[tuple[str, str], list[Deployment]] = {}
    keys: dict[tuple[object, ...], tuple[str, str]] = {}
    for each in deployments:
        facts = (each.ungoverned, *each.configuration.items())
        if facts not in keys:
            keys[facts] = (configuration_token(each.configuration), each.ungoverned or "")
        groups.setdefault(keys[facts], []).append(each)
    found = [tuple(groups[key]) for key in sorted(groups)]
    questions = [replace(asked, configuration=group[0].configuration) for group in found]
    with paused():
        return [
            DeployedAccess(group, _withheld(answer, group[0].ungoverned))
            for group, answer in zip(found, answers(questions), strict=True)
        ]


def _withheld(answer: Answer, reason: str | None) -> Answer:
    if reason is None:
        return answer
    return replace(
        answer,
        rows=(),
        versions=(),
        assumptions=(),
        contradicted=(),
        commitments=(),
        configuration=answer.question.configuration,
        complete=False,
        incomplete_because=reason,
    )
