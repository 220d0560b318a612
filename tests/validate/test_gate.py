"""The gate: exit codes, accepted findings, new access, advice, and every form of its output."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml
from rdflib import Graph
from rdflib.namespace import RDF, SH

from sightline import schemas
from sightline.errors import InputError, UnknownTermError
from sightline.model import DeployedAccess, Deployment, Unsettled
from sightline.render import rdf
from sightline.validate import gate_formats, gate_texts
from sightline.validate.accepted import read_accepted
from sightline.validate.gate import gate
from sightline.validate.policies import Policies
from sightline.validate.sarif import sarif

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT.parent / "shared" / "schemas"
BASE = yaml.safe_load((ROOT / "tests" / "policies" / "base.yaml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 21)


def deployment(name, line=10, **differs):
    attributes = differs.pop("attributes", {"environment": "test"})
    configuration = {k: (v,) for k, v in (BASE | differs).items() if v is not None}
    return Deployment(
        f"https://example.org/{name}", name, "account", "infra/main file.json", line,
        configuration, (), attributes,
    )  # fmt: skip


def deployed(graph, *own):
    return [DeployedAccess((each,), graph.access(each.configuration)) for each in own]


@pytest.fixture(scope="module")
def run(graph):
    def judged(own, *names, accepted=(), settings=None, advise=False):
        return gate(
            deployed(graph, *own), graph.knowledge, Policies(graph.knowledge, settings=settings),
            names or None, quads=rdf.quads, derive=graph.access if advise else None,
            accepted=accepted, today=TODAY,
        )  # fmt: skip

    return judged


GLOBAL = deployment("chat", **{"deployment-type": "global"})
STANDARD = deployment("chat")
ZONE = deployment("zone", **{"deployment-type": "data-zone"})


# --- Outcomes and exit codes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "fail_on", "code"),
    [
        ((), "violation", 0),
        ((STANDARD,), "violation", 0),
        ((ZONE,), "violation", 3),
        ((ZONE,), "unknown", 1),
        ((GLOBAL, ZONE), "violation", 1),
        ((STANDARD,), "warning", 0),
    ],
)
def test_exit_codes(run, own, fail_on, code):
    assert run(own, "processing-in-eea").exit_code(fail_on) == code


def test_deployments_share_a_judgement(run, graph):
    many = tuple(replace(GLOBAL, name=f"d{n}", iri=f"urn:d{n}") for n in range(50))
    shared = [DeployedAccess(many, graph.access(GLOBAL.configuration))]
    found = gate(
        shared, graph.knowledge, Policies(graph.knowledge), ["processing-in-eea"], quads=rdf.quads
    )
    assert len(found.findings) == 50
    assert len({id(finding.judgement) for finding in found.findings}) == 1
    assert len({finding.fingerprint for finding in found.findings}) == 50


def test_a_policy_that_is_limited_to_an_environment(run):
    settings = {"processing-in-eea.environment": ["production"]}

    def outcomes(**attributes):
        own = replace(GLOBAL, attributes=attributes)
        return [f.outcome for f in run([own], "processing-in-eea", settings=settings).findings]

    assert outcomes(environment="Production") == ["violation"]
    assert outcomes(environment="test") == []
    assert outcomes() == ["unknown"]


def test_what_is_ungoverned_is_unknown(run, graph):
    own = replace(STANDARD, ungoverned="no document speaks of the publisher")
    answer = replace(graph.access(own.configuration), rows=(), complete=False)
    found = gate(
        [DeployedAccess((own,), answer)], graph.knowledge, Policies(graph.knowledge),
        ["no-human-review", "content-filter-on"], quads=rdf.quads,
    )  # fmt: skip
    assert [(f.policy.token, f.outcome) for f in found.findings] == [("no-human-review", "unknown")]


def test_unknown_policies_and_parameters_list_close_ones(graph):
    with pytest.raises(UnknownTermError) as caught:
        Policies(graph.knowledge).chosen(["no-human-reviews"])
    assert "no-human-review" in caught.value.matches
    for settings in ({"retention-within-days.day": ["3"]}, {"no-training.data": ["promts"]}):
        with pytest.raises(UnknownTermError):
            Policies(graph.knowledge, settings=settings)
    with pytest.raises(InputError):
        Policies(graph.knowledge, settings={"retention-within-days.days": ["a week"]})


def test_a_user_file_sets_parameters(graph, tmp_path):
    file = tmp_path / "own.ttl"
    file.write_text(
        "@prefix policy: <https://w3id.org/sightline/policy/> .\n"
        "@prefix sl: <https://w3id.org/sightline/ontology/> .\n"
        "policy:retention-within-days.days sl:parameterValue 7 .\n",
        encoding="utf-8",
    )
    found = gate(
        deployed(graph, STANDARD), graph.knowledge, Policies(graph.knowledge, [file]),
        ["retention-within-days"], quads=rdf.quads,
    )  # fmt: skip
    assert [finding.outcome for finding in found.findings] == ["violation"]


# --- Advice ---------------------------------------------------------------------------------------


def test_advice_makes_the_policy_conform(run):
    found = run([GLOBAL], "processing-in-eea", advise=True)
    (change,) = found.changes(found.findings[0])
    assert "Standard" in change
    changed = replace(
        GLOBAL, configuration={**GLOBAL.configuration, "deployment-type": ("standard",)}
    )
    assert run([changed], "processing-in-eea").conforms


def test_advice_pairs_changes_where_no_single_one_is_enough(run):
    far = deployment("far", **{"deployment-type": "global", "region": "eastus"})
    found = run([far], "processing-in-eea", advise=True)
    (change,) = found.changes(found.findings[0])
    assert "Standard" in change
    assert "EEA" in change


def test_no_change_is_proposed_that_does_not_help(run):
    own = deployment("free", **{"offering": "serverless-api"})
    found = run([own], "no-human-review", advise=True)
    assert not found.changes(found.findings[0])


def test_an_unknown_says_what_would_settle_it(run):
    open_ = Unsettled("deployment-type", "[parameters('sku')]", "parameter", "--set-parameter sku=")
    own = replace(deployment("open", **{"deployment-type": None}), unsettled=(open_,))
    found = run([own], "processing-in-eea")
    (finding,) = found.findings
    assert finding.outcome == "unknown"
    assert any("--set-parameter sku=" in change for change in found.changes(finding))


# --- Accepted findings ----------------------------------------------------------------------------


def entries(tmp_path, **changes):
    entry = {
        "policy": "processing-in-eea", "deployment": "chat", "owner": "Ada", "reason": "pilot",
        "expires": date(2027, 1, 1),
    } | changes  # fmt: skip
    file = tmp_path / "accepted.yaml"
    file.write_text(yaml.safe_dump([{k: v for k, v in entry.items() if v}]), encoding="utf-8")
    return read_accepted(file)


def test_what_is_accepted_does_not_fail(run, tmp_path):
    found = run([GLOBAL], "processing-in-eea", accepted=entries(tmp_path))
    assert found.exit_code() == 0
    assert found.counts["accepted"] == 1
    assert not found.warnings


def test_what_has_expired_fails_and_what_is_unused_is_told(run, tmp_path):
    expired = run(
        [GLOBAL], "processing-in-eea", accepted=entries(tmp_path, expires=date(2026, 1, 1))
    )
    assert expired.exit_code() == 1
    assert "has expired" in expired.warnings[0]
    unused = run([STANDARD], "processing-in-eea", accepted=entries(tmp_path))
    assert unused.exit_code() == 0
    assert unused.exit_code("warning") == 1
    assert "accepts nothing" in unused.warnings[0]


@pytest.mark.parametrize(
    "changes",
    [{"owner": None}, {"expires": "soon"}, {"deployment": None}, {"polcy": "x"}],
    ids=str,
)
def test_an_entry_that_lacks_something_is_named_by_its_line(tmp_path, changes):
    with pytest.raises(InputError, match=r"accepted\.yaml:1"):
        entries(tmp_path, **changes)


# --- Output ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["empty", "conforms", "findings", "accepted"])
def outcome(request, run, tmp_path_factory):
    own = {"empty": (), "conforms": (STANDARD,)}.get(request.param, (GLOBAL, ZONE))
    accepted = ()
    if request.param == "accepted":
        accepted = entries(tmp_path_factory.mktemp("gate"))
    return run(own, "processing-in-eea", "no-human-review", accepted=accepted, advise=True)


def test_json_follows_its_schema(outcome):
    jsonschema.validate(json.loads(gate_formats.as_json(outcome)), schemas.load("gate"))


def test_sarif_is_valid(outcome):
    file = SCHEMAS / "sarif-schema-2.1.0.json"
    if not file.is_file():
        pytest.skip("the schema of SARIF is not beside the checkout")
    schema = json.loads(file.read_text(encoding="utf-8"))
    document = json.loads(sarif(outcome, "0.1.0"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message[:200] for error in validator.iter_errors(document)] == []


def test_sarif_leads_from_the_line_to_the_sentence(run):
    document = json.loads(sarif(run([GLOBAL], "processing-in-eea"), "0.1.0"))
    (result,) = document["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "infra/main%20file.json"
    assert place["region"]["startLine"] == 10
    steps = [s["location"] for s in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert steps[0]["physicalLocation"] == place
    assert steps[1]["logicalLocations"][0]["kind"] == "rule"
    link = steps[-1]["physicalLocation"]["artifactLocation"]["uri"]
    assert "#:~:text=" in link


def test_fingerprints_do_not_depend_on_the_line(run):
    moved = replace(GLOBAL, line=77)
    prints = {run([own], "processing-in-eea").findings[0].fingerprint for own in (GLOBAL, moved)}
    assert len(prints) == 1


def test_an_unknown_that_becomes_a_violation_is_another_finding(run):
    worse = replace(GLOBAL, name="zone", iri=ZONE.iri)
    found = [run([own], "processing-in-eea").findings[0] for own in (ZONE, worse)]
    assert [finding.outcome for finding in found] == ["unknown", "violation"]
    assert found[0].fingerprint != found[1].fingerprint


@pytest.mark.parametrize("fail_on", ["violation", "unknown"])
def test_junit_is_valid(outcome, fail_on):
    written = gate_formats.junit(outcome, fail_on)
    root = ElementTree.fromstring(written)
    for suite in root:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    file = SCHEMAS / "junit.xsd"
    if not file.is_file():
        pytest.skip("the schema of JUnit is not beside the checkout")
    xmlschema = pytest.importorskip("xmlschema")
    assert [str(e.reason) for e in xmlschema.XMLSchema(str(file)).iter_errors(written)] == []


def test_turtle_is_a_report(outcome):
    report = Graph().parse(data=gate_formats.turtle(outcome))
    (node,) = report.subjects(RDF.type, SH.ValidationReport)
    assert bool(report.value(node, SH.conforms)) == outcome.conforms
    assert bool(list(report.objects(node, SH.result))) != outcome.conforms


def test_texts_name_every_finding(outcome):
    for write in (gate_texts.text, gate_texts.markdown, gate_texts.github):
        written = write(outcome)
        for finding in outcome.open:
            assert finding.deployment.name in written


def test_annotations_stay_on_one_line_whatever_a_name_says(run):
    own = replace(GLOBAL, name="a\n::error::b", file="x,y:z.json")
    lines = gate_texts.github(run([own], "processing-in-eea")).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=x%2Cy%3Az.json,line=10,")


def test_the_policy_file_that_the_guide_shows_follows_its_schema():
    page = (ROOT / "docs" / "guides" / "ci.md").read_text(encoding="utf-8")
    shown = page.split("```yaml policies.yaml\n")[1].split("```")[0]
    schema = schemas.load("policy-config")
    jsonschema.validate(yaml.safe_load(shown), schema)
    for wrong in ("fail_on: unknown", "policies: all", "fail-on: never", "policies: [{days: 7}]"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(wrong), schema)
