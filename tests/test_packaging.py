"""Packaging: what a wheel contains, and that it works outside a checkout."""

import email
import hashlib
import importlib.util
import json
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


def web_build():
    spec = importlib.util.spec_from_file_location("web_build", ROOT / "web" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUNDLE = web_build().BUNDLE
needs_bundle = pytest.mark.skipif(
    not web_build().fresh(), reason="there is no fresh bundle; python web/build.py makes it"
)


@needs_bundle
def test_the_wheel_holds_the_bundle_of_the_web_pages(wheel, names):
    manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    assert {"THIRD_PARTY.txt", "editor.js", "flow.js"} <= manifest["files"].keys()
    with zipfile.ZipFile(wheel) as archive:
        for name, known in manifest["files"].items():
            content = archive.read(f"sightline/server/static/bundle/{name}")
            assert known == f"sha256-{hashlib.sha256(content).hexdigest()}"


@needs_bundle
def test_the_notice_has_every_package_of_the_bundle_with_its_license():
    manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    notice = (BUNDLE / "THIRD_PARTY.txt").read_text(encoding="utf-8")
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    assert asked["dependencies"].keys() <= manifest["packages"].keys()
    for name, found in manifest["packages"].items():
        assert f"{name} {found['version']}\nlicense: {found['license']}\nsource: http" in notice
        assert locked["packages"][f"node_modules/{name}"]["version"] == found["version"]
    assert "Eclipse Public License - v 2.0" in notice


@needs_bundle
def test_elkjs_ships_as_it_was_published():
    published = ROOT / "web" / "node_modules" / "elkjs" / "lib"
    if not published.exists():
        pytest.skip("the packages of the bundle are not there any more")
    for name in ("elk-api.js", "elk-worker.min.js"):
        assert (BUNDLE / name).read_bytes() == (published / name).read_bytes()


def test_packages_of_the_bundle_are_pinned_by_hash():
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: found for name, found in locked["packages"].items() if name}
    assert packages
    for name, found in packages.items():
        assert found["integrity"].startswith("sha512-"), name
        assert "hasInstallScript" not in found or name == "node_modules/esbuild"


def test_git_holds_no_code_of_others():
    listed = subprocess.run(
        ["git", "ls-files", "web", "src/sightline/server/static"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("this is no checkout")
    files_held = listed.stdout.split()
    assert "web/build.py" in files_held
    assert not [name for name in files_held if "node_modules" in name or "/bundle/" in name]


def test_a_bundle_that_cannot_be_made_is_an_error_or_a_warning(monkeypatch, capsys):
    build = web_build()
    monkeypatch.setattr(build, "fresh", lambda: False)
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    assert build.main([]) == 1
    assert "error: there is no Node" in capsys.readouterr().err
    assert build.main(["--optional"]) == 0
    assert "warning: pages do without the bundle: there is no Node" in capsys.readouterr().err
