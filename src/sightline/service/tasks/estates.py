"""The tasks about estates: what files hold, the access over them, and what policies find.

Each takes the name of an ``estate`` of the server, or ``files`` (``name`` and ``size`` of each)
whose contents follow one another in the body. They are read in memory and not kept. ``facets``
are those that deployments get where their files leave them open: token -> values.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sightline.errors import InputError, ParameterError, ServiceError, UnknownTermError
from sightline.model import REGION
from sightline.service.tasks.answers import asked_of, named_estate, today
from sightline.service.work import Arguments, Work

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import DeployedAccess
    from sightline.validate.gate import Gate

_FINDINGS = 50_000
"""The most on datasets that are written: each takes about a thousand bytes."""


def report(work: Work, given: Arguments, body: bytes) -> Any:
    """Report accounts, deployments, other resources, and what is unresolved."""
    from sightline.estate import report_json

    return report_json(_estate(work, given, body).files)


def access(work: Work, given: Arguments, body: bytes) -> Any:
    """Derive effective access for each configuration of the deployments; filters as ``access``."""
    from sightline.render.estate_answer import answers_json

    derived, faults = answers(work, given, body)
    found = answers_json(derived, work.graph.knowledge.digest, today(given))
    errors = [error.to_json() for error in faults]
    return found | ({"errors": errors} if errors else {})


def answers(
    work: Work, given: Arguments, body: bytes
) -> "tuple[list[DeployedAccess], tuple[InputError, ...]]":
    """Derive what ``access`` writes, and give the reasons why files could not be read."""
    estate = _estate(work, given, body)
    found = work.graph.access_estate(estate.deployments, workers=1, **asked_of(given))
    return found, estate.errors


def overview(work: Work, given: Arguments, body: bytes) -> Any:
    """Give what ``report`` and ``access`` give, from one reading of the files."""
    from sightline.estate import report_json
    from sightline.render.estate_answer import answers_json

    estate = _estate(work, given, body)
    derived = work.graph.access_estate(estate.deployments, workers=1, **asked_of(given))
    return {
        **report_json(estate.files, estate.unread()),
        **answers_json(derived, work.graph.knowledge.digest, today(given)),
    }


def validate(work: Work, given: Arguments, body: bytes) -> Any:
    """Hold the deployments to ``policies`` by name (none named: all) and to the estate shapes.

    ``policy_params`` maps ``policy.parameter`` to values. Raises InputError for a file that cannot
    be read: what it holds might violate.
    """
    from sightline.validate.gate_formats import as_json

    return json.loads(as_json(judged(work, given, body), given.get("fail_on") or "violation"))


def findings(work: Work, given: Arguments, body: bytes) -> Any:
    """Give what ``validate`` gives, with the ``most`` worst findings of each policy.

    ``found`` counts all that there are, by policy and outcome.
    """
    from sightline.gates import with_linked
    from sightline.validate.gate_formats import as_json

    gate, linked = _judged(work, given, body, apart=True)
    gates = [gate, *([linked] if linked else [])]
    totals = [each.counts for each in gates]
    found: dict[str, Counter[str]] = {}
    kept = []
    for each in (finding for gate in gates for finding in gate.findings):
        counted = found.setdefault(each.policy.token, Counter())
        if counted.total() < int(given["most"]):
            kept.append(each)
        counted[each.outcome] += 1
    whole = with_linked(gate, linked) if linked else gate
    counts = {name: sum(each[name] for each in totals) for name in totals[0]}
    told = json.loads(as_json(replace(whole, findings=tuple(kept))))
    return {**told, "counts": counts, "found": found}


def judged(work: Work, given: Arguments, body: bytes) -> "Gate":
    """Find what ``validate`` writes."""
    return _judged(work, given, body)[0]


def _judged(
    work: Work, given: Arguments, body: bytes, *, apart: bool = False
) -> "tuple[Gate, Gate | None]":
    """Judge deployments, and, in the same gate or ``apart``, the datasets that reach them.

    Raises ServiceError for more findings on datasets than one answer can hold.
    """
    from sightline.gates import chosen_of_datasets, judge
    from sightline.service.tasks.datasets import judged_datasets
    from sightline.validate.policies import Policies

    estate = _estate(work, given, body)
    if estate.errors:
        raise estate.errors[0]
    policies = Policies(work.graph.knowledge, (), given.get("policy_params") or {})
    linked = judged_datasets(work, given, estate, policies)
    if linked is not None and len(linked.findings) > _FINDINGS and not apart:
        message = f"there are {len(linked.findings):,} findings on datasets"
        hint = "name policies on deployments, or run 'sightline validate'"
        raise ServiceError("service.too-large", message, hint)
    chosen = given.get("policies")
    if chosen is not None:
        on_datasets = chosen_of_datasets(policies, chosen)
        chosen = [name for name in chosen if name not in on_datasets]
    beside = None if apart else linked
    gate = judge(work.graph, estate, policies, chosen, today=today(given), linked=beside)
    return gate, linked


def _estate(work: Work, given: Arguments, body: bytes) -> "Estate":
    from sightline.gates import settled

    facets = given.get("facets") or {}
    for name, values in facets.items():
        _check(work, name, values)
    return settled(_read(work, given, body), {name: tuple(v) for name, v in facets.items()})


def _check(work: Work, facet: str, values: Iterable[str]) -> None:
    known = work.graph.knowledge.facets
    if facet not in known:
        raise UnknownTermError("facet", facet, known)
    spaces = known[facet].values or (work.graph.knowledge.regions if facet == REGION else ())
    for value in values:
        if spaces and value not in spaces:
            raise UnknownTermError(facet, value, spaces)


def _read(work: Work, given: Arguments, body: bytes) -> "Estate":
    from sightline.estate import Settings

    estate = named_estate(work, given)
    if estate is not None:
        return estate
    files = given.get("files") or []
    if not files:
        raise ParameterError("parameter.missing", "no estate is given", "send a file, or name one")
    contents: dict[str, bytes] = {}
    start = 0
    for file in files:
        name, end = str(file["name"]), start + int(file["size"])
        if name in contents:
            raise InputError("input.value", f"two files are named {name!r}", "rename one")
        contents[name] = body[start:end]
        start = end
    settings = Settings(
        parameters=dict(given.get("parameters") or {}),
        resource_group_location=given.get("resource_group_location"),
        subscription=given.get("subscription"),
    )
    return work.graph.estate((), settings, contents=contents, tags=given.get("tags") or {})
