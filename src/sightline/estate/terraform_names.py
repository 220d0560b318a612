"""Translate resources of the Terraform provider azurerm into the names of Azure itself.

What has no translation is kept below ``properties`` as Terraform calls it.
"""

from collections.abc import Callable, Mapping

from sightline.estate.values import OneOf, Unknown, Value, derived, look

ACCOUNTS = "Microsoft.CognitiveServices/accounts"
WORKSPACES = "Microsoft.MachineLearningServices/workspaces"

TYPES: Mapping[str, tuple[str, str]] = {
    "azurerm_cognitive_account": (ACCOUNTS, ""),
    "azurerm_ai_services": (ACCOUNTS, ""),
    "azurerm_cognitive_account_customer_managed_key": (ACCOUNTS, "cognitive_account_id"),
    "azurerm_cognitive_deployment": (f"{ACCOUNTS}/deployments", "cognitive_account_id"),
    "azurerm_cognitive_account_project": (f"{ACCOUNTS}/projects", "cognitive_account_id"),
    "azurerm_cognitive_account_rai_policy": (f"{ACCOUNTS}/raiPolicies", "cognitive_account_id"),
    "azurerm_cognitive_account_rai_blocklist": (
        f"{ACCOUNTS}/raiBlocklists",
        "cognitive_account_id",
    ),
    "azurerm_ai_foundry": (WORKSPACES, ""),
    "azurerm_ai_foundry_project": (WORKSPACES, ""),
    "azurerm_machine_learning_workspace": (WORKSPACES, ""),
    "azurerm_machine_learning_datastore_blobstorage": (f"{WORKSPACES}/datastores", "workspace_id"),
    "azurerm_machine_learning_datastore_datalake_gen2": (
        f"{WORKSPACES}/datastores",
        "workspace_id",
    ),
    "azurerm_machine_learning_datastore_fileshare": (f"{WORKSPACES}/datastores", "workspace_id"),
    "azurerm_search_service": ("Microsoft.Search/searchServices", ""),
    "azurerm_monitor_diagnostic_setting": ("Microsoft.Insights/diagnosticSettings", ""),
    "azurerm_private_endpoint": ("Microsoft.Network/privateEndpoints", ""),
    "azurerm_role_assignment": ("Microsoft.Authorization/roleAssignments", ""),
    "azurerm_storage_account": ("Microsoft.Storage/storageAccounts", ""),
    "azurerm_key_vault": ("Microsoft.KeyVault/vaults", ""),
    "azurerm_resource_group": ("Microsoft.Resources/resourceGroups", ""),
}
"""Type of azurerm -> type of Azure, and the attribute that holds the id of its parent."""

MANAGED_KEY = "azurerm_cognitive_account_customer_managed_key"

KINDS = {
    "azurerm_ai_services": "AIServices",
    "azurerm_ai_foundry": "Hub",
    "azurerm_ai_foundry_project": "Project",
}

DROPPED = frozenset({"id", "timeouts", "name", "resource_group_name", "cognitive_account_id"})

Convert = Callable[[Value], Value]


