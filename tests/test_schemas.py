"""JSON Schemas: valid themselves, strict, and true of what the commands print."""

import json
from datetime import date
from itertools import product
from pathlib import Path

import jsonschema
import pytest
import yaml

from sightline import KnowledgeGraph, schemas
from sightline.catalogs.datasets import Catalog
from sightline.errors import UnknownTermError
from sightline.estate import Settings, read_content, report_json
from sightline.joining import join
from sightline.queries import library
from sightline.render.answer import answer_json, changes_json
from sightline.render.estate_answer import answers_json
from sightline.render.explanation import explanation_json
from sightline.render.solutions import solutions_json

TODAY = date(2026, 11, 1)
OFFERINGS = ("azure-openai", "serverless-api", "managed-compute", "downloaded-model")
TYPES = (None, "standard", "data-zone", "global")
ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
DEPLOYMENT = b"""{"id": "%s/deployments/d",
  "type": "Microsoft.CognitiveServices/accounts/deployments", "sku": {"name": "Standard"},
  "properties": {"model": {"format": "OpenAI", "name": "gpt-4o"}}}""" % ACCOUNT.encode()
REGIONS = ((), ("swedencentral",), ("eastus", "westeurope"))


@pytest.fixture(scope="module")
def graph():
    return KnowledgeGraph()


def check(name, document):
    validator = jsonschema.Draft202012Validator(
        schemas.load(name), format_checker=jsonschema.FormatChecker()
    )
    document = json.loads(json.dumps(document))
    faults = [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(document)]
    assert faults == []


