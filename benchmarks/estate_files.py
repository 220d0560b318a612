"""Write a made-up estate: lists as Azure gives them, and templates, over many files.

Four fifths of the deployments stand in lists of 4,000, the others in templates of 200. An account
has ten deployments. Accounts and deployments are drawn from a number of profiles, so that the
estate has about as many distinct configurations as asked for.
Run: python benchmarks/estate_files.py COUNT FOLDER [CONFIGURATIONS]
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PER_ACCOUNT = 10
_LISTED, _TEMPLATE = 400, 20
"""Accounts in a file."""
_SHARE = 5
"""One deployment in so many stands in a template."""

REGIONS = (
    "eastus eastus2 westus westus3 centralus northcentralus southcentralus westeurope northeurope "
    "swedencentral francecentral germanywestcentral switzerlandnorth uksouth norwayeast "
    "polandcentral italynorth spaincentral canadaeast canadacentral brazilsouth japaneast "
    "koreacentral australiaeast southindia southeastasia uaenorth southafricanorth"
).split()
SKUS = (
    "Standard GlobalStandard GlobalStandard DataZoneStandard GlobalBatch DataZoneBatch "
    "ProvisionedManaged GlobalProvisionedManaged DataZoneProvisionedManaged DeveloperTier"
).split()
MODELS = (
    ("OpenAI", "gpt-4o", "2024-11-20"),
    ("OpenAI", "gpt-4o-mini", "2024-07-18"),
    ("OpenAI", "gpt-4.1", "2025-04-14"),
    ("OpenAI", "o4-mini", "2025-04-16"),
    ("OpenAI", "text-embedding-3-large", "1"),
    ("OpenAI", "gpt-4o.ft-0e7ac9f2", "1"),
    ("Microsoft", "Phi-4", "7"),
    ("Anthropic", "claude-sonnet-4-5", "20250929"),
)
_PROVIDER = "Microsoft.CognitiveServices/accounts"
_API = "2025-06-01"


def write(count: int, folder: Path, configurations: int) -> int:
    """Write ``count`` deployments and give the number of bytes."""
    draw = random.Random(1)
    profiles = list(_profiles(draw, max(1, configurations // PER_ACCOUNT)))
    folder.mkdir(parents=True, exist_ok=True)
    accounts = count // PER_ACCOUNT
    in_templates = accounts // _SHARE
    size = done = number = 0
    while done < accounts:
        listed = done >= in_templates
        span = min(_LISTED if listed else _TEMPLATE, (accounts if listed else in_templates) - done)
        made = [(done + i, draw.choice(profiles)) for i in range(span)]
        content = _list(made) if listed else _template(made)
        path = folder / f"{'list' if listed else 'template'}-{number:05}.json"
        size += path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        done += span
        number += 1
    return size


def _profiles(draw: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """Draw what accounts look like, each with ten kinds of deployments."""
    for _ in range(count):
        yield {
            "region": draw.choice(REGIONS),
            "approved": draw.random() < 0.3,
            "logging": draw.random() < 0.5,
            "kind": draw.choice(("OpenAI", "AIServices")),
            "key": draw.random() < 0.4,
            "network": draw.choice(("Enabled", "Disabled", "Disabled")),
            "local": draw.random() < 0.5,
            "environment": draw.choice(("production", "test", "development")),
            "deployments": [
                (draw.choice(SKUS), draw.choice(MODELS), draw.random() < 0.9)
                for _ in range(PER_ACCOUNT)
            ],
        }


def _account(number: int, profile: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "endpoint": f"https://account-{number}.openai.azure.com/",
        "provisioningState": "Succeeded",
        "customSubDomainName": f"account-{number}",
        "publicNetworkAccess": profile["network"],
        "disableLocalAuth": profile["local"],
        "dateCreated": "2025-03-04T09:11:12.1234567Z",
        "networkAcls": {"defaultAction": "Allow", "virtualNetworkRules": [], "ipRules": []},
        "capabilities": [
            {"name": "VirtualNetworks"},
            {"name": "CustomerManagedKey"},
            {"name": "MaxTokens", "value": "8192"},
        ],
        "privateEndpointConnections": [],
    }
    if profile["approved"] and profile["logging"]:
        properties["capabilities"].append({"name": "ContentLogging", "value": "false"})
    if profile["key"]:
        properties["encryption"] = {
            "keySource": "Microsoft.KeyVault",
            "keyVaultProperties": {
                "keyName": "estate",
                "keyVersion": f"{number:032x}",
                "keyVaultUri": "https://estate.vault.azure.net",
            },
        }
    return {
        "kind": profile["kind"],
        "sku": {"name": "S0"},
        "location": profile["region"],
        "tags": {"environment": profile["environment"], "owner": f"team-{number % 97}"},
        "identity": {"type": "SystemAssigned"},
        "properties": properties,
    }


def _deployment(sku: str, model: tuple[str, str, str], filtered: bool) -> dict[str, Any]:
    publisher, name, version = model
    return {
        "sku": {"name": sku, "capacity": 50},
        "properties": {
            "model": {"format": publisher, "name": name, "version": version},
            "versionUpgradeOption": "OnceNewDefaultVersionAvailable",
            "currentCapacity": 50,
            "capabilities": {"chatCompletion": "true", "maxContextToken": "128000"},
            "raiPolicyName": "Microsoft.DefaultV2" if filtered else "own-filter",
            "provisioningState": "Succeeded",
            "rateLimits": [
                {"key": "request", "renewalPeriod": 60, "count": 50},
                {"key": "token", "renewalPeriod": 60, "count": 50000},
            ],
        },
    }


def _list(made: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """Write accounts and their deployments as one page of the REST interface."""
    value: list[dict[str, Any]] = []
    for number, profile in made:
        # What one account of a subscription shows, an approval, holds for all of them.
        subscription = 2 * (number // 1000) + bool(profile["approved"])
        identity = (
            f"/subscriptions/00000000-0000-4000-8000-{subscription:012}/resourceGroups/"
            f"group-{number // 20}/providers/{_PROVIDER}/account-{number}"
        )
        account = {"id": identity, "name": f"account-{number}", "type": _PROVIDER}
        value.append({**account, **_account(number, profile)})
        for index, kind in enumerate(profile["deployments"]):
            own = {
                "id": f"{identity}/deployments/model-{index}",
                "name": f"model-{index}",
                "type": f"{_PROVIDER}/deployments",
            }
            value.append({**own, **_deployment(*kind)})
    return {"value": value}


def _template(made: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """Write accounts and their deployments as a template whose names and places are expressions."""
    resources: list[dict[str, Any]] = []
    regions = sorted({profile["region"] for _, profile in made})
    for number, profile in made:
        name = f"[format('{{0}}-{number}', parameters('prefix'))]"
        place = f"[parameters('location{regions.index(profile['region'])}')]"
        own = {"type": _PROVIDER, "apiVersion": _API, "name": name}
        resources.append({**own, **_account(number, profile), "location": place})
        for index, kind in enumerate(profile["deployments"]):
            resources.append(
                {
                    "type": f"{_PROVIDER}/deployments",
                    "apiVersion": _API,
                    "name": f"[format('{{0}}-{number}/{{1}}', parameters('prefix'), 'm-{index}')]",
                    "dependsOn": [
                        f"[resourceId('{_PROVIDER}', format('{{0}}-{number}', "
                        "parameters('prefix')))]"
                    ],
                    **_deployment(*kind),
                }
            )
    parameters = {"prefix": {"type": "string", "defaultValue": "account"}}
    for index, region in enumerate(regions):
        parameters[f"location{index}"] = {"type": "string", "defaultValue": region}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {
        "$schema": schema,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "resources": resources,
    }


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    distinct = int(sys.argv[3]) if len(sys.argv) > 3 else min(5000, wanted // 20)
    print(f"{write(wanted, Path(sys.argv[2]), distinct) / 1e6:.0f} MB")
