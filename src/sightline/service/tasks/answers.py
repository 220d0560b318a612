"""The tasks that answer: effective access, explanations, comparisons, questions."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from sightline.errors import InputError, ParameterError, UnknownTermError
from sightline.service.work import Arguments, Work

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import Answer
    from sightline.stores import Solutions


def access(work: Work, given: Arguments, body: bytes) -> Any:
    """Derive effective access; ``given`` holds the configuration, filters and what to rest on."""
    from sightline.render.answer import answer_json

    return answer_json(answer_for(work, given), work.graph.knowledge.digest, today(given))


def explain(work: Work, given: Arguments, body: bytes) -> Any:
    """Explain the row that the ``id`` names."""
    from sightline.render.explanation import explanation_json

    return explanation_json(work.graph.explain(str(given["id"])))


def diff(work: Work, given: Arguments, body: bytes) -> Any:
    """Compare the answers for ``before`` and ``after``, each given as for ``access``."""
    from sightline.render.answer import changes_json

    answers = [answer_for(work, given[side]) for side in ("before", "after")]
    return changes_json(answers, work.graph.diff(*answers))


def ask(work: Work, given: Arguments, body: bytes) -> Any:
    """Answer the question ``name`` of the library with ``params``."""
    from sightline.render.solutions import solutions_json

    return {"question": str(given["name"]), **solutions_json(solutions(work, given))}


def solutions(work: Work, given: Arguments) -> "Solutions":
    """Answer a question of the library with all its rows; ``given`` is that of ``ask``."""
    from sightline.queries import DATASETS, question

    name, estate = str(given["name"]), named_estate(work, given)
    joined = work.joined.get(str(given.get("estate")))
    if DATASETS in question(name).needs and joined is None:
        raise no_catalog(f"the question {name!r}", given.get("estate"))
    return work.graph.ask(
        name, _configuration(given) or None, **_basis(given), estate=estate, joined=joined,
        **(given.get("params") or {}),
    )  # fmt: skip


def answer_for(work: Work, given: Arguments) -> "Answer":
    """Derive the answer that the arguments of ``access`` ask for."""
    return work.graph.access(_configuration(given), **asked_of(given))


def asked_of(given: Arguments) -> dict[str, Any]:
    """Give what is asked of a configuration: filters, and what the answer may rest on."""
    filters = {name: given.get(name) for name in ("actor", "data", "activity", "action")}
    return {**filters, **_basis(given)}


def _configuration(given: Arguments) -> dict[str, Iterable[str]]:
    return dict(given.get("configuration") or {})


def _basis(given: Arguments) -> dict[str, Any]:
    return {
        "as_of": _date(given.get("as_of")),
        "collection": given.get("collection"),
        "assume": given.get("assume") is not False,
    }


def named_estate(work: Work, given: Arguments) -> "Estate | None":
    """Give the estate of the server that the arguments name, if they do.

    Raises UnknownTermError for a name that no estate has.
    """
    name = given.get("estate")
    if name is None:
        return None
    if name not in work.estates:
        raise UnknownTermError("estate", str(name), work.estates)
    return work.estates[name]


def no_catalog(what: str, estate: object) -> ParameterError:
    """Say that something is about datasets, and that no catalog tells which there are."""
    if estate is None:
        return ParameterError(
            "parameter.missing",
            f"{what} is about the datasets of a catalog, and no estate that has one is named",
            "name one of the server's estates that is served with --catalog",
        )
    return ParameterError(
        "parameter.value",
        f"{what} is about the datasets of a catalog, and the estate {estate!r} is served with none",
        f"start the server with --catalog {estate}=FILE --links {estate}=FILE",
    )


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise InputError("input.value", f"not a date: {text!r}", "write 2026-01-31") from error


def today(given: Arguments) -> date:
    """Give the day at which ages are counted."""
    return _date(given.get("as_of")) or date.today()
