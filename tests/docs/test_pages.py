"""Pages say what is true: links lead somewhere, outputs are current, nothing is left out."""

import ast
import doctest
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from sightline.cli import cli
from sightline.errors import CODES
from sightline.graph import KnowledgeGraph
from sightline.queries import library
from sightline.stores.embedded import parse
from sightline.terms import BASE, OWL, RDF, SL, compact

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SHOWN = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

_FENCED = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"(?<!\\)\[[^\]]*\]\((?P<target>[^)\s]+)\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def fenced(page: Path, language: str) -> list[str]:
    found = _FENCED.finditer(text(page))
    return [match["body"] for match in found if match["info"].split()[:1] == [language]]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", _FENCED.sub("", text(page)), re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 0
        while (anchor := f"{plain}-{number}" if number else plain) in found:
            number += 1
        found.add(anchor)
    return found


@pytest.fixture(scope="module")
def terms() -> dict[str, str]:
    """Class and property of the ontology -> its definition."""
    quads = list(KnowledgeGraph().store.quads())
    kinds = (OWL["Class"], OWL["ObjectProperty"], OWL["DatatypeProperty"])
    defined = {s for s, p, o, _ in quads if p == RDF["type"] and o.value in kinds and s in SL}
    return {s: o.value for s, p, o, _ in quads if s in defined and p.endswith("#definition")}


# --- Links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_and_headings_that_exist(page):
    for match in _LINK.finditer(_FENCED.sub("", text(page))):
        target, _, anchor = match["target"].partition("#")
        if ":" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.is_relative_to(ROOT), f"{match[0]} leaves the repository"
        assert file.exists(), match[0]
        if anchor:
            assert anchor in anchors(file), match[0]


def test_the_readme_leads_to_every_page():
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in (ROOT / "README.md", DOCS / "tutorial.md")
        for target in _LINK.findall(text(page))
    }
    assert sorted(set(DOCS.rglob("*.md")) - linked) == []


# --- Commands and their output --------------------------------------------------------------------


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_a_page_is_current(page, generate):
    assert generate.current(page) == text(page), "run 'make docs'"


def test_the_picture_is_current_and_well_formed(picture):
    assert text(DOCS / "ontology.svg") == picture.svg(), "run 'make docs'"
    root = ElementTree.fromstring(picture.svg())
    assert not [node for node in root.iter() if node.tag.endswith("script")]


def test_the_picture_shows_terms_that_exist(picture, terms):
    assert sorted(picture.terms() - {SL.token(term) for term in terms}) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.M))
    shown = re.findall(r"^(?:\$ )?make ([a-z]+)", "\n".join(fenced(page, "sh")), re.M)
    assert set(shown) <= targets


def test_the_readme_shows_the_two_commands_and_what_the_first_runs(consoles):
    assert {"make run\n", "make test\n"} <= set(fenced(ROOT / "README.md", "sh"))
    question = re.search(r"^QUESTION = (.+)$", text(ROOT / "Makefile"), re.M)
    assert question
    first = next(b for b in consoles.blocks(text(ROOT / "README.md")) if b.words[0] == "console")
    shown = consoles.commands(first)[0].arguments
    assert shown == ["sightline", "access", *question[1].split()]


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_files_that_a_page_shows_are_used_there(page, consoles):
    used = " ".join(fenced(page, "console"))
    for block in consoles.blocks(text(page)):
        if block.words[0] in ("sparql", "yaml"):
            assert len(block.words) > 1, f"name the file of {block.body!r}"
            assert block.words[1] in used


def test_commands_that_are_not_run_say_why_and_exist(consoles):
    skipped = [
        command
        for page in SHOWN
        for block in consoles.blocks(text(page))
        if block.words[0] == "console" and not block.is_run
        for command in consoles.commands(block)
    ]
    assert skipped
    for command in skipped:
        assert command.arguments[0] == "sightline"
        assert command.arguments[1] in cli.list_commands(None)


def test_stale_output_is_replaced(consoles):
    page = "```console head=1\n$ sightline --version\nsightline 0.0\nmore\n```\n"
    fresh = consoles.refreshed(page)
    assert "sightline 0.0" not in fresh
    assert fresh.startswith("```console head=1\n$ sightline --version\nsightline ")


def test_an_answer_that_is_only_older_is_not_stale(consoles):
    command = "sightline access --set offering=downloaded-model --data prompts"
    page = consoles.refreshed(f"```console\n$ {command}\n...\n```\n")
    older = re.sub(r"\d+ days old", "1 days old", page)
    assert older != page
    assert consoles.refreshed(older) == older


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("```console\n$ sightline nonsense\n```\n", "exits with 2"),
        ("```console from=Nowhere\n$ sightline --version\n...\n```\n", "no line"),
    ],
)
def test_a_command_that_fails_is_an_error(consoles, page, reason):
    with pytest.raises(ValueError, match=reason):
        consoles.refreshed(page)


# --- Code -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_python_sessions_give_what_they_show(page):
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    session = "\n".join(fenced(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(session, {}, name(page), name(page), 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=options).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_python_code_is_python(page):
    for block in fenced(page, "python"):
        ast.parse(block)


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_turtle_uses_terms_that_exist(page, terms):
    known = {s for s, *_ in KnowledgeGraph().store.quads()}
    vocabulary = ("action", "activity", "actor", "condition", "data", "duration", "modality")
    kinds = tuple(f"{BASE}{kind}/" for kind in vocabulary)
    for block in fenced(page, "turtle"):
        for _, predicate, value, _ in parse(block.encode(), "turtle"):
            if predicate in SL:
                assert predicate in terms
            if value.value in SL:
                assert value.value in terms
            if predicate in SL and value.value.startswith(kinds):
                assert value.value in known


# --- Nothing is left out --------------------------------------------------------------------------


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", _FENCED.sub("", text(page)), re.M)


def test_every_command_is_documented(generate: ModuleType):
    commands = [["sightline", *path] for path in generate.reference_pages.command_paths()]
    documented = headings(DOCS / "reference" / "cli.md")
    assert [" ".join(path) for path in commands if " ".join(path) not in documented] == []


def test_every_question_is_documented():
    documented = headings(DOCS / "reference" / "questions.md")
    assert sorted(set(library()) - set(documented)) == []


def test_every_class_and_property_is_documented_with_an_example(terms):
    page = text(DOCS / "model.md")
    sections = dict(re.findall(r"^### (\S+)\n(.*?)(?=^#|\Z)", page, re.M | re.S))
    for term, definition in terms.items():
        assert definition in sections[compact(term)]
        assert re.search(r"^Example: (`|none is shipped)", sections[compact(term)], re.M), term


def test_every_concept_is_in_the_vocabulary():
    page = text(DOCS / "reference" / "vocabulary.md")
    knowledge = KnowledgeGraph().knowledge
    tokens = {token for found in knowledge.tokens.values() for token in found}
    tokens |= {*knowledge.facets, *knowledge.conditions, *knowledge.places, *knowledge.ranks}
    assert [token for token in sorted(tokens) if f"`{token}`" not in page] == []


def test_every_error_is_documented():
    assert sorted(set(CODES) - set(headings(DOCS / "errors.md"))) == []
