"""A change of a template from Standard to GlobalStandard is blocked, on the line that changes."""

import json
from pathlib import Path

import jsonschema
import pytest

from sightline.cli import main

SHARED = Path(__file__).parents[3] / "shared"
SAMPLES = SHARED / "samples" / "estate"
OWN = """{
  // a comment keeps its line
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "resources": [
    {"type": "Microsoft.CognitiveServices/accounts", "name": "acme", "kind": "OpenAI",
     "location": "swedencentral"},
    {
      "type": "Microsoft.CognitiveServices/accounts/deployments",
      "name": "acme/chat",
      "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}},
      "sku": {
        "capacity": 1,
        "name": "GlobalStandard"
      }
    }
  ]
}
"""


def samples():
    yield pytest.param(OWN, id="own")
    for part in ("00-basic", "10-private-network", "30-customer-managed-keys"):
        found = next(SAMPLES.glob(f"*--{part}*.json"), None)
        missing = pytest.mark.skip(reason="the samples are not beside the checkout")
        text = found.read_text(encoding="utf-8") if found else ""
        yield pytest.param(text, id=part, marks=() if found else missing)


def results(capfd, name, *options):
    code = main(["validate", name, *options, "--format", "sarif"])
    out, err = capfd.readouterr()
    assert err == ""
    document = json.loads(out)
    schema = SHARED / "schemas" / "sarif-schema-2.1.0.json"
    if schema.is_file():
        jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    return code, document["runs"][0]["results"]


@pytest.mark.parametrize("text", list(samples()))
def test_the_change_is_blocked_on_its_line(text, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("before.json").write_text(text.replace('"GlobalStandard"', '"Standard"'), encoding="utf-8")
    Path("main.json").write_text(text, encoding="utf-8")
    options = ("--resource-group-location", "swedencentral", "--new-only", "before.json")
    code, found = results(capfd, "main.json", *options)
    assert code == 1
    (result,) = [each for each in found if each["ruleId"] == "no-new-access"]
    (changed,) = [n for n, line in enumerate(text.splitlines(), 1) if '"GlobalStandard"' in line]
    place = result["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == changed
    (deployment,) = result["relatedLocations"]
    begins = deployment["physicalLocation"]["region"]["startLine"]
    assert begins < changed
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"].get("physicalLocation", {}).get("region") for step in flow]
    assert lines[:2] == [{"startLine": begins}, {"startLine": changed}]
    links = [step["location"].get("physicalLocation", {}) for step in flow[2:]]
    assert any("#:~:text=" in link.get("artifactLocation", {}).get("uri", "") for link in links)

    Path("main.json").write_text("\n\n\n" + text.replace("\n", "\n\n"), encoding="utf-8")
    _, moved = results(capfd, "main.json", *options)
    (again,) = [each for each in moved if each["ruleId"] == "no-new-access"]
    assert again["locations"][0]["physicalLocation"]["region"]["startLine"] == 3 + 2 * changed - 1
    assert again["partialFingerprints"] == result["partialFingerprints"]


def test_each_policy_points_at_its_property(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    document = json.loads("\n".join(OWN.splitlines()[:1] + OWN.splitlines()[2:]))
    document["resources"][0]["location"] = "eastus"
    document["resources"][0]["properties"] = {
        "publicNetworkAccess": "Enabled",
        "disableLocalAuth": False,
        "encryption": {"keySource": "Microsoft.CognitiveServices"},
    }
    document["resources"][1]["sku"]["name"] = "Standard"
    text = json.dumps(document, indent=2)
    Path("main.json").write_text(text, encoding="utf-8")
    expected = {
        "processing-in-eea": '"eastus"',
        "private-network-only": '"Enabled"',
        "no-local-keys": "false",
        "customer-key-required": '"Microsoft.CognitiveServices"',
    }
    _, found = results(capfd, "main.json", *(f"--policy={name}" for name in expected))
    lines = text.splitlines()
    told = {each["ruleId"]: each["locations"][0]["physicalLocation"]["region"] for each in found}
    for name, value in expected.items():
        assert value in lines[told[name]["startLine"] - 1], name
