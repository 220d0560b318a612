"""The Authorization API 1.0 as its certification asks for it, and silence that is no denial."""

import pytest

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
CONFIGURATION = {"offering": "azure-openai", "region": "swedencentral", "deployment-type": "global"}
SUBJECT = {"type": "actor", "id": "azure-openai-service"}
RESOURCE = {"type": "data", "id": "prompts"}
ACTION = {"name": "process"}
CONTEXT = {"configuration": CONFIGURATION, "activity": "inference"}
PERMITTED = {"subject": SUBJECT, "action": ACTION, "resource": RESOURCE, "context": CONTEXT}


def request(actor, action, data, **context):
    return {
        "subject": {"type": "actor", "id": actor},
        "action": {"name": action},
        "resource": {"type": "data", "id": data},
        "context": {"configuration": CONFIGURATION, **context},
    }


@pytest.mark.parametrize(
    ("asked", "decision", "verdict"),
    [
        (PERMITTED, True, "permitted"),
        (request("openai", "receive", "prompts"), False, "prohibited"),
        (request("human-reviewer", "view", "prompts"), False, "conditional"),
        (request("customer-user", "delete", "prompts"), False, "not-stated"),
        (request("azure-openai-service", "process", "prompts"), False, "mixed"),
        (request("nobody", "view", "prompts"), False, "unknown"),
        (request("openai", "view", "nothing"), False, "unknown"),
        ({**PERMITTED, "context": {"configuration": {"region": "mars"}}}, False, "unknown"),
        ({**PERMITTED, "subject": {"type": "user", "id": "alice"}}, False, "unknown"),
    ],
)
def test_only_what_is_permitted_is_decided_true(api, asked, decision, verdict):
    answer = api.post(EVALUATION, json=asked)
    assert answer.status_code == 200, answer.text
    found, context = answer.json(), answer.json()["context"]
    assert found["decision"] is decision
    assert context["verdict"] == verdict
    assert context["stated_denial"] is (verdict == "prohibited")
    if verdict in ("not-stated", "unknown"):
        assert "neither a permission nor a denial" in context["reason"]
    elif verdict != "not-stated":
        assert context["statements"]
    if verdict == "conditional":
        assert context["conditions"] == ["permitted if flagged and just-in-time approval"]


def test_what_is_mixed_says_where(api):
    asked = request("azure-openai-service", "process", "prompts")
    reason = api.post(EVALUATION, json=asked).json()["context"]["reason"]
    assert "permitted in inference" in reason
    assert "conditional in batch-processing" in reason


def test_the_configuration_may_stand_with_the_resource(api):
    inside = {**RESOURCE, "properties": {"configuration": CONFIGURATION, "color": "red"}}
    asked = {**PERMITTED, "resource": inside, "context": {"activity": "inference"}}
    assert api.post(EVALUATION, json=asked).json()["decision"] is True
    other = {"configuration": {"region": "eastus"}, "activity": "inference"}
    refused = api.post(EVALUATION, json={**asked, "context": other}).json()
    assert refused["decision"] is False
    assert "different values" in refused["context"]["reason"]


def test_unknown_members_are_ignored(api):
    asked = {**PERMITTED, "extra": 1, "context": {**CONTEXT, "time": "2026-11-21T00:00:00Z"}}
    assert api.post(EVALUATION, json=asked).json()["decision"] is True


