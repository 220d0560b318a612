"""Properties become facets as the mappings say, and nothing is assumed that a file leaves open."""

import json

import pytest

from sightline.errors import InputError
from sightline.estate import NOT_LISTED, Settings, read_attachments
from sightline.graph import KnowledgeGraph

SUB = "/subscriptions/{}/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{}"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TYPES = {"standard", "data-zone", "global"}


@pytest.fixture(scope="module")
def graph():
    return KnowledgeGraph()


def deployment(sku="GlobalStandard", name="chat/main", **properties):
    model = {"format": "OpenAI", "name": "gpt-4o", "version": "1"}
    return {
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "name": name,
        **({"sku": {"name": sku}} if sku else {}),
        "properties": {"model": model, **properties},
    }


def account(location="swedencentral", kind="AIServices", **more):
    properties = more.pop("properties", {})
    return {
        "type": "Microsoft.CognitiveServices/accounts",
        "name": "chat",
        "kind": kind,
        "location": location,
        "properties": properties,
        **more,
    }


def template(*resources, **parameters):
    return {"$schema": SCHEMA, "parameters": parameters, "resources": list(resources)}


def live(name, subscription="s1", capabilities=(), deployments=(), **more):
    path = SUB.format(subscription, name)
    properties = {"provisioningState": "Succeeded", "capabilities": list(capabilities)}
    own = {**account(**more), "id": path, "name": name}
    own["properties"] = properties | own["properties"]
    inner = [
        {**deployment(name=each), "id": f"{path}/deployments/{each}", "name": each}
        for each in deployments
    ]
    return [own, *inner]


def read(graph, *documents, tmp_path=None, **more):
    """Read documents as files of one estate; the last is given on standard input."""
    estate = graph.estate(["-"], stdin=json.dumps(documents[-1]).encode(), **more)
    assert not estate.errors
    return estate.deployments


def only(graph, *resources, **more):
    found = read(graph, template(*resources), **more)
    assert len(found) == 1
    return found[0]


def open_facets(one):
    return {each.facet: each for each in one.unsettled}


@pytest.mark.parametrize(
    ("sku", "types", "workload"),
    [
        ("Standard", {"standard"}, "real-time"),
        ("globalstandard", {"global"}, "real-time"),
        ("DataZoneStandard", {"data-zone"}, "real-time"),
        ("GlobalProvisionedManaged", {"global"}, "real-time"),
        ("DataZoneProvisionedManaged", {"data-zone"}, "real-time"),
        ("GlobalBatch", {"global"}, "batch"),
        ("DataZoneBatch", {"data-zone"}, "batch"),
        ("ProvisionedManaged", TYPES, "real-time"),
        ("DeveloperTier", TYPES, "real-time"),
        ("LowPriority", TYPES, None),
        ("SomethingNew", TYPES, None),
        (None, TYPES, None),
    ],
)
def test_sku(graph, sku, types, workload):
    one = only(graph, account(), deployment(sku))
    assert set(one.configuration["deployment-type"]) == types
    assert one.configuration.get("workload") == ((workload,) if workload else None)
    assert ("deployment-type" in open_facets(one)) == (len(types) > 1)


def test_an_unknown_sku_states_no_place_of_processing(graph):
    for form in ("OpenAI", "Microsoft"):  # a serverless API without a type is read as standard
        model = {"format": form, "name": "m"}
        one = only(graph, account(), deployment("SomethingNew", model=model))
        (found,) = graph.access_estate([one], data="prompts", activity="inference")
        assert all(not row.aspects.get("processing_place") for row in found.answer.rows)


def test_the_place_of_an_account_is_that_of_its_deployments(graph):
    assert only(graph, account("Sweden Central"), deployment()).configuration["region"] == (
        "swedencentral",
    )


def test_an_unknown_region_stays_unknown_with_a_note(graph):
    one = only(graph, account("atlantis"), deployment())
    assert "region" not in one.configuration
    assert open_facets(one)["region"].expression == "atlantis"
    assert open_facets(one)["region"].reason == "unknown-value"


