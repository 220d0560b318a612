"""Secrets that stand in a file, in whatever form, leave the reader in none."""

import json
from datetime import datetime

import pytest

from sightline.estate import Settings, read_content, report_json, take_stock, with_parameters
from sightline.estate.reporting import reported
from sightline.estate.secrets import holds_secret, is_secret_name, redact
from sightline.estate.values import to_json
from sightline.graph import KnowledgeGraph
from sightline.render import estate_rdf
from sightline.stores import nquads

PLANTED = "s3cr3tPLANTEDvalue0123456789abcd"
CONNECTION = f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={PLANTED}"


@pytest.mark.parametrize(
    "name",
    "apiKey API_KEY key1 primaryKey accountKey connectionString AZURE_STORAGE_CONNECTION_STRING "
    "adminPassword sasToken clientSecret client_secret accessToken credentials sharedKey "
    "secondary_access_key primaryConnectionString2".split(),
)
def test_names_of_secrets_are_known(name):
    held = {name: {"key": PLANTED} if name == "credentials" else PLANTED}
    assert PLANTED not in json.dumps(to_json(redact(held)))


@pytest.mark.parametrize(
    "name",
    "keyName keyVersion keyVaultUri key_vault_key_id keySource maxTokens secretName tokenLimit "
    "disableLocalAuth disableKeyAuth model version partitionKey keyVaultProperties".split(),
)
def test_names_that_only_sound_like_secrets_keep_their_values(name):
    assert not is_secret_name(name)
    assert redact({name: "01389af5911f49878d68c29136648b8d"})[name].startswith("0138")


@pytest.mark.parametrize(
    "text",
    [
        CONNECTION,
        "Endpoint=sb://x.example/;SharedAccessKeyName=r;SharedAccessKey=abcdefgh",
        "https://a.example/c?sv=2022&sig=abcdefghijk%3D",
        "postgres://user:passw0rd@db.example/x",
        "Server=x;User Id=y;Password=abcdef12;",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x",
        "A" * 86 + "==",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_texts_in_the_form_of_secrets_are_known(text):
    assert holds_secret(text)


def _everything(file):
    stock = take_stock([file])
    held = [[to_json(each.body), to_json(each.name), repr(each)] for each in file.resources]
    rdf = "".join(nquads(estate_rdf.quads(reported(stock), (), datetime(2026, 1, 1))))
    opened = [repr(gap) for gap in stock[0].unresolved]
    return json.dumps([report_json([file]), held, opened, rdf])


TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {
        "adminPassword": {"type": "secureString", "defaultValue": PLANTED},
        "settings": {"type": "secureObject", "defaultValue": {"inner": PLANTED}},
        "openAiKey": {"type": "string", "defaultValue": PLANTED},
        "given": {"type": "secureString"},
        "mode": {"type": "bool"},
        "named": {"type": "string"},
    },
    "variables": {
        "apiKey": PLANTED,
        "derived": "[base64(concat(variables('apiKey'), parameters('adminPassword')))]",
        "connection": f"[concat('AccountKey=', '{PLANTED}', parameters('named'))]",
    },
    "resources": [
        {
            "type": "Microsoft.CognitiveServices/accounts",
            "apiVersion": "2025-06-01",
            "name": "ai",
            "location": "[parameters('openAiKey')]",
            "kind": f"[if(parameters('mode'), '{CONNECTION}', 'b')]",
            "properties": {
                "a": "[parameters('adminPassword')]",
                "b": "[parameters('settings').inner]",
                "c": "[concat(parameters('openAiKey'), 'x')]",
                "d": "[variables('derived')]",
                "e": CONNECTION,
                "f": "[variables('connection')]",
                "g": "[parameters('given')]",
                "h": [{"name": "OPENAI_API_KEY", "value": PLANTED}],
                "i": f"[if(parameters('mode'), '{CONNECTION}', parameters('named'))]",
                "credentials": {"key": PLANTED, "nested": {"deep": [PLANTED]}},
            },
            "resources": [
                {
                    "type": "connections",
                    "name": f"[format('{{0}};AccountKey={PLANTED}', parameters('named'))]",
                    "properties": {"authType": "ApiKey", "credentials": {"key": PLANTED}},
                }
            ],
        },
        {
            "type": "Microsoft.Resources/deployments",
            "name": "linked",
            "properties": {
                "templateLink": {"uri": f"https://a.example/t.json?sv=1&sig={PLANTED}"},
                "parameters": {"password": {"value": PLANTED}},
            },
        },
    ],
}


def test_templates():
    settings = with_parameters(Settings(), [], [f"given={PLANTED}"])
    file = read_content("t.json", json.dumps(TEMPLATE).encode(), settings)
    assert len(file.resources) == 2
    assert PLANTED not in _everything(file)


def test_parameter_files(tmp_path):
    path = tmp_path / "p.json"
    values = {"named": {"value": CONNECTION}, "openAiKey": {"value": PLANTED}}
    path.write_text(json.dumps({"parameters": values}), "utf-8")
    settings = with_parameters(Settings(), [path])
    file = read_content("t.json", json.dumps(TEMPLATE).encode(), settings)
    assert PLANTED not in _everything(file)


def test_objects_of_azure():
    account = {
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
        "type": "Microsoft.CognitiveServices/accounts",
        "kind": "OpenAI",
        "location": "uksouth",
        "properties": {
            "key1": PLANTED,
            "keys": {"key2": PLANTED},
            "apiProperties": {"x": CONNECTION},
        },
    }
    file = read_content("a.json", json.dumps([account]).encode(), Settings())
    assert len(file.resources) == 1
    assert PLANTED not in _everything(file)


def test_plans_of_terraform():
    values = {
        "name": "ai",
        "location": "uksouth",
        "primary_access_key": PLANTED,
        "custom_subdomain_name": PLANTED,
        "network_acls": [{"default_action": "Deny", "ip_rules": [PLANTED]}],
    }
    change = {
        "address": "azurerm_cognitive_account.ai",
        "mode": "managed",
        "type": "azurerm_cognitive_account",
        "name": "ai",
        "change": {
            "actions": ["create"],
            "after": values,
            "after_unknown": {},
            "after_sensitive": {
                "custom_subdomain_name": True,
                "network_acls": [{"ip_rules": [True]}],
            },
        },
    }
    plan = {"format_version": "1.2", "resource_changes": [change]}
    file = read_content("p.json", json.dumps(plan).encode(), Settings())
    assert file.resources[0].get("properties", "networkAcls", "defaultAction") == "Deny"
    assert PLANTED not in _everything(file)


def test_states_of_terraform():
    instance = {
        "attributes": {"name": "ai", "custom": {"x": PLANTED, "y": "kept"}, "location": "uksouth"},
        "sensitive_attributes": [
            [{"type": "get_attr", "value": "custom"}, {"type": "get_attr", "value": "x"}]
        ],
    }
    group = {"mode": "managed", "type": "azurerm_cognitive_account", "name": "ai"}
    state = {
        "version": 4,
        "terraform_version": "1.9.0",
        "resources": [{**group, "instances": [instance]}],
    }
    file = read_content("s.tfstate", json.dumps(state).encode(), Settings())
    assert file.resources[0].get("properties", "custom", "y") == "kept"
    assert PLANTED not in _everything(file)


def test_exports_of_pulumi():
    hidden = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    state = {
        "urn": "urn:pulumi:dev::p::azure-native:cognitiveservices:Account::ai",
        "type": "azure-native:cognitiveservices:Account",
        "inputs": {
            "accountName": "ai",
            "location": "uksouth",
            "properties": {"plain": {**hidden, "plaintext": PLANTED}, "apiKey": PLANTED},
        },
    }
    export = {"version": 3, "deployment": {"resources": [state]}}
    file = read_content("e.json", json.dumps(export).encode(), Settings())
    assert file.resources[0].name == "ai"
    assert PLANTED not in _everything(file)


def test_errors_name_no_content():
    file = read_content("t.json", f'{{"a": "{PLANTED}" "b"}}'.encode(), Settings())
    assert file.errors
    assert PLANTED not in _everything(file)


LISTED = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
    "type": "Microsoft.CognitiveServices/accounts",
    "kind": "OpenAI",
    "tags": {"owner": CONNECTION, "environment": "test"},
    "properties": {
        "primaryKey": PLANTED,
        "plain": {"connectionString": CONNECTION, "inner": [{"name": "API_KEY", "value": PLANTED}]},
        "raw": CONNECTION,
        "kept": "https://a.example/",
    },
}


