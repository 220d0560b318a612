"""The RDF of an estate holds what the report holds: exactly for one, in numbers for many."""

import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pyoxigraph
import pytest
import yaml

from sightline import KnowledgeGraph
from sightline.cli import main
from sightline.estate import report_json
from sightline.render import estate_rdf
from sightline.stores import nquads
from sightline.terms import sparql_prologue

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.yaml"))
SAMPLES = (
    Path(os.environ.get("SIGHTLINE_SAMPLES") or HERE.parents[2] / "shared" / "samples") / "estate"
)
READ_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACCOUNTS = "microsoft.cognitiveservices/accounts"


@pytest.fixture(scope="module")
def graph():
    return KnowledgeGraph()


def quads(estate):
    return estate_rdf.quads(estate.reported(), estate.deployments, READ_AT, estate.described)


def test_a_small_estate_is_exactly_these_quads(graph, monkeypatch):
    monkeypatch.chdir(HERE / "rdf")
    estate = graph.estate(["main.json", "broken.json", "missing.json"])
    text = (
        (HERE / "rdf" / "expected.trig").read_text("utf-8").replace("VERSION", version("sightline"))
    )
    expected = set(pyoxigraph.parse(text, pyoxigraph.RdfFormat.TRIG))
    found = set(pyoxigraph.parse("".join(nquads(quads(estate))), pyoxigraph.RdfFormat.N_QUADS))
    assert found - expected == set()
    assert expected - found == set()


def counted(estate):
    """Count in RDF what the report lists, by file."""
    store = pyoxigraph.Store()
    store.load("".join(nquads(quads(estate))), pyoxigraph.RdfFormat.N_QUADS)
    other = f'sl:Account ; sl:resourceType ?type FILTER (?type != "{ACCOUNTS}")'
    patterns = {
        "accounts": f'?x a sl:Account ; sl:lineNumber ?line ; sl:resourceType "{ACCOUNTS}"',
        # Those of other services are listed as resources too.
        "deployments": "?x a sl:Deployment ; skos:prefLabel ?name ; sl:lineNumber ?line"
        " FILTER (?name != '(not listed)') FILTER NOT EXISTS {"
        " ?same a sl:Resource ; skos:prefLabel ?name ; sl:lineNumber ?line }",
        "other": "{ ?x a sl:Resource } UNION { ?x a sl:OtherResource } UNION"
        f" {{ ?x a {other} }}",
        "unresolved": "?file sl:hasUnresolved ?x",
        "unread": "?file sl:hasUnread ?x",
        "notes": "?file skos:note ?x",
        "errors": "?file sl:hasReadingError ?x",
    }

    def select(text):
        return list(store.query(f"{sparql_prologue()}SELECT DISTINCT {text}"))

    return {
        name.value: {
            kind: len(select(f"?x {{ GRAPH {own} {{ {pattern} }} }}"))
            for kind, pattern in patterns.items()
        }
        for own, name in select("?g ?name { GRAPH ?g { ?g dct:source ?name } }")
    }


def listed(estate):
    return {
        each["file"]: {key: len(found) for key, found in each.items() if isinstance(found, list)}
        for each in report_json(estate.files, estate.unread())["files"]
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_has_as_many_of_each_in_rdf_as_in_its_report(graph, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    case = yaml.safe_load(path.read_text("utf-8"))
    for name, content in case["files"].items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content.encode(case.get("encoding", "utf-8")))
    estate = graph.estate(list(case["files"]))
    assert counted(estate) == listed(estate)


def test_the_samples_have_as_many_of_each_in_rdf_as_in_their_report(graph):
    if not SAMPLES.is_dir():
        pytest.skip("no samples here: set SIGHTLINE_SAMPLES to the folder that has estate/")
    estate = graph.estate([SAMPLES])
    numbers = listed(estate)
    assert counted(estate) == numbers
    assert sum(each["accounts"] for each in numbers.values()) >= 5


def test_a_value_of_the_report_is_a_value_in_rdf(graph, monkeypatch):
    monkeypatch.chdir(HERE / "rdf")
    estate = graph.estate(["main.json"])
    (account,) = report_json(estate.files)["files"][0]["accounts"]
    found = {}
    for subject, predicate, term, _graph in quads(estate):
        if "/value/" in subject:
            found.setdefault(subject, {}).setdefault(predicate.rpartition("/")[2], []).append(
                term.value
            )
    by_path = {each["propertyPath"][0]: each for each in found.values()}
    own = account["properties"]
    assert by_path["properties.publicNetworkAccess"]["reportedValue"] == ["Disabled"]
    assert json.loads(by_path["properties.disableLocalAuth"]["reportedValue"][0]) is True
    acls = own["networkAcls"]["defaultAction"]
    reported = by_path["properties.networkAcls.defaultAction"]
    assert reported["reportedValue"] == acls["one_of"]
    assert reported["openExpression"] == [acls["expression"]]
    assert own["apiKey"]["reason"] == "secret"
    assert not any("apiKey" in path for path in by_path)


def parsed(text):
    return {quad.triple for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE)}


def test_turtle_says_the_same_as_n_quads(graph):
    estate = graph.estate([HERE / "rdf" / "main.json"])
    turtle = parsed("".join(estate_rdf.turtle(quads(estate))))
    lines = "".join(nquads(quads(estate)))
    assert turtle == {q.triple for q in pyoxigraph.parse(lines, pyoxigraph.RdfFormat.N_QUADS)}


def test_a_folder_gets_a_file_for_each_graph(tmp_path, monkeypatch, capsys):
    template = (HERE / "rdf" / "main.json").read_bytes()
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "main.json").write_bytes(template)
    monkeypatch.chdir(tmp_path)
    assert main(["estate", "import", "one", "two", "missing.json", "-o", "out"]) == 2
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert [name.partition("-")[0] for name in written] == ["main", "main", "missing"]
    main(["estate", "import", "one", "two", "missing.json", "-o", "all.nq"])
    capsys.readouterr()
    texts = [(tmp_path / "out" / name).read_text("utf-8") for name in written]
    separate = set(chain.from_iterable(map(parsed, texts)))
    content = (tmp_path / "all.nq").read_bytes()
    found = list(pyoxigraph.parse(content, pyoxigraph.RdfFormat.N_QUADS))
    assert len({quad.graph_name for quad in found}) == 3

    def timeless(triples):
        return {t for t in triples if "Time" not in t.predicate.value}

    assert timeless(separate) == timeless(quad.triple for quad in found)


def test_an_account_of_two_listings_is_one_resource(graph, tmp_path):
    name = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
    for number, access in enumerate(("Enabled", "Disabled")):
        account = {
            "id": name if number else name.upper(),
            "type": "Microsoft.CognitiveServices/accounts",
            "kind": "OpenAI",
            "properties": {"publicNetworkAccess": access},
        }
        (tmp_path / f"{number}.json").write_text(json.dumps([account]), "utf-8")
    estate = graph.estate([tmp_path])
    rows = [
        (s, t.value)
        for s, p, t, _ in quads(estate)
        if p.endswith("/reportedValue") and "/value/properties" in s
    ]
    subjects = {s for s, _ in rows}
    assert len(subjects) == 1
    assert {value for _, value in rows} == {"Enabled", "Disabled"}