def test_a_bounded_parameter_gives_candidates(graph):
    where = {"type": "string", "allowedValues": ["eastus", "westeurope"]}
    found = read(graph, template(account("[parameters('where')]"), deployment(), where=where))
    assert found[0].configuration["region"] == ("eastus", "westeurope")
    assert open_facets(found[0])["region"].settle == "--set-parameter where"
    kind = {"type": "string", "allowedValues": ["Standard", "GlobalStandard"]}
    found = read(graph, template(account(), deployment("[parameters('kind')]"), kind=kind))
    assert found[0].configuration["deployment-type"] == ("global", "standard")
    assert found[0].configuration["workload"] == ("real-time",)


def test_content_logging_false_in_a_running_account(graph):
    off = {"name": "ContentLogging", "value": "False"}
    found = read(graph, live("a", capabilities=[off], deployments=["d"]))
    assert found[0].configuration["content-logging"] == ("false",)
    (answer,) = graph.access_estate(found, activity="human-review", data="prompts")
    assert {row.verdict for row in answer.answer.rows} == {"prohibited"}


def test_content_logging_absent_from_a_running_account(graph):
    found = read(graph, live("a", deployments=["d"]))
    assert found[0].configuration["content-logging"] == ("absent",)


def test_content_logging_absent_from_a_template(graph):
    assert "content-logging" not in only(graph, account(), deployment()).configuration


def test_an_approval_holds_for_its_subscription_only(graph):
    off = {"name": "ContentLogging", "value": "false"}
    found = read(
        graph,
        live("a", "s1", [off], ["d"]) + live("b", "s1", [], ["e"]) + live("c", "s2", [], ["f"]),
    )
    by_name = {each.name: each.configuration for each in found}
    approved = ("approved",)
    assert by_name["e"]["modified-abuse-monitoring"] == approved
    assert by_name["e"]["content-logging"] == ("absent",)  # approved, but not configured off
    assert "modified-abuse-monitoring" not in by_name["f"]


def test_the_capability_of_a_customer_key_is_no_key(graph):
    supported = {"name": "CustomerManagedKey"}
    found = read(graph, live("a", capabilities=[supported], deployments=["d"]))
    assert found[0].configuration["customer-managed-key"] == ("no",)
    properties = {"capabilities": [supported]}
    one = only(graph, account(properties=properties), deployment())
    assert "customer-managed-key" not in one.configuration
    properties = {"encryption": {"keySource": "microsoft.keyvault"}}
    one = only(graph, account(properties=properties), deployment())
    assert one.configuration["customer-managed-key"] == ("yes",)


@pytest.mark.parametrize(
    ("properties", "network"),
    [
        ({}, None),
        ({"publicNetworkAccess": "disabled"}, "private"),
        ({"publicNetworkAccess": "Enabled"}, "public"),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Deny"}}, "private"),
        (
            {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "192.0.2.1"}]}},
            "public",
        ),
    ],
)
def test_network(graph, properties, network):
    one = only(graph, account(properties=properties), deployment())
    assert one.configuration.get("network") == ((network,) if network else None)


def test_resource_graph_lists_no_deployments_which_are_unknown_and_not_none(graph):
    row = {**live("a")[0], "type": "microsoft.cognitiveservices/accounts"}
    found = read(graph, {"count": 1, "data": [row], "total_records": 1})
    assert [each.name for each in found] == [NOT_LISTED]
    assert set(found[0].configuration["deployment-type"]) == TYPES
    assert open_facets(found[0])["deployments"].reason == "not-listed"
    speech = {**row, "kind": "SpeechServices"}
    assert read(graph, {"count": 1, "data": [speech], "total_records": 1}) == ()


