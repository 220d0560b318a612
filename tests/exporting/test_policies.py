"""A policy says what the answer says: no more, no less, and nothing where nothing is stated."""

from collections.abc import Callable
from pathlib import Path

from rdflib import ODRL2, PROV, RDF, RDFS, Graph, Namespace, URIRef

from sightline.graph import KnowledgeGraph
from sightline.render.rdf import row_iri
from sightline.terms import ACCESS, DATA, SL, VERDICT

Export = Callable[..., str]
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DPV = Namespace("https://w3id.org/dpv#")
OURS = Namespace(str(SL))
BASE = "https://w3id.org/sightline/"
CHAT = URIRef(f"{BASE}deployment/main.json/desk/chat")
DRAFT = URIRef(f"{BASE}deployment/main.json/desk/draft")
TICKETS, ANSWERS, PRICES = (
    URIRef(f"{BASE}dataset/dcat/https:%2F%2Fdata.example.org%2F{name}")
    for name in ("tickets", "answers", "prices")
)
CASE = Path(__file__).parent / "case"


def parsed(text: str) -> Graph:
    return Graph().parse(data=text, format="turtle")


def rules(graph: Graph, target: URIRef) -> set[tuple[str, str, int]]:
    """Give the rules of a policy: kind, row that it is derived from, number of constraints."""
    found = set()
    for policy in graph.objects(target, ODRL2.hasPolicy):
        for kind in ("permission", "prohibition", "obligation"):
            for rule in graph.objects(policy, ODRL2[kind]):
                (row,) = (r for r in graph.objects(rule, PROV.wasDerivedFrom) if str(r) in ACCESS)
                found.add((kind, str(row), len(list(graph.objects(rule, ODRL2.constraint)))))
    return found


def test_each_row_of_the_answer_is_a_rule(export: Export, graph: KnowledgeGraph) -> None:
    (own,) = (d for d in graph.estate([CASE / "main.json"]).deployments if d.name == "chat")
    answer = graph.access_estate([own])[0].answer
    expected = set()
    kinds = {"permitted": "permission", "prohibited": "prohibition"}
    for row in answer.rows:
        if row.verdict in kinds:
            expected.add((kinds[row.verdict], row_iri(answer, row), 0))
        groups = {(each.group, each.then) for each in row.awaits}
        for group, then in groups:
            size = sum(each.group == group for each in row.awaits)
            expected.add((kinds[then], row_iri(answer, row), size))
    assert {row.verdict for row in answer.rows} == {*kinds, "conditional", "not-stated"}
    assert rules(parsed(export("dcat")), CHAT) == expected


def test_human_review_is_permitted_under_its_conditions_only(export: Export) -> None:
    found = rules(parsed(export("dcat", "--actor", "human-reviewer", "--action", "view")), CHAT)
    assert {(kind, size) for kind, _, size in found} == {("permission", 2)}


def test_silence_is_a_fact_and_no_rule(export: Export) -> None:
    found = parsed(export("dcat", "--actor", "openai", "--activity", "human-review"))
    silent = set(found.subjects(OURS.hasVerdict, URIRef(VERDICT["not-stated"])))
    assert silent
    for target in (CHAT, TICKETS):
        assert not rules(found, target)
        assert silent & set(found.objects(target))
    assert not set(found.subjects(RDF.type, ODRL2.Policy))


def test_what_no_document_governs_has_a_reason_and_no_policy(export: Export) -> None:
    found = parsed(export("dcat"))
    assert list(found.objects(DRAFT, OURS.ungoverned))
    assert not list(found.objects(DRAFT, ODRL2.hasPolicy))


def test_a_dataset_has_the_policy_of_what_it_becomes(export: Export) -> None:
    found = parsed(export("dcat"))
    for dataset in (TICKETS, ANSWERS):  # the second by lineage
        assert list(found.objects(dataset, OURS.reachesDeployment)) == [CHAT]
        (policy,) = found.objects(dataset, ODRL2.hasPolicy)
        targets = {
            asset
            for kind in ("permission", "prohibition")
            for rule in found.objects(policy, ODRL2[kind])
            for asset in found.objects(rule, ODRL2.target)
        }
        held = {str(d) for asset in targets for d in found.objects(asset, DPV.hasData)}
        assert DATA["prompts"] in held
        assert DATA["training-data"] not in held  # the link says: in prompts


def test_a_dataset_without_a_link_is_not_known_to_reach_anything(export: Export) -> None:
    found = parsed(export("dcat"))
    assert not list(found.objects(PRICES, ODRL2.hasPolicy))
    (comment,) = found.objects(PRICES, RDFS.comment)
    assert "not known" in comment


def test_services_are_found_through_distributions_for_ckan_alone(export: Export) -> None:
    narrowed = ("--activity", "human-review")
    assert "accessService" not in export("dcat-ap", *narrowed)
    found = parsed(export("dcat-ap", *narrowed, "--compat", "ckan"))
    (distribution,) = found.objects(TICKETS, DCAT.distribution)
    assert list(found.objects(distribution, DCAT.accessService)) == [CHAT]
    assert not list(found.subject_objects(DCAT.servesDataset))
