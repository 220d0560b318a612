"""A site over the shipped graph, with an estate, and a client that asks it in this process."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sightline.catalogs import import_catalog
from sightline.estate import Estate
from sightline.graph import KnowledgeGraph
from sightline.joining import Joined, join_files
from sightline.server.app import create_app
from sightline.service.work import Work
from sightline.service.workers import Threads

HERE = Path(__file__).parent
SERVING = HERE.parent / "protocol" / "serving.py"
ESTATE = HERE / "estate.json"
LINKED = HERE.parents[1] / "queries"


@pytest.fixture(scope="session")
def serving_api() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serving_api", SERVING)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def app(serving_api: ModuleType, graph: KnowledgeGraph) -> Starlette:
    """Make the application of a server that has three estates, one of them with a catalog."""
    estates = {"one": graph.estate([ESTATE]), "two": graph.estate([ESTATE])}
    estates["linked"] = graph.estate([LINKED / "linked.json"])
    workers = Threads(Work(graph, estates, joined={"linked": joined_to(estates["linked"])}))
    more = {"estates": tuple(estates), "catalogs": ("linked",)}
    return create_app(serving_api.site_over(graph, workers, **more))


def joined_to(estate: Estate) -> Joined:
    """Join the catalog that questions of the library are tested with."""
    catalog = import_catalog([LINKED / "linked.ttl"])
    return join_files(catalog, estate, [LINKED / "linked.yaml"])


@pytest.fixture(scope="session")
def api(app: Starlette) -> Iterator[Any]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