def test_another_publisher_inherits_no_statement(graph):
    model = {"format": "Anthropic", "name": "claude", "version": "1"}
    one = only(graph, account(), deployment(model=model))
    assert one.ungoverned
    assert "offering" not in one.configuration
    (found,) = graph.access_estate([one])
    assert (found.answer.complete, found.answer.rows) == (False, ())
    assert found.answer.incomplete_because == one.ungoverned


def test_spillover_unites_the_places_of_both(graph):
    found = read(
        graph,
        template(
            account(),
            deployment("Standard", spilloverDeploymentName="More"),
            deployment("GlobalStandard", name="chat/more"),
        ),
    )
    types = {each.name: each.configuration["deployment-type"] for each in found}
    assert types == {"main": ("global", "standard"), "more": ("global",)}
    lost = only(graph, account(), deployment("Standard", spilloverDeploymentName="elsewhere"))
    assert set(lost.configuration["deployment-type"]) == TYPES


def test_a_router_counts_for_all_models_that_it_chooses_from(graph):
    router = {"format": "OpenAI", "name": "model-router", "version": "1"}
    assert only(graph, account(), deployment(model=router)).ungoverned
    routing = {"models": [{"format": "OpenAI", "name": "a"}, {"format": "DeepSeek", "name": "b"}]}
    assert only(graph, account(), deployment(model=router, routing=routing)).ungoverned
    routing = {"models": [{"format": "OpenAI", "name": "a"}]}
    assert not only(graph, account(), deployment(model=router, routing=routing)).ungoverned


def test_a_content_filter_is_read_through_its_policy(graph):
    def policy(*enabled):
        return {
            "type": "Microsoft.CognitiveServices/accounts/raiPolicies",
            "name": "chat/mine",
            "properties": {"contentFilters": [{"name": "hate", "enabled": e} for e in enabled]},
        }

    for enabled, expected in (((True, False), ("on",)), ((False,), ("off",))):
        found = only(graph, account(), policy(*enabled), deployment(raiPolicyName="mine"))
        assert found.configuration["content-filter"] == expected
    one = only(graph, account(), deployment(raiPolicyName="elsewhere"))
    assert "content-filter" not in one.configuration


def test_endpoints_of_workspaces(graph):
    kind = "Microsoft.MachineLearningServices/workspaces"
    model = {"modelSettings": {"modelId": "azureml://registries/r/models/m"}}
    one = only(
        graph,
        {"type": f"{kind}/serverlessEndpoints", "name": "w/s", "location": "eastus",
         "properties": model},
    )  # fmt: skip
    assert one.configuration["offering"] == ("serverless-api",)
    assert one.configuration["region"] == ("eastus",)
    online = {
        "type": f"{kind}/onlineEndpoints/deployments",
        "name": "w/e/blue",
        "location": "eastus",
        "properties": {"endpointComputeType": "Managed"},
    }
    assert only(graph, online).configuration["offering"] == ("managed-compute",)
    online["properties"]["endpointComputeType"] = "Kubernetes"
    assert only(graph, online).ungoverned


def test_deployments_share_an_answer_per_configuration(graph):
    resources = [deployment(name=f"chat/d{n}") for n in range(3)] + [deployment("Standard")]
    found = graph.access_estate(read(graph, template(account(), *resources)), data="prompts")
    assert sorted(len(each.deployments) for each in found) == [1, 3]


