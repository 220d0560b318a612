"""Only a token that the configured issuer signed, for this server and now, names a caller."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from sightline.errors import InputError, RightsError, ServiceError
from sightline.server.app import create_app
from sightline.server.security import oidc
from sightline.server.security.oidc import Issuer, Trust, read_trust

from .conftest import run

jwt = pytest.importorskip("jwt")
pytest.importorskip("cryptography")
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

ISSUER, AUDIENCE = "https://login.example/", "api://sightline"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def public(key: Any, name: str, **more: Any) -> dict[str, Any]:
    algorithm = jwt.algorithms.ECAlgorithm if key is EC_KEY else jwt.algorithms.RSAAlgorithm
    found = json.loads(algorithm.to_jwk(key.public_key()))
    return {**found, "kid": name, **more}


KEYS = {
    "keys": [
        public(RSA_KEY, "one", use="sig", alg="RS256"),
        public(EC_KEY, "curve", use="sig"),
        public(OTHER_KEY, "enc", use="enc"),
        public(SHORT_KEY, "short"),
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
    ]
}


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    found = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "nbf": now, "exp": now + 300,
        "groups": ["privacy", "other"], **changed,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def token(
    key: Any = RSA_KEY, algorithm: str = "RS256", kid: str | None = "one", **changed: Any
) -> str:
    headers = {"kid": kid} if kid is not None else {}
    made: str = jwt.encode(claims(**changed), key, algorithm, headers)
    return made


def forged(head: dict[str, Any], signature: bytes | None = None, key: bytes = b"") -> str:
    """Write a token by hand, as a library would refuse to."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    text = f"{part(json.dumps(head).encode())}.{part(json.dumps(claims()).encode())}"
    if signature is None:
        signature = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{part(signature)}"


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    (tmp_path / "keys.json").write_text(json.dumps(KEYS), encoding="utf-8")
    (tmp_path / "oidc.yaml").write_text(
        f"issuer: {ISSUER}\naudience: {AUDIENCE}\nkeys: keys.json\nalgorithms: [RS256, ES256]\n"
        "estates: {privacy: [north, south], admins: ['*']}\nrights: {ops: [metrics]}\n",
        encoding="utf-8",
    )
    return read_trust(tmp_path / "oidc.yaml")


def test_a_good_token_names_a_caller_and_opens_what_is_mapped(trust: Trust) -> None:
    issuer = Issuer(trust)
    caller, end = run(issuer.caller(token()))
    assert (caller.name, caller.estates, caller.rights) == ("alice", {"north", "south"}, set())
    assert end == pytest.approx(time.time() + 300, abs=60)
    for groups, estates, rights in (
        (None, frozenset(), set()),
        ("privacy x", {"north", "south"}, set()),
        (["admins"], None, set()),
        (["ops", 1, None], frozenset(), {"metrics"}),
        ({"privacy": True}, frozenset(), set()),
    ):
        caller, _ = run(issuer.caller(token(groups=groups)))
        assert (caller.estates, caller.rights) == (estates, rights)
    curve, _ = run(issuer.caller(token(EC_KEY, "ES256", "curve")))
    assert curve.name == "alice"


def pem(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found


NOW = int(time.time())
REFUSED = {
    "expired": lambda: token(exp=NOW - 60),
    "not yet valid": lambda: token(nbf=NOW + 3600),
    "no end": lambda: token(exp=None),
    "another issuer": lambda: token(iss="https://evil.example/"),
    "issuer with a slash less": lambda: token(iss=ISSUER.rstrip("/")),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="api://other"),
    "no audience": lambda: token(aud=None),
    "no name": lambda: token(sub=None),
    "a name of many lines": lambda: token(sub="alice\nbob"),
    "a long name": lambda: token(sub="a" * 300),
    "another key under a known name": lambda: token(OTHER_KEY),
    "unknown key": lambda: token(OTHER_KEY, kid="two"),
    "key for encryption": lambda: token(OTHER_KEY, kid="enc"),
    "key that is too short": lambda: token(SHORT_KEY, kid="short"),
    "no key name where there are several": lambda: token(kid=None),
    "key of another kind": lambda: token(EC_KEY, "ES256", "one"),
    "algorithm that is not allowed": lambda: token(algorithm="RS512"),
    "algorithm of another key": lambda: token(algorithm="PS256"),
    "none": lambda: forged({"alg": "none", "kid": "one"}, b""),
    "None": lambda: forged({"alg": "None", "kid": "one"}, b""),
    "no algorithm": lambda: forged({"kid": "one"}, b""),
    "public key as shared secret": lambda: forged({"alg": "HS256", "kid": "one"}, key=pem(RSA_KEY)),
    "shared secret among the keys": lambda: forged(
        {"alg": "HS256", "kid": "shared"}, key=b"secret"
    ),
    "key in the token": lambda: forged({"alg": "RS256", "jwk": public(OTHER_KEY, "x")}, b"x"),
    "address of keys in the token": lambda: jwt.encode(
        claims(), OTHER_KEY, "RS256", {"kid": "two", "jku": "https://evil.example/keys"}
    ),
    "unknown critical extension": lambda: jwt.encode(
        claims(), RSA_KEY, "RS256", {"kid": "one", "crit": ["x"], "x": 1}
    ),
    "another type": lambda: jwt.encode(
        claims(), RSA_KEY, "RS256", {"kid": "one", "typ": "logout+jwt"}
    ),
    "changed claims": lambda: ".".join(
        [token().split(".")[0], forged({}, b"").split(".")[1] + "AA", token().split(".")[2]]
    ),
    "cut": lambda: token()[:-4],
    "no token": lambda: "a.b.c",
    "head that is no object": lambda: "W10.W10.AA",
    "head of odd types": lambda: forged({"alg": ["RS256"], "kid": {"a": 1}, "typ": 1}, b""),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_with_a_token_is_not_told_but_refused(trust: Trust, name: str) -> None:
    with pytest.raises(RightsError) as raised:
        run(Issuer(trust).caller(REFUSED[name]()))
    assert raised.value.code == "rights.unknown"
    assert raised.value.message == "the token is not valid"


def test_clocks_may_differ_a_little(trust: Trust) -> None:
    now = int(time.time())
    assert run(Issuer(trust).caller(token(exp=now - 5)))
    assert run(Issuer(trust).caller(token(nbf=now + 5)))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("issuer:", "issuer is not a text"),
        ("issuer: x\naudience: [a]\nkeys: k", "audience is not a text"),
        ("issuer: x\naudience: a\nkeys: http://login.example/keys", "neither an https address"),
        ("issuer: x\naudience: a\nkeys: ftp://login.example/keys", "neither an https address"),
        ("issuer: x\naudience: a\nkeys: k\nalgorithms: [HS256]", "algorithms is not a list"),
        ("issuer: x\naudience: a\nkeys: k\nalgorithms: [none]", "algorithms is not a list"),
        ("issuer: x\naudience: a\nkeys: k\nalgorithms: []", "algorithms is not a list"),
        ("issuer: x\naudience: a\nkeys: k\nestates: [a]", "estates does not map"),
        ("issuer: x\naudience: a\nkeys: k\nestates: {a: b}", "estates does not map"),
        ("issuer: x\naudience: a\nkeys: k\nverify: false", "no setting 'verify'"),
        ("- x", "it is no mapping"),
        ("a: [", "line 1: not YAML"),
        ("!!python/object/apply:os.getcwd []", "not YAML"),
    ],
)
def test_a_file_that_trusts_too_much_is_refused(tmp_path: Path, changed: str, told: str) -> None:
    path = tmp_path / "oidc.yaml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_trust(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "oct"}]}'])
