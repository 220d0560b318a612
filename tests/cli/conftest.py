"""Folders of local copies that command tests check."""

from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "shared" / "sources"


@pytest.fixture(scope="session")
def copies():
    """Text copies of the documents, which are not part of the project."""
    if not SOURCES.is_dir():
        pytest.skip("the copies of the documents are not here")
    return SOURCES


@pytest.fixture
def drifted(copies, tmp_path):
    """One of the copies with a sentence changed."""
    path = min(copies.glob("003_*.txt"))
    text = path.read_text(encoding="utf-8")
    assert text.count("stateless") == 1
    (tmp_path / "copy.txt").write_text(text.replace("stateless", "stateful"), encoding="utf-8")
    return tmp_path
