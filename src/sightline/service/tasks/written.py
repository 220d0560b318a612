"""The task that writes answers as text, in the form that is asked for; other tasks give values."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sightline.errors import InputError, ServiceError
from sightline.service.tasks import answers, authorization, estates, matrix, reference
from sightline.service.work import Arguments, Task, Work

BYTES = 64 * 1024 * 1024
ROWS = 100_000
"""The most that an answer has, unless ``bytes`` and ``rows`` are given."""


def write(work: Work, given: Arguments, body: bytes) -> Any:
    """Do ``task`` with ``given``, and write its result in a ``form``.

    Gives the ``content``, and for questions of the library the ``total`` of rows, of which
    ``limit`` from ``offset`` on are written. Raises ServiceError for what is larger than the limits
    allow: an answer is never cut short.
    """
    task, form = str(given["task"]), str(given["form"])
    own: Mapping[str, Any] = given["given"]
    if task == "ask":
        found = _question(work, own, form, given)
    elif form == "json":
        found = {"content": as_json(_VALUES[task](work, own, body))}
    else:
        found = {"content": _TEXTS[task](work, own, body, form)}
    most = given.get("bytes") or BYTES
    if len(found["content"].encode()) > most:
        message = f"the answer has more than {most:,} bytes"
        raise ServiceError("service.too-large", message, "ask for less, or for parts")
    return found


def as_json(value: Any) -> str:
    """Write JSON as the command line does."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _question(work: Work, own: Arguments, form: str, given: Arguments) -> dict[str, Any]:
    from sightline.render import solutions
    from sightline.stores import Solutions

    found = answers.solutions(work, own)
    rows, offset, limit = found.rows, given.get("offset") or 0, given.get("limit")
    part = rows[offset:] if limit is None else rows[offset : offset + limit]
    most = given.get("rows") or ROWS
    if len(part) > most:
        message = f"the answer has more than {most:,} rows"
        raise ServiceError("service.too-large", message, "ask for parts, with limit and offset")
    page = Solutions(found.variables, part)
    if form == "json":
        content = as_json({"question": str(own["name"]), **solutions.solutions_json(page)})
    elif form == "csv":
        content = solutions.solutions_csv(page)
    else:
        content = solutions.solutions_markdown(page)
    return {"content": content, "total": len(rows)}


def _access(work: Work, given: Arguments, body: bytes, form: str) -> str:
    from sightline.render import flat, rdf

    answer = answers.answer_for(work, given)
    if form == "turtle":
        return rdf.turtle([answer])
    write = flat.csv_text if form == "csv" else flat.markdown
    return write(work.graph.knowledge, answer)


def _matrix(work: Work, given: Arguments, body: bytes, form: str) -> str:
    """Write a table of actors against data; an empty cell says nothing is stated."""
    found = matrix.matrix(work, given, body)
    counts = {(cell["actor"], cell["data"]): cell["verdicts"] for cell in found["cells"]}

    def cell(actor: str, data: str) -> str:
        counted = counts.get((actor, data), {"not-stated": 0})
        return "; ".join(f"{verdict} {n}" if n else verdict for verdict, n in counted.items())

    rows = [[data, *(cell(actor, data) for actor in found["actors"])] for data in found["data"]]
    return _table(["data", *found["actors"]], rows, form)


def _diff(work: Work, given: Arguments, body: bytes, form: str) -> str:
    names = ("change", "activity", "actor", "action", "data", "target", "from", "to")
    rows = [
        ["|".join(value) if isinstance(value, list) else value or "" for value in each]
        for change in answers.diff(work, given, body)["changes"]
        for each in [[change[name] for name in (*names, "statements_before", "statements_after")]]
    ]
    return _table([*names, "statements before", "statements after"], rows, form)


def _versions_json(work: Work, given: Arguments, body: bytes) -> Any:
    return {"schema": 1, "claims": [asdict(each) for each in _versions(work, given)]}


def _versions_text(work: Work, given: Arguments, body: bytes, form: str) -> str:
    rows = [[d.change, d.claim, d.before, d.after] for d in _versions(work, given)]
    return _table(["change", "claim", "before", "after"], rows, form)


def _versions(work: Work, given: Arguments) -> list[Any]:
    found = work.graph.diff_versions(str(given["before"]), str(given["after"]))
    return [each for each in found if given.get("all") or each.change != "same"]


def _gate(work: Work, given: Arguments, body: bytes, form: str) -> str:
    from sightline.gates import written

    return written(estates.judged(work, given, body), form, given.get("fail_on") or "violation")


def _estate_access(work: Work, given: Arguments, body: bytes, form: str) -> str:
    from sightline.render import rdf

    found, errors = estates.answers(work, given, body)
    if errors:  # what cannot be said in this form must not be left out
        raise InputError(errors[0].code, errors[0].message, errors[0].hint or "ask for JSON")
    return rdf.turtle([each.answer for each in found])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], form: str) -> str:
    from sightline.render import flat

    return (flat.table_csv if form == "csv" else flat.table_markdown)(header, rows)


_VALUES: Mapping[str, Task] = {
    "access": answers.access,
    "explain": answers.explain,
    "diff": answers.diff,
    "diff_versions": _versions_json,
    "matrix": matrix.matrix,
    "estate_report": estates.report,
    "estate_access": estates.access,
    "validate": estates.validate,
    "policies": reference.policies,
    "evaluate": authorization.evaluate,
    "evaluate_all": authorization.evaluate_all,
    "search": authorization.search,
}
_TEXTS: Mapping[str, Callable[[Work, Arguments, bytes, str], str]] = {
    "access": _access,
    "matrix": _matrix,
    "diff": _diff,
    "diff_versions": _versions_text,
    "validate": _gate,
    "estate_access": _estate_access,
}