def test_a_file_without_keys_is_told_at_once(trust: Trust, content: str) -> None:
    Path(trust.keys).write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        Issuer(trust)


class Provider:
    """An identity provider on this machine, with a certificate of its own."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[str] = []
        self.content = json.dumps(KEYS).encode()
        self.location = ""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.requests.append(self.path)
                self.send_response(302 if provider.location else 200)
                if provider.location:
                    self.send_header("Location", provider.location)
                self.send_header("Content-Length", str(len(provider.content)))
                self.end_headers()
                self.wfile.write(provider.content)

            def log_message(self, *details: Any) -> None:
                pass

        certificate, key = folder / "certificate.pem", folder / "key.pem"
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(RSA_KEY.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
            )
            .sign(RSA_KEY, hashes.SHA256())
        )
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key.write_bytes(
            RSA_KEY.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.url = f"https://127.0.0.1:{self.server.server_port}/keys"
        self.context = ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    found = Provider(tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.thread.join(5)


def trusting(url: str) -> Trust:
    return Trust(ISSUER, AUDIENCE, url, estates={"privacy": ("north",)})


def test_keys_are_fetched_once_and_again_for_a_new_one(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = Issuer(trusting(provider.url), provider.context)

    async def scene() -> None:
        for _ in range(3):
            caller, _ = await issuer.caller(token())
            assert caller.estates == {"north"}
        assert provider.requests == ["/keys"]

        new = {"keys": [public(OTHER_KEY, "two", alg="RS256")]}
        provider.content = json.dumps(new).encode()
        with pytest.raises(RightsError):  # too soon after the last time
            await issuer.caller(token(OTHER_KEY, kid="two"))
        assert len(provider.requests) == 1
        monkeypatch.setattr(oidc, "_AGAIN", 0)
        await issuer.caller(token(OTHER_KEY, kid="two"))
        assert len(provider.requests) == 2
        with pytest.raises(RightsError):  # the issuer has taken it back
            await issuer.caller(token())

    run(scene())


def test_keys_come_from_nowhere_else(provider: Provider, canary: Any) -> None:
    provider.location = canary.url
    with pytest.raises(ServiceError):
        run(Issuer(trusting(provider.url), provider.context).caller(token()))
    assert len(provider.requests) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(provider: Provider) -> None:
    with pytest.raises(ServiceError):
        run(Issuer(trusting(provider.url)).caller(token()))
    assert provider.requests == []


@pytest.mark.parametrize("content", [b"not json", b'{"keys": 1}', b"[" * 100_000])
def test_an_issuer_that_answers_nonsense_opens_nothing(provider: Provider, content: bytes) -> None:
    provider.content = content
    with pytest.raises(ServiceError):
        run(Issuer(trusting(provider.url), provider.context).caller(token()))


def test_the_server_takes_them(serving: Any, site_of: Any, trust: Trust, tmp_path: Path) -> None:
    with serving.serving(create_app(site_of(oidc=tmp_path / "oidc.yaml"))) as client:
        good, bad = token(), token(OTHER_KEY)
        assert client("/sparql", {"Authorization": f"Bearer {good}"}).status == 200
        assert client("/sparql", {"Authorization": f"Bearer {bad}"}).status == 401
        assert client("/sparql").status == 401
        assert client("/metrics", {"Authorization": f"Bearer {good}"}).status == 403
        ops = token(groups=["ops"])
        assert client("/metrics", {"Authorization": f"Bearer {ops}"}).status == 200
