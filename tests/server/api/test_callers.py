"""What one caller was answered is not what another one gets."""

import pytest
from starlette.testclient import TestClient

from sightline.server.app import create_app
from sightline.server.security.tokens import line, new_token
from sightline.server.settings import Settings
from sightline.server.site import Site
from sightline.service.work import Work
from sightline.service.workers import Threads

from .conftest import ESTATE

NAMES = ("north", "south")
SUBSETS = ((), ("north",), ("south",), NAMES)


@pytest.fixture(scope="module")
def ask(graph, tmp_path_factory):
    """Ask as one who may read some estates: ``ask(estates, path)``."""
    tokens = {subset: new_token() for subset in SUBSETS}
    path = tmp_path_factory.mktemp("callers") / "tokens"
    written = [line("-".join(("t", *subset)), tokens[subset], subset) for subset in SUBSETS]
    path.write_text("\n".join(written), encoding="utf-8")
    site = Site(
        workers=Threads(Work(graph, {name: graph.estate([ESTATE]) for name in NAMES})),
        knowledge=graph.knowledge,
        questions=graph.questions(),
        digest="test",
        graphs=(),
        estates=NAMES,
        settings=Settings(tokens=path, rate=0),
    )
    with TestClient(create_app(site)) as client:

        def asked(subset, path, **headers):
            sent = {"Authorization": f"Bearer {tokens[subset]}", **headers}
            return client.get(path, headers=sent)

        yield asked


def test_each_caller_is_told_of_own_estates_only(ask):
    for _ in range(2):  # also from what is kept
        for subset in SUBSETS:
            assert ask(subset, "/api/estates").json()["estates"] == list(subset)
            described = ask(subset, "/api/openapi.json").text
            assert {name for name in NAMES if f'"{name}"' in described} == set(subset)


def test_an_etag_is_for_one_caller(ask):
    for path in ("/api/estates", "/api/openapi.json"):
        tags = [ask(subset, path).headers["etag"] for subset in SUBSETS]
        assert len(set(tags)) == len(SUBSETS)
        assert ask(SUBSETS[0], path, **{"If-None-Match": tags[1]}).status_code == 200


def test_what_one_caller_asked_is_no_answer_for_another(ask):
    path = "/api/estates/north"
    assert ask(("north",), path).status_code == 200
    for subset in ((), ("south",)):
        answer = ask(subset, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "term.unknown")


def test_the_only_estate_of_a_caller_need_not_be_named(ask):
    path = "/api/questions/estate/deployments-by-region"
    assert ask(("north",), path).json()["rows"]
    for subset in ((), NAMES):
        assert ask(subset, path).json()["code"] == "parameter.missing"


def test_the_description_says_whether_callers_have_to_be_known(ask, api):
    described = ask((), "/api/openapi.json").json()
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert all(o["security"] for path in described["paths"].values() for o in path.values())
    assert "securitySchemes" not in api.get("/api/openapi.json").json()["components"]
