"""Each facet and attribute of a deployment leads to the line of the property behind it."""

import json

import pytest

TEMPLATE = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {"keys": {"type": "bool"}},
  "resources": [
    {
      "type": "Microsoft.CognitiveServices/accounts",
      "name": "acme",
      "kind": "OpenAI",
      "tags": {
        "environment": "production"
      },
      "properties": {
        "networkAcls": {
          "defaultAction": "Allow"
        },
        "publicNetworkAccess": "Enabled",
        "disableLocalAuth": "[parameters('keys')]"
      },
      "location": "swedencentral"
    },
    {
      "type": "Microsoft.CognitiveServices/accounts/deployments",
      "name": "acme/chat",
      "sku": {
        "name": "GlobalStandard"
      },
      "properties": {
        "model": {
          "format": "OpenAI",
          "name": "gpt-4o",
          "version": "2024-11-20"
        }
      }
    }
  ]
}
"""
LINES = {
    "deployment-type": 25, "region": 19, "network": 16, "localAuthDisabled": 17, "publisher": 29,
    "offering": 29, "environment": 10, "model": 30, "customer-managed-key": None, "no-such": None,
}  # fmt: skip


def deployment(graph, *paths):
    return next(d for d in graph.estate(paths).deployments if d.name == "chat")


@pytest.mark.parametrize(("name", "line"), LINES.items())
def test_the_line_of_the_property(graph, tmp_path, name, line):
    file = tmp_path / "main.json"
    file.write_text(TEMPLATE, encoding="utf-8")
    expected = None if line is None else (str(file), line)
    assert deployment(graph, file).written_at(name) == expected


def test_the_property_may_stand_in_another_file(graph, tmp_path):
    account, chat = json.loads(TEMPLATE)["resources"]
    group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts"
    listed = {
        "account": account | {"id": f"{group}/acme"},
        "deployment": chat | {"name": "chat", "id": f"{group}/acme/deployments/chat"},
    }
    for name, body in listed.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(body, indent=1), encoding="utf-8")
    file, line = deployment(graph, tmp_path).written_at("region")
    assert file == str(tmp_path / "account.json")
    lines = (tmp_path / "account.json").read_text(encoding="utf-8").splitlines()
    assert "swedencentral" in lines[line - 1]


def test_the_last_definition_that_has_the_property_counts(graph, tmp_path):
    document = json.loads(TEMPLATE)
    again = json.loads(json.dumps(document["resources"][1]))
    again["sku"]["name"] = "Standard"
    document["resources"].append(again)
    file = tmp_path / "main.json"
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    found = deployment(graph, file)
    assert found.configuration["deployment-type"] == ("standard",)
    _, line = found.written_at("deployment-type")
    assert '"Standard"' in file.read_text(encoding="utf-8").splitlines()[line - 1]


def test_blocks_of_a_plan_are_lists_of_one(graph, tmp_path):
    values = {
        "name": "chat",
        "cognitive_account_id": "/subscriptions/s/resourceGroups/g/providers/"
        "Microsoft.CognitiveServices/accounts/acme",
        "sku": [{"name": "GlobalStandard"}],
        "model": [{"format": "OpenAI", "name": "gpt-4o", "version": "1"}],
    }
    entry = {
        "address": "azurerm_cognitive_deployment.chat", "mode": "managed", "name": "chat",
        "type": "azurerm_cognitive_deployment", "values": values,
    }  # fmt: skip
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [entry]}}}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan, indent=1), encoding="utf-8")
    found = deployment(graph, file)
    assert found.configuration["deployment-type"] == ("global",)
    _, line = found.written_at("deployment-type")
    assert "GlobalStandard" in file.read_text(encoding="utf-8").splitlines()[line - 1]
