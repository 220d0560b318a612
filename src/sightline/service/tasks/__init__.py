"""All tasks by name; each is a function of one of the modules here."""

from collections.abc import Mapping

from sightline.service.tasks import answers
from sightline.service.work import Task

TASKS: Mapping[str, Task] = {
    "access": answers.access,
    "explain": answers.explain,
    "diff": answers.diff,
    "ask": answers.ask,
}
"""Name -> task."""
