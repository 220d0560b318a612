"""The modules of ``docs/`` that make its pages."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def generate() -> Iterator[ModuleType]:
    sys.path.insert(0, str(DOCS))
    yield import_module("generate")
    sys.path.remove(str(DOCS))


@pytest.fixture(scope="session")
def consoles(generate: ModuleType) -> ModuleType:
    return import_module("consoles")


@pytest.fixture(scope="session")
def picture(generate: ModuleType) -> ModuleType:
    return import_module("picture")
