"""One request after the other: what is asked, and the answer that it has to have."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parent / "requests.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_answer_is_as_described(client, case):
    path = case.get("path") or f"/sparql?query={quote(case['query'], safe='')}"
    body = case["bytes"].encode("latin-1") if "bytes" in case else None
    if "body" in case:
        body = case["body"].encode()
    answer = client(path, case.get("send"), case.get("method", "GET"), body)
    assert answer.status == case["status"], answer.text
    if "type" in case:
        assert answer.media_type == case["type"]
    for name, value in case.get("headers", {}).items():
        assert answer.headers.get(name) == value
    if "code" in case:
        problem = json.loads(answer.body)
        assert answer.media_type == "application/problem+json"
        assert problem["code"] == case["code"]
        assert problem["status"] == case["status"]
        assert problem["type"] == f"https://w3id.org/sightline/error/{case['code']}"
        assert problem["title"]
        assert problem["detail"]
    if "equals" in case:
        assert answer.text == case["equals"]
    assert case.get("holds", "") in answer.text
    assert "lacks" not in case or case["lacks"] not in answer.text


def test_no_two_cases_have_one_name():
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "path",
    ["/sparql", "/sparql?query=ASK%7B%7D", "/health", "/id/actor/customer",
     "/rdf-graph-store/ontology/vocab/actors", "/id/actor/nobody", "/sparql?query=no"],
)  # fmt: skip
def test_head_is_get_without_its_body(client, path):
    got, head = client(path, {"Accept": "*/*"}), client(path, {"Accept": "*/*"}, "HEAD")
    assert head.status == got.status
    assert not head.body
    kept = {k.lower(): v for k, v in got.headers.items()}
    for name in ("date", "transfer-encoding", "content-length"):
        kept.pop(name, None)
    assert kept.items() <= {k.lower(): v for k, v in head.headers.items()}.items()
