"""What an agent gets: structured answers with evidence, and errors that it can act on."""

import json

import jsonschema
import pytest

CONFIGURATION = {"offering": "azure-openai", "region": "swedencentral", "deployment-type": "global"}
TOOLS = {
    "access": {"configuration": CONFIGURATION, "data": "prompts"},
    "ask": {
        "name": "who-can-access",
        "configuration": {"offering": "serverless-api"},
        "params": {"data": "prompts"},
    },
    "diff": {"before": {"offering": "azure-openai"}, "after": {"offering": "serverless-api"}},
    "glossary": {"scheme": "actors"},
    "list_questions": {"folder": "access"},
    "sparql": {"query": "SELECT ?s { ?s a skos:ConceptScheme } ORDER BY ?s"},
}


def listed(with_client):
    return with_client(lambda client: client.list_tools()).tools


def test_the_tools_are_those_that_the_guide_names(with_client):
    names = [tool.name for tool in listed(with_client)]
    assert names == [*sorted([*TOOLS, "explain", "validate_estate"])]


def test_every_tool_only_reads_and_describes_itself(with_client):
    for tool in listed(with_client):
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False
        assert len(tool.description) > 40
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), (tool.name, name)
        assert tool.input_schema["additionalProperties"] is False
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)


@pytest.mark.parametrize("name", TOOLS)
def test_what_a_tool_gives_fits_its_schema(name, call, with_client):
    result = call(name, TOOLS[name])
    schema = next(tool.output_schema for tool in listed(with_client) if tool.name == name)
    assert not result.is_error, result.content
    jsonschema.validate(result.structured_content, schema)
    assert json.loads(result.content[0].text) == result.structured_content


def test_access_is_that_of_the_graph_and_names_its_sentences(call, work):
    from sightline.render.answer import row_json

    found = call("access", TOOLS["access"]).structured_content
    answer = work.graph.access(CONFIGURATION, data="prompts")
    assert found["answer"]["access"] == [row_json(answer, row) for row in answer.rows]
    assert found["complete"] is True
    named = {each["statement"] for each in found["evidence"]}
    assert {iri for row in answer.rows for iri in row.statements} <= named
    assert all(each["paraphrase"] and each["section"] for each in found["evidence"])


def test_silence_is_told_as_not_stated(call):
    asked = {"configuration": {"offering": "managed-compute"}, "actor": "human-reviewer"}
    rows = call("access", asked).structured_content["answer"]["access"]
    assert {row["verdict"] for row in rows} == {"not-stated"}


def test_a_row_can_be_explained(call):
    rows = call("access", TOOLS["access"]).structured_content["answer"]["access"]
    found = call("explain", {"id": rows[0]["id"]}).structured_content
    assert found["answer"]["access"]["id"] == rows[0]["id"]
    steps = {step["statement"] for step in found["answer"]["steps"]}
    assert steps
    assert steps <= {each["statement"] for each in found["evidence"]}


def test_sparql_names_the_statements_of_its_rows(call):
    query = "SELECT ?s { ?s sl:inVersion ?v FILTER CONTAINS(STR(?s), '/statement/') } "
    query += "ORDER BY ?s LIMIT 3"
    found = call("sparql", {"query": query}).structured_content
    assert [row["s"] for row in found["answer"]["rows"]] == [
        each["statement"] for each in found["evidence"]
    ]
    turtle = call("sparql", {"query": f"DESCRIBE <{found['evidence'][0]['statement']}>"})
    assert found["evidence"][0] in turtle.structured_content["evidence"]


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("access", {"configuration": {"offering": "azure-opnai"}}, "did you mean 'azure-openai'"),
        ("access", {}, "configuration"),
        ("access", {"configuration": CONFIGURATION, "as_of": "soon"}, "not a date"),
        ("access", {"configuration": CONFIGURATION, "datas": "prompts"}, "did you mean 'data'"),
        ("glossary", {"term": "prompts"}, "unknown argument of glossary 'term'"),
        ("ask", {"name": "who-can-access", "p": {}}, "error[term.unknown]"),
        ("ask", {"name": "who-can-acces"}, "who-can-access"),
        ("ask", {"name": "who-can-access"}, "needs a configuration"),
        ("ask", {"name": "deployments-by-region"}, "needs an estate"),
        ("ask", {"name": "deployments-by-region", "estate": "x"}, "unknown estate"),
        ("explain", {"id": "urn:x"}, "error[input.value]"),
        ("list_questions", {"folder": "x"}, "one of: access"),
        ("sparql", {"query": "DROP ALL"}, "DROP is refused"),
        ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { } }"}, "SERVICE is refused"),
        ("sparql", {"query": "SELECT * { ?s ?p ?o }"}, "more than 1,000 rows"),
        ("sparql", {"query": "SELECT"}, "not a SPARQL query"),
    ],
)
def test_errors_say_what_to_do(call, tool, arguments, words):
    result = call(tool, arguments)
    assert result.is_error
    assert words in result.content[0].text
    assert "Traceback" not in result.content[0].text


def test_documents_and_terms_are_resources(with_client):
    async def use(client):
        documents = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        texts = [(await client.read_resource(str(d.uri))).contents[0].text for d in documents]
        term = await client.read_resource("sightline://term/actor/human-reviewer")
        return documents, templates, texts, term.contents[0].text

    documents, templates, texts, term = with_client(use)
    assert len(documents) == 5
    assert len(templates) == 2
    assert all("sl:DocumentVersion" in text for text in texts)
    assert "skos:prefLabel" in term


def test_a_resource_that_is_not_there_is_told(with_client):
    async def use(client):
        with pytest.raises(Exception, match="nothing is known of"):
            await client.read_resource("sightline://term/actor/nobody")

    with_client(use)


TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.CognitiveServices/accounts",
            "apiVersion": "2024-10-01",
            "name": "own",
            "kind": "OpenAI",
            "location": "swedencentral",
            "properties": {},
        },
        {
            "type": "Microsoft.CognitiveServices/accounts/deployments",
            "apiVersion": "2024-10-01",
            "name": "own/chat",
            "sku": {"name": "GlobalStandard", "capacity": 1},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}},
        },
    ],
}


def test_a_template_is_held_to_a_policy(call, with_client):
    asked = {"content": json.dumps(TEMPLATE, indent=1), "policies": ["processing-in-eea"]}
    result = call("validate_estate", {**asked, "file_name": "main.json"})
    schema = next(t.output_schema for t in listed(with_client) if t.name == "validate_estate")
    jsonschema.validate(result.structured_content, schema)
    answer = result.structured_content["answer"]
    assert answer["conforms"] is False
    outcomes = [(f["policy"], f["outcome"], f["file"]) for f in answer["findings"]]
    assert ("processing-in-eea", "violation", "main.json") in outcomes
    assert result.structured_content["evidence"]


@pytest.mark.parametrize(
    ("content", "policies", "words"),
    [
        ("", [], "error[input."),
        ("{", [], "error[input.syntax]"),
        (json.dumps(TEMPLATE), ["no-humans"], "unknown policy"),
        (json.dumps(TEMPLATE), ["/etc/passwd"], "unknown policy"),
        (json.dumps(TEMPLATE), ["shapes/policies/no-training.ttl"], "unknown policy"),
    ],
)
def test_what_cannot_be_judged_is_no_pass(call, content, policies, words):
    result = call("validate_estate", {"content": content, "policies": policies})
    assert result.is_error
    assert words in result.content[0].text