@pytest.mark.parametrize("name", ["subject", "action", "resource"])
def test_what_is_missing_is_a_bad_request(api, name):
    kept = {key: value for key, value in PERMITTED.items() if key != name}
    assert api.post(EVALUATION, json=kept).status_code == 400
    for member in PERMITTED[name]:
        less = {key: value for key, value in PERMITTED[name].items() if key != member}
        answer = api.post(EVALUATION, json={**PERMITTED, name: less})
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter.missing")
        wrong = {**PERMITTED[name], member: 1}
        answer = api.post(EVALUATION, json={**PERMITTED, name: wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter.value")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"subject": NaN}', "application/json"),
        (b'{"subject": "\\ud800"}', "application/json"),
        (b'{"subject": "\xff"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "application/json"),
        (b"{}", "text/plain"),
        (b"{}", ""),
    ],
)
def test_what_is_no_request_is_a_bad_request(api, content, kind):
    for path in (EVALUATION, EVALUATIONS, "/access/v1/search/subject"):
        headers = {"Content-Type": kind, "X-Request-ID": "a-1"}
        answer = api.post(path, content=content, headers=headers)
        assert answer.status_code == 400, answer.text
        assert answer.headers["x-request-id"] == "a-1"


def test_the_identifier_of_a_request_comes_back(api):
    answer = api.post(EVALUATION, json=PERMITTED, headers={"X-Request-ID": "bfe9-29"})
    assert answer.headers["x-request-id"] == "bfe9-29"
    assert "x-request-id" not in api.post(EVALUATION, json=PERMITTED).headers


def test_defaults_hold_for_what_an_evaluation_leaves_out(api):
    asked = {
        **PERMITTED,
        "evaluations": [{}, {"action": {"name": "train-on"}}, {"subject": {"type": "actor"}}],
    }
    found = api.post(EVALUATIONS, json=asked).json()
    assert found.keys() == {"evaluations"}
    assert [each["decision"] for each in found["evaluations"]] == [True, False, False]
    assert "has no id" in found["evaluations"][2]["context"]["reason"]


def test_an_evaluation_that_lacks_something_fails_alone(api):
    asked = {key: value for key, value in PERMITTED.items() if key != "resource"}
    asked["evaluations"] = [{"resource": RESOURCE}, {}]
    found = api.post(EVALUATIONS, json=asked).json()["evaluations"]
    assert [each["decision"] for each in found] == [True, False]
    assert found[1]["context"]["error"]["code"] == "parameter.missing"


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_semantic_says_when_to_stop(api, semantic, decisions):
    asked = {
        **PERMITTED,
        "options": {"evaluations_semantic": semantic},
        "evaluations": [{}, {"action": {"name": "view"}}, {}],
    }
    found = api.post(EVALUATIONS, json=asked).json()["evaluations"]
    assert [each["decision"] for each in found] == decisions


def test_a_semantic_that_there_is_not(api):
    asked = {**PERMITTED, "options": {"evaluations_semantic": "any"}, "evaluations": [{}]}
    assert api.post(EVALUATIONS, json=asked).status_code == 400


@pytest.mark.parametrize("more", [{}, {"evaluations": []}])
def test_without_evaluations_it_is_one(api, more):
    assert api.post(EVALUATIONS, json={**PERMITTED, **more}).json()["decision"] is True
    assert api.post(EVALUATIONS, json=more).status_code == 400


def searched(sought):
    asked = {**PERMITTED, sought: {"type": PERMITTED[sought].get("type")}}
    if sought == "action":
        del asked["action"]
    return asked


@pytest.mark.parametrize("sought", ["subject", "resource", "action"])
def test_what_is_found_is_permitted_and_nothing_else_is(api, graph, sought):
    asked = searched(sought)
    found = api.post(f"/access/v1/search/{sought}", json=asked).json()
    assert PERMITTED[sought] in found["results"]
    assert found["page"] == {
        "next_token": "",
        "count": len(found["results"]),
        "total": len(found["results"]),
    }
    kind = {"subject": "actor", "resource": "data"}.get(sought, sought)
    for token in graph.knowledge.tokens[kind]:
        entity = {"name": token} if sought == "action" else {"type": kind, "id": token}
        decision = api.post(EVALUATION, json={**PERMITTED, sought: entity}).json()["decision"]
        assert decision is (entity in found["results"])


def test_the_pages_of_a_search_are_the_whole(api):
    path, asked = "/access/v1/search/resource", searched("resource")
    whole = api.post(path, json=asked).json()["results"]
    assert len(whole) > 2
    token, results = None, []
    while token != "":
        page = {"limit": 2} if token is None else {"token": token}
        found = api.post(path, json={**asked, "page": page}).json()
        results += found["results"]
        assert found["page"]["total"] == len(whole)
        token = found["page"]["next_token"]
    assert results == whole


def test_a_token_is_for_one_question(api):
    path, asked = "/access/v1/search/resource", searched("resource")
    token = api.post(path, json={**asked, "page": {"limit": 1}}).json()["page"]["next_token"]
    assert token
    other = {**asked, "action": {"name": "view"}, "page": {"token": token}}
    changed = {**asked, "page": {"token": token, "limit": 9}}
    for refused, status in ((other, 422), (changed, 422), ({**asked, "page": {"token": "x"}}, 400)):
        answer = api.post(path, json=refused)
        assert (answer.status_code, answer.json()["code"]) == (status, "parameter.value")


@pytest.mark.parametrize(
    ("limit", "status"), [(0, 200), (1.0, 200), (1.5, 400), (-1, 400), (True, 400), (10**12, 400)]
)
def test_a_limit_is_a_number(api, limit, status):
    asked = {**searched("resource"), "page": {"limit": limit}}
    assert api.post("/access/v1/search/resource", json=asked).status_code == status


@pytest.mark.parametrize(
    ("sought", "change"),
    [
        ("subject", {"subject": {"type": "user"}}),
        ("resource", {"resource": {"type": "record"}}),
        ("action", {"subject": {"type": "actor", "id": "nobody"}}),
        ("subject", {"resource": {"type": "data", "id": "nothing"}}),
    ],
)
def test_what_is_unknown_finds_nothing_and_says_why(api, sought, change):
    found = api.post(f"/access/v1/search/{sought}", json={**searched(sought), **change})
    assert found.status_code == 200
    assert found.json()["results"] == []
    assert found.json()["context"]["verdict"] == "unknown"


def test_the_metadata_name_endpoints_that_answer(api):
    found = api.get("/.well-known/authzen-configuration").json()
    base = found.pop("policy_decision_point")
    assert len(found) == 5
    for url in found.values():
        assert url.startswith(f"{base}/access/v1/")
        assert api.post(url, json={}).status_code == 400
