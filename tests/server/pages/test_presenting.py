"""What pages show is what tasks return: nothing is lost, added or made to look safer."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sightline.graph import KnowledgeGraph
from sightline.render import presenting
from sightline.server.pages import configuration, what_if
from sightline.server.pages.summary import summary
from sightline.service.tasks import TASKS
from sightline.service.work import Work

SERVER = Path(__file__).parents[3] / "src" / "sightline" / "server"
CONFIGURATIONS: list[dict[str, list[str]]] = [
    {"offering": ["azure-openai"], "deployment-type": ["global"], "region": ["swedencentral"]},
    {"offering": ["serverless-api"]},
    {"offering": ["managed-compute"], "region": ["eastus2"]},
    {},
]


@pytest.fixture(scope="module")
def work(graph: KnowledgeGraph) -> Work:
    return Work(graph)


def ask(work: Work, task: str, **given: object) -> dict[str, Any]:
    found: dict[str, Any] = TASKS[task](work, given, b"")
    return found


@pytest.mark.parametrize("chosen", CONFIGURATIONS)
def test_each_row_is_in_one_line(work: Work, chosen: dict[str, list[str]]) -> None:
    access = ask(work, "access", configuration=chosen)["access"]
    groups = presenting.groups(work.graph.knowledge, access)
    lines = [line for group in groups for line in group.lines]
    shown = Counter(id_ for line in lines for _, id_ in line.rows)
    assert shown == Counter(row["id"] for row in access)
    verdicts = Counter(line.verdict for line in lines for _ in line.rows)
    assert verdicts == Counter(row["verdict"] for row in access)


@pytest.mark.parametrize("chosen", CONFIGURATIONS)
def test_summary_names_each_actor_under_each_of_its_verdicts(
    work: Work, chosen: dict[str, list[str]]
) -> None:
    access = ask(work, "access", configuration=chosen)["access"]
    short = summary(work.graph.knowledge, presenting.read_rows(access))
    named = {(verdict, party.token) for verdict, parties in short.parties for party in parties}
    assert named == {(row["verdict"], row["actor"]) for row in access}
    assert short.counts == Counter(row["verdict"] for row in access)
    awaited = {a["condition"] for row in access for a in row["awaits"]}
    opened = {facet for row in access for item in row["open"] for facet in item["awaits"]}
    waiting = (awaited | opened) - {"discretion"}  # which nothing settles
    assert {settling.facet for settling in short.settling} == waiting


def test_summary_lists_only_places_of_what_can_take_place(work: Work) -> None:
    access = ask(work, "access", configuration=CONFIGURATIONS[0], data="prompts")["access"]
    rows = presenting.read_rows(access)
    short = summary(work.graph.knowledge, rows)
    held = {
        token
        for row in access
        if row["verdict"] in ("permitted", "conditional", "contradictory")
        for aspect in presenting.PLACES
        for token in row[aspect]
    }
    assert {stay.where.token for stay in short.stays} == held
    leaving = {stay.where.token for stay in short.stays if stay.where.leaves}
    assert leaving == {"any-geography-with-model"}


@pytest.mark.parametrize("chosen", CONFIGURATIONS[:3])
def test_cells_of_the_matrix_count_the_rows_they_lead_to(
    work: Work, chosen: dict[str, list[str]]
) -> None:
    found = ask(work, "matrix", configuration=chosen)
    assert found["cells"]
    for data in found["data"][::3]:
        rows = ask(work, "access", configuration=chosen, data=data)["access"]
        counted: dict[str, Counter[str]] = {}
        for row in rows:
            counted.setdefault(row["actor"], Counter())[row["verdict"]] += 1
        cells = {c["actor"]: Counter(c["verdicts"]) for c in found["cells"] if c["data"] == data}
        assert cells == counted


def test_each_change_is_in_one_line(work: Work) -> None:
    before, after = ({"configuration": chosen} for chosen in CONFIGURATIONS[:2])
    changes = ask(work, "diff", before=before, after=after)["changes"]
    shown = sum(
        max(len(changed.data), 1) * (bool(changed.change) + len(changed.details))
        for _, group in what_if.groups(work.graph.knowledge, changes)
        for changed in group
        if not changed.target
    )
    assert shown == sum(not change["target"] for change in changes)


def test_form_has_every_facet_and_value(work: Work) -> None:
    knowledge = work.graph.knowledge
    fields = configuration.fields(knowledge, {"region": ["swedencentral", "westeurope"]})
    every = [*fields.sentence, *(field for _, group in fields.groups for field in group)]
    values = {field.name: {o.value for _, g in field.groups for o in g} for field in every}
    for facet in knowledge.facets.values():
        if facet.kind != "discretion":
            assert values[facet.token] >= facet.values
    assert values["region"] == {*knowledge.regions, "swedencentral,westeurope"}
    chosen = next(field for field in every if field.name == "region")
    selected = [o.label for _, group in chosen.groups for o in group if o.selected]
    assert selected == ["Sweden Central or West Europe"]


def test_pages_know_no_actor_activity_or_facet_by_name(work: Work) -> None:
    knowledge = work.graph.knowledge
    kinds = ("actor", "data", "activity", "place", "safeguard", "purpose", "duration", "target")
    tokens = {token for kind in kinds for token in knowledge.tokens[kind] if "-" in token}
    tokens |= {facet for facet in knowledge.facets if "-" in facet or ":" in facet}
    for path in [*SERVER.glob("pages/*.py"), *SERVER.glob("templates/**/*.html")]:
        text = path.read_text(encoding="utf-8")
        named = {token for token in tokens - {"not-stated"} if f'"{token}"' in text}
        assert named == set(), path.name
