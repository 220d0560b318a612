"""Ways to ask about datasets, one answer: Python, command line, HTTP, SPARQL and MCP."""

import asyncio
import contextlib
import io
import json
import random

import pytest

from sightline.cli import graphs, main
from sightline.queries import DATASETS, library
from sightline.render.solutions import solutions_json
from sightline.service.work import CatalogFiles, Snapshot, catalog_graph, estate_graph
from sightline.service.workers import Threads

from .conftest import LINKED

COUNT = 60
QUESTIONS = sorted(q.name for q in library().values() if DATASETS in q.needs)
CATEGORIES = ("dpv:PersonalData", "dpv:SpecialCategoryPersonalData", "dpv-pd:Health")
NAMES = {"name": ("chat", "wide", "batch", "other", "none"), "dataset_name": ("customers", "logs")}
FILES = {name: LINKED / f"linked.{name}" for name in ("json", "ttl", "yaml")}


@pytest.fixture(scope="module")
def work():
    catalogs = CatalogFiles((FILES["ttl"],), (FILES["yaml"],))
    return Snapshot({"linked": (FILES["json"],)}, catalogs={"linked": catalogs}).load()


@pytest.fixture(scope="module")
def asked(work):
    """Each question, and random ones, with the answer as Python gives it from the files."""
    graph = work.graph
    joined, estate = work.joined["linked"], work.estates["linked"]
    versions = sorted(v.removeprefix("https://w3id.org/sightline/document/")
                      for v in graph.knowledge.versions)  # fmt: skip
    chance = random.Random(20261130)
    found = []
    for number in range(COUNT):
        question = library()[QUESTIONS[number % len(QUESTIONS)]]
        choices = {**NAMES, "category": CATEGORIES, "version": versions,
                   "status": ("declared", "derived", "candidate"), "kind": ("tag", "theme"),
                   "key": ("pii", "public")}  # fmt: skip
        given = {
            name: chance.choice(choices[name])
            for name, parameter in question.params.items()
            if parameter.required or chance.random() < 0.4
        }
        basis = {}
        if number >= len(QUESTIONS):
            basis["assume"] = chance.random() < 0.7
            if chance.random() < 0.3:
                basis["collection"] = "baseline"
        answer = graph.ask(question.name, estate=estate, joined=joined, **basis, **given)
        document = {"question": question.name, **solutions_json(answer)}
        found.append((question, given, basis, json.loads(json.dumps(document))))
    return found


def test_the_questions_are_telling(asked):
    assert {question.name for question, *_ in asked} == set(QUESTIONS)
    assert sum(bool(document["rows"]) for *_, document in asked) > COUNT / 2


def test_the_command_line(asked, work, monkeypatch):
    monkeypatch.setattr(graphs, "opened", lambda added, endpoint: work.graph)
    for question, given, basis, document in asked:
        arguments = ["ask", question.name, "--format", "json", "--estate", str(FILES["json"])]
        arguments += ["--catalog", str(FILES["ttl"]), "--links", str(FILES["yaml"])]
        for name, value in given.items():
            arguments += [f"--{name.replace('_', '-')}", value]
        arguments += ["--collection", basis["collection"]] if "collection" in basis else []
        arguments += ["--no-assumptions"] if basis.get("assume") is False else []
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            assert main(arguments) == 0
        assert json.loads(printed.getvalue()) == document


def test_http(asked, api):
    for question, given, basis, document in asked:
        params = {**given, "estate": "linked"}
        params |= {"collection": basis["collection"]} if "collection" in basis else {}
        params |= {"assume": "no"} if basis.get("assume") is False else {}
        answer = api.get(f"/api/questions/catalog/{question.name}", params=params)
        assert answer.status_code == 200, answer.text
        assert answer.json() == document


def test_a_server_that_keeps_catalogs_ready_gives_the_same(asked, work):
    """What is kept is laid anew for each basis, so all are asked once more, in another order."""
    assert catalog_graph("linked") in work.dataset.graphs()
    workers = Threads(work)

    async def ask():
        for question, given, basis, document in reversed(asked):
            arguments = {"name": question.name, "params": given, "estate": "linked", **basis}
            assert await workers.call("ask", arguments) == document

    asyncio.run(ask())


def test_sparql_over_the_graphs_of_the_estate(asked, work):
    own = {catalog_graph("linked"), estate_graph("linked")}
    assert own <= set(work.dataset.graphs())
    tried = 0
    for question, given, basis, document in asked:
        if not given and basis.get("assume", True) and "collection" not in basis:
            answer = work.dataset.query(question.text, graphs=work.dataset.graphs())
            assert solutions_json(answer)["rows"] == document["rows"]
            tried += 1
    assert tried > 5


def test_mcp(asked, work):
    pytest.importorskip("mcp", reason="the package mcp is not installed")
    from sightline.mcp.tools import Tools

    tools = Tools(Threads(work), work.graph.knowledge, work.graph.questions())

    async def ask():
        for question, given, basis, document in asked:
            found = await tools.ask(question.name, given, estate="linked", **basis)
            assert found["answer"] == document

    asyncio.run(ask())
