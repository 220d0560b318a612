"""Sources: local copies against evidence, on small documents made for the purpose."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from sightline.errors import InputError
from sightline.files import knowledge_files
from sightline.sources import (
    Evidence,
    Finding,
    VersionEvidence,
    check,
    examine,
    normalise,
    read_evidence,
    sentence_hash,
    summary,
)
from sightline.sources.checking import MAX_BYTES
from sightline.sources.rendering import render_html, render_markdown
from sightline.stores.embedded import EmbeddedStore

ROOT = Path(__file__).parents[1]
SOURCES = ROOT.parent / "shared" / "sources"

PAGE = """---
title: How the lantern service treats letters
date: 03/04/2025
---
# How the lantern service treats letters

The lantern service reads letters only to sort them by street. See [the sorting
guide](../guide.md#streets) for the **order of streets**.

## Keeping letters

* Sorted letters stay in the post house for at most nine days.
* A clerk may open a letter only when the lamp above it is red.
* You can ask for any letter of yours to be burnt at any time.

:::image type="content" source="lamp.png" alt-text="A drawing of the red lamp." lightbox="l.png":::

## Sending letters

> [!NOTE]
> Letters to other towns leave the post house on the morning coach.

Coaches never carry letters beyond the border river of the district.
"""
SENTENCES = (
    ("front matter", "date: 03/04/2025"),
    ("intro", "The lantern service reads letters only to sort them by street."),
    ("intro", "See the sorting guide for the order of streets."),
    ("keeping", "Sorted letters stay in the post house for at most nine days."),
    ("keeping", "A clerk may open a letter only when the lamp above it is red."),
    ("keeping", "You can ask for any letter of yours to be burnt at any time."),
    ("keeping", "A drawing of the red lamp."),
    ("sending", "Letters to other towns leave the post house on the morning coach."),
    ("sending", "Coaches never carry letters beyond the border river of the district."),
)
DATE, SORTING, GUIDE, NINE_DAYS, CLERK, BURNT, DRAWING, COACH, BORDER = range(len(SENTENCES))


def version(sentences: Sequence[tuple[str, str]] = SENTENCES, name: str = "1") -> VersionEvidence:
    evidences = []
    for number, (section, sentence) in enumerate(sentences, start=1):
        words = sentence.split(" ")
        short = len(words) <= 8
        before = [text for _, text in sentences[: number - 1]].count(sentence)
        evidences.append(
            Evidence(
                iri=f"{name}/{number:03}",
                section=section,
                first_words=sentence if short else " ".join(words[:4]),
                last_words=sentence if short else " ".join(words[-4:]),
                occurrence=before + 1,
                sentence_hash=sentence_hash(sentence),
                statements=(f"statement/{name}/{number}",),
                facts=(f"F{number}",),
            )
        )
    return VersionEvidence(name, f"Version {name}", "", tuple(evidences))


def save(folder: Path, text: str | bytes, name: str = "copy.md") -> Path:
    content = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(content)
    return folder


def drift(findings: Sequence[Finding]) -> dict[int, str]:
    """Map the index of each sentence that is not unchanged to its status."""
    return {
        index: finding.status
        for index, finding in enumerate(findings)
        if finding.status != "unchanged"
    }


@pytest.fixture
def page() -> str:
    return PAGE


@pytest.mark.parametrize("name", ["copy.md", "copy.txt", "COPY.MARKDOWN"])
def test_a_true_copy_is_unchanged(tmp_path, page, name):
    findings = check(save(tmp_path, page, name), [version()])
    assert drift(findings) == {}
    assert len(findings) == len(SENTENCES)
    assert summary(findings) == {"unchanged": 9, "moved": 0, "changed": 0, "gone": 0}
    assert findings[0].file == str(tmp_path / name)
    assert findings[0].statements == ("statement/1/1",)


def test_a_saved_web_page_is_the_same_document(tmp_path):
    html = """<!DOCTYPE html><html><head><title>Lantern</title>
    <meta charset="utf-8"><meta name="date" content="03/04/2025">
    <style>p { color: red }</style></head><body>
    <nav><ul><li>Home<li>The lantern service reads letters</ul></nav>
    <!-- The lantern service -->
    <script>document.write("<p>The lantern service reads everything.</p>")</script>
    <h1>How the lantern service treats letters</h1>
    <p>The lantern&nbsp;service reads letters only to sort them<br>by street. See
    <a href="g.html">the sorting guide</a> for the <b>or</b><b>der of streets</b>.</p>
    <h2>Keeping letters</h2>
    <ul><li>Sorted letters stay in the post house for at most nine days.</li>
    <li><p>A clerk may open a letter only when the lamp above it is red.</p></li>
    <li>You can ask for any letter of yours to be burnt at any time.</li></ul>
    <img src="lamp.png" alt="A drawing of the red lamp.">
    <h2>Sending letters</h2>
    <div><p>Note</p>Letters to other towns leave the post house on the morning coach.</div>
    <table><tr><td>Coaches never carry letters beyond the border river of the district.</td></tr>
    </table></body></html>"""
    findings = check(save(tmp_path, html, "saved page.html"), [version()])
    assert drift(findings) == {}


def test_other_quotes_dashes_and_spaces_are_no_change(tmp_path):
    sentences = (
        ("", 'The clerk\'s "red" lamp - lit at night - shows which letter is open.'),
        ("", "The post house answers within the ordinary nine days of the week."),
    )
    text = (
        "The clerk’s\u00a0“red” lamp – lit at\u2009night — shows which letter is o\u00adpen.\r\n"
        "\r\n"
        "\u200bThe  post house answers\twithin\nthe ordinary nine days of the week.\r\n"
    )
    assert drift(check(save(tmp_path, text), [version(sentences)])) == {}
    assert drift(check(save(tmp_path, text.encode("utf-16")), [version(sentences)])) == {}
    assert drift(check(save(tmp_path, text.encode("utf-8-sig")), [version(sentences)])) == {}


def test_a_changed_word_is_a_change_and_is_told_in_few_words(tmp_path, page):
    findings = check(save(tmp_path, page.replace("at most nine", "at most ninety")), [version()])
    assert drift(findings) == {NINE_DAYS: "changed"}
    detail = findings[NINE_DAYS].detail
    assert "Sorted letters stay in" in detail
    assert "post house" not in detail


@pytest.mark.parametrize(
    ("old", "new", "index"),
    [
        ("Sorted letters stay in", "Letters once sorted remain in", NINE_DAYS),
        ("for at most nine days.", "as long as it likes.", NINE_DAYS),
        ("letters only to sort", "LETTERS only to sort", SORTING),
        ("03/04/2025", "03/11/2025", DATE),
        ("beyond the border river of the district", "past the border rivers of this land", BORDER),
    ],
)
def test_a_change_is_seen_wherever_it_is(tmp_path, page, old, new, index):
    findings = check(save(tmp_path, page.replace(old, new)), [version()])
    assert drift(findings) == {index: "changed"}


def test_a_dropped_sentence_is_gone(tmp_path, page):
    text = page.replace("* A clerk may open a letter only when the lamp above it is red.\n", "")
    findings = check(save(tmp_path, text), [version()])
    assert drift(findings) == {CLERK: "gone"}


def test_a_dropped_sentence_is_not_mistaken_for_one_that_begins_alike(tmp_path):
    sentences = (
        ("", "You can also lock the door with a key of your own choice."),
        ("", "You can also lock the window whenever the night watch has gone."),
        ("", "Nobody else in the whole house holds a second key to either."),
    )
    text = " ".join(sentence for _, sentence in sentences[1:])
    assert drift(check(save(tmp_path, text), [version(sentences)])) == {0: "gone"}


def test_a_sentence_in_another_section_has_moved(tmp_path, page):
    line = "* Sorted letters stay in the post house for at most nine days.\n"
    text = page.replace(line, "") + "\n" + line
    findings = check(save(tmp_path, text), [version()])
    assert drift(findings) == {NINE_DAYS: "moved"}
    assert findings[NINE_DAYS].detail == "now under 'Sending letters'"


def test_a_sentence_across_the_border_of_its_section_has_moved(tmp_path, page):
    line = ':::image type="content" source="lamp.png" alt-text="A drawing of the red lamp."'
    start = page.index(line)
    image = page[start : page.index("\n", start) + 1]
    text = page.replace(image, "").replace("## Sending letters\n", f"## Sending letters\n{image}")
    assert drift(check(save(tmp_path, text), [version()])) == {DRAWING: "moved"}


def test_a_sentence_in_another_place_of_plain_text_has_moved(tmp_path):
    sentences = [
        ("", f"The {day} coach carries the letters of {day} to the next town.")
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    ]
    text = "\n\n".join(sentence for _, sentence in [*sentences[1:], sentences[0]])
    findings = check(save(tmp_path, text, "copy.txt"), [version(sentences)])
    assert drift(findings) == {0: "moved"}
    assert findings[0].detail == "now after 'The Friday coach carries ...'"


def test_a_new_heading_inside_a_section_moves_nothing(tmp_path, page):
    text = page.replace("* You can ask", "\n### Your rights\n\n* You can ask")
    assert drift(check(save(tmp_path, text), [version()])) == {}


def test_twins_are_told_apart_by_their_occurrence(tmp_path):
    sentences = (
        ("top", "No comments"),
        ("", "The first answer says that letters are sorted by street and house."),
        ("", "The second answer says that letters are never sorted by anyone."),
        ("end", "No comments"),
    )
    text = "\n\n".join(sentence for _, sentence in sentences)
    assert drift(check(save(tmp_path, text), [version(sentences)])) == {}
    without_first = text.removeprefix("No comments")
    findings = check(save(tmp_path, without_first), [version(sentences)])
    assert sorted(drift(findings).values()) == ["gone", "moved"]


def test_links_cut_anywhere_render_to_their_text(tmp_path):
    text = (
        "Read about [letters and the\nlaw](https://example.org/a_b(c)) here; "
        "[how lamps *are* lit][1], and `codes` too. <https://example.org/x>\n\n"
        "[1]: https://example.org/lamps\n"
    )
    assert render_markdown(text).text == (
        "Read about letters and the law here; how lamps are lit, and codes too. "
        "https://example.org/x"
    )


def test_plain_text_keeps_its_lines_and_bullets():
    text = "Title\n\n  • One thing.\n  • Another\n    thing.\n\n    indented words\n"
    assert render_markdown(text).text == "Title • One thing. • Another thing. indented words"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<nav>never closed <p>text", "never closed text"),
        ("<script>x</script><p>a<!-- b --><br/>c &amp; d</p> e < f", "a c & d e < f"),
        ("<![CDATA[x]]><?php y ?><p>text</p></div></nav>", "text"),
        ("<p>un<wbr>broken<p>next", "unbroken next"),
        ("", ""),
    ],
)
def test_broken_html_still_has_its_text(html, text):
    assert render_html(html).text == text


@pytest.mark.parametrize("unit", ["<a", "<!--", "<![", "<?", "<script>", "</a", "<a b=", "&#"])
def test_hostile_html_is_read_in_little_time(unit):
    for end in ("", ">"):
        render_html(unit * 100_000 + end)


def test_control_characters_do_not_reach_the_report(tmp_path, page):
    text = page.replace("Sorted letters stay", "Sorted \x1b[31mletters stay")
    findings = check(save(tmp_path, text), [version()])
    assert findings[NINE_DAYS].status == "changed"
    assert findings[NINE_DAYS].detail.isprintable()


def test_a_file_belongs_to_the_version_it_is_most_like(tmp_path, page):
    older = [*SENTENCES[:BURNT], ("keeping", "Letters of yours are kept until the lamp goes out.")]
    findings = check(
        save(tmp_path, page, "a name that says nothing.md"), [version(older, "0"), version()]
    )
    assert {finding.version for finding in findings} == {"1"}
    report = examine(tmp_path, [version(older, "0"), version()])
    assert report.unmatched == ("0",)


def test_the_same_file_needs_no_likeness(tmp_path, page):
    sentences = (("", "Nothing of this stands in the copy that the hash names."),)
    digest = hashlib.sha256(page.encode()).hexdigest()
    known = VersionEvidence("2", "", digest, version(sentences, "2").evidences)
    findings = check(save(tmp_path, page), [version(), known])
    assert [(finding.version, finding.status) for finding in findings] == [("2", "gone")]


def test_of_two_copies_the_truer_one_counts(tmp_path, page):
    save(tmp_path, page.replace("nine days", "ten days"), "a.md")
    save(tmp_path, page, "b.md")
    report = examine(tmp_path, [version()])
    assert {finding.file for finding in report.findings} == {str(tmp_path / "b.md")}
    assert [skip.file for skip in report.skipped] == [str(tmp_path / "a.md")]


def test_unreadable_files_are_named_and_the_others_checked(tmp_path, page):
    save(tmp_path, page)
    save(tmp_path, b"\x7fELF\0\0\0\1", "binary.txt")
    save(tmp_path, b"", "empty.txt")
    save(tmp_path, "Something else altogether.", "other.md")
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    report = examine(tmp_path, [version()])
    assert {finding.status for finding in report.findings} == {"unchanged"}
    reasons = {Path(skip.file).name: skip.reason for skip in report.skipped}
    assert sorted(reasons) == ["binary.txt", "empty.txt", "huge.txt", "loop.md", "other.md"]
    assert "not text" in reasons["binary.txt"]
    assert "larger than 20 MiB" in reasons["huge.txt"]


def test_a_byte_that_is_not_utf_8_costs_one_sentence_at_most(tmp_path, page):
    content = page.encode().replace(b"nine days", b"nine d\xe9ys")
    assert drift(check(save(tmp_path, content), [version()])) == {NINE_DAYS: "changed"}


def test_one_file_can_be_named_instead_of_a_folder(tmp_path, page):
    save(tmp_path, page)
    assert drift(check(tmp_path / "copy.md", [version()])) == {}


def test_folders_inside_are_searched_but_hidden_ones_are_not(tmp_path, page):
    (tmp_path / "a").mkdir()
    (tmp_path / ".b").mkdir()
    save(tmp_path / "a", page)
    save(tmp_path / ".b", page)
    assert {finding.file for finding in check(tmp_path, [version()])} == {
        str(tmp_path / "a" / "copy.md")
    }


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "input.not-found"),
        ({"picture.png": b"\x89PNG"}, "input.not-found"),
        ({"other.txt": b"Words that no document has."}, "input.value"),
        ({"binary.html": b"<p>\0</p>"}, "input.value"),
        ({"empty.md": b""}, "input.value"),
    ],
)
def test_a_folder_without_copies_is_an_error_that_says_what_to_do(tmp_path, files, code):
    for name, content in files.items():
        save(tmp_path, content, name)
    with pytest.raises(InputError) as caught:
        check(tmp_path, [version()])
    assert caught.value.code == code
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(InputError) as caught:
        check(tmp_path / "nowhere", [version()])
    assert caught.value.code == "input.not-found"


def test_normalised_text_stays_as_it_is():
    once = normalise("“Ａ” – b… ½")
    assert normalise(once) == once == '"A" - b... 1⁄2'


EVIDENCE = """
@prefix sl: <https://w3id.org/sightline/ontology/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix e: <urn:evidence/> .
<urn:old> a sl:DocumentVersion ; dct:title "Old"@en ; sl:effectiveDate "2024-01-01"^^xsd:date .
<urn:new> a sl:DocumentVersion ; dct:title "New"@en, "Neu"@de ; sl:sourceHash "abc" ;
  sl:effectiveDate "2025-01-01"^^xsd:date .
e:002 sl:inVersion <urn:new> ; sl:firstWords "It is" ; sl:lastWords "gone." ;
  sl:sentenceHash "h2" ; sl:occurrence 3 .
e:001 sl:inVersion <urn:new> ; sl:firstWords "We" ; sl:lastWords "stay." ;
  sl:sentenceHash "h1" ; sl:section "start" .
<urn:s1> sl:hasEvidence e:001 ; dct:identifier "F1" .
<urn:s1b> sl:hasEvidence e:001 ; dct:identifier "F1" .
<urn:s2> sl:hasEvidence e:001 ; dct:identifier "F2" .
<urn:s3> sl:hasEvidence e:002 .
"""


def test_evidence_is_read_from_a_store():
    store = EmbeddedStore()
    store.load(EVIDENCE.encode(), format="turtle", graph="urn:g")
    new, old = read_evidence(store)
    assert (old.version, old.evidences) == ("urn:old", ())
    assert (new.version, new.source_hash) == ("urn:new", "abc")
    assert new.title in ("New", "Neu")
    assert new.evidences == (
        Evidence(
            "urn:evidence/001", "start", "We", "stay.", 1, "h1",
            ("urn:s1", "urn:s1b", "urn:s2"), ("F1", "F2"),
        ),
        Evidence("urn:evidence/002", "", "It is", "gone.", 3, "h2", ("urn:s3",), ("urn:s3",)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> list[VersionEvidence]:
    store = EmbeddedStore()
    for path in knowledge_files("data", ".ttl"):
        store.load(path, graph=path.as_uri())
    return [version for version in read_evidence(store) if version.evidences]


def test_shipped_evidence_keeps_the_first_and_last_words_only(shipped):
    for document in shipped:
        for evidence in document.evidences:
            words = evidence.first_words.split() + evidence.last_words.split()
            assert len(words) <= 16, evidence.iri
            assert evidence.statements, evidence.iri


@pytest.fixture
def copied(shipped) -> list[VersionEvidence]:
    """Keep the versions that were modelled from the files at hand."""
    if not SOURCES.is_dir():
        pytest.skip(f"no copies of the documents in {SOURCES}")
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in SOURCES.glob("*.txt")}
    return [version for version in shipped if version.source_hash in hashes]


def test_all_evidence_stands_in_the_documents(copied):
    report = examine(SOURCES, copied)
    assert [finding for finding in report.findings if finding.status != "unchanged"] == []
    assert (report.unmatched, report.skipped) == ((), ())
    facts = [fact for finding in report.findings for fact in finding.evidence.facts]
    assert len(facts) == len(set(facts)) == 545


def test_documents_are_told_by_content_alone(copied, tmp_path):
    without_hashes = [
        VersionEvidence(version.version, "", "", version.evidences) for version in copied
    ]
    for number, path in enumerate(sorted(SOURCES.glob("*.txt"), reverse=True)):
        shutil.copy(path, tmp_path / f"{number}.md")
    assert summary(check(tmp_path, without_hashes))["unchanged"] == 545
