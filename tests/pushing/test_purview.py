"""The vendor's client of Purview against a server that holds requests to the client's models."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sightline import schemas

pytest.importorskip("azure.purview.datamap", reason="the extra purview is not installed")

KIND = "azure_sql_table"
TICKETS, ANSWERS, PRICES, OLD = (
    (KIND, f"mssql://server.example.org/crm/dbo/{name}")
    for name in ("tickets", "answers", "prices", "old")
)
CASE = Path(__file__).parent / "case"
VIEW = "verdict_human_review_human_reviewer_view"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the loopback, that no one else trusts."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "own.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "own.pem", folder / "key.pem"


@pytest.fixture
def server(serving: Any, certificate: tuple[Path, Path], monkeypatch: Any) -> Iterator[Any]:
    """An account that has what the export of the case has."""
    stub = import_module("purview_stub")
    catalog = stub.Purview(json.loads((CASE / "atlas.json").read_text())["entities"])
    monkeypatch.setenv("SIGHTLINE_PURVIEW_TOKEN", catalog.token)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    served = serving.Served(catalog, certificate)
    yield served
    served.close()


@pytest.fixture
def plan(plan_text: Any, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(plan_text("purview"))
    return path


@pytest.fixture
def apply(run: Callable[..., Any], plan: Path) -> Callable[..., Any]:
    def applied(server: Any, *more: str) -> Any:
        return run("catalog", "apply", str(plan), "--server", server.url, "--yes", *more)

    return applied


def marks(server: Any, key: tuple[str, str]) -> set[str]:
    return {each["typeName"] for each in server.catalog.entities[key].get("classifications", [])}


def values(server: Any, key: tuple[str, str]) -> dict[str, list[str]]:
    own = server.catalog.entities[key].get("businessAttributes", {})
    found: dict[str, list[str]] = own.get("sightline", {})
    return found


def outcomes(ran: Any) -> dict[str, list[Any]]:
    jsonschema.validate(json.loads(ran.out), schemas.load("catalog-apply"))
    found: dict[str, list[Any]] = {}
    for each in json.loads(ran.out)["items"]:
        found.setdefault(each["result"], []).append(each)
    return found


def test_what_is_known_is_there_and_what_people_wrote_too(apply: Any, server: Any) -> None:
    ran = apply(server)
    assert (ran.code, ran.err, server.refused) == (0, "", [])
    for key in (TICKETS, ANSWERS):  # the second by lineage
        own = values(server, key)
        assert own[VIEW] == ["conditional"]
        assert own["retention"] == ["up-to-30-days"]
        assert own["actor_place"] == ["eea (conditional)"]
        assert own["link"] == ["declared"]
        assert "sightline.data.prompts" in marks(server, key)
    assert "MICROSOFT.PERSONAL.EMAIL" in marks(server, TICKETS)
    use = server.catalog.entities["sightline_use", "sightline://use/main.json/desk/chat"]
    assert [e["uniqueAttributes"]["qualifiedName"] for e in use["attributes"]["inputs"]] == [
        TICKETS[1]
    ]


def test_silence_stays_silence(apply: Any, server: Any) -> None:
    before = copy.deepcopy(server.catalog.entities[PRICES])
    apply(server)
    assert server.catalog.entities[PRICES] == before
    draft = ("sightline_deployment", "sightline://deployment/main.json/desk/draft")
    assert values(server, draft) == {"unknown": ["ungoverned"]}


def test_what_was_pushed_before_and_holds_no_more_is_taken_away(apply: Any, server: Any) -> None:
    server.catalog.entities[OLD]["businessAttributes"] = {
        "sightline": {"link": ["declared"]},
        "org": {"steward": ["Ada"]},
    }
    assert apply(server).code == 0
    assert marks(server, OLD) == {"LETTER"}
    assert server.catalog.entities[OLD]["businessAttributes"] == {
        "sightline": {},
        "org": {"steward": ["Ada"]},
    }


def test_nothing_but_ours_is_touched(apply: Any, server: Any) -> None:
    before = copy.deepcopy(server.catalog)
    apply(server)
    for kind, found in server.catalog.types.items():
        new = set(found) - set(before.types[kind])
        assert all(name.startswith("sightline") for name in new)
        assert all(found[name] == before.types[kind][name] for name in before.types[kind])
    for key, own in server.catalog.entities.items():
        if key not in before.entities:
            assert key[0] in ("sightline_deployment", "sightline_use")
            continue
        was = before.entities[key]
        assert own["attributes"] == was["attributes"]
        others = [e for e in own.get("classifications", []) if "sightline" not in e["typeName"]]
        assert others == [
            e for e in was.get("classifications", []) if "sightline" not in e["typeName"]
        ]


def test_twice_is_as_once_and_changes_nothing_the_second_time(apply: Any, server: Any) -> None:
    apply(server)
    once = copy.deepcopy((server.catalog.types, server.catalog.entities))
    sent = len(server.writes())
    assert apply(server).code == 0
    assert len(server.writes()) == sent
    assert apply(server, "--restart").code == 0
    assert (server.catalog.types, server.catalog.entities) == once
    # Only the deployments and their use are written again: all else is found as it should be.
    again = {each.path.rpartition("/atlas/v2")[2] for each in server.writes()[sent:]}
    assert again == {"/entity/bulk"}


def test_a_type_that_has_more_attributes_keeps_them(
    run: Any, server: Any, plan: Path, plan_text: Any, tmp_path: Path
) -> None:
    narrow = tmp_path / "narrow.json"
    narrow.write_text(plan_text("purview", "--actor", "human-reviewer"))
    for path in (narrow, plan, narrow):
        ran = run("catalog", "apply", str(path), "--server", server.url, "--yes", "--restart")
        assert (ran.code, ran.err, server.refused) == (0, "", [])
    (own,) = server.catalog.types["businessMetadataDefs"].values()
    assert len(own["attributeDefs"]) > 40
    assert set(values(server, TICKETS)) >= {VIEW, "actor_place"}
    assert "verdict_disclosure_openai_receive" not in values(server, TICKETS)


@pytest.mark.parametrize("way", ["429", "503", "reset"])
def test_what_fails_in_passing_is_sent_again(
    way: str, apply: Any, server: Any, serving: Any, waits: list[float]
) -> None:
    failure = {
        "429": serving.Answer(429, {"errorMessage": "slowly"}, {"Retry-After": "7"}),
        "503": serving.Answer(503, {"errorMessage": "busy"}),
        "reset": serving.Answer(reset=True),
    }[way]
    server.script = lambda request: failure if len(server.requests) % 5 == 0 else None
    ran = apply(server, "--format", "json")
    assert (ran.code, ran.err, server.refused) == (0, "", [])
    assert any(each["attempts"] > 1 for each in outcomes(ran)["sent"])
    assert set(waits) == {7.0} if way == "429" else all(0.5 <= each <= 10 for each in waits)


def test_items_that_fail_are_told_and_sent_later(apply: Any, server: Any, serving: Any) -> None:
    server.script = lambda request: (
        serving.Answer(403, {"errorMessage": "no right to this"})
        if request.path.endswith("/classifications")
        else None
    )
    ran = apply(server, "--format", "json")
    found = outcomes(ran)
    assert ran.code == 1
    assert all("no right to this" in each["error"] for each in found["failed"])
    server.script = lambda request: None
    later = outcomes(apply(server, "--format", "json"))
    assert {e["id"] for e in later["sent"]} == {e["id"] for e in found["failed"]}


@pytest.mark.parametrize("token", ["", "a-wrong-token"])
def test_credentials_that_are_absent_or_wrong_are_one_line(
    token: str, apply: Any, server: Any, monkeypatch: Any, waits: list[float]
) -> None:
    monkeypatch.setenv("SIGHTLINE_PURVIEW_TOKEN", token)
    ran = apply(server)
    assert ran.code == 2
    (error, hint) = ran.err.splitlines()
    assert error.startswith("error[push.credentials]")
    assert "AZURE_CLIENT_ID" in hint or "push.md" in hint
    assert not token or token not in ran.out + ran.err
    assert server.writes() == []


def test_an_application_signs_in_and_its_secret_is_told_to_nobody(
    apply: Any, server: Any, serving: Any, certificate: Any, monkeypatch: Any, waits: list[float],
    caplog: Any, plan: Path,
) -> None:  # fmt: skip
    caplog.set_level("DEBUG")
    pytest.importorskip("azure.identity", reason="the extra purview is not installed")

    class SignIn:
        """The part of the sign-in that an application uses."""

        secret = "right-secret"

        def error(self, reason: str) -> Any:
            return {"error": "invalid_client", "error_description": reason}

        def answer(self, request: Any) -> Any:
            if request.path.endswith("openid-configuration"):
                base = f"{signing.url}/tenant"
                return serving.Answer(200, {
                    "token_endpoint": f"{base}/token", "authorization_endpoint": f"{base}/a",
                    "issuer": base,
                })  # fmt: skip
            if self.secret not in request.body.decode():
                raise serving.RefusalError(401, f"AADSTS7000215: not {request.body.decode()}")
            return serving.Answer(200, {
                "token_type": "Bearer", "expires_in": 3600, "access_token": server.catalog.token,
            })  # fmt: skip

    signing = serving.Served(SignIn(), certificate)
    monkeypatch.delenv("SIGHTLINE_PURVIEW_TOKEN")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", signing.url)
    monkeypatch.setenv("AZURE_TENANT_ID", "tenant")
    monkeypatch.setenv("AZURE_CLIENT_ID", "application")
    for secret, code in (("wrong-secret", 2), ("right-secret", 0)):
        monkeypatch.setenv("AZURE_CLIENT_SECRET", secret)
        ran = apply(server)
        assert (ran.code, len(ran.err.splitlines())) == (code, code)
        written = "".join(each.read_text() for each in plan.parent.iterdir() if each.is_file())
        told = ran.out + ran.err + written + caplog.text
        assert secret not in told
        assert server.catalog.token not in told
    signing.close()


def test_no_token_goes_over_plain_http(apply: Any, server: Any) -> None:
    server.url = server.url.replace("https", "http")
    ran = apply(server)
    assert ran.code == 2
    assert ran.err.startswith("error[input.value]")
    assert server.requests == []


def test_a_redirect_is_not_followed(
    apply: Any, server: Any, serving: Any, certificate: Any
) -> None:
    other = serving.Served(server.catalog, certificate)
    server.script = lambda request: serving.Answer(307, None, {"Location": f"{other.url}/x"})
    ran = apply(server)
    other.close()
    assert ran.code == 2
    assert other.requests == []


BROKEN = {
    "an unknown key": {"classificationDefs": [{"name": "sightline.x", "bogus": 1}]},
    "another type": {"classificationDefs": [{"name": "sightline.x", "description": 7}]},
    "a name with other signs": {"classificationDefs": [{"name": "sightline-x"}]},
    "no greatest length": {"businessMetadataDefs": [{"name": "x", "attributeDefs": [
        {"name": "a", "typeName": "string", "options": {"applicableEntityTypes": ""}}]}]},
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_server_of_these_tests_refuses_a_broken_request(name: str, server: Any) -> None:
    """A test of the stub: without it a green run would say little."""
    from azure.core.exceptions import AzureError

    from sightline.pushing import sender_for

    client = sender_for("purview", server.url)._client  # type: ignore[attr-defined]
    client.type_definition.batch_create({"classificationDefs": [{"name": "sightline.good"}]})
    with pytest.raises(AzureError):
        client.type_definition.batch_create(BROKEN[name])
    client.close()
    assert len(server.refused) == 1
