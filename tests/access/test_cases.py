"""Worked cases: what an answer has to say, and what it must not say.

Each ``*.yaml`` here holds cases in the manner of the acceptance cases: ``config``, ``ask``, what at
least one row says (``expect``) and what no row says (``absent``). Listed values have to be
contained; ``exactly`` asks for equal lists of aspects.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sightline.graph import KnowledgeGraph
from sightline.model import ASPECTS
from sightline.render.answer import answer_json

HERE = Path(__file__).parent
ACCEPTANCE = HERE.parents[2] / "shared" / "acceptance" / "cases.yaml"
KEYS = {
    *("why", "config", "ask", "as_of", "assume", "collection", "expect", "absent"),
    *("assumes", "configuration", "complete", "documents", "versions", "contradicted"),
}
ROW_KEYS = {
    *("activity", "actor", "action", "data", "target", "verdict", "rule", "actor_basis"),
    *("awaits", "then", "groups", "resolved", "open", "claims", "exactly"),
    *ASPECTS,
}

Json = dict[str, Any]


def cases() -> Iterable[Any]:
    for path in sorted(HERE.glob("*.yaml")):
        for number, case in enumerate(yaml.safe_load(path.read_text()), 1):
            yield pytest.param(case, id=f"{path.stem}-{number}")


def acceptance() -> Iterable[Any]:
    if not ACCEPTANCE.exists():
        reason = "the acceptance cases are not part of a clone"
        yield pytest.param({}, id="absent", marks=pytest.mark.skip(reason=reason))
        return
    for case in yaml.safe_load(ACCEPTANCE.read_text()):
        yield pytest.param(case, id=case["id"])


def answered(graph: KnowledgeGraph, case: Json) -> Json:
    answer = graph.access(
        case.get("config", {}),
        **case.get("ask", {}),
        as_of=case.get("as_of"),
        collection=case.get("collection", "baseline"),
        assume=case.get("assume", "--no-assumptions" not in case.get("flags", ())),
    )
    return answer_json(answer, graph.knowledge.digest, date.today())


def says(row: Json, wanted: Json) -> bool:
    return all(holds(row, key, value, wanted) for key, value in wanted.items())


def holds(row: Json, key: str, value: Any, wanted: Json) -> bool:
    match key:
        case "exactly":
            return True
        case "awaits":
            return set(value) <= {awaited["condition"] for awaited in row["awaits"]}
        case "then":
            return set(value) == {awaited["then"] for awaited in row["awaits"]}
        case "groups":
            return bool(value == len({awaited["group"] for awaited in row["awaits"]}))
        case "claims":
            return set(value) <= {iri.rsplit("/", 1)[-1] for iri in row["statements"]}
        case "open":
            return set(value) <= {item["value"] for item in row["open"]}
        case "resolved":
            return all(
                place in row["resolved"] and within(known, row["resolved"][place])
                for place, known in value.items()
            )
        case _ if key in (*ASPECTS, "target"):
            same = set(value) == set(row[key])
            return same if wanted.get("exactly") else set(value) <= set(row[key])
        case _:
            return bool(row[key] == value)


def within(known: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(found[name] == value for name, value in known.items())


def check(answer: Json, case: Json) -> None:
    rows = answer["access"]
    for wanted in case.get("expect", ()):
        assert any(says(row, wanted) for row in rows), f"no row says {wanted} of {rows}"
    for unwanted in case.get("absent", ()):
        assert not [row for row in rows if says(row, unwanted)], f"a row says {unwanted}"
    if "assumes" in case:
        assumed = {assumption["facet"] for assumption in answer["assumptions"]}
        assert set(case["assumes"]) <= assumed
        assert case["assumes"] or not assumed
    assert within(case.get("configuration", {}), answer["configuration"])
    assert answer["complete"] == case.get("complete", True)
    for name, part in (("documents", "document"), ("versions", "version")):
        if name in case:
            assert set(case[name]) == {version[part] for version in answer["documents"]}


@pytest.mark.parametrize("case", list(cases()))
def test_answer_says_what_the_case_says(graph: KnowledgeGraph, case: Json) -> None:
    assert set(case) <= KEYS
    assert case.get("expect") or case.get("absent") or "versions" in case or "complete" in case
    assert all(set(row) <= ROW_KEYS for row in (*case.get("expect", ()), *case.get("absent", ())))
    answer = answered(graph, case)
    check(answer, case)
    doubtful = {each["facet"] for each in answer.get("contradicted", ())}
    assert doubtful == set(case.get("contradicted", ()))


@pytest.mark.parametrize("case", list(acceptance()))
def test_answer_says_what_the_acceptance_case_says(graph: KnowledgeGraph, case: Json) -> None:
    check(answered(graph, case), case)
