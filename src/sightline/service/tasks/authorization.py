"""The tasks of the Authorization API 1.0 (AuthZEN): may a subject do something with a resource?

A subject is an actor, a resource a category of data, an action an action. The context holds the
``configuration``, and may narrow the question to an ``activity`` and a ``target``. A decision is
true only where every row of the answer is permitted. What stands behind one that is false, silence
above all, is in the context of the response: only ``stated_denial`` says that documents deny it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sightline.errors import ParameterError, SightlineError, UnknownTermError
from sightline.service.tasks.answers import answer_for, today
from sightline.service.work import Arguments, Work
from sightline.terms import VERDICT

if TYPE_CHECKING:
    from sightline.model import Answer, Knowledge, Row

KINDS = {"subject": "actor", "resource": "data"}
"""What the ``type`` of a subject and of a resource has to be."""

TOKEN = "([0-9]{1,9})[.]([0-9]{1,9})[.]([0-9a-f]{16})"
"""What the tokens of pages look like: where to go on, how many, and for which question."""

MIXED, UNKNOWN = "mixed", "unknown"
"""Instead of a verdict: rows have several, or the question cannot be answered."""

PERMITTED, PROHIBITED, _NOT_STATED = "permitted", "prohibited", "not-stated"
SILENCE = "It is neither a permission nor a denial."
_SEMANTICS: Mapping[str, Callable[[bool], bool]] = {
    "execute_all": lambda decision: False,
    "deny_on_first_deny": lambda decision: not decision,
    "permit_on_first_permit": lambda decision: decision,
}
SEMANTICS = tuple(_SEMANTICS)
"""When to stop in a list of evaluations."""


def evaluate(work: Work, given: Arguments, body: bytes) -> Any:
    """Decide one request."""
    try:
        asked = _asked(given)
        answer = answer_for(work, asked)
    except SightlineError as error:
        return _unknown(error)
    return _decision(work.graph.knowledge, answer, asked)


def evaluate_all(work: Work, given: Arguments, body: bytes) -> Any:
    """Decide each of ``evaluations``, for which the other members of the request are defaults."""
    each = given.get("evaluations")
    if not each:
        return evaluate(work, given, body)
    chosen = (given.get("options") or {}).get("evaluations_semantic") or SEMANTICS[0]
    names = ("subject", "action", "resource", "context")
    defaults = {name: given[name] for name in names if name in given}
    decided = []
    for one in each:
        decided.append(evaluate(work, {**defaults, **one}, body))
        if _SEMANTICS[chosen](decided[-1]["decision"]):
            break
    return {"evaluations": decided}


def search(work: Work, given: Arguments, body: bytes) -> Any:
    """List the entities of the kind ``sought`` for which the decision of ``request`` is true."""
    sought, request = str(given["sought"]), given["request"]
    kind = KINDS.get(sought, sought)
    page = _Page(work, request)
    try:
        if sought in KINDS:
            _of_type(request[sought], sought)
        found = []
        for token in sorted(work.graph.knowledge.tokens[kind]):
            entity = {"name": token} if sought == "action" else {"type": kind, "id": token}
            asked = _asked({**request, sought: entity})
            answer = answer_for(work, asked)
            if _verdict(_rows(answer, asked)) == PERMITTED:
                found.append(entity)
    except SightlineError as error:
        return {**page.of([]), "context": _unknown(error)["context"]}
    return page.of(found)


class _Page:
    """A part of what is found; its token names the question, so that none goes on with another.

    Raises ParameterError for a token that this question was not given.
    """

    def __init__(self, work: Work, request: Arguments) -> None:
        page = request.get("page") or {}
        same = [(n, v) for n, v in sorted(request.items()) if n in (*KINDS, "action", "context")]
        text = json.dumps([work.graph.knowledge.digest, same], sort_keys=True)
        self._name = hashlib.sha256(text.encode()).hexdigest()[:16]
        limit = page.get("limit")
        self._start, self._limit = 0, None if limit is None else int(limit)
        if token := page.get("token"):
            known = re.fullmatch(TOKEN, token)
            if not known or known[3] != self._name:
                hint = "send that of the answer before, and the same question"
                raise ParameterError("parameter.value", "page.token fits no page", hint)
            self._start, limit = int(known[1]), int(known[2])
            if self._limit not in (None, limit):
                raise ParameterError("parameter.value", "page.limit has changed", "keep it")
            self._limit = limit

    def of(self, found: list[dict[str, str]]) -> dict[str, Any]:
        """Cut the part out of all that is found."""
        end = len(found) if self._limit is None else self._start + self._limit
        results = found[self._start : end]
        token = f"{end}.{self._limit}.{self._name}" if end < len(found) else ""
        told = {"next_token": token, "count": len(results), "total": len(found)}
        return {"page": told, "results": results}


def _asked(given: Arguments) -> dict[str, Any]:
    """Turn a request into what the task ``access`` is given, and its ``target``."""
    subject = _entity(given, "subject", "type", "id")
    action = _entity(given, "action", "name")
    resource = _entity(given, "resource", "type", "id")
    inside, context = resource.get("properties") or {}, given.get("context") or {}
    if not isinstance(inside, Mapping) or not isinstance(context, Mapping):
        raise ParameterError("parameter.value", "properties and context have to be objects")
    configuration = _configuration(inside, "resource.properties")
    for facet, values in _configuration(context, "context").items():
        if configuration.setdefault(facet, values) != values:
            message = f"the resource and the context give {facet!r} different values"
            raise ParameterError("parameter.value", message, "give it once")
    _of_type(subject, "subject")
    _of_type(resource, "resource")
    texts = {n: _text(context, n) for n in ("activity", "target", "as_of", "collection")}
    return {
        "configuration": configuration,
        "actor": subject["id"],
        "action": action["name"],
        "data": resource["id"],
        "assume": context.get("assume"),
        **texts,
    }


def _entity(given: Mapping[str, Any], name: str, *members: str) -> Mapping[str, Any]:
    """Give a member of a request; within a list of evaluations nobody has looked at it before."""
    entity = given.get(name)
    if not isinstance(entity, Mapping):
        raise ParameterError("parameter.missing", f"the evaluation has no {name}", "name one")
    for member in members:
        if not isinstance(entity.get(member), str):
            message = f"the {name} of the evaluation has no {member} that is a text"
            raise ParameterError("parameter.missing", message, f"add its {member}")
    return entity


def _of_type(entity: Mapping[str, Any], name: str) -> None:
    if entity["type"] != KINDS[name]:
        raise UnknownTermError(f"type of {name}", str(entity["type"]), [KINDS[name]])


def _configuration(holder: Mapping[str, Any], where: str) -> dict[str, list[str]]:
    given = holder.get("configuration") or {}
    if not isinstance(given, Mapping):
        raise _no_configuration(where)
    found = {}
    for facet, value in given.items():
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(each, str) for each in values):
            raise _no_configuration(where)
        found[facet] = sorted(set(values))
    return found


def _no_configuration(where: str) -> ParameterError:
    return ParameterError(
        "parameter.value",
        f"{where}.configuration does not map facets to values",
        'write it as {"region": "swedencentral"}',
    )


def _text(context: Mapping[str, Any], name: str) -> str | None:
    value = context.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ParameterError("parameter.value", f"context.{name} is no text")


def _rows(answer: "Answer", asked: Mapping[str, Any]) -> "list[Row]":
    target = asked["target"]
    return [r for r in answer.rows if target is None or (r.key and r.key.target == target)]


def _verdict(rows: "Sequence[Row]") -> str:
    verdicts = {row.verdict for row in rows}
    if not verdicts:
        return _NOT_STATED
    return verdicts.pop() if len(verdicts) == 1 else MIXED


def _decision(knowledge: "Knowledge", answer: "Answer", asked: Mapping[str, Any]) -> dict[str, Any]:
    from sightline.render.answer import answer_json, row_json
    from sightline.render.rows import condition_words

    if asked["target"] is not None and asked["target"] not in knowledge.tokens["target"]:
        return _unknown(UnknownTermError("target", asked["target"], knowledge.tokens["target"]))
    rows = _rows(answer, asked)
    verdict = _verdict(rows)
    found = answer_json(answer, knowledge.digest, today(asked))
    words = [text for row in rows for text in condition_words(knowledge, row)]
    return {
        "decision": verdict == PERMITTED,
        "context": {
            "verdict": verdict,
            "stated_denial": verdict == PROHIBITED,
            "reason": _reason(knowledge, rows, verdict),
            "conditions": list(dict.fromkeys(words)),
            "statements": list(dict.fromkeys(iri for row in rows for iri in row.statements)),
            "nearest": list(dict.fromkeys(iri for row in rows for iri in row.nearest)),
            **{n: found[n] for n in _PREMISES if n in found},
            "access": [row_json(answer, row) for row in rows],
        },
    }


_PREMISES = (
    "configuration",
    "assumptions",
    "contradicted",
    "documents",
    "complete",
    "incomplete_because",
    "knowledge",
)


def _reason(knowledge: "Knowledge", rows: "Sequence[Row]", verdict: str) -> str:
    if verdict != MIXED:
        told = knowledge.definitions.get(VERDICT[verdict], verdict)
        return f"{told} {SILENCE}" if verdict == _NOT_STATED else told
    where: dict[str, dict[str, None]] = {}
    for row in rows:
        key = row.key
        part = f"{key.activity} ({key.actor}, {key.data})" if key else "elsewhere"
        where.setdefault(row.verdict, {})[part] = None
    listed = "; ".join(f"{verdict} in {', '.join(parts)}" for verdict, parts in where.items())
    return f"The answer is not the same everywhere: {listed}. Name an activity in the context."


def _unknown(error: SightlineError) -> dict[str, Any]:
    """Say that there is no answer, which is neither a permission nor a denial."""
    return {
        "decision": False,
        "context": {
            "verdict": UNKNOWN,
            "stated_denial": False,
            "reason": f"There is no answer: {error.message}. {SILENCE}",
            "error": {
                "status": 404 if isinstance(error, UnknownTermError) else 400,
                "code": error.code,
                "message": error.message,
                "hint": error.hint,
            },
        },
    }
