"""DataHub's own client against a server that holds every request to DataHub's schemas."""

import copy
import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sightline import schemas

pytest.importorskip("datahub", reason="the extra datahub is not installed")

TICKETS, ANSWERS, PRICES, OLD, UNUSED, ELSEWHERE = (
    f"urn:li:dataset:(urn:li:dataPlatform:postgres,crm.public.{name},PROD)"
    for name in ("tickets", "answers", "prices", "old", "unused", "elsewhere")
)
PROPERTY, TERM = "urn:li:structuredProperty:sightline.", "urn:li:glossaryTerm:sightline."
VIEW = f"{PROPERTY}verdict.human-review.human-reviewer.view"
STEWARD = "urn:li:structuredProperty:org.steward"
CASE = Path(__file__).parent / "case"


@pytest.fixture(params=["restli", "openapi"])
def server(request: pytest.FixtureRequest, serving: Any, monkeypatch: Any) -> Iterator[Any]:
    """A server that has what the export of the case has, by the way that the client chooses."""
    stub = import_module("datahub_stub")
    catalog = stub.DataHub(openapi=request.param == "openapi")
    for each in json.loads((CASE / "datahub.json").read_text()):
        catalog.state.setdefault(each["entityUrn"], {})[each["aspectName"]] = each["aspect"]["json"]
    catalog.state[STEWARD] = {"propertyDefinition": {
        "qualifiedName": "org.steward", "valueType": "urn:li:dataType:datahub.string",
        "entityTypes": ["urn:li:entityType:datahub.dataset"],
    }}  # fmt: skip
    monkeypatch.setenv("DATAHUB_GMS_TOKEN", catalog.token)
    served = serving.Served(catalog)
    yield served
    served.close()


@pytest.fixture
def plan(plan_text: Any, tmp_path: Path) -> Path:
    """A plan without most of the vocabulary, which is much of the same."""
    document = json.loads(plan_text("datahub"))
    short = [each for each in document["items"] if each["kind"] != "glossary"]
    some = [each for each in document["items"] if each["kind"] == "glossary"][:5]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**document, "items": [*some, *short]}))
    return path


@pytest.fixture
def apply(run: Callable[..., Any], plan: Path) -> Callable[..., Any]:
    def applied(server: Any, *more: str) -> Any:
        return run("catalog", "apply", str(plan), "--server", server.url, "--yes", *more)

    return applied


def values(state: Any, urn: str) -> dict[str, list[str]]:
    own = state[urn].get("structuredProperties", {"properties": []})
    return {e["propertyUrn"]: [v["string"] for v in e["values"]] for e in own["properties"]}


def terms(state: Any, urn: str) -> set[str]:
    return {each["urn"] for each in state[urn].get("glossaryTerms", {"terms": []})["terms"]}