def test_tags_and_attachments(graph, tmp_path):
    tagged = account(tags={"Owner": "Ada", "CostOwner": "Bob", "env": "test"})
    assert only(graph, tagged, deployment()).attributes["owner"] == "Ada"
    assert only(graph, tagged, deployment()).attributes["environment"] == "test"
    tags = {"owner": "CostOwner"}
    assert only(graph, tagged, deployment(), tags=tags).attributes["owner"] == "Bob"
    path = tmp_path / "a.csv"
    path.write_text("account,deployment,owner,dataset\nch*,,Eve,tickets\n", encoding="utf-8")
    one = only(graph, tagged, deployment(), attachments=read_attachments(path))
    assert (one.attributes["owner"], one.attributes["dataset"]) == ("Eve", "tickets")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "- deployment: a\n  owner: b\n- owner: c\n", "line 3: .*selects no deployment"),
        ("a.yaml", "- deployment: a\n  onwer: b\n", "line 1: 'onwer'"),
        ("a.yaml", "- deployment: a\n  owner: [b]\n", "line 2: a value is no text"),
        ("a.yaml", "- deployment: a\n  owner: [b\n", "line 3"),
        ("a.yaml", "owner: b\n", "line 1: it is no list"),
        ("a.csv", "deployment,owner\na,b\nc\n", "line 3: "),
    ],
)
def test_a_fault_of_an_attachment_names_its_line(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_attachments(tmp_path / name)


def test_a_subscription_may_be_given(graph):
    one = only(graph, account(), deployment(), settings=Settings(subscription="s9"))
    assert one.attributes["subscription"] == "s9"


def test_an_account_in_several_regions_may_process_in_any_of_them(graph):
    regions = {"locations": {"regions": [{"name": "West Europe"}, {"name": "northeurope"}]}}
    one = only(graph, account("swedencentral", properties=regions), deployment())
    assert one.configuration["region"] == ("northeurope", "swedencentral", "westeurope")
    assert open_facets(one)["region"].reason == "several"
    regions["locations"]["regions"][0]["name"] = "[parameters('other')]"
    resources = (account(properties=regions), deployment())
    (one,) = read(graph, template(*resources, other={"type": "string"}))
    assert "region" not in one.configuration
    assert open_facets(one)["region"].settle == "--set-parameter other"


def test_az_ml_shows_facets_as_azure_does(graph):
    workspace = "/subscriptions/s/resourceGroups/g/providers/"
    workspace += "Microsoft.MachineLearningServices/workspaces/w"
    endpoint = {
        "id": f"{workspace}/onlineEndpoints/e",
        "location": "westeurope",
        "auth_mode": "key",
        "public_network_access": "disabled",
        "properties": {},
    }
    blue = {
        "id": f"{workspace}/onlineEndpoints/e/deployments/b",
        "endpoint_name": "e",
        "type": "managed",
        "model": "azureml:m:1",
    }
    (one,) = read(graph, [endpoint, blue])
    assert one.configuration["offering"] == ("managed-compute",)
    assert one.configuration["network"] == ("private",)
    assert one.configuration["region"] == ("westeurope",)
    assert read(graph, [endpoint, blue | {"type": "kubernetes"}])[0].ungoverned


def test_what_no_mapping_reads_is_counted(graph):
    properties = {
        "publicNetworkAccess": "Enabled",
        "userOwnedStorage": [{"resourceId": "/x"}],
        "networkAcls": {"defaultAction": "Allow", "bypass": "AzureServices"},
        "locations": {"routingMethod": "Priority", "regions": [{"name": "eastus", "value": 1}]},
    }
    host = {
        "type": "Microsoft.CognitiveServices/accounts/capabilityHosts",
        "name": "chat/agents",
        "properties": {"threadStorageConnections": ["a"], "vectorStoreConnections": ["b"]},
    }
    setting = {
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": "d",
        "properties": {"workspaceId": "/w", "logs": [{"category": "Audit"}]},
    }
    other = {"type": "Microsoft.Web/sites", "name": "w", "properties": {"x": 1}}
    content = template(account(properties=properties), host, setting, other)
    estate = graph.estate(["-"], stdin=json.dumps(content).encode())
    (found,) = estate.unread()
    assert {path.removeprefix("properties."): count for (_, path), count in found.items()} == {
        "userOwnedStorage": 1,
        "networkAcls.bypass": 1,
        "locations.routingMethod": 1,
        "locations.regions.value": 1,
        "threadStorageConnections": 1,
        "vectorStoreConnections": 1,
        "logs": 1,
        "workspaceId": 1,
    }
