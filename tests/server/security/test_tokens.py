"""Tokens open what their line says while it stands there; browsers trade them for a session."""

import logging
import os
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sightline.cli import main
from sightline.errors import InputError
from sightline.server.app import create_app
from sightline.server.security import tokens
from sightline.server.security.sign_in import local
from sightline.server.security.tokens import TokenFile, digest, line, new_token

HASH = "sha256:" + "0" * 64


def written(folder: Path, text: str) -> Path:
    path = folder / "tokens"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_opens_what_it_says(tmp_path: Path) -> None:
    token = new_token()
    path = written(
        tmp_path,
        "# who may ask\n\n"
        f"{line('alice', token, ['north', 'south'])}\n"
        f"ops@example.org {HASH} rights=metrics   # the monitoring\n"
        f"root {HASH.replace('0', '1')} estates=*\n",
    )
    found = TokenFile(path)

    alice = found.find(token)
    assert alice
    assert alice.caller.name == "alice"
    assert alice.caller.estates == {"north", "south"}
    ops, root = found.known(bytes(32)), found.known(bytes([0x11] * 32))
    assert ops
    assert (ops.caller.name, ops.caller.estates, ops.caller.rights) == (
        "ops@example.org",
        frozenset(),
        {"metrics"},
    )
    assert root
    assert root.caller.estates is None
    for wrong in ("", token[:-1], token + "x", token.upper(), "0" * 64):
        assert found.find(wrong) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alice\n", "line 1: there is no sha256:"),
        ("\n# x\nalice plain-password\n", "line 3: there is no sha256:"),
        (f"alice {HASH[:-1]}\n", "line 1: there is no sha256:"),
        (f"{HASH}\n", "line 1: the line does not begin with a name"),
        (f"-a {HASH}\n", "line 1: the line does not begin with a name"),
        (f"a {HASH}\nb {HASH} all\n", "line 2: 'all' is neither estates="),
        (f"a {HASH} estates=\n", "line 1: 'estates=' is neither"),
        (f"a {HASH} estates=x estates=y\n", "line 1: 'estates=y' is neither"),
        (f"a {HASH} rights=root\n", "line 1: there is no right 'root'"),
        (f"a {HASH}\na {HASH}\n", "line 2: line 1 has the name 'a' too"),
        ("# nobody yet\n", "has no token"),
    ],
)
def test_a_faulty_file_is_told_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        TokenFile(written(tmp_path, text))
    assert told in raised.value.message
    assert raised.value.hint
    assert "0" * 20 not in raised.value.message


def test_a_file_that_anyone_may_write_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, f"a {HASH}\n")
    path.chmod(0o666)
    with pytest.raises(InputError, match="anyone on this machine can write"):
        TokenFile(path)
    with pytest.raises(InputError, match="there is no file"):
        TokenFile(tmp_path / "nowhere")


def test_a_change_counts_at_once_and_a_faulty_line_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tokens, "_SOON", 0)
    first, second, third = (new_token() for _ in range(3))
    path = written(tmp_path, f"{line('a', first)}\n{line('b', second)}\n")
    found = TokenFile(path)
    assert found.find(first)

    caplog.set_level(logging.WARNING)
    written(tmp_path, f"a is gone\n{line('b', second, ['x'])}\n{line('c', third)}\n")
    assert found.find(first) is None
    b = found.find(second)
    assert b
    assert b.caller.estates == {"x"}
    assert found.find(third)
    assert "line 1" in caplog.text

    path.unlink()
    assert found.find(second) is None


def test_every_hash_is_compared_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = tokens.hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    given = [new_token() for _ in range(3)]
    found = TokenFile(
        written(tmp_path, "".join(f"{line(f't{n}', t)}\n" for n, t in enumerate(given)))
    )
    monkeypatch.setattr(tokens.hmac, "compare_digest", counting)
    assert found.find(given[0])
    assert [one for one, _ in compared] == [digest(token) for token in given]


def test_the_command_makes_a_token_that_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--new-token", "alice", "--estate", "north=infra"]) == 0
    printed = capsys.readouterr()
    token = re.fullmatch(r"token of alice, shown only now: (\S+)\n", printed.err)
    assert token
    assert token[1] not in printed.out
    entry = TokenFile(written(tmp_path, printed.out)).find(token[1])
    assert entry
    assert (entry.caller.name, entry.caller.estates) == ("alice", {"north"})
    assert main(["serve", "--new-token", "two words"]) == 2


class Signing:
    """A server that wants a token, and how to reach its form."""

    def __init__(self, client: Any, token: str, path: Path) -> None:
        self.client, self.token, self.path = client, token, path

    def sign_in(self, token: str, next: str = "/matrix", **headers: str) -> Any:
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        body = urlencode({"token": token, "next": next}).encode()
        return self.client("/sign-in", {**sent, **headers}, "POST", body)

    def cookie(self) -> str:
        found: str = self.sign_in(self.token).headers["set-cookie"].partition(";")[0]
        return found


