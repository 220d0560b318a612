"""Six ways to ask, one answer: Python, command line, HTTP, SPARQL, MCP and AuthZEN."""

import asyncio
import contextlib
import io
import json
import random
from collections import Counter
from datetime import date

import pytest

from sightline.cli import graphs, main
from sightline.model import Question
from sightline.render.answer import answer_json
from sightline.service.work import Work
from sightline.service.workers import Threads
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import BASE

COUNT = 200
KINDS = ("actor", "data", "activity", "action")
ROW = """
PREFIX sl: <https://w3id.org/sightline/ontology/>
SELECT ?access ?activity ?actor ?action ?data ?target ?verdict
       (GROUP_CONCAT(DISTINCT COALESCE(STR(?statement), "")) AS ?statements) {
  ?access a sl:EffectiveAccess ; sl:hasActivity ?activity ; sl:hasActor ?actor ;
    sl:hasAction ?action ; sl:hasData ?data ; sl:hasVerdict ?verdict .
  OPTIONAL { ?access sl:hasTarget ?target }
  OPTIONAL { ?access sl:supportedBy|sl:deniedBy|sl:describedBy ?statement }
} GROUP BY ?access ?activity ?actor ?action ?data ?target ?verdict
"""


@pytest.fixture(scope="module")
def asked(graph, ask_at_random):
    """Random questions, half of them narrowed, each with its answer as Python gives it."""
    chance = random.Random(20261121)
    tokens = graph.knowledge.tokens
    found = []
    for _ in range(COUNT):
        question = ask_at_random(chance)
        basis = {
            "as_of": question.as_of,
            "collection": question.collection,
            "assume": question.assume,
        }
        rows = graph.access(question.configuration, **basis).rows
        row = chance.choice(rows) if rows and chance.random() < 0.9 else None
        filters = {
            kind: getattr(row.key, kind) if row else chance.choice(sorted(tokens[kind]))
            for kind in KINDS
            if chance.random() < 0.2
        }
        answer = graph.access(question.configuration, **basis, **filters)
        today = question.as_of or date.today()
        document = json.loads(json.dumps(answer_json(answer, graph.knowledge.digest, today)))
        found.append((question, filters, document))
    return found


def test_the_questions_are_telling(asked):
    verdicts = Counter(row["verdict"] for _, _, document in asked for row in document["access"])
    assert {"permitted", "prohibited", "conditional", "not-stated"} <= verdicts.keys()
    assert sum(len(document["access"]) > 5 for _, _, document in asked) > COUNT / 3


def test_the_command_line(asked, graph, monkeypatch):
    monkeypatch.setattr(graphs, "opened", lambda added, endpoint: graph)
    for question, filters, document in asked:
        arguments = ["access", "--format", "json"]
        for facet, values in question.configuration.items():
            arguments += [part for value in values for part in ("--set", f"{facet}={value}")]
        for kind, token in filters.items():
            arguments += [f"--{kind}", token]
        if question.as_of:
            arguments += ["--as-of", question.as_of.isoformat()]
        if question.collection:
            arguments += ["--collection", question.collection]
        if not question.assume:
            arguments += ["--no-assumptions"]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            assert main(arguments) == 0
        assert json.loads(printed.getvalue()) == document


def query(question: Question, filters: dict[str, str]) -> list[tuple[str, str]]:
    """Write the parameters of a request to the API."""
    pairs = [(f, value) for f, values in question.configuration.items() for value in values]
    pairs += list(filters.items())
    if question.as_of:
        pairs.append(("as_of", question.as_of.isoformat()))
    if question.collection:
        pairs.append(("collection", question.collection))
    return pairs if question.assume else [*pairs, ("assume", "no")]


def test_http(asked, api):
    for question, filters, document in asked:
        answer = api.get("/api/access", params=query(question, filters))
        assert answer.status_code == 200, answer.text
        assert answer.json() == document


def test_sparql_over_the_derived_rdf(asked, api):
    for question, filters, document in asked:
        pairs = [*query(question, filters), ("format", "turtle")]
        answer = api.get("/api/access", params=pairs)
        store = EmbeddedStore()
        store.load(answer.content, format="turtle")
        found = {
            row["access"].value: (
                *(token(row[name]) for name in ("activity", "actor", "action", "data")),
                [token(row["target"])] if row.get("target") else [],
                token(row["verdict"]),
                set(row["statements"].value.split()),
            )
            for row in store.query(ROW).dicts()
        }
        assert found == {
            row["id"]: (
                *(row[name] for name in ("activity", "actor", "action", "data", "target")),
                row["verdict"],
                set(row["statements"]),
            )
            for row in document["access"]
            if row["id"]
        }


def token(term):
    return term.value.removeprefix(BASE).partition("/")[2]


def test_mcp(asked, graph):
    mcp = pytest.importorskip("mcp", reason="the package mcp is not installed")
    from sightline.mcp import create_server
    from sightline.mcp.tools import Tools

    workers = Threads(Work(graph))
    tools = Tools(workers, graph.knowledge, graph.questions())

    async def ask():
        server = create_server(workers, graph.knowledge, graph.questions())
        async with mcp.Client(server) as client:
            for number, (question, filters, document) in enumerate(asked):
                given = {
                    "configuration": {f: list(v) for f, v in question.configuration.items()},
                    "as_of": question.as_of and question.as_of.isoformat(),
                    "collection": question.collection,
                    "assume": question.assume,
                    **filters,
                }
                assert (await tools.access(**given))["answer"] == document
                if number % 20 == 0:  # a client checks each answer against its schema at length
                    result = await client.call_tool("access", given)
                    assert result.structured_content["answer"] == document

    asyncio.run(ask())


def test_authzen(asked, graph, api):
    chance = random.Random(7)
    decided = Counter()
    for question, _, document in asked:
        rows = [row for row in document["access"] if row["id"]]
        if rows and chance.random() < 0.8:
            row = chance.choice(rows)
            wanted = {kind: row[kind] for kind in KINDS if kind != "activity"}
            if chance.random() < 0.7:
                wanted["activity"] = row["activity"]
        else:
            tokens = graph.knowledge.tokens
            wanted = {k: chance.choice(sorted(tokens[k])) for k in KINDS if k != "activity"}
        request = {
            "subject": {"type": "actor", "id": wanted["actor"]},
            "action": {"name": wanted["action"]},
            "resource": {"type": "data", "id": wanted["data"]},
            "context": {
                "configuration": {f: list(v) for f, v in question.configuration.items()},
                "assume": question.assume,
                **({"as_of": question.as_of.isoformat()} if question.as_of else {}),
                **({"collection": question.collection} if question.collection else {}),
                **({"activity": wanted["activity"]} if "activity" in wanted else {}),
            },
        }
        found = api.post("/access/v1/evaluation", json=request).json()
        answer = graph.access(
            question.configuration,
            as_of=question.as_of,
            collection=question.collection,
            assume=question.assume,
            **wanted,
        )
        verdicts = {row.verdict for row in answer.rows}
        verdict = verdicts.pop() if len(verdicts) == 1 else "mixed"
        context = found["context"]
        assert context["verdict"] == verdict
        assert found["decision"] is (verdict == "permitted")
        assert context["stated_denial"] is (verdict == "prohibited")
        ids = [row["id"] for row in answer_json(answer, "", date.today())["access"]]
        assert [row["id"] for row in context["access"]] == ids
        decided[verdict] += 1
    assert {"permitted", "prohibited", "conditional", "not-stated", "mixed"} <= decided.keys()
