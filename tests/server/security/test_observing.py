"""The audit says who asked what and never what with; metrics count, for those who may see them."""

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from sightline.errors import InputError
from sightline.server.app import create_app
from sightline.server.security import audit as audits
from sightline.server.security.audit import Audit
from sightline.server.security.observing import Seen
from sightline.server.security.tokens import line, new_token

SECRET = "my+prompt+about+Jane+Doe"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REQUESTS: list[tuple[str, dict[str, str], str, bytes | None]] = [
    (f"/questions/access/who-can-access?data={SECRET}", {}, "GET", None),
    (f"/?data={SECRET}&{SECRET}=x&a%0Ab=1", {"Referer": SECRET, "User-Agent": SECRET}, "GET", None),
    (f"/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20'{SECRET}'%20%7D", {}, "GET", None),
    ("/sparql", FORM, "POST", f"query=ASK {{ ?s ?p '{SECRET}' }}".encode()),
    (f"/{SECRET}", {"Cookie": f"a={SECRET}"}, "GET", None),
    (f"/id/{SECRET}", {"X-Request-Id": SECRET}, "GET", None),
    ("/estate", FORM, "POST", f"pasted={SECRET}".encode()),
    ("/api/validate", {"Content-Type": "application/json"}, "POST", f'"{SECRET}"'.encode()),
    (f"/health?{SECRET}", {"Origin": "https://evil.example"}, "GET", None),
    ("/health", {}, "BREW", None),
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def entries(log: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in log.read_text(encoding="utf-8").splitlines()]


def test_it_says_who_asked_what(serving: Any, site_of: Any, log: Path, tmp_path: Path) -> None:
    token = new_token()
    (tmp_path / "tokens").write_text(line("alice", token), encoding="utf-8")
    site = site_of(tokens=tmp_path / "tokens", audit=str(log))
    own = {"Authorization": f"Bearer {token}"}
    with serving.serving(create_app(site)) as client:
        for path, headers, method, body in REQUESTS:
            client(path, {**own, **headers}, method, body)
        client("/sparql?query=ASK%7B%7D")
    found = entries(log)
    assert len(found) == len(REQUESTS) + 1
    assert (log.stat().st_mode & 0o777) == 0o600

    question, page, query, posted = found[:4]
    assert question["caller"] == "alice"
    assert question["question"] == "who-can-access"
    assert question["route"].startswith("/questions/")
    assert question["parameters"] == ["data"]
    assert page["parameters"] == ["?", "data"]
    assert len(query["query_sha256"]) == 64
    assert query["query_sha256"] == posted["query_sha256"]
    assert (posted["method"], posted["route"], posted["status"]) == ("POST", "/sparql", 200)
    assert all(each["ms"] >= 0 and each["whole"] for each in found)
    assert found[-2]["method"] == "?"
    assert (found[-1]["caller"], found[-1]["status"]) == (None, 401)
    assert set().union(*found) <= {
        "time", "caller", "address", "method", "route", "question", "estate", "parameters",
        "query_sha256", "status", "whole", "ms", "bytes",
    }  # fmt: skip


def test_nothing_that_was_said_is_in_it(
    serving: Any, site_of: Any, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "sightline")
    with serving.serving(create_app(site_of(audit=str(log)))) as client:
        for path, headers, method, body in REQUESTS:
            client(path, headers, method, body)
    for text in (log.read_text(encoding="utf-8"), caplog.text):
        for told in ("Jane", "prompt+", "my prompt", "evil.example", "BREW"):
            assert told not in text


def seen(**changed: Any) -> Seen:
    plain: dict[str, Any] = {
        "caller": "alice", "estate": "", "address": "127.0.0.1", "method": "GET", "route": "/",
        "path_params": {}, "parameters": [], "query": None, "status": 200,
        "is_whole": True, "bytes": 1, "seconds": 0.1,
    }  # fmt: skip
    return Seen(**{**plain, **changed})


@pytest.mark.parametrize(
    "name", ["a\nb", 'a", "caller": "root', "a\u2028b\u0085", "\x1b[2J", "\ud800"]
)
def test_no_line_can_be_forged(log: Path, name: str) -> None:
    audit = Audit(str(log), questions={"b"}, estates={"north"})
    audit.note(seen(caller=name, path_params={"name": name, "estate": "north"}))
    audit.note(seen(path_params={"name": "b"}, estate=name, query=name))
    audit.close()
    assert log.read_bytes().count(b"\n") == 2
    first, second = entries(log)
    assert first["caller"] == name
    assert (first.get("question"), first["estate"]) == (None, "north")
    assert (second["question"], second.get("estate")) == ("b", None)
    assert log.read_bytes().isascii()
    assert b"\x1b" not in log.read_bytes()


def test_a_log_that_was_moved_away_is_begun_anew(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "_SOON", 0)
    audit = Audit(str(log))
    audit.note(seen(status=1))
    log.rename(log.with_suffix(".1"))
    audit.note(seen(status=2))
    audit.close()
    assert [each["status"] for each in entries(log)] == [2]


def test_a_log_that_cannot_be_written_is_told(log: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError, match="cannot write"):
        Audit(str(log.parent))
    audit = Audit(str(log))
    os.close(audit._file)
    for _ in range(3):
        audit.note(seen())
    audit._file = -1
    assert audit.failures == 3
    assert caplog.text.count("the audit cannot be written") == 1


def test_metrics_count_by_route(serving: Any, site_of: Any) -> None:
    with serving.serving(create_app(site_of())) as client:
        for path in ("/sparql?query=ASK%7B%7D", "/sparql?query=no", "/one", "/two", "/id/a/b"):
            client(path)
        client("/health", {}, "BREW")
        answer = client("/metrics")
    assert answer.status == 200
    assert answer.media_type == "text/plain"
    text = answer.text
    assert 'sightline_requests_total{method="GET",route="/sparql",status="200"} 1.0' in text
    assert 'sightline_requests_total{method="GET",route="/sparql",status="400"} 1.0' in text
    assert 'sightline_requests_total{method="GET",route="none",status="404"} 2.0' in text
    assert 'method="?"' in text
    assert 'sightline_request_seconds_count{route="/id/{path:path}"} 1.0' in text
    for told in ("/one", "/two", "BREW", "python_info"):
        assert told not in text


def test_metrics_tell_of_the_workers(walled: Any) -> None:
    answer = walled("/metrics", estates=())
    assert answer.status == 200
    for name in ("workers_busy", "workers_queued", "workers_done_total", "workers_rss"):
        assert f"sightline_{name} " in answer.text


def test_metrics_are_for_those_with_the_right(walled: Any) -> None:
    assert walled("/metrics", estates=("north",)).status == 403
    assert walled.client("/metrics").status == 401


def test_metrics_are_not_for_everyone_behind_a_proxy(serving: Any, site_of: Any) -> None:
    with serving.serving(create_app(site_of(url="http://localhost/"))) as client:
        assert client("/metrics").status == 403
        assert client("/health").status == 200