@pytest.fixture
def signing(serving: Any, site_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(tokens, "_SOON", 0)
    token = new_token()
    path = written(tmp_path, f"{line('alice', token)}\n")
    with serving.serving(create_app(site_of(tokens=path))) as client:
        yield Signing(client, token, path)


PATHS = ["/", "/sparql?query=ASK%7B%7D", "/id/actor/customer", "/rdf-graph-store?default",
         "/metrics", "/questions", "/nowhere", "//static/", "/Static/x", "/health/x",
         "/sign-in/", "/static/../sparql?query=ASK%7B%7D"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_there_is_nothing_but_the_way_in(signing: Signing, path: str) -> None:
    answer = signing.client(path)
    if path.startswith("/static/"):
        assert answer.status == 404
        return
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "given",
    ["Bearer", "Bearer ", "Bearer wrong", "Basic YWxpY2U6eA==", "Bearer a b", "Bearer é",
     f"Bearer {'x' * 20_000}"],
)  # fmt: skip
def test_what_is_no_known_token_is_401(signing: Signing, given: str) -> None:
    answer = signing.client("/sparql", {"Authorization": given})
    assert answer.status == 401
    assert signing.client("/sparql?token=" + signing.token).status == 401


def test_a_known_token_is_an_entrance_in_any_case_of_its_scheme(signing: Signing) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = signing.client("/sparql", {"Authorization": f"{scheme} {signing.token}"})
        assert answer.status == 200


def test_open_are_the_form_its_styles_and_the_health(signing: Signing) -> None:
    for path in ("/sign-in", "/static/css/tokens.css", "/health"):
        assert signing.client(path).status == 200
    assert set(signing.client("/health").text.split('"')[1::4]) == {"status", "version", "digest"}


def test_a_browser_is_led_to_the_form_and_back(signing: Signing) -> None:
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    led = signing.client("/matrix?region=swedencentral", html)
    assert led.status == 303
    assert led.headers["location"] == "/sign-in?next=%2Fmatrix%3Fregion%3Dswedencentral"
    form = signing.client(led.headers["location"], html)
    assert 'name="next" value="/matrix?region=swedencentral"' in form.text

    entered = signing.sign_in(signing.token, "/matrix?region=swedencentral")
    assert (entered.status, entered.headers["location"]) == (303, "/matrix?region=swedencentral")
    cookie = entered.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert signing.token not in cookie
    page = signing.client("/matrix", {**html, "Cookie": cookie.partition(";")[0]})
    assert page.status == 200


def test_a_session_ends_with_its_token_and_by_signing_out(signing: Signing) -> None:
    cookie = {"Cookie": signing.cookie()}
    assert signing.client("/sparql", cookie).status == 200
    left = signing.client("/sign-out", {**cookie, "Sec-Fetch-Site": "same-origin"}, "POST", b"")
    assert left.status == 303
    assert signing.client("/sparql", cookie).status == 401

    again = {"Cookie": signing.cookie()}
    assert signing.client("/sparql", again).status == 200
    signing.path.write_text(f"bob {HASH}\n", encoding="utf-8")
    os.utime(signing.path, ns=(1, time.time_ns()))
    assert signing.client("/sparql", again).status == 401


def test_a_session_is_for_this_cookie_only(signing: Signing) -> None:
    cookie = signing.cookie()
    for other in ("sightline=", "sightline=x", f"{cookie}x", cookie[:-1], "sightline=\xff"):
        assert signing.client("/sparql", {"Cookie": other}).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
def test_no_other_site_can_sign_a_browser_in(signing: Signing, headers: dict[str, str]) -> None:
    answer = signing.sign_in(signing.token, **headers)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_a_wrong_token_is_told_in_the_form(signing: Signing) -> None:
    answer = signing.sign_in("<script>wrong</script>")
    assert answer.status == 401
    assert "<script>wrong" not in answer.text
    assert 'name="token"' in answer.text
    assert signing.sign_in("x" * 70_000).status == 413


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "evil",
     "javascript:alert(1)", "/a\nSet-Cookie: x", "/\t/evil.example", "http:/x", "/sign-out",
     "///evil", "/é"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(signing: Signing, address: str) -> None:
    assert local(address) == "/"
    answer = signing.sign_in(signing.token, address)
    assert answer.headers["location"] == "/"
    assert "x" not in answer.headers.get_all("set-cookie", [])


def test_behind_https_the_cookie_is_for_https_only(
    serving: Any, site_of: Any, tmp_path: Path
) -> None:
    token = new_token()
    path = written(tmp_path, f"{line('alice', token)}\n")
    site = site_of(tokens=path, url="https://sightline.example/below/")
    with serving.serving(create_app(site)) as client:
        signing = Signing(client, token, path)
        answer = signing.sign_in(token)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-sightline=")
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        assert answer.headers["location"] == "/below/matrix"


def test_without_tokens_there_is_no_form(open_server: Any) -> None:
    assert open_server("/sign-in").status == 404
