"""One request after the other, and what holds for all answers."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "requests.yaml").read_text(encoding="utf-8"))
ASKED = "/api/questions/evidence/gaps"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_answer_is_as_described(api, case):
    content = (HERE / case["file"]).read_bytes() if "file" in case else case.get("body")
    answer = api.request(
        case.get("method", "GET"), case["path"], headers=case.get("send"), content=content
    )
    assert answer.status_code == case["status"], answer.text
    if "type" in case:
        assert answer.headers["content-type"].partition(";")[0] == case["type"]
    for name, value in case.get("headers", {}).items():
        assert answer.headers.get(name) == value
    if "code" in case:
        problem = answer.json()
        assert problem["code"] == case["code"]
        assert problem["status"] == case["status"]
        assert problem["type"] == f"https://w3id.org/sightline/error/{case['code']}"
        assert answer.headers["cache-control"] == "no-store"
    assert "".join(case.get("holds", "").split()) in "".join(answer.text.split())


def test_no_two_cases_have_one_name():
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


def test_a_row_is_explained_by_its_id_in_any_spelling(api):
    row = api.get("/api/access?offering=azure-openai&region=eastus,westus").json()["access"][0]
    for name in (quote(row["id"], safe=""), row["id"].removeprefix("https://w3id.org/sightline/")):
        found = api.get(f"/api/explain/{name}")
        assert found.status_code == 200, found.text
        assert found.json()["access"] == row


def test_the_parts_of_an_answer_are_the_whole(api):
    whole = api.get(ASKED).json()["rows"]
    path, rows, parts = f"{ASKED}?limit=7", [], 0
    while path:
        answer = api.get(path)
        assert answer.headers["x-total-count"] == str(len(whole))
        rows += answer.json()["rows"]
        parts += 1
        assert {"first", "last"} <= answer.links.keys()
        assert ("prev" in answer.links) == (parts > 1)
        last = answer.links["last"]["url"]
        path = answer.links.get("next", {}).get("url")
    assert rows == whole
    assert parts == -(-len(whole) // 7) > 2
    assert api.get(last).json()["rows"] == whole[7 * (parts - 1) :]


def test_a_part_beyond_the_end_is_empty_and_leads_back(api):
    answer = api.get(f"{ASKED}?limit=7&offset=100000")
    assert answer.json()["rows"] == []
    assert "next" not in answer.links
    assert api.get(answer.links["prev"]["url"]).json()["rows"]


def test_a_client_that_has_the_answer_gets_none(api):
    first = api.get(f"{ASKED}?format=csv")
    tag = first.headers["etag"]
    again = api.get(f"{ASKED}?format=csv", headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    for other in (ASKED, f"{ASKED}?format=csv&limit=1", f"{ASKED}?format=markdown"):
        assert api.get(other, headers={"If-None-Match": tag}).status_code == 200


def test_head_has_the_headers_of_get(api):
    got, head = api.get(ASKED), api.head(ASKED)
    assert head.status_code == 200
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]


def test_several_files_are_sent_as_a_form(api):
    content = (HERE / "estate.json").read_bytes()
    files = [("file", (name, content)) for name in ("a.json", "b.json")]
    found = api.post("/api/estate", files=files).json()
    assert [file["file"] for file in found["files"]] == ["a.json", "b.json"]
    other = api.post("/api/estate", files=[("other", ("a.json", content))])
    assert (other.status_code, other.json()["code"]) == (400, "parameter.unknown")
    head = 'Content-Disposition: form-data; name="file"'
    nameless = api.post(
        "/api/estate",
        content=f"--x\r\n{head}\r\n\r\n{{}}\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert (nameless.status_code, nameless.json()["code"]) == (400, "parameter.value")
    twice = api.post("/api/estate", files=[files[0], files[0]])
    assert (twice.status_code, twice.json()["code"]) == (422, "input.value")


def test_files_that_are_sent_are_not_written_to_disk(api, monkeypatch):
    import tempfile

    def refuse(*_, **__):
        raise AssertionError("a file is made")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    big = (HERE / "estate.json").read_bytes() + b" " * 2_000_000
    assert api.post("/api/estate", files=[("file", ("a.json", big))]).status_code == 200


@pytest.mark.parametrize("form", [False, True])
def test_more_than_may_be_sent_is_refused(app, api, form):
    most = app.state.site.settings.limits.body
    content = b" " * (most + 1)
    given = {"files": [("file", ("a.json", content))]} if form else {"content": content}
    headers = {} if form else {"Content-Type": "application/json"}
    answer = api.post("/api/validate", headers=headers, **given)
    assert (answer.status_code, answer.json()["code"]) == (413, "input.too-large")


def test_errors_have_the_form_that_is_liked(api):
    for accept, kind in (
        ("application/json", "application/json"),
        ("text/plain", "text/plain"),
        ("*/*", "application/problem+json"),
        ("text/html", "text/html"),
        ("text/csv", "application/problem+json"),
    ):
        answer = api.get("/api/explain/nothing", headers={"Accept": f"{accept}"})
        if accept == "text/csv":
            assert answer.status_code == 406
        elif accept in ("application/json", "*/*"):
            assert answer.json()["status"] == 404
        assert answer.headers["content-type"].partition(";")[0] == kind


def test_the_page_lists_every_endpoint(api):
    page = api.get("/api").text
    for path in api.get("/api/openapi.json").json()["paths"]:
        assert path in page


def test_the_description_has_every_question_with_its_parameters(api, graph):
    described = api.get("/api/openapi.json").json()
    for question in graph.questions().values():
        own = described["paths"][f"/api/questions/{question.folder}/{question.name}"]["get"]
        names = {p.get("name") for p in own["parameters"]}
        assert question.params.keys() <= names
        assert own["summary"] == question.summary


def test_hot_answers_reach_no_worker(app, api, monkeypatch):
    path = f"{ASKED}?limit=3&offset=1"
    first = api.get(path)

    async def refuse(*_, **__):
        raise AssertionError("a worker is asked")

    monkeypatch.setattr(app.state.site.workers, "call", refuse)
    assert api.get(path).content == first.content
    assert json.loads(first.content)["rows"]
