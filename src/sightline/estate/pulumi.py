"""Read exports and previews of Pulumi, of its providers azure-native and azure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sightline.estate.arm import Reading
from sightline.estate.azure_objects import parse_id, scope_of
from sightline.estate.jsonc import Located, Text
from sightline.estate.partial import text
from sightline.estate.resources import resource
from sightline.estate.secrets import secret
from sightline.estate.settings import Meter
from sightline.estate.terraform_names import ACCOUNTS, TYPES, WORKSPACES, translated
from sightline.estate.values import Value, look, member, unknown

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"

NATIVE: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("cognitiveservices", "account"): (ACCOUNTS, ("accountName",)),
    ("cognitiveservices", "deployment"): (
        f"{ACCOUNTS}/deployments",
        ("accountName", "deploymentName"),
    ),
    ("cognitiveservices", "project"): (f"{ACCOUNTS}/projects", ("accountName", "projectName")),
    ("cognitiveservices", "raipolicy"): (
        f"{ACCOUNTS}/raiPolicies",
        ("accountName", "raiPolicyName"),
    ),
    ("cognitiveservices", "accountconnection"): (
        f"{ACCOUNTS}/connections",
        ("accountName", "connectionName"),
    ),
    ("cognitiveservices", "projectconnection"): (
        f"{ACCOUNTS}/projects/connections",
        ("accountName", "projectName", "connectionName"),
    ),
    ("cognitiveservices", "accountcapabilityhost"): (
        f"{ACCOUNTS}/capabilityHosts",
        ("accountName", "capabilityHostName"),
    ),
    ("machinelearningservices", "workspace"): (WORKSPACES, ("workspaceName",)),
    ("machinelearningservices", "serverlessendpoint"): (
        f"{WORKSPACES}/serverlessEndpoints",
        ("workspaceName", "name"),
    ),
    ("machinelearningservices", "onlineendpoint"): (
        f"{WORKSPACES}/onlineEndpoints",
        ("workspaceName", "endpointName"),
    ),
    ("search", "service"): ("Microsoft.Search/searchServices", ("searchServiceName",)),
    ("insights", "diagnosticsetting"): ("Microsoft.Insights/diagnosticSettings", ("name",)),
    ("network", "privateendpoint"): (
        "Microsoft.Network/privateEndpoints",
        ("privateEndpointName",),
    ),
    ("authorization", "roleassignment"): (
        "Microsoft.Authorization/roleAssignments",
        ("roleAssignmentName",),
    ),
    ("resources", "resourcegroup"): (
        "Microsoft.Resources/resourceGroups",
        ("resourceGroupName",),
    ),
    ("storage", "storageaccount"): ("Microsoft.Storage/storageAccounts", ("accountName",)),
}
"""Module and type of azure-native, in lower case -> type of Azure and the inputs that name it."""

CLASSIC = {
    "azure:cognitive/account:account": "azurerm_cognitive_account",
    "azure:cognitive/deployment:deployment": "azurerm_cognitive_deployment",
    "azure:cognitive/aiservices:aiservices": "azurerm_ai_services",
    "azure:cognitive/accountcustomermanagedkey:accountcustomermanagedkey": (
        "azurerm_cognitive_account_customer_managed_key"
    ),
    "azure:cognitive/accountraipolicy:accountraipolicy": "azurerm_cognitive_account_rai_policy",
    "azure:cognitive/accountproject:accountproject": "azurerm_cognitive_account_project",
    "azure:aifoundry/hub:hub": "azurerm_ai_foundry",
    "azure:aifoundry/project:project": "azurerm_ai_foundry_project",
    "azure:machinelearning/workspace:workspace": "azurerm_machine_learning_workspace",
    "azure:search/service:service": "azurerm_search_service",
    "azure:monitoring/diagnosticsetting:diagnosticsetting": "azurerm_monitor_diagnostic_setting",
    "azure:privatelink/endpoint:endpoint": "azurerm_private_endpoint",
    "azure:authorization/assignment:assignment": "azurerm_role_assignment",
    "azure:core/resourcegroup:resourcegroup": "azurerm_resource_group",
    "azure:storage/account:account": "azurerm_storage_account",
}
"""Type of the provider azure, in lower case -> type of azurerm, which it wraps."""

SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def read_pulumi(document: Mapping[str, Any], source: Text, meter: Meter) -> Reading:
    """Read the resources of an export, or those that a preview will leave."""
    states = list(_states(document))
    named = {str(member(state, "urn")): state for _, state in states}
    reading = Reading()
    for path, state in states:
        meter.resource()
        token = str(member(state, "type"))
        outputs = member(state, "outputs")
        inputs = member(state, "inputs")
        held = outputs if isinstance(outputs, Mapping) and outputs else inputs
        values = _opened(held, path, meter)
        given = _opened(inputs, path, meter)
        if not isinstance(values, Mapping):
            values = {}
        if not isinstance(given, Mapping):
            given = {}
        identity = member(state, "id")
        identity = identity if isinstance(identity, str) and identity.startswith("/") else ""
        kind, name, body = _told(token, {**given, **values}, given, state, named)
        known = "/".join(parse_id(identity)[1])
        if kind and known.count("/") == kind.count("/") - 1 and known:
            name = known
        if kind:
            reading.resources.append(
                resource(
                    kind,
                    name if name is not None else unknown(f"{path}.name", "absent"),
                    body,
                    path,
                    (source, state) if isinstance(state, Located) else None,
                    id=identity,
                    live=bool(identity),
                    group=scope_of(identity).lower() or None,
                )
            )
    return reading


def _states(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    resources = look(document, "deployment", "resources")
    if isinstance(resources, list):
        for index, each in enumerate(resources):
            if isinstance(each, Mapping) and member(each, "delete") is not True:
                yield f"deployment.resources[{index}]", each
    steps = member(document, "steps")
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        state = member(step, "newState")
        if isinstance(state, Mapping) and not str(member(step, "op")).startswith("delete"):
            yield f"steps[{index}].newState", state


def _told(
    token: str,
    values: Mapping[str, Value],
    given: Mapping[str, Value],
    state: Mapping[str, Any],
    named: Mapping[str, Mapping[str, Any]],
) -> tuple[str, Value, dict[str, Value]]:
    provider, _, rest = token.partition(":")
    if provider == "azure-native":
        module, _, own = rest.partition(":")
        key = (module.partition("/")[0].lower(), own.lower())
        kind, keys = NATIVE.get(key, (token, ("name",)))
        names = [_name(each, values, given, state, named) for each in keys]
        if all(name is None for name in names):
            names = [values.get("name")]
        body = {k: v for k, v in values.items() if k not in keys and not k.startswith("__")}
        body.pop("name", None)
        return kind, _joined(names, f"{token}.name"), body
    if token.lower() in CLASSIC:
        kind = CLASSIC[token.lower()]
        snake = {SNAKE.sub("_", key).lower(): each for key, each in values.items()}
        snake = {key: _snaked(each) for key, each in snake.items()}
        above = TYPES[kind][1]
        names = [values.get("name")]
        if above:
            names.insert(0, _name("cognitiveAccountId", values, given, state, named))
        return TYPES[kind][0], _joined(names, f"{token}.name"), translated(kind, snake)
    if provider == "azure":
        return token, values.get("name"), {"properties": dict(values)}
    return "", None, {}


def _name(
    key: str,
    values: Mapping[str, Value],
    given: Mapping[str, Value],
    state: Mapping[str, Any],
    named: Mapping[str, Mapping[str, Any]],
) -> Value:
    value = given.get(key, values.get(key))
    if isinstance(value, str):
        return "/".join(parse_id(value)[1]) or value
    needed = look(state, "propertyDependencies", key)
    for urn in needed if isinstance(needed, list) else []:
        other = look(named.get(str(urn), {}), "inputs")
        for candidate in ("accountName", "workspaceName", "name"):
            if isinstance(member(other, candidate), str) and member(other, candidate) != UNKNOWN:
                return member(other, candidate)
        return unknown(str(urn).rpartition("::")[2], "runtime", identity=("pulumi", str(urn)))
    if value is None and key in ("accountName", "workspaceName"):
        urn = member(state, "urn")
        return unknown(f"{urn}".rpartition("::")[2], "runtime", identity=("pulumi", str(urn)))
    return value


def _joined(names: list[Value], expression: str) -> Value:
    parts: list[Value] = []
    for name in names:
        if name is not None:
            parts += ["/", name] if parts else [name]
    return text(parts, expression) if parts else None


def _snaked(value: Value) -> Value:
    if isinstance(value, list):
        return [_snaked(each) for each in value]
    if isinstance(value, Mapping):
        return {SNAKE.sub("_", str(key)).lower(): _snaked(each) for key, each in value.items()}
    return value


def _opened(value: Any, path: str, meter: Meter) -> Value:
    """Turn the marks that Pulumi leaves for unknown and secret values into what they mean."""
    meter.step()
    if value == UNKNOWN:
        return unknown(path, "runtime")
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET or "ciphertext" in value:
            return secret(path)
        return {
            key: _opened(each, f"{path}.{key}", meter)
            for key, each in value.items()
            if key != SIGNATURE
        }
    if isinstance(value, list):
        return [_opened(each, f"{path}[{i}]", meter) for i, each in enumerate(value)]
    return value
