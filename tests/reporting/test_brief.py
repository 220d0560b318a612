"""A brief fits two pages, leaves nothing out in silence, and says no more than the answers."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sightline import schemas
from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.model import DeployedAccess, Deployment, Unsettled
from sightline.reporting.brief import Beside, Brief, brief
from sightline.reporting.brief_fit import LINES, chosen, fit
from sightline.reporting.brief_json import brief_json
from sightline.reporting.brief_points import Point, sections
from sightline.reporting.brief_text import html, markdown_text

Report = Callable[..., tuple[int, str, str]]
Printed = Callable[[str], int]
DAY = date(2026, 5, 8)
ASKED: dict[str, dict[str, Any]] = {
    "global": {"offering": "azure-openai", "deployment-type": "global", "region": "swedencentral"},
    "open": {"offering": "azure-openai"},
    "serverless": {"offering": "serverless-api", "region": "eastus"},
    "nothing": {},
    "managed": {"offering": "managed-compute"},
}
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "estate"


def made(graph: KnowledgeGraph, found: list[DeployedAccess], **beside: Any) -> Brief:
    return brief(graph.knowledge, found, "prompts", DAY, Beside(**beside))


@pytest.fixture(scope="module", params=ASKED)
def asked(request: pytest.FixtureRequest, graph: KnowledgeGraph) -> DeployedAccess:
    answer = graph.access(ASKED[request.param], data="prompts", as_of=DAY)
    return DeployedAccess((), answer)


def crowd(graph: KnowledgeGraph, count: int, name: str = "deployment") -> list[DeployedAccess]:
    """Give deployments of many configurations, each with a name that may be hostile."""
    chance = random.Random(7)
    regions = sorted(graph.knowledge.regions)
    made = []
    for number in range(count):
        unsettled = (
            Unsettled("network", name, "absent", None),
            Unsettled("content-filter", name, name, name),
        )
        configuration = {
            "offering": ("azure-openai",),
            "region": (chance.choice(regions),),
            "deployment-type": (chance.choice(("standard", "global", "data-zone")),),
            "content-filter": tuple(chance.choice((("on",), ("off",), ("on", "off")))),
            "abuse-monitoring": (chance.choice(("on", "off")),),
        }
        made.append(
            Deployment(
                f"urn:{number}", f"{name}{number}", name, name, number, configuration,
                unsettled,
                {"owner": name},
                f"{name} is governed by nothing" if number % 9 == 8 else None,
            )
        )  # fmt: skip
    return graph.access_estate(made, data="prompts", as_of=DAY)


def test_every_row_is_in_one_point(asked: DeployedAccess, graph: KnowledgeGraph) -> None:
    own = sections(graph.knowledge, asked.answer)
    told = Counter(access for point in own for access in point.access)
    rows = [row for row in asked.answer.rows if row.key]
    assert set(told.values()) <= {1}
    assert len(told) == len(rows)


def test_points_tell_the_verdict_of_their_rows(
    asked: DeployedAccess, graph: KnowledgeGraph
) -> None:
    from sightline.render.rdf import row_iri

    verdicts = {row_iri(asked.answer, row): row.verdict for row in asked.answer.rows if row.key}
    for point in sections(graph.knowledge, asked.answer):
        assert {verdicts[access] for access in point.access} == {point.verdict}
        assert point.statements
        if point.verdict == "conditional":
            assert " if " in point.text
        assert " can " not in point.text
        assert " cannot " not in point.text


def test_it_follows_its_schema(asked: DeployedAccess, graph: KnowledgeGraph) -> None:
    document = brief_json(graph.knowledge, made(graph, [asked]))
    jsonschema.validate(json.loads(json.dumps(document)), schemas.load("report-brief"))
    numbers = [source["number"] for source in document["sources"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_sentences_with_a_verdict_name_their_source(
    asked: DeployedAccess, graph: KnowledgeGraph
) -> None:
    document = brief_json(graph.knowledge, made(graph, [asked]))
    for group in document["groups"]:
        for name in ("processed", "stored", "seen"):
            assert all(point["sources"] for point in group[name])
    known = {source["number"] for source in document["sources"]}
    assert all(n in known for p in document["in_short"] for n in p["sources"])


def test_what_is_shown_and_left_out_is_all_there_is(graph: KnowledgeGraph) -> None:
    own = made(graph, crowd(graph, 40))
    fitted = fit(graph.knowledge, own)
    assert fitted.lines <= LINES
    left = "; ".join(fitted.left)
    assert f"{len(own.parts) - len(fitted.blocks)} group" in left
    assert f"{len(own.unknown) - len(fitted.unknown)} unknown" in left or len(own.unknown) == len(
        fitted.unknown
    )
    hidden = sum(section.more for block in fitted.blocks for section in block.sections)
    assert (f"{hidden} line" in left) == bool(hidden)
    text = html(graph.knowledge, own)
    assert "Left out, as two pages have no room for it" in text
    assert left.split(";")[0] in text


def test_nothing_is_said_to_be_left_out_where_all_fits(graph: KnowledgeGraph) -> None:
    answer = graph.access(ASKED["global"], data="prompts", as_of=DAY)
    own = made(graph, [DeployedAccess((), answer)])
    assert fit(graph.knowledge, own).left == ()
    assert "Left out" not in html(graph.knowledge, own)


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        ({"deployment-type": "global"}, "prompts may be outside the EEA, by the stated places"),
        (
            {"deployment-type": "standard"},
            "every stated place of prompts that can be located is in",
        ),
        ({}, "prompts may be outside the EEA, depending on what is open"),
        ({"region": "eastus"}, "prompts may be outside the EEA, by the stated places"),
        ({"offering": "downloaded-model"}, "it is not known whether prompts stay in the EEA"),
    ],
    ids=str,
)
def test_staying_in_the_eea_is_never_said_too_soon(
    configuration: dict[str, str], told: str, graph: KnowledgeGraph
) -> None:
    base = {"offering": "azure-openai", "region": "swedencentral"}
    answer = graph.access({**base, **configuration}, data="prompts", as_of=DAY)
    first = made(graph, [DeployedAccess((), answer)]).short[0]
    assert told in first.text
    assert first.statements or "not known" in told


def test_every_verdict_keeps_a_line() -> None:
    points = [Point(str(n), (), v) for n, v in enumerate(["a", "a", "a", "b", "c"])]
    assert [point.text for point in chosen(points, 3)] == ["0", "3", "4"]
    assert [point.text for point in chosen(points, 4)] == ["0", "1", "3", "4"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", ["global", "open", "nothing", "crowd", "hostile", "wide", "few", "empty", "samples"]
)
def test_it_prints_on_two_pages(
    case: str, graph: KnowledgeGraph, printed: Printed, hostile: str
) -> None:
    if case in ASKED:
        answer = graph.access(ASKED[case], data="prompts", as_of=DAY)
        found = [DeployedAccess((), answer)]
    elif case == "samples":
        if not SAMPLES.is_dir():
            pytest.skip("the sample templates are not here")
        estate = graph.estate(sorted(SAMPLES.glob("*.json")))
        found = graph.access_estate(estate.deployments, data="prompts", as_of=DAY)
    else:
        name = {"hostile": hostile * 20, "wide": "漢字W" * 60, "few": "a"}.get(case, "deployment")
        found = crowd(graph, {"few": 3, "empty": 0}.get(case, 60), name)
    errors = tuple(InputError("input.syntax", f"{n} {hostile * 9}") for n in range(9))
    words = f"--estate {hostile * 5}" if case in ("hostile", "wide") else "--estate a"
    own = made(graph, found, words=words, errors=errors if case == "hostile" else ())
    text = html(graph.knowledge, own)
    assert printed(text) <= 2
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "\u202e" not in markdown_text(graph.knowledge, own)


def test_hostile_names_make_no_markup_in_markdown(graph: KnowledgeGraph, hostile: str) -> None:
    text = markdown_text(graph.knowledge, made(graph, crowd(graph, 3, hostile)))
    assert "<script>" not in text
    assert "](javascript" not in text.replace("\\]", "")
    assert "\n# =1" not in text


def test_deployments_of_which_the_same_is_said_stand_together(graph: KnowledgeGraph) -> None:
    configuration = {"offering": ("azure-openai",), "deployment-type": ("global",)}
    own = [
        Deployment(f"urn:{r}", r, "", "f", 1, {**configuration, "region": (r,)}, (), {})
        for r in ("eastus", "eastus2", "swedencentral")
    ]
    found = graph.access_estate(own, data="prompts", as_of=DAY)
    parts = made(graph, found).parts
    assert [sorted(d.name for d in part.deployments) for part in parts] == [
        ["eastus", "eastus2"],
        ["swedencentral"],
    ]


def test_what_no_document_governs_is_told_first_and_as_no_pass(report: Report) -> None:
    code, text, _ = report("brief", "--estate", "main.json", "--deployment", "draft")
    assert code == 0
    assert "nothing is known, which is no pass" in text
    assert "**Permitted**" not in text
    assert "**Prohibited**" not in text


def test_an_empty_estate_says_so(report: Report, tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")
    code, text, _ = report("brief", "--estate", "empty.json", folder=tmp_path)
    assert code == 0
    assert "hold no deployment" in text
    for form in ("html", "json"):
        code, text, _ = report("brief", "--estate", "empty.json", "--format", form, folder=tmp_path)
        assert (code, "Permitted" in text) == (0, False)


def test_a_file_that_cannot_be_read_is_named_and_the_rest_reported(
    report: Report, tmp_path: Path
) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "main.json").write_bytes(
        (Path(__file__).parent / "case" / "main.json").read_bytes()
    )
    for what in ("brief", "matrix"):
        code, text, error = report(
            what, "--estate", "main.json", "--estate", "broken.json", folder=tmp_path
        )
        assert code == 2
        assert error.startswith("error[")
        assert "chat" in text
        assert what == "matrix" or "broken.json" in text


def test_datasets_without_a_link_are_unknown(report: Report) -> None:
    arguments = ("--estate", "main.json", "--catalog", "catalog.ttl", "--links", "links.yaml")
    _, text, _ = report("brief", *arguments, "--format", "json")
    document = json.loads(text)
    [left] = [each for each in document["unknown"] if each["kind"] == "dataset"]
    assert "Prices" in left["what"]
    reached = {name for group in document["groups"] for name in group["datasets"]}
    assert reached == {"Support tickets", "Mails (1 step of lineage away)"}
    assert "Ada" not in text


def test_policies_and_what_would_help(report: Report) -> None:
    arguments = ("--estate", "main.json", "--policy", "all", "--format", "json")
    _, text, _ = report("brief", *arguments)
    kinds = Counter(each["kind"] for each in json.loads(text)["to_do"])
    assert kinds["violation"]
    assert kinds["undecided"]
    assert "Tried, and would help" in text


def test_the_newest_day_counts_the_age(report: Report) -> None:
    _, text, _ = report("brief", "--set", "offering=azure-openai")
    assert "2024-09-04, 20 months old" in text
    assert "Look for a newer version" in text


@pytest.mark.parametrize("kind", ["brief", "matrix"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(kind: str, scheme: str, report: Report, browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    _, text, _ = report(kind, "--estate", "main.json", "--format", "html")
    page = browser.new_page(color_scheme=scheme)
    page.set_content(text)
    found = axe.run(page).response["violations"]
    page.close()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