def translated(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Translate the attributes of a resource into the body that Azure knows.

    >>> translated("azurerm_cognitive_account", {"local_auth_enabled": False})
    {'properties': {'disableLocalAuth': True}}
    """
    body: dict[str, Value] = {}
    properties: dict[str, Value] = {}
    if kind == MANAGED_KEY:  # a resource of its own that is a property of the account
        return {"properties": {"encryption": _encryption(values)}}
    if kind in KINDS:
        body["kind"] = KINDS[kind]
    for name, value in values.items():
        if name in DROPPED or value is None or value in ([], ""):
            continue
        if name in OUTER:
            path, convert = OUTER[name]
            _place(body, path, convert(value))
        elif name in INNER:
            path, convert = INNER[name]
            _place(properties, path, convert(value))
        else:
            properties[name] = value
    body["properties"] = properties
    return body


def _place(body: dict[str, Value], path: tuple[str, ...], value: Value) -> None:
    for key in path[:-1]:
        body = body.setdefault(key, {})
    old = body.get(path[-1])
    if isinstance(old, dict) and isinstance(value, dict):
        old.update({key: each for key, each in value.items() if each is not None})
    else:
        body[path[-1]] = value


def _same(value: Value) -> Value:
    return value


def block(value: Value) -> Value:
    """Unwrap a nested block, which Terraform writes as a list of one object."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _switch(on: Value, off: Value) -> Convert:
    def convert(value: Value) -> Value:
        if isinstance(value, (Unknown, OneOf)):
            return derived(value.expression, [value], "switch")
        return {True: on, False: off}.get(value, value) if isinstance(value, bool) else value

    return convert


def _renamed(**names: str) -> Convert:
    def rename(value: Value) -> Value:
        value = block(value)
        if not isinstance(value, Mapping):
            return value
        return {names.get(k, k): each for k, each in value.items() if each not in (None, "", [])}

    return rename


def _listed(inner: str, outer: str) -> Convert:
    def convert(value: Value) -> Value:
        if not isinstance(value, list):
            return value
        return [{outer: look(each, inner) if isinstance(each, Mapping) else each} for each in value]

    return convert


def _rules(value: Value) -> Value:
    made = _renamed(
        default_action="defaultAction",
        ip_rules="ipRules",
        virtual_network_rules="virtualNetworkRules",
    )(value)
    if isinstance(made, dict):
        if "ipRules" in made:
            made["ipRules"] = _listed("value", "value")(made["ipRules"])
        if "virtualNetworkRules" in made:
            made["virtualNetworkRules"] = _listed("subnet_id", "id")(made["virtualNetworkRules"])
    return made


def _encryption(value: Value) -> Value:
    held = block(value)
    key = look(held, "key_vault_key_id")
    vault: dict[str, Value] = {"key_vault_key_id": key} if key is not None else {}
    client = look(held, "identity_client_id")
    if client:
        vault["identityClientId"] = client
    return {"keySource": "Microsoft.KeyVault", "keyVaultProperties": vault}


def _scale(value: Value) -> Value:
    return _renamed(type="name")(value)


OUTER: Mapping[str, tuple[tuple[str, ...], Convert]] = {
    "location": (("location",), _same),
    "kind": (("kind",), _same),
    "tags": (("tags",), _same),
    "identity": (("identity",), block),
    "sku_name": (("sku", "name"), _same),
    "sku": (("sku",), lambda v: {"name": v} if isinstance(v, (str, Unknown)) else block(v)),
    "scale": (("sku",), _scale),
    "scope": (("scope",), _same),
    "target_resource_id": (("scope",), _same),
}
INNER: Mapping[str, tuple[tuple[str, ...], Convert]] = {
    "model": (("model",), block),
    "rai_policy_name": (("raiPolicyName",), _same),
    "version_upgrade_option": (("versionUpgradeOption",), _same),
    "dynamic_throttling_enabled": (("dynamicThrottlingEnabled",), _same),
    "public_network_access_enabled": (("publicNetworkAccess",), _switch("Enabled", "Disabled")),
    "public_network_access": (("publicNetworkAccess",), _same),
    "local_auth_enabled": (("disableLocalAuth",), _switch(False, True)),
    "local_authentication_enabled": (("disableLocalAuth",), _switch(False, True)),
    "outbound_network_access_restricted": (("restrictOutboundNetworkAccess",), _same),
    "custom_subdomain_name": (("customSubDomainName",), _same),
    "custom_subdomain": (("customSubDomainName",), _same),
    "fqdns": (("allowedFqdnList",), _same),
    "project_management_enabled": (("allowProjectManagement",), _same),
    "network_acls": (("networkAcls",), _rules),
    "network_injection": (("networkInjections",), _same),
    "storage": (("userOwnedStorage",), _listed("storage_account_id", "resourceId")),
    "customer_managed_key": (("encryption",), _encryption),
    "basePolicyName": (("basePolicyName",), _same),
    "base_policy_name": (("basePolicyName",), _same),
    "content_filter": (("contentFilters",), _same),
    "mode": (("mode",), _same),
    "storage_account_id": (("storageAccount",), _same),
    "key_vault_id": (("keyVault",), _same),
    "application_insights_id": (("applicationInsights",), _same),
    "container_registry_id": (("containerRegistry",), _same),
    "ai_services_hub_id": (("hubResourceId",), _same),
    "log_analytics_workspace_id": (("workspaceId",), _same),
    "eventhub_authorization_rule_id": (("eventHubAuthorizationRuleId",), _same),
    "enabled_log": (("logs",), _same),
    "principal_id": (("principalId",), _same),
    "role_definition_name": (("roleDefinitionName",), _same),
    "role_definition_id": (("roleDefinitionId",), _same),
    "principal_type": (("principalType",), _same),
    "private_service_connection": (("privateLinkServiceConnections",), _same),
}
"""Attribute -> where Azure has it, below the resource or below its properties."""
