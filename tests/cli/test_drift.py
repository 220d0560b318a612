"""``sightline sources check`` over copies of the real documents, where they are at hand."""

import json

import jsonschema

from sightline import schemas
from sightline.cli import main


def report(capsys, *arguments):
    code = main(["sources", "check", *map(str, arguments), "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schemas.load("sources-check"))
    return code, document


def test_copies_of_all_documents_have_not_drifted(copies, capsys):
    code, document = report(capsys, copies)
    assert code == 0
    assert document["findings"] == document["without_copy"] == document["skipped"] == []
    assert document["facts"] == {"unchanged": 545, "moved": 0, "changed": 0, "gone": 0}


def test_all_lists_what_is_unchanged_too(copies, capsys):
    code, document = report(capsys, copies, "--all")
    assert code == 0
    assert {finding["status"] for finding in document["findings"]} == {"unchanged"}


def test_a_changed_sentence_is_found(drifted, capsys):
    code, document = report(capsys, drifted)
    assert code == 1
    [finding] = [f for f in document["findings"] if f["status"] == "changed"]
    assert any("stateless" in statement for statement in finding["statements"])
    assert "stateful" in finding["detail"]
    assert len(document["without_copy"]) == 4


def test_a_deleted_sentence_is_gone(drifted, capsys):
    copy = drifted / "copy.txt"
    lines = copy.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "stateful" not in line]
    assert len(kept) < len(lines)
    copy.write_text("\n".join(kept), encoding="utf-8")
    code, document = report(capsys, drifted)
    assert code == 1
    assert document["facts"]["gone"] > 0


def test_a_copy_of_one_document_only_is_a_finding(copies, tmp_path, capsys):
    [source] = copies.glob("004_*.txt")
    (tmp_path / "copy.txt").write_bytes(source.read_bytes())
    (tmp_path / "other.txt").write_text("Something else altogether.", encoding="utf-8")
    code, document = report(capsys, tmp_path)
    assert code == 1
    assert document["findings"] == []
    assert len(document["without_copy"]) == 4
    assert [skipped["file"] for skipped in document["skipped"]] == [str(tmp_path / "other.txt")]


def test_what_rests_on_a_changed_sentence_is_marked_for_review(drifted, capsys):
    assert main(["sources", "check", str(drifted), "--format", "turtle"]) == 1
    assert "/ontology/pendingReview> true ." in capsys.readouterr().out


def test_findings_for_people(drifted, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["sources", "check", str(drifted)]) == 1
    text = capsys.readouterr().out
    assert "changed" in text
    assert "1 changed" in text
    assert "no local copy of model-catalog-data-privacy/2026-01-26" in text
    assert max(map(len, text.splitlines())) <= 100
