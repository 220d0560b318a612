"""The tasks: from JSON values to JSON values, over one knowledge graph."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sightline.errors import InputError, UnknownTermError
from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import Answer

Arguments = Mapping[str, Any]
"""JSON values; a missing one and a null mean the same."""


@dataclass
class Work:
    """What tasks work on: the graph, and the estates of the server by name."""

    graph: KnowledgeGraph
    estates: dict[str, "Estate"] = field(default_factory=dict)


def access(work: Work, given: Arguments, body: bytes) -> Any:
    """Derive effective access; ``given`` holds the configuration, filters and what to rest on."""
    from sightline.render.answer import answer_json

    return answer_json(_answer(work, given), work.graph.knowledge.digest, _today(given))


def explain(work: Work, given: Arguments, body: bytes) -> Any:
    """Explain the row that the ``id`` names."""
    from sightline.render.explanation import explanation_json

    return explanation_json(work.graph.explain(str(given["id"])))


def diff(work: Work, given: Arguments, body: bytes) -> Any:
    """Compare the answers for ``before`` and ``after``, each given as for ``access``."""
    from sightline.render.answer import changes_json

    answers = [_answer(work, given[side]) for side in ("before", "after")]
    return changes_json(answers, work.graph.diff(*answers))


def ask(work: Work, given: Arguments, body: bytes) -> Any:
    """Answer the question ``name`` of the library with ``params``."""
    from sightline.render.solutions import solutions_json

    name = str(given["name"])
    estate = _estate(work, given)
    found = work.graph.ask(
        name, _configuration(given) or None, **_basis(given), estate=estate,
        **(given.get("params") or {}),
    )  # fmt: skip
    return {"question": name, **solutions_json(found)}


Task = Callable[[Work, Arguments, bytes], Any]

TASKS: Mapping[str, Task] = {task.__name__: task for task in (access, explain, diff, ask)}
"""The tasks by name."""


def _answer(work: Work, given: Arguments) -> "Answer":
    filters = {name: given.get(name) for name in ("actor", "data", "activity", "action")}
    return work.graph.access(_configuration(given), **filters, **_basis(given))


def _configuration(given: Arguments) -> dict[str, Iterable[str]]:
    return dict(given.get("configuration") or {})


def _basis(given: Arguments) -> dict[str, Any]:
    return {
        "as_of": _date(given.get("as_of")),
        "collection": given.get("collection"),
        "assume": given.get("assume") is not False,
    }


def _estate(work: Work, given: Arguments) -> "Estate | None":
    name = given.get("estate")
    if name is None:
        return None
    if name not in work.estates:
        raise UnknownTermError("estate", str(name), work.estates)
    return work.estates[name]


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise InputError("input.value", f"not a date: {text!r}", "write 2026-01-31") from error


def _today(given: Arguments) -> date:
    return _date(given.get("as_of")) or date.today()