@pytest.mark.parametrize(
    "content",
    [TEMPLATE, [LISTED], [LISTED, {**LISTED, "location": CONNECTION, "kind": CONNECTION}]],
    ids=["template", "listing", "two definitions"],
)
def test_all_that_is_written_as_rdf(content):
    estate = KnowledgeGraph().estate(["-"], stdin=json.dumps(content).encode())
    now = datetime(2026, 1, 1)
    written = "".join(
        nquads(estate_rdf.quads(estate.reported(), estate.deployments, now, estate.described))
    )
    assert "EstateFile" in written
    assert "reportsValue" in written
    assert PLANTED not in written
    assert content is TEMPLATE or "https://a.example/" in written


SOURCES = {
    "main.bicep": f"""
@secure()
param token string = '{PLANTED}'
param openAiKey string = '{PLANTED}'
param named string
var apiKey = '{PLANTED}'
resource a 'Microsoft.CognitiveServices/accounts@2025-06-01' = {{
  name: 'ai-${{apiKey}}'
  location: openAiKey
  kind: named == 'x' ? '{CONNECTION}' : 'b'
  properties: {{
    a: token
    b: base64('${{apiKey}}${{token}}')
    c: '{CONNECTION}'
    d: unheardOf('{CONNECTION}')
    credentials: {{ key: '{PLANTED}' }}
    settings: [{{ name: 'OPENAI_API_KEY', value: '{PLANTED}' }}]
    e: '${{named}};AccountKey={PLANTED}'
  }}
}}
""",
    "main.tf": f"""
variable "password" {{ default = "{PLANTED}" }}
variable "hidden" {{
  default   = "{PLANTED}"
  sensitive = true
}}
locals {{ api_key = "{PLANTED}" }}
resource "azurerm_cognitive_account" "a" {{
  name               = "ai-${{local.api_key}}"
  location           = var.password
  kind               = var.x ? "{CONNECTION}" : "b"
  primary_access_key = "{PLANTED}"
  a                  = base64encode("{CONNECTION}")
  b                  = "${{var.x}};AccountKey={PLANTED}"
  c                  = var.hidden
  storage {{
    connection_string = "{PLANTED}"
  }}
}}
""",
    "az.yml": f"""
id: /subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w
name: w
primary_key: {PLANTED}
storage_account: {CONNECTION}
tags: {{clientSecret: {PLANTED}}}
""",
}


@pytest.mark.parametrize("name", SOURCES)
def test_source(name):
    file = read_content(name, SOURCES[name].encode(), Settings())
    assert len(file.resources) == 1
    assert not file.errors
    assert PLANTED not in _everything(file)
