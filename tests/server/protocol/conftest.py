"""A server on a real socket, and the modules of this folder."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from sightline.graph import KnowledgeGraph

HERE = Path(__file__).parent
SUITE = Path(__file__).parents[4] / "shared" / "suites" / "sparql11"


@pytest.fixture(scope="session")
def serving() -> Iterator[ModuleType]:
    sys.path.insert(0, str(HERE))
    yield import_module("serving")
    sys.path.remove(str(HERE))


@pytest.fixture(scope="session")
def w3c(serving: ModuleType) -> ModuleType:
    if not SUITE.is_dir():
        pytest.skip("the W3C suites of SPARQL 1.1 are not here")
    return import_module("w3c")


@pytest.fixture(scope="session")
def client(serving: ModuleType, graph: KnowledgeGraph) -> Iterator[object]:
    """Ask a server over the shipped graph."""
    from sightline.server.app import create_app

    with serving.serving(create_app(serving.site_over(graph))) as client:
        yield client
