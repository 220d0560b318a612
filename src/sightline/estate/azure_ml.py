"""Translate what version 2 of ``az ml`` prints and reads into the names of Azure itself.

A key without a translation is kept below ``properties`` as it is called there.
"""

import re
from collections.abc import Mapping
from typing import Any

from sightline.estate.jsonc import Located
from sightline.estate.partial import text
from sightline.estate.placed import Placed
from sightline.estate.values import Value, unknown

PROVIDER = "Microsoft.MachineLearningServices"
WORKSPACES = f"{PROVIDER}/workspaces"
SCHEMA = re.compile(r"azuremlschemas.*?/(\w+)\.schema\.json", re.IGNORECASE)
SCHEMAS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "workspace": (WORKSPACES, {}),
    "hub": (WORKSPACES, {"kind": "hub"}),
    "workspacehub": (WORKSPACES, {"kind": "hub"}),
    "project": (WORKSPACES, {"kind": "project"}),
    "managedonlineendpoint": (f"{WORKSPACES}/onlineEndpoints", {"kind": "Managed"}),
    "kubernetesonlineendpoint": (f"{WORKSPACES}/onlineEndpoints", {"kind": "Kubernetes"}),
    "managedonlinedeployment": (f"{WORKSPACES}/onlineEndpoints/deployments", {"type": "managed"}),
    "kubernetesonlinedeployment": (
        f"{WORKSPACES}/onlineEndpoints/deployments",
        {"type": "kubernetes"},
    ),
    "serverlessendpoint": (f"{WORKSPACES}/serverlessEndpoints", {}),
    "marketplacesubscription": (f"{WORKSPACES}/marketplaceSubscriptions", {}),
}
"""Name of a schema in lower case -> the type of Azure, and what it says besides."""

MARKS = frozenset(
    "auth_mode scoring_uri endpoint_name model_id marketplace_plan mlflow_tracking_uri key_vault "
    "managed_network provisioning_state public_network_access resource_group hbi_workspace "
    "storage_account discovery_url hub_id instance_type egress_public_network_access".split()
)
"""Keys that only this form has."""

OUTER = frozenset({"id", "name", "location", "tags", "kind", "identity", "resourcegroup"})
DROPPED = frozenset({"$schema", "endpoint_name", "resource_group"})
MOVED: Mapping[str, tuple[str, ...]] = {
    "model_id": ("modelSettings", "modelId"),
    "type": ("endpointComputeType",),
    "hub_id": ("hubResourceId",),
    "workspace_hub": ("hubResourceId",),
    "openapi_uri": ("swaggerUri",),
    "status": ("marketplaceSubscriptionStatus",),
}
"""Keys that do not merely lose their underscores; ``model_id`` stays outside serverless ones."""

VERBATIM = frozenset({"properties", "tags", "environment_variables", "traffic", "mirror_traffic"})
"""Keys below which people choose the names."""


def is_machine_learning(node: Mapping[str, Any]) -> bool:
    """Tell whether an object has the form of ``az ml``.

    >>> is_machine_learning({"id": "/x/Microsoft.MachineLearningServices/y/z", "auth_mode": "key"})
    True
    """
    if specified(node):
        return True
    identity = node.get("id")
    if not isinstance(identity, str) or PROVIDER.lower() not in identity.lower():
        return False
    kind = node.get("type")
    return not MARKS.isdisjoint(node) and not (isinstance(kind, str) and "/" in kind)


def specified(node: Mapping[str, Any]) -> str:
    """Give the name of the schema that a specification follows; empty if it is none."""
    schema = node.get("$schema")
    found = SCHEMA.search(schema[:500]) if isinstance(schema, str) else None
    return found[1].lower() if found else ""


def as_azure(node: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Give an object the form of Azure; ``kind`` is its type where an id tells it."""
    schema = specified(node)
    more: Mapping[str, Any] = {}
    if schema:
        found = SCHEMAS.get(schema)
        kind, more = found if found else (f"{PROVIDER}/{schema}", {})
    made: dict[str, Any] = {"type": kind}
    properties: dict[str, Any] = {}
    for key, value in {**more, **node}.items():
        if key.lower() in OUTER:
            made[key] = value
        elif key == "customer_managed_key":
            if isinstance(value, Mapping) and any(value.values()):
                properties["encryption"] = {
                    "status": "Enabled",
                    "keyVaultProperties": _camel(value),
                }
        elif key not in DROPPED and value is not None:
            _put(properties, _path(key, kind), value if key in VERBATIM else _camel(value))
    made["properties"] = properties
    if schema:
        made["name"] = _name(node, kind)
    return made


def _path(key: str, kind: str) -> tuple[str, ...]:
    if key == "model_id" and not kind.lower().endswith("serverlessendpoints"):
        return ("modelId",)
    return MOVED.get(key, (_word(key),))


def _put(properties: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        properties = properties.setdefault(key, {})
    properties[path[-1]] = value


def _name(node: Mapping[str, Any], kind: str) -> Value:
    """Make the name with those above it, which a specification leaves to the command."""
    own = node.get("name")
    if not isinstance(own, str):
        own = unknown("name", "absent", identity=("name", id(node)), segment=True)
    parts: list[Value] = []
    if kind.count("/") > 1:
        workspace = unknown("--workspace-name", "workspace", identity=("workspace",), segment=True)
        parts += [workspace, "/"]
    if kind.count("/") > 2:
        endpoint = node.get("endpoint_name")
        if not isinstance(endpoint, str):
            endpoint = unknown("endpoint_name", "absent", segment=True)
        parts += [endpoint, "/"]
    return text([*parts, own], "name")


def _word(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in rest) if first else key


def _camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        made: dict[str, Any] = Placed.at(value.start) if isinstance(value, Located) else {}
        for key, each in value.items():
            made[_word(str(key))] = each if key in VERBATIM else _camel(each)
        return made
    return [_camel(each) for each in value] if isinstance(value, list) else value
