"""Estates are held to their shapes without an engine, and one resource may stand for all alike."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from sightline.errors import InputError
from sightline.model import ReportedFile
from sightline.render import estate_rdf, rdf
from sightline.stores import nquads
from sightline.terms import SHAPE
from sightline.validate import gate_formats, gate_texts, shape_files
from sightline.validate.accepted import Accepted
from sightline.validate.compiled import Compiled, loaded
from sightline.validate.engine import Validator
from sightline.validate.estate_shapes import estate_context, estate_findings, only_new
from sightline.validate.gate import gate
from sightline.validate.policies import Policies
from sightline.validate.sarif import sarif

ROOT = Path(__file__).parents[2]
SHAPES = shape_files()["estate"]
SAMPLES = Path(os.environ.get("SIGHTLINE_SAMPLES") or ROOT.parent / "shared" / "samples")
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TYPE = "Microsoft.CognitiveServices/accounts"
SUB = "/subscriptions/s/resourceGroups/g/providers/"


def account(name="chat", location="swedencentral", **properties):
    return {
        "type": TYPE, "name": name, "kind": "OpenAI", "location": location,
        "properties": properties,
    }  # fmt: skip


def deployment(name="chat/main", sku="GlobalStandard", **properties):
    model = {"format": "OpenAI", "name": "gpt-4o", "version": "1"}
    return {
        "type": f"{TYPE}/deployments", "name": name, "sku": {"name": sku},
        "properties": {"model": model, **properties},
    }  # fmt: skip


def template(*resources, **parameters):
    return {"$schema": SCHEMA, "parameters": parameters, "resources": list(resources)}


FAULTY = template(
    account(),
    account(name="far", location="brazilsouth"),
    account(name="nowhere", location="europe"),
    account(name="open", location="[resourceGroup().location]"),
    account(name="asia", location="japaneast"),
    account(name="twice", publicNetworkAccess="Enabled"),
    account(name="twice", publicNetworkAccess="Disabled"),
    deployment(),
    deployment("chat/wide", "DataZoneStandard", spilloverDeploymentName="main"),
    deployment("chat/lost", spilloverDeploymentName="gone"),
    deployment("chat/odd", "LowPriority"),
    deployment("chat/sized", "[parameters('size')]"),
    deployment("chat/managed", "ProvisionedManaged", spilloverDeploymentName="main"),
    deployment("far/zone", "DataZoneStandard"),
    deployment("asia/zone", "DataZoneStandard"),
    deployment("elsewhere/main"),
    deployment("alone"),
    {"type": f"{TYPE}/projects", "name": "gone/project", "location": "swedencentral"},
    size={"type": "string"},
)
EXPECTED = {
    ("ZoneSkuIsInZone", "zone"), ("RegionIsKnown", "nowhere"), ("RegionIsSettled", "open"),
    ("ZoneOfSkuListsMembers", "zone"), ("DefinitionsAgree", "twice"), ("SkuIsKnown", "odd"),
    ("SpilloverKeepsType", "wide"), ("LinkLeadsToResource", "lost"), ("SkuIsSettled", "sized"),
    ("SpilloverTypeIsStated", "managed"), ("DeploymentAccountIsDescribed", "main"),
    ("DeploymentHasAccount", "alone"), ("LinkLeadsToResource", "project"),
}  # fmt: skip


def write(folder, **documents):
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    return folder


def writer(estate):
    files = [ReportedFile(f.file, f.sha256, f.format) for f in estate.files]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return lambda own, near: estate_rdf.quads(files, own, now, near)


def found(estate):
    return estate_findings(estate.deployments, estate.described, writer(estate))


def told(estate):
    return [(SHAPE.token(f.judgement.reasons[0].constraint.iri), f.deployment.name) for f in estate]


def same_in_all_ways(estate):
    """Hold the results of pySHACL, of the queries, and of one for all alike against each other."""
    quads = list(writer(estate)(estate.deployments, estate.described))
    compiled = Compiled(SHAPES).report(loaded(estate_context(), quads))
    assert Validator([*estate_context(), *quads], [SHAPES]).everything() == compiled
    everything = {(r.rule, r.focus.value, r.message) for r in compiled.results}
    findings = found(estate)
    shared = {
        (f.judgement.reasons[0].constraint.iri, f.deployment.iri, f.message) for f in findings
    }
    assert shared == everything
    assert len(findings) == len(shared)
    return findings


@pytest.fixture(scope="module")
def faulty(graph, tmp_path_factory):
    return graph.estate([write(tmp_path_factory.mktemp("estate"), main=FAULTY)])


def test_every_fault_is_found_once_in_all_ways(faulty):
    findings = same_in_all_ways(faulty)
    assert set(told(findings)) == EXPECTED
    assert len(findings) == len(EXPECTED)


def test_each_finding_names_the_line_of_its_resource(faulty):
    text = json.dumps(FAULTY, indent=1).splitlines()
    for finding in found(faulty):
        assert text[finding.deployment.line - 1].strip() == "{"
        name = text[finding.deployment.line + 1]
        assert finding.deployment.name in name


def test_all_fixtures_give_the_same_in_all_ways(graph, tmp_path):
    cases = sorted((ROOT / "tests" / "estate" / "cases").glob("*.yaml"))
    assert cases
    for case in cases:
        written = yaml.safe_load(case.read_text(encoding="utf-8"))
        for name, content in written["files"].items():
            file = tmp_path / case.stem / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
    estate = graph.estate([tmp_path])
    assert same_in_all_ways(estate)


def test_the_samples_give_the_same_in_all_ways(graph):
    if not (SAMPLES / "estate").is_dir():
        pytest.skip("no samples here: set SIGHTLINE_SAMPLES to the folder that has estate/")
    findings = same_in_all_ways(graph.estate([SAMPLES / "estate"]))
    assert {rule for rule, _ in told(findings)} == {"RegionIsSettled"}


def test_the_exported_rdf_gives_the_same(graph, faulty, tmp_path):
    quads = "".join(nquads(writer(faulty)(faulty.deployments, faulty.described)))
    (tmp_path / "estate.nq").write_text(quads, encoding="utf-8")
    from sightline import validate

    report = validate.files(graph.store, [tmp_path / "estate.nq"], ["estate"])
    rules = {(SHAPE.token(r.rule), r.message) for r in report.results}
    assert rules == {(rule, f.message) for f in found(faulty) for rule, _ in told([f])}


def test_alike_resources_share_what_is_asked(graph, tmp_path):
    resources = [account(f"a{n}", "[resourceGroup().location]") for n in range(30)]
    resources += [deployment(f"a{n}/d", "LowPriority") for n in range(30)]
    estate = graph.estate([write(tmp_path, main=template(*resources))])
    asked = []

    def quads(own, near):
        asked.append((len(own), len(near)))
        return writer(estate)(own, near)

    findings = estate_findings(estate.deployments, estate.described, quads)
    assert asked == [(1, 1)]
    assert len({f.deployment.iri for f in findings}) == len(findings) == 60


def test_one_resource_in_two_files_is_compared(graph, tmp_path):
    own = {**account(publicNetworkAccess="Enabled"), "id": f"{SUB}{TYPE}/chat"}
    other = {**own, "properties": {"publicNetworkAccess": "Disabled"}}
    findings = same_in_all_ways(graph.estate([write(tmp_path, a=[own], b=[other])]))
    assert ("DefinitionsAgree", "chat") in told(findings)
    (message,) = {f.message for f in findings if "publicNetworkAccess" in f.message}
    assert "'Enabled'" in message
    assert "'Disabled'" in message


def test_a_definition_that_may_not_be_deployed_contradicts_nothing(graph, tmp_path):
    maybe = {**account(publicNetworkAccess="Disabled"), "condition": "[parameters('lock')]"}
    both = template(account(publicNetworkAccess="Enabled"), maybe, lock={"type": "bool"})
    assert "DefinitionsAgree" not in dict(told(found(graph.estate([write(tmp_path, main=both)]))))


def test_what_is_absent_is_no_finding(graph, tmp_path):
    bare = {"type": TYPE, "name": "chat", "kind": "OpenAI"}
    own = deployment()
    del own["sku"]
    assert not found(graph.estate([write(tmp_path, main=template(bare, own))]))


def test_only_what_is_new_is_kept(graph, faulty, tmp_path):
    fewer = dict(FAULTY, resources=[r for r in FAULTY["resources"] if r["name"] != "chat/odd"])
    before = found(graph.estate([write(tmp_path, main=fewer)]))
    assert told(only_new(found(faulty), before)) == [("SkuIsKnown", "odd")]
    assert only_new(before, before) == ()


@pytest.fixture(scope="module")
def judged(graph, faulty):
    entry = Accepted("sku-is-*", "chat/*", "*", "Ada", "pilot", date(2027, 1, 1), "a.yaml:1")
    return gate(
        [], graph.knowledge, Policies(graph.knowledge), (), quads=rdf.quads,
        derive=graph.access, accepted=[entry], today=date(2026, 11, 21), more=found(faulty),
    )  # fmt: skip


def test_findings_are_accepted_and_counted_like_those_of_policies(judged):
    assert judged.counts == {"violation": 3, "unknown": 8, "accepted": 2, "conforms": 0}
    assert not judged.warnings
    assert judged.exit_code() == 1
    assert len({f.fingerprint for f in judged.findings}) == len(judged.findings)


@pytest.mark.parametrize("write_as", [gate_texts.text, gate_texts.markdown, gate_texts.github])
def test_texts_name_every_resource(judged, write_as):
    written = write_as(judged)
    for finding in judged.open:
        assert finding.deployment.name in written


def test_machines_get_every_finding(judged):
    results = json.loads(sarif(judged, "0.1.0"))["runs"][0]["results"]
    places = {
        (r["ruleId"], r["locations"][0]["physicalLocation"]["region"]["startLine"]) for r in results
    }
    assert places >= {
        (f.policy.token, f.deployment.line) for f in judged.findings if not f.deployment.written_at
    }
    assert len(results) == len(judged.findings)
    assert gate_formats.junit(judged).count("<failure") == judged.counts["violation"]
    assert gate_formats.turtle(judged).count("sh:sourceConstraint shape:") == len(judged.open)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { $this a ?x . MINUS { $this a ?y } }",
        "SELECT $this WHERE { { SELECT ?x WHERE { ?x a ?y } } }",
        "SELECT $this { $this a ?x }",
    ],
)
def test_a_query_that_would_mean_something_else_is_refused(select, tmp_path):
    head = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    shape = "<urn:s> sh:targetClass <urn:c> ; sh:sparql <urn:q> .\n"
    (tmp_path / "own.ttl").write_text(
        f'{head}{shape}<urn:q> sh:select "{select}" .', encoding="utf-8"
    )
    with pytest.raises(InputError):
        Compiled(tmp_path / "own.ttl")
