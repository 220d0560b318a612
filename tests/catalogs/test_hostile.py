"""Files made to harm cost little, reach nothing, and end with a result or errors of one line."""

import io
import json
import random
import socket
import zipfile
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from sightline.catalogs import content, read_content, report_json
from sightline.catalogs.rdf import quads
from sightline.errors import render
from sightline.stores import nquads
from sightline.stores.embedded import EmbeddedStore

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
FILES = [
    (name, text.encode())
    for path in CASES
    for case in [yaml.safe_load(path.read_text("utf-8"))]
    if not case.get("needs") or find_spec(case["needs"])
    for name, text in case["files"].items()
]


@pytest.fixture
def canary(monkeypatch):
    """Note every attempt to reach a network, and refuse it."""
    attempts = []

    def refuse(*arguments, **_options):
        attempts.append(arguments)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield attempts
    assert attempts == []


def check(name, data):
    """Read, report and write a file: whatever it holds, errors are one line, and all is valid."""
    file = read_content(name, data)
    for error in file.errors:
        assert "\n" not in render(error).partition("\nhint: ")[0]
    json.dumps(report_json([file]), allow_nan=False).encode("utf-8")
    EmbeddedStore().load(
        "".join(nquads(quads([file], datetime(2026, 1, 1)))).encode("utf-8"), format="nquads"
    )
    return file


def code(file):
    assert len(file.errors) == 1, file
    return file.errors[0].code


def archive(entries, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(("name", "data"), FILES, ids=[name for name, _ in FILES])
def test_no_file_reaches_the_network(canary, name, data):
    assert check(name, data).errors == ()


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BOMB = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
XML = {
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "ha">{BOMB}]>'
    f'<rdf:RDF xmlns:rdf="{RDF}">&a9;</rdf:RDF>',
    "external entity": '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f'<rdf:RDF xmlns:rdf="{RDF}">&x;</rdf:RDF>',
    "external subset": '<!DOCTYPE r SYSTEM "https://never.example/dtd">'
    f'<rdf:RDF xmlns:rdf="{RDF}"/>',
}


@pytest.mark.parametrize("text", XML.values(), ids=XML)
def test_xml_with_a_doctype_is_refused(canary, text):
    for encoding in ("utf-8", "utf-16"):
        file = check("x.rdf", text.encode(encoding))
        assert code(file) == "input.syntax"
        assert "root:" not in str(file)


CONTEXTS = {
    "remote": {"@context": "https://never.example/c.jsonld"},
    "remote among others": {"@context": [{"a": "urn:a"}, "https://never.example/c.jsonld"]},
    "nested": {"@context": {}, "urn:p": {"@context": "https://never.example/c.jsonld"}},
    "scoped": {"@context": {"a": {"@id": "urn:a", "@context": "https://never.example/c.jsonld"}}},
    "imported": {"@context": {"@import": "https://never.example/c.jsonld"}},
    "file": {"@context": "file:///etc/passwd"},
}


@pytest.mark.parametrize("document", CONTEXTS.values(), ids=CONTEXTS)
def test_a_context_that_is_not_bundled_is_refused_by_name(canary, document):
    file = check("x.jsonld", json.dumps({**document, "@id": "urn:x"}).encode())
    assert code(file) == "input.value"
    assert "nothing is fetched" in file.errors[0].message


def test_imports_of_a_graph_are_not_followed(canary):
    text = (
        "<urn:o> <http://www.w3.org/2002/07/owl#imports> <https://never.example/o> . "
        "<urn:d> a <http://www.w3.org/ns/dcat#Dataset> ."
    )
    assert len(check("x.ttl", text.encode()).datasets) == 1


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_json_is_refused(opening):
    assert code(check("x.json", opening.encode() * 200_000)) == "input.too-large"


@pytest.mark.parametrize("depth", [50, 190])
def test_json_that_nests_within_the_limit_is_read(depth):
    nested = '{"entity":' * depth + '{"typeName": "t", "attributes": {}}' + "}" * depth
    assert len(check("x.json", nested.encode()).datasets) == 1


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(content, "MAX_MEMBERS", 10)
    assert code(check("x.json", b"[" + b"1," * 20 + b"1]")) == "input.too-large"


YAML = {
    "aliases that multiply": "kind: DataContract\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
    ),
    "an alias of itself": "kind: DataContract\na: &a [*a]\n",
    "deep": "kind: DataContract\na: " + "[" * 5000 + "]" * 5000,
}


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_yaml_that_explodes_is_refused(canary, text):
    assert code(check("x.yaml", text.encode())) == "input.too-large"


