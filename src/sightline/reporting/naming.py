"""Name deployments, configurations and documents for those who read reports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sightline.errors import one_line
from sightline.model import Deployment, Knowledge
from sightline.render.wording import age, value_label

LONG = 90
"""Letters after which a name is cut where there is little room."""


def heading(labels: Sequence[str]) -> str:
    """Head what is told of deployments: the first of them, and how many more there are.

    >>> heading(["chat/a", "chat/b", "chat/c"]), heading([])
    ('chat/a and 2 more', 'Configuration asked for')
    """
    if not labels:
        return "Configuration asked for"
    more = len(labels) - 1
    return one_line(labels[0]) + (f" and {more} more" if more else "")


def place(deployment: Deployment) -> str:
    """Name a deployment with the file and line at which it stands."""
    return one_line(f"{deployment.label} ({deployment.file}:{deployment.line})")


def short_place(deployment: Deployment) -> str:
    """Name a deployment as ``place`` does, where there is little room: the end of a path tells."""
    file = one_line(deployment.file)
    file = file if len(file) <= LONG // 2 else f"…{file[1 - LONG // 2 :]}"
    return f"{cut(one_line(deployment.label), LONG // 2)} ({file}:{deployment.line})"


def configuration(
    knowledge: Knowledge,
    facets: Mapping[str, str | Iterable[str]],
    asked: Collection[str],
) -> str:
    """Write the facets of a configuration with their labels, those asked for first."""
    found = []
    for facet in sorted(facets, key=lambda f: (f not in asked, knowledge.facets[f].order, f)):
        value = facets[facet]
        values = [value] if isinstance(value, str) else value
        words = " or ".join(value_label(knowledge, facet, each) for each in values)
        label = knowledge.label("facet", facet)
        found.append(label if words.casefold() == label.casefold() else f"{label}: {words}")
    return one_line(", ".join(found)) or "any"


def version(told: Mapping[str, Any]) -> str:
    """Name a document version, as ``version_json`` gives it, with its age."""
    dated = "" if told["date_basis"] == "stated" else ", date inferred"
    return f"{told['title']} ({told['version']}, {age(told['age_days'])}{dated})"


def assumption(knowledge: Knowledge, facet: str, value: str) -> str:
    """Write what is assumed of a facet."""
    return f"{knowledge.label('facet', facet)}: {value_label(knowledge, facet, value)}."


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun.

    >>> counted(1, "deployment"), counted(2, "answer")
    ('1 deployment', '2 answers')
    """
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def cut(text: str, most: int = LONG) -> str:
    """Cut a long text, and say so by dots.

    >>> cut("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
