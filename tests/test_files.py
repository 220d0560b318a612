"""Files: locating the knowledge folders, and reading with limits."""

import hashlib
from typing import get_args

import pytest

from sightline import files
from sightline.errors import InputError, KnowledgeError, render


@pytest.mark.parametrize("name", get_args(files.Folder))
def test_every_knowledge_folder_is_found(name):
    assert files.folder(name).name == name
    assert files.folder(name).is_dir()


def test_an_installed_package_finds_its_own_folders_first(tmp_path, monkeypatch):
    package = tmp_path / "site" / "sightline"
    (package / "knowledge" / "data").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(files, "__file__", str(package / "files.py"))
    assert files.folder("data") == package / "knowledge" / "data"


def test_a_missing_folder_is_a_knowledge_error(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "__file__", str(tmp_path / "a" / "b" / "files.py"))
    with pytest.raises(KnowledgeError) as caught:
        files.folder("shapes")
    assert caught.value.code == "knowledge.missing"


def test_knowledge_files_are_sorted_and_without_hidden_ones(tmp_path, monkeypatch):
    for name in ("b.ttl", "a/c.ttl", "a/c.rq", ".d.ttl", ".e/f.ttl", "__pycache__/g.ttl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    monkeypatch.setattr(files, "folder", lambda name: tmp_path)
    found = [
        path.relative_to(tmp_path).as_posix() for path in files.knowledge_files("data", ".ttl")
    ]
    assert found == ["a/c.ttl", "b.ttl"]


def test_relative_refuses_what_is_no_knowledge(tmp_path):
    with pytest.raises(ValueError, match="not a knowledge file"):
        files.relative(tmp_path / "a.ttl")


def test_text_is_read_without_byte_order_mark(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffé".encode())
    assert files.read_text(path) == "é"


def test_the_limit_is_inclusive(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    assert files.read_bytes(path, limit=5) == b"12345"
    with pytest.raises(InputError, match="larger than 4 bytes") as caught:
        files.read_bytes(path, limit=4)
    assert caught.value.code == "input.too-large"


def test_an_endless_file_is_refused_at_the_limit():
    with pytest.raises(InputError) as caught:
        files.read_bytes("/dev/zero", limit=1000)
    assert caught.value.code == "input.too-large"


def test_what_cannot_be_read_says_why(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"ab\xff")
    codes = {}
    for name, path in {
        "absent": tmp_path / "absent",
        "directory": tmp_path,
        "null": "a\0b",
        "too-long": "x" * 5000,
        "binary": binary,
    }.items():
        with pytest.raises(InputError) as caught:
            files.read_text(path)
        codes[name] = caught.value.code
        assert len(render(caught.value).splitlines()) == 2
    assert codes == {
        "absent": "input.not-found",
        "directory": "input.unreadable",
        "null": "input.unreadable",
        "too-long": "input.unreadable",
        "binary": "input.not-text",
    }


def test_the_digest_covers_names_and_contents(tmp_path, monkeypatch):
    for name in get_args(files.Folder):
        (tmp_path / name).mkdir()
    file = tmp_path / "data" / "a.ttl"
    file.write_bytes(b"abc")
    monkeypatch.setattr(files, "folder", lambda name: tmp_path / name)

    def digest():
        files.knowledge_digest.cache_clear()
        return files.knowledge_digest()

    try:
        first = digest()
        assert first == "sha256:" + hashlib.sha256(b"data/a.ttl\x003\x00abc").hexdigest()
        file.write_bytes(b"abd")
        assert digest() != first
        file.write_bytes(b"abc")
        assert digest() == first
        file.rename(tmp_path / "data" / "b.ttl")
        assert digest() != first
    finally:
        files.knowledge_digest.cache_clear()