def outcomes(ran: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in json.loads(ran.out)["items"]:
        found.setdefault(each["result"], []).append(each)
    return found


def test_the_whole_vocabulary_is_taken(
    run: Any, plan_text: Any, server: Any, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan_text("datahub"))
    ran = run("catalog", "apply", str(path), "--server", server.url, "--yes")
    assert (ran.code, ran.err, server.refused) == (0, "", [])
    count = len(json.loads(plan_text("datahub"))["items"])
    assert len(server.writes()) == count > 600
    assert f"{count} sent" in ran.out
    route = "/openapi/v3/entity/" if server.catalog.openapi else "/aspects"
    assert all(each.path.startswith(route) for each in server.writes())


def test_what_is_known_is_there_and_what_people_wrote_too(apply: Any, server: Any) -> None:
    before = copy.deepcopy(server.catalog.state)
    ran = apply(server)
    assert (ran.code, ran.err, server.refused) == (0, "", [])
    state = server.catalog.state
    for urn in (TICKETS, ANSWERS):  # the second by lineage
        own = values(state, urn)
        assert own[VIEW] == ["conditional"]
        assert own[f"{PROPERTY}retention"] == ["up-to-30-days"]
        assert own[f"{PROPERTY}actor-place"] == ["eea (conditional)"]
        assert own[f"{PROPERTY}link"] == ["declared"]
        assert all(each.startswith("https://") for each in own[f"{PROPERTY}evidence"])
        assert f"{TERM}data-categories.prompts" in terms(state, urn)
    assert "urn:li:glossaryTerm:Contact" in terms(state, TICKETS)
    assert values(state, TICKETS)[STEWARD] == ["Support"]
    for urn, aspects in before.items():
        for name, content in aspects.items():
            if name not in ("structuredProperties", "glossaryTerms"):
                assert state[urn][name] == content


def test_silence_stays_silence(apply: Any, server: Any) -> None:
    before = copy.deepcopy(server.catalog.state)
    apply(server)
    state = server.catalog.state
    # No link, and declared to be unused: nothing is said, and certainly not that nobody has access.
    assert (state[PRICES], state[UNUSED]) == (before[PRICES], before[UNUSED])
    assert ELSEWHERE not in state
    model = "urn:li:mlModel:(urn:li:dataPlatform:sightline,main.json/desk/draft,PROD)"
    assert values(state, model) == {f"{PROPERTY}unknown": ["ungoverned"]}


def test_what_was_pushed_before_and_holds_no_more_is_taken_away(apply: Any, server: Any) -> None:
    apply(server)
    assert terms(server.catalog.state, OLD) == {"urn:li:glossaryTerm:Letter"}
    assert values(server.catalog.state, OLD) == {STEWARD: ["Ada"]}


def test_nothing_but_ours_is_touched(apply: Any, server: Any) -> None:
    before = copy.deepcopy(server.catalog.state)
    apply(server)
    for urn, aspects in server.catalog.state.items():
        if urn not in before:
            name = urn.split(":", 3)[3]
            assert name.startswith(("sightline", "(sightline,", "(urn:li:dataPlatform:sightline,",
                                    "(urn:li:dataFlow:(sightline,"))  # fmt: skip
            continue
        for part, key in (("structuredProperties", "properties"), ("glossaryTerms", "terms")):

            def others(found: Any, part: str = part, key: str = key) -> list[Any]:
                entries = found.get(part, {key: []})[key]
                return [e for e in entries if "sightline." not in json.dumps(e)]

            assert others(aspects) == others(before[urn])


def test_twice_is_as_once(apply: Any, server: Any) -> None:
    apply(server)
    once = copy.deepcopy(server.catalog.state)
    sent = len(server.writes())
    again = apply(server)
    assert (again.code, len(server.writes())) == (0, sent)
    assert "--restart" in again.out
    assert apply(server, "--restart").code == 0
    assert len(server.writes()) == 2 * sent
    assert server.catalog.state == once


def test_without_yes_nothing_is_asked_or_sent(run: Any, plan: Path, server: Any) -> None:
    ran = run("catalog", "apply", str(plan), "--server", server.url)
    assert (ran.code, server.requests) == (0, [])
    assert "nothing was sent" in ran.out
    assert not plan.with_name("plan.json.progress").exists()


@pytest.mark.parametrize("way", ["429", "503", "500", "reset"])
def test_what_fails_in_passing_is_sent_again(
    way: str, apply: Any, server: Any, serving: Any, waits: list[float]
) -> None:
    failures = {
        "429": serving.Answer(429, {"message": "slowly"}, {"Retry-After": "7"}),
        "503": serving.Answer(503, {"message": "busy"}),
        "500": serving.Answer(500, {"message": "oops"}),
        "reset": serving.Answer(reset=True),
    }
    seen: dict[str, int] = {}

    def script(request: Any) -> Any:
        key = json.dumps([request.path, request.body], sort_keys=True)
        if way == "reset":  # a request is told from another by what does not change with time
            key = str(len(server.requests) // 2)
        seen[key] = seen.get(key, 0) + 1
        return (
            failures[way]
            if request.method != "GET" and len(seen) % 9 == 1 and seen[key] == 1
            else None
        )

    server.script = script
    ran = apply(server, "--format", "json")
    assert (ran.code, ran.err, server.refused) == (0, "", [])
    assert waits
    if way == "429":
        assert set(waits) == {7.0}
    else:
        assert all(0.5 <= each <= 10 for each in waits)
    assert any(each["attempts"] > 1 for each in outcomes(ran)["sent"])


def test_a_server_that_is_gone_ends_the_push_and_it_goes_on_later(
    apply: Any, server: Any, serving: Any, waits: list[float]
) -> None:
    server.script = lambda r: serving.Answer(reset=True) if len(server.writes()) > 20 else None
    ran = apply(server, "--format", "json")
    assert ran.code == 2
    assert ran.err.startswith("error[push.unreachable]")
    assert len(waits) == 4
    found = outcomes(ran)
    assert len(found["sent"]) == 20
    assert len(found["failed"]) == 1
    check_report(ran)
    server.script = lambda request: None
    later = outcomes(apply(server, "--format", "json"))
    assert len(later["sent-before"]) == 20
    assert len(later["sent"]) == len(found["not-sent"]) + 1


def test_half_of_the_items_fail_and_are_told_and_sent_later(
    apply: Any, server: Any, serving: Any
) -> None:
    server.script = lambda request: (
        serving.Answer(422, {"message": "not today"})
        if request.method != "GET" and len(server.writes()) % 2
        else None
    )
    ran = apply(server, "--format", "json")
    found = outcomes(ran)
    assert ran.code == 1
    # Of the other half some fail too: the server refuses values whose definition it did not take.
    assert len(found["failed"]) >= len(found["sent"]) - 1
    assert {"not today" in each["error"] for each in found["failed"]} == {True, False}
    check_report(ran)
    server.script = lambda request: None
    later = outcomes(apply(server, "--format", "json"))
    assert {e["id"] for e in later["sent"]} == {e["id"] for e in found["failed"]}
    assert server.catalog.state[TICKETS]["structuredProperties"]


@pytest.mark.parametrize("token", ["", "a-wrong-token"])
def test_credentials_that_are_absent_or_wrong_are_one_line(
    token: str, apply: Any, server: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("DATAHUB_GMS_TOKEN", token)
    ran = apply(server)
    assert ran.code == 2
    (error, hint) = ran.err.splitlines()
    assert error.startswith("error[push.credentials]")
    assert "push.md" in hint
    assert not token or token not in ran.out + ran.err
    assert len(server.writes()) == 1


@pytest.mark.parametrize("status", [401, 404, 503])
def test_what_is_no_datahub_or_wants_no_one_is_told_at_once(
    status: int, apply: Any, server: Any, serving: Any, waits: list[float]
) -> None:
    server.script = lambda request: serving.Answer(
        status, {"message": "no"}, {"Retry-After": "999"}
    )
    ran = apply(server)
    assert (ran.code, waits, server.writes()) == (2, [], [])
    code = "push.credentials" if status == 401 else "push.unreachable"
    assert ran.err.startswith(f"error[{code}]")
    assert str(status) in ran.err
    server.script = lambda request: serving.Answer(200, {"hello": "I am something else"})
    assert apply(server).code == 2
    assert server.writes() == []


def test_no_output_and_no_file_has_the_token(
    apply: Any, server: Any, serving: Any, plan: Path, caplog: Any, waits: list[float]
) -> None:
    caplog.set_level("DEBUG")
    # The stub tells in its refusal what it was sent, as a careless server may.
    server.script = lambda r: (
        serving.Answer(400, {"message": f"got {r.headers['authorization']}"}) if r.body else None
    )
    ran = apply(server)
    assert ran.code == 1
    token = server.catalog.token
    written = "".join(each.read_text() for each in plan.parent.iterdir() if each.is_file())
    assert token not in ran.out + ran.err + caplog.text + written
    assert "***" in ran.out


def test_a_redirect_is_not_followed(apply: Any, server: Any, serving: Any) -> None:
    other = serving.Served(server.catalog)
    server.script = lambda request: serving.Answer(307, None, {"Location": f"{other.url}/config"})
    ran = apply(server)
    other.close()
    assert ran.code == 2
    assert other.requests == []


def test_credentials_of_other_files_are_not_sent(
    apply: Any, server: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password netrc-secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("DATAHUB_SYSTEM_CLIENT_ID", "system")
    monkeypatch.setenv("DATAHUB_SYSTEM_CLIENT_SECRET", "system-secret")
    monkeypatch.setenv("DATAHUB_GMS_TOKEN", "")
    server.catalog.token = ""
    assert apply(server).code == 0
    assert not any("authorization" in each.headers for each in server.requests)


def check_report(ran: Any) -> None:
    jsonschema.validate(json.loads(ran.out), schemas.load("catalog-apply"))


BROKEN = {
    "an unknown key": lambda item: item["aspect"]["json"].update(bogus=1),
    "a missing key": lambda item: item["aspect"]["json"].pop("definition"),
    "another type": lambda item: item["aspect"]["json"].update(definition=3),
    "an aspect of another entity": lambda item: item.update(aspectName="glossaryNodeInfo"),
    "an aspect that is none": lambda item: item.update(aspectName="sightlineInfo"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_server_of_these_tests_refuses_a_broken_request(
    name: str, plan_text: Any, server: Any
) -> None:
    """A test of the stub: without it a green run would say little."""
    from datahub.configuration.common import OperationalError
    from datahub.emitter.mcp import MetadataChangeProposalWrapper
    from datahub.emitter.rest_emitter import DataHubRestEmitter
    from datahub.metadata.schema_classes import GenericAspectClass, MetadataChangeProposalClass

    items = json.loads(plan_text("datahub"))["items"]
    request = next(e["request"] for e in items if e["request"]["aspectName"] == "glossaryTermInfo")
    emitter = DataHubRestEmitter(server.url, token=server.catalog.token, retry_max_times=0)
    emitter.test_connection()

    def emit(item: Any) -> None:
        emitter.emit_mcp(MetadataChangeProposalClass(
            entityType=item["entityType"], entityUrn=item["entityUrn"], changeType="UPSERT",
            aspectName=item["aspectName"], aspect=GenericAspectClass(
                value=json.dumps(item["aspect"]["json"]).encode(), contentType="application/json"),
        ))  # fmt: skip

    emit(request)
    assert isinstance(MetadataChangeProposalWrapper.from_obj(copy.deepcopy(request)),
                      MetadataChangeProposalWrapper)  # fmt: skip
    broken = copy.deepcopy(request)
    BROKEN[name](broken)
    with pytest.raises(OperationalError):
        emit(broken)
    assert server.refused
    emitter.close()


def test_a_patch_is_what_the_builder_of_the_client_makes(plan_text: Any) -> None:
    from datahub.metadata.schema_classes import GlossaryTermAssociationClass
    from datahub.specific.dataset import DatasetPatchBuilder

    seen = 0
    for item in json.loads(plan_text("datahub"))["items"]:
        request = item["request"]
        if item["kind"] != "dataset":
            continue
        builder = DatasetPatchBuilder(request["entityUrn"])
        for each in request["aspect"]["json"]["patch"]:
            name = each["path"].split("/")[2]
            if request["aspectName"] == "glossaryTerms":
                if each["op"] == "add":
                    builder.add_term(GlossaryTermAssociationClass(name))
                else:
                    builder.remove_term(name)
            elif each["op"] == "add":
                given = [value["string"] for value in each["value"]["values"]]
                builder.set_structured_property(name, given)
            else:
                builder.remove_structured_property(name)
        (made,) = builder.build()
        assert made.aspectName == request["aspectName"]
        assert made.aspect is not None
        assert made.aspect.contentType == request["aspect"]["contentType"]
        assert json.loads(made.aspect.value) == request["aspect"]["json"]
        seen += 1
    assert seen == 6
