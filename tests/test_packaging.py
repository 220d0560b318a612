"""Packaging: what a wheel contains, and that it works outside a checkout."""

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from typing import get_args

import pytest

import sightline
from sightline import files

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--quiet"]
    result = subprocess.run(
        [*command, "--wheel-dir", str(target)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    [path] = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", get_args(files.Folder))
def test_the_wheel_holds_every_knowledge_file(folder, names):
    expected = {f"sightline/knowledge/{files.relative(p)}" for p in files.knowledge_files(folder)}
    assert expected <= names


def test_the_wheel_holds_the_package_its_types_and_its_licenses(names):
    assert {"sightline/__init__.py", "sightline/__main__.py", "sightline/py.typed"} <= names
    [info] = {name.split("/")[0] for name in names if ".dist-info/" in name}
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/ontology/LICENSE.md"} <= names


def test_the_wheel_holds_nothing_else(names):
    stray = [n for n in names if not re.match(r"sightline/|sightline-[\d.]+\.dist-info/", n)]
    assert stray == []
    assert not [n for n in names if "__pycache__" in n or "/tests/" in n]


def test_the_wheel_declares_the_command(wheel, names):
    [entry_points] = [name for name in names if name.endswith("entry_points.txt")]
    [info] = [name for name in names if name.endswith("METADATA")]
    with zipfile.ZipFile(wheel) as archive:
        assert "sightline = sightline.cli:main" in archive.read(entry_points).decode()
        parsed = email.message_from_bytes(archive.read(info))
    assert parsed["License-Expression"] == "Apache-2.0 AND CC-BY-4.0"
    assert parsed["Requires-Python"] == ">=3.11"


def test_an_unpacked_wheel_finds_its_knowledge(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from sightline import files, terms\n"
        "print(files.folder('data'), terms.prefixes()['sl'], files.knowledge_digest(), sep='\\n')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    expected = [
        str(tmp_path / "sightline" / "knowledge" / "data"),
        "https://w3id.org/sightline/ontology/",
        files.knowledge_digest(),
    ]
    assert result.stdout.splitlines() == expected


def test_the_version_is_that_of_the_metadata():
    assert sightline.__version__ == metadata.version("sightline") == PYPROJECT["project"]["version"]


def test_the_changelog_names_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{re.escape(sightline.__version__)}\b", changelog)


def test_the_package_has_no_other_public_names():
    assert sightline.__all__ == ["KnowledgeGraph", "SightlineError", "__version__"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sightline.nothing
