"""Errors: codes, messages, and a documentation section for each."""

import pickle
import re
from pathlib import Path

import pytest

from sightline import errors
from sightline.cli import faults
from sightline.errors import (
    CODES,
    InputError,
    QueryError,
    SightlineError,
    UnknownTermError,
    close_matches,
    render,
)

ROOT = Path(__file__).parents[1]
TREE = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, SightlineError)
]


def test_the_documentation_has_one_section_per_code_in_order():
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert [*CODES, *faults.CODES] == sections


def test_every_section_says_something():
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        assert len(text.split()) >= 10, title


@pytest.mark.parametrize("cls", TREE, ids=lambda cls: cls.__name__)
def test_the_tree_at_the_top_shows_every_class(cls):
    assert re.search(rf"\b{cls.__name__}\b", errors.__doc__)


@pytest.mark.parametrize("code", CODES)
def test_codes_are_dotted_lower_case(code):
    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", code)


def test_an_error_renders_as_a_line_and_a_hint():
    error = QueryError("query.refused", "SERVICE is not allowed", "load the data instead")
    expected = "error[query.refused]: SERVICE is not allowed\nhint: load the data instead"
    assert expected == render(error)


def test_an_error_without_hint_renders_as_one_line():
    assert render(InputError("input.value", "no")) == "error[input.value]: no"


def test_text_from_a_file_cannot_forge_lines_or_steer_the_terminal():
    hostile = "bad\r\nerror[x]: forged \x1b[31m red \x9b2J \u202e txt \x00"
    lines = render(InputError("input.value", hostile, hostile)).splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert r"\x1b[31m" in lines[0]


def test_text_that_cannot_be_encoded_can_still_be_printed():
    render(InputError("input.value", "lone \ud800 surrogate")).encode("utf-8")


def test_an_unknown_term_lists_close_matches_best_first():
    error = UnknownTermError(
        "activity", "human-reveiw", ["human-review", "batch", "review-approval"]
    )
    assert error.matches[0] == "human-review"
    assert error.hint.startswith("did you mean 'human-review'")
    assert isinstance(error, InputError)
    assert error.exit_code == 2


def test_an_unknown_term_without_close_match_lists_what_there_is():
    error = UnknownTermError("network", "zzz", ["public", "private"])
    assert error.hint == "one of: private, public"


def test_an_unknown_term_shortens_long_lists():
    error = UnknownTermError("actor", "zzz", [f"a{n:02}" for n in range(30)])
    assert error.hint.endswith("a11, ...")


def test_an_unknown_term_of_an_empty_vocabulary_has_no_hint():
    assert UnknownTermError("actor", "zzz", []).hint == ""


def test_close_matches_ignore_case_spaces_and_underscores():
    assert close_matches("Human_Reviewer", ["human-reviewer", "customer"]) == ["human-reviewer"]


@pytest.mark.parametrize(
    "error",
    [
        InputError("input.value", "message", "hint"),
        UnknownTermError("actor", "micorsoft", ["microsoft", "customer"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.code, copy.message, copy.hint) == (error.code, error.message, error.hint)
