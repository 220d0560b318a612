"""Links: declared by people, derived by rules, suggested by names; lineage is followed upwards."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from sightline import schemas
from sightline.catalogs.datasets import (
    Asset,
    Assignment,
    Catalog,
    CatalogFile,
    Dataset,
    Edge,
    Key,
    Term,
    asset_iri,
    dataset_iri,
)
from sightline.catalogs.links import Declared, read_links, write_links
from sightline.errors import InputError
from sightline.joining import join

WAYS = ("prompt", "fine-tuning", "on-your-data", "files")


def iri(name):
    return dataset_iri("test", name)


def dataset(name, *tags, **more):
    given = tuple(Assignment(Term("test", "tag", tag)) for tag in tags)
    key = Key({"name": f"crm.{name}"}, table=name)
    return Dataset(iri(name), name, "catalog.json", "line 3", key, categories=given, **more)


def catalog(*datasets, edges=(), assets=()):
    lineage = tuple(Edge(iri(a), iri(b) if "://" not in b else b, "moved") for a, b in edges)
    return Catalog((CatalogFile("catalog.json", "test", "0" * 64, datasets, assets, lineage),))


def asset(address):
    name = asset_iri("test", address)
    return Asset(name, address, "catalog.json", "line 9", "model", {"address": address}, address)


def estate(graph, *deployments, **properties):
    """Read a template: (account, name, SKU) of each deployment; properties are of all accounts."""
    resources = []
    for account in dict.fromkeys(each[0] for each in deployments):
        kind = "Microsoft.CognitiveServices/accounts"
        resources.append(
            {"type": kind, "name": account, "kind": "OpenAI", "location": "swedencentral",
             "properties": {"customSubDomainName": f"{account}-ai", **properties}}
        )  # fmt: skip
    for account, name, sku in deployments:
        model = {"format": "OpenAI", "name": "gpt-4o", "version": "1"}
        resources.append(
            {"type": "Microsoft.CognitiveServices/accounts/deployments",
             "name": f"{account}/{name}", "sku": {"name": sku}, "properties": {"model": model}}
        )  # fmt: skip
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    content = json.dumps({"$schema": schema, "resources": resources})
    return graph.estate([], contents={"main.json": content.encode()})


def said(name, deployment="chat", way="prompt", **more):
    return Declared(name, deployment, "Ada", date(2026, 11, 1), way, **more)


def reached(joined):
    return sorted((r.dataset.rpartition("/")[2], r.steps) for r in joined.reaches)


@pytest.fixture
def chat(graph):
    return estate(graph, ("a", "chat", "Standard"))


def test_lineage_is_followed_upwards_and_a_circle_ends(chat):
    tables = [dataset(name) for name in "wxyz"]
    edges = [("w", "x"), ("x", "y"), ("y", "w"), ("y", "z")]
    found = join(catalog(*tables, edges=edges), chat, [said("crm.y")])
    assert reached(found) == [("w", 2), ("x", 1), ("y", 0)]


def test_what_is_downstream_of_a_linked_dataset_is_not_reached(chat):
    found = join(catalog(dataset("a"), dataset("b"), edges=[("a", "b")]), chat, [said("a")])
    assert reached(found) == [("a", 0)]


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://a-ai.openai.azure.com/openai/deployments/chat", True),
        ("https://A-AI.openai.azure.com/openai/deployments/CHAT/chat/completions?v=1", True),
        ("https://b-ai.openai.azure.com/openai/deployments/chat", False),
        ("https://a-ai.example.org/openai/deployments/chat", False),
        ("https://a-ai.openai.azure.com/openai/deployments/chatter", False),
    ],
)
def test_an_edge_to_the_endpoint_of_a_deployment_is_a_derived_link(chat, address, leads):
    model = asset(address)
    found = join(catalog(dataset("a"), edges=[("a", model.iri)], assets=[model]), chat)
    assert [link.status for link in found.links] == (["derived"] if leads else [])
    assert reached(found) == ([("a", 0)] if leads else [])


def test_a_resource_id_in_lineage_is_a_derived_link(graph):
    name = (
        "/subscriptions/S/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
        "/deployments/chat"
    )
    kind = '"type": "Microsoft.CognitiveServices/accounts/deployments"'
    content = f'{{"id": "{name}", {kind}, "sku": {{"name": "Standard"}}, "properties": {{}}}}'
    own = graph.estate([], contents={"show.json": content.encode()})
    model = asset(name.lower())
    found = join(catalog(dataset("a"), edges=[("a", model.iri)], assets=[model]), own)
    assert reached(found) == [("a", 0)]


def test_a_candidate_reaches_nothing(chat):
    found = join(catalog(dataset("chat_logs")), chat)
    assert [link.status for link in found.links] == ["candidate"]
    assert not found.reaches


def test_a_rejected_candidate_is_not_suggested_again(chat):
    entry = said("chat_logs", way="", decision="rejected")
    assert not join(catalog(dataset("chat_logs")), chat, [entry]).links


def test_a_rejected_rule_stays_in_force_and_is_disputed(chat):
    model = asset("https://a-ai.openai.azure.com/openai/deployments/chat")
    own = catalog(dataset("a"), edges=[("a", model.iri)], assets=[model])
    found = join(own, chat, [said("a", way="", decision="rejected")])
    (link,) = found.links
    assert "Ada rejected it" in link.dispute
    assert reached(found) == [("a", 0)]


def test_what_is_declared_to_reach_nothing_is_disputed_by_a_link(chat):
    entries = [said("a", "none", ""), said("crm.a")]
    (link,) = join(catalog(dataset("a")), chat, entries).links
    assert "reaches nothing" in link.dispute


def test_entries_that_name_nothing_are_told(chat):
    entries = [said("nobody", file="l.yaml", line=2), said("a", "gone", file="l.yaml", line=3)]
    found = join(catalog(dataset("a")), chat, entries)
    assert [problem.split(":")[:2] for problem in found.problems] == [
        ["l.yaml", "2"],
        ["l.yaml", "3"],
    ]
    assert not found.reaches


def test_an_entry_with_several_meanings_is_refused(graph):
    own = estate(graph, ("a", "chat", "Standard"), ("b", "chat", "Standard"))
    with pytest.raises(InputError, match=r"l\.yaml:2: 'chat' names 2 deployments"):
        join(catalog(dataset("a")), own, [said("a", file="l.yaml", line=2)])
    assert reached(join(catalog(dataset("a")), own, [said("a", "b/chat")])) == [("a", 0)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dataset: a", "line 1: it is no list"),
        ("- a", "line 1: the entry is no mapping"),
        ("- {dataset: a, deployment: b, by: c, when: 2026-01-01}", "in which way"),
        ("- {dataset: a, deployment: b, by: c, when: soon, way: prompt}", "'when' is no date"),
        ("- {dataset: a, deployment: b, when: 2026-01-01, way: prompt}", "has no 'by'"),
        ("- {dataset: a, deployment: b, by: c, when: 2026-01-01, way: mail}", "no way 'mail'"),
        ("- {dataset: a, deployment: none, by: c, when: 2026-01-01, way: files}", "has no way"),
        (
            "- {dataset: a, deployment: b, by: c, when: 2026-01-01, where: x}",
            "'where' is not known",
        ),
        ("- {dataset: a, deployment: b, by: c, when: 2026-01-01, decision: no}", "no decision"),
        ("\n- {dataset: a, dataset: b}", "line 2: 'dataset' is given twice"),
        ("- {dataset: [a]}", "line 1: a value is no text"),
        ("- {dataset: a", "line 1"),
        (2 * "- {dataset: a, deployment: none, by: c, when: 2026-01-01}\n", "stands in line 1"),
    ],
)
def test_a_broken_file_of_links_is_refused_by_line(tmp_path, text, problem):
    path = tmp_path / "links.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_links(path, WAYS)
    assert problem in caught.value.message


@pytest.mark.parametrize("name", ["links.yaml", "links.csv"])
def test_links_are_read_as_they_were_written(tmp_path, name):
    entries = [said('a"b, c\n- d', note="é: #"), said("b", "none", ""), said("c", way="files")]
    path = tmp_path / name
    for entry in entries:
        write_links(path, [entry])
    plain = [(e.dataset, e.deployment, e.way, e.by, e.on, e.note) for e in read_links(path, WAYS)]
    assert plain == [(e.dataset, e.deployment, e.way, e.by, e.on, e.note) for e in entries]


@pytest.mark.parametrize(
    ("entry", "holds"),
    [
        ("{dataset: a, deployment: b, by: c, when: '2026-01-01', way: prompt}", True),
        ("{dataset: a, deployment: none, by: c, when: '2026-01-01'}", True),
        ("{dataset: a, deployment: b, by: c, when: '2026-01-01'}", False),
        ("{dataset: a, deployment: b, by: c, when: '2026-01-01', way: mail}", False),
        ("{dataset: a, deployment: b, by: c, when: '2026-01-01', decision: rejected}", True),
    ],
)
def test_the_schema_of_files_of_links_says_what_is_read(tmp_path: Path, entry, holds):
    validator = jsonschema.Draft202012Validator(schemas.load("catalog-links"))
    assert validator.is_valid([yaml.safe_load(entry)]) is holds
    path = tmp_path / "links.yaml"
    path.write_text(f"- {entry}\n")
    if holds:
        assert read_links(path, WAYS)
    else:
        with pytest.raises(InputError):
            read_links(path, WAYS)


def test_iris_of_datasets_name_them(chat):
    assert reached(join(catalog(dataset("a")), chat, [said(iri("a"))])) == [("a", 0)]