def objects(schema):
    """Every object schema below a schema, with a name for messages."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_valid_strict_and_named(name):
    schema = schemas.load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f"/{name}.schema.json")
    assert schema["title"]
    assert schema["description"]
    assert all("additionalProperties" in found for found in objects(schema))


def test_schemas_share_their_definitions():
    seen = {}
    for name in schemas.names():
        for key, definition in schemas.load(name).get("$defs", {}).items():
            assert seen.setdefault(key, definition) == definition, f"{name}: {key}"


def test_an_unknown_schema_lists_close_ones():
    with pytest.raises(UnknownTermError) as caught:
        schemas.load("acess")
    assert caught.value.matches == ["access"]


def configurations():
    for offering, kind, region in product(OFFERINGS, TYPES, REGIONS):
        given = {"offering": offering}
        if kind:
            given["deployment-type"] = kind
        if region:
            given["region"] = region
        yield given


def test_answers_of_all_offerings_types_and_regions(graph):
    for number, given in enumerate(configurations()):
        answer = graph.access(given, data="prompts", assume=number % 2 == 0)
        check("access", answer_json(answer, graph.knowledge.digest, TODAY))


@pytest.mark.parametrize("offering", OFFERINGS)
def test_every_row_of_an_offering(graph, offering):
    answer = graph.access({"offering": offering, "region": "westeurope"})
    check("access", answer_json(answer, graph.knowledge.digest, TODAY))


@pytest.mark.parametrize(
    ("given", "filters"),
    [
        ({}, {"actor": "openai", "data": "container-image"}),
        ({"offering": "azure-openai"}, {"action": "delete", "data": "prompts"}),
        ({"offering": "serverless-api"}, {"activity": "human-review"}),
        ({"offering": "azure-openai", "flagged": "true"}, {"actor": "human-reviewer"}),
        ({"offering": "azure-openai"}, {"as_of": date(2020, 1, 1)}),
        ({"offering": "serverless-api", "eea": ["yes", "no"]}, {"actor": "model-provider"}),
        ({"offering": list(OFFERINGS)}, {"data": "prompts", "actor": "human-reviewer"}),
        ({"zone": "eu"}, {"data": "prompts", "activity": "inference"}),
        ({}, {"data": "prompts", "assume": False, "collection": "baseline"}),
    ],
    ids=str,
)
def test_answers_to_unusual_questions(graph, given, filters):
    answer = graph.access(given, **filters)
    check("access", answer_json(answer, graph.knowledge.digest, TODAY))


@pytest.mark.parametrize(
    "break_",
    [
        lambda a: a.pop("complete"),
        lambda a: a.update(complete=False),
        lambda a: a.update(extra=1),
        lambda a: a.update(schema=2),
        lambda a: a["access"][0].update(verdict="allowed"),
        lambda a: a["access"][0].update(verdict="conditional", awaits=[]),
        lambda a: a["access"][0].update(verdict="permitted", awaits=[], statements=[]),
        lambda a: a["access"][0].update(id=None),
        lambda a: a["access"][0].update(actor=None),
        lambda a: a["access"][0].update(target=["a", "b"]),
        lambda a: a["configuration"].update(region=[]),
    ],
)
def test_the_schema_refuses_what_is_no_answer(graph, break_):
    answer = graph.access({"offering": "azure-openai"}, actor="human-reviewer", data="prompts")
    document = answer_json(answer, graph.knowledge.digest, TODAY)
    break_(document)
    with pytest.raises(AssertionError):
        check("access", document)


def test_explanations_of_every_verdict_and_kind_of_basis(graph):
    seen = set()
    for offering in OFFERINGS:
        answer = graph.access({"offering": offering, "region": "swedencentral"})
        for row in answer_json(answer, "", TODAY)["access"]:
            kind = row["verdict"], row["rule"], row["actor_basis"]
            if kind not in seen:
                seen.add(kind)
                check("explain", explanation_json(graph.explain(row["id"])))
    assert {verdict for verdict, _, _ in seen} >= {"permitted", "prohibited", "conditional"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"deployment-type": "standard"}, {"deployment-type": "global"}),
        ({"offering": "azure-openai"}, {"offering": "serverless-api"}),
        ({"content-logging": "false"}, {}),
        ({}, {"eea": "yes"}),
    ],
    ids=str,
)
def test_differences_of_configurations(graph, before, after):
    base = {"offering": "azure-openai"}
    answers = [graph.access({**base, **side}, data="prompts") for side in (before, after)]
    changes = graph.diff(*answers)
    check("diff", changes_json(answers, changes))


def test_differences_of_dates(graph):
    days = (date(2020, 1, 1), date(2024, 10, 1))
    answers = [graph.access({"offering": "azure-openai"}, as_of=day) for day in days]
    document = changes_json(answers, graph.diff(*answers))
    check("diff", document)
    assert document["before"]["incomplete_because"]
    assert document["changes"]


def test_every_question_answers_with_its_example_in_the_form(graph):
    for asked in library().values():
        params = {p.name: p.example for p in asked.params.values() if p.required}
        given = {"offering": "azure-openai"} if "configuration" in asked.needs else None
        estate = graph.estate(["-"], stdin=DEPLOYMENT) if "estate" in asked.needs else None
        joined = join(Catalog(()), estate) if "datasets" in asked.needs else None
        answer = graph.ask(asked.name, given, estate=estate, joined=joined, **params)
        check("ask", {"question": asked.name, **solutions_json(answer)})


def test_reports_of_a_validation():
    from sightline.stores import iri
    from sightline.validate.formats import as_json
    from sightline.validate.report import Report, Result

    found = Result("https://example.org/rule", "name", "warning", iri("urn:a"), "", None, "do it")
    for report in (Report(()), Report((found,))):
        check("validate", json.loads(as_json(report)))


ESTATES = sorted((Path(__file__).parent / "estate" / "cases").glob("*.yaml"))
ODD = {
    "type": "Microsoft.CognitiveServices/accounts",
    "name": 5,
    "kind": {"unknown": "[x]"},
    "location": None,
    "properties": [{"one_of": [1], "deep": {"apiKey": "planted"}}],
}


def reports():
    for path in ESTATES:
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        encoding = case.get("encoding", "utf-8")
        yield [read_content(n, t.encode(encoding), Settings()) for n, t in case["files"].items()]
    template = {"contentVersion": "1.0.0.0", "resources": [ODD]}
    yield [read_content("odd.json", json.dumps(template).encode(), Settings())]
    yield [read_content("broken.json", b"{", Settings())]


def test_reports_of_all_formats_and_kinds_of_values():
    seen = set()
    for files in reports():
        document = report_json(files)
        check("estate-import", document)
        seen |= {key for file in document["files"] for key, found in file.items() if found}
    assert seen >= set(document["files"][0]) - {"unread", "notes"}


def test_answers_over_estates(graph):
    template = json.dumps(
        {
            "contentVersion": "1.0.0.0",
            "resources": [
                {**ODD, "name": "a", "kind": "OpenAI", "properties": {}},
                *(
                    {
                        "type": f"{ODD['type']}/deployments",
                        "name": f"a/{publisher}",
                        "properties": {"model": {"format": publisher, "name": "m"}},
                    }
                    for publisher in ("OpenAI", "Anthropic")
                ),
            ],
        }
    )
    account = {"id": ACCOUNT, "type": ODD["type"], "kind": "OpenAI", "properties": {}}
    for content in (template.encode(), json.dumps([account]).encode(), b"[]"):
        estate = graph.estate(["-"], stdin=content)
        answers = graph.access_estate(estate.deployments, data="prompts")
        document = answers_json(answers, graph.knowledge.digest, TODAY)
        check("access-estate", document)
        assert bool(document["answers"]) == (content != b"[]")


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("access-estate", {}),
        ("access-estate", {"answers": [], "errors": []}),
        ("access-estate", {"answers": [{}]}),
        ("estate-show", {"deployments": []}),
        ("estate-show", {"deployments": [{}], "errors": []}),
        ("estate-import", {"files": [{}]}),
        ("estate-import", []),
    ],
    ids=str,
)
def test_the_schemas_of_estates_refuse_what_is_none(name, document):
    with pytest.raises(AssertionError):
        check(name, document)