def test_yaml_builds_no_objects(canary, tmp_path):
    mark = tmp_path / "made"
    text = f"kind: DataContract\na: !!python/object/apply:os.mkdir ['{mark}']\n"
    check("x.yaml", text.encode())
    assert not mark.exists()


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(content, "MAX_ENTRY", 1_000_000)
    bomb = archive({"atlas-export-info.json": b"{}", "a.json": b"[" + b" " * 2_000_000 + b"]"})
    assert code(check("x.zip", bomb)) == "input.too-large"


def test_an_archive_with_a_ratio_of_a_bomb_is_refused():
    bomb = archive({"atlas-export-info.json": b"{}", "a.json": b" " * 40_000_000})
    assert len(bomb) < 100_000
    assert code(check("x.zip", bomb)) == "input.too-large"


def test_an_archive_that_lies_about_sizes_is_refused():
    honest = archive({"atlas-export-info.json": b"{}", "a.json": b" " * 5_000_000})
    lying = honest.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    assert code(check("x.zip", lying)) in ("input.syntax", "input.too-large")


def test_an_archive_of_too_many_files_is_refused(monkeypatch):
    monkeypatch.setattr(content, "MAX_ENTRIES", 3)
    many = archive({f"atlas-export-{n}.json": b"{}" for n in range(5)})
    assert code(check("x.zip", many)) == "input.too-large"


def test_archives_that_are_none_and_of_others():
    assert code(check("x.zip", b"PK\x03\x04 broken")) == "input.syntax"
    assert code(check("x.zip", archive({"a.txt": b""}))) == "input.value"


def test_a_name_of_an_archive_is_never_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    entity = b'{"entity": {"typeName": "t", "attributes": {"qualifiedName": "q"}}}'
    file = check("x.zip", archive({"atlas-export-info.json": b"{}", "../../up.json": entity}))
    assert [each.pointer for each in file.datasets] == ["../../up.json#/entity"]
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_of_an_archive_is_told_and_the_rest_is_read():
    entity = b'{"entity": {"typeName": "t", "attributes": {"qualifiedName": "q"}}}'
    data = archive({"atlas-export-info.json": b"{}", "a.json": b"{", "b.json": entity})
    file = check("x.zip", data)
    assert code(file) == "input.syntax"
    assert "a.json" in file.errors[0].message
    assert len(file.datasets) == 1


ODD = {
    "empty": b"",
    "no catalog": b'{"a": 1}',
    "text": b"hello\n",
    "image": b"\x89PNG\r\n\x1a\n\x00",
    "null characters": b"a\0b",
    "RDF of something else": b"<urn:a> <urn:b> <urn:c> .",
    "broken JSON": b'{"dataset": [',
    "broken Turtle": b"@prefix a: <urn:a> . a:b a:c",
    "NaN": b'{"typeName": "t", "attributes": {"a": NaN}}',
    "a number of many digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "CSV with too many cells": b"catalog_name,schema_name,table_name,tag_name\na,b,c,d,e\n",
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_what_is_no_catalog_file_is_told(data):
    assert code(check("odd", data)).startswith("input.")


def test_texts_that_no_output_can_hold_are_replaced():
    table = {
        "typeName": "t",
        "attributes": {"qualifiedName": 'a\ud800\u0007\n"<>b', "name": "\udfff"},
    }
    file = check("x.json", json.dumps(table).encode())
    assert len(file.datasets) == 1


def test_passwords_of_addresses_are_nowhere():
    event = {
        "job": {"namespace": "postgres://u:hidden@db", "name": "j"},
        "inputs": [{"namespace": "mysql://u:hidden@db:3306", "name": "a.b"}],
        "outputs": [{"namespace": "https://x.example?sig=hidden", "name": "t"}],
    }
    assert "hidden" not in repr(check("x.json", json.dumps(event).encode()))


@pytest.mark.parametrize(("name", "data"), FILES, ids=[name for name, _ in FILES])
def test_damaged_files_do_no_harm(name, data):
    chance = random.Random(name)
    for _ in range(12):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randint(0, 4)] = chance.choice(
                [b"", b"{}", b"[]", b"null", b'"', b"1", b",", b"\xff"]
            )
        check(name, bytes(damaged))


def replaced(value, chance):
    """Replace parts of a document by what has no place there."""
    if chance.random() < 0.06:
        return chance.choice([None, [], {}, "x", 7, True, [[]], [{}], {"a": {}}, [None], ""])
    if isinstance(value, dict):
        return {key: replaced(each, chance) for key, each in value.items()}
    return [replaced(each, chance) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "data"), [f for f in FILES if f[0].endswith(".json")], ids=lambda f: str(f)[:20]
)
def test_values_of_any_type_may_stand_anywhere(name, data):
    chance = random.Random(name)
    document = json.loads(data)
    for _ in range(40):
        check(name, json.dumps(replaced(document, chance)).encode())
