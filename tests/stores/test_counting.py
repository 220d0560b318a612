"""The rows of a written answer are counted exactly, in every format and in whatever pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sightline.stores import TABLE_FORMATS, Solutions, Term, iri, literal
from sightline.stores.counting import RowCounter
from sightline.stores.embedded import write

HARD = (
    *("", '"', "\\", '\\"', "},{", '"},{"', "\n", "\r\n"),
    *("\t", "<result>", "]}", "{}", "a,b", "'"),
)
TERMS = (
    some.none()
    | some.lists(some.sampled_from(HARD), max_size=4).map(lambda parts: literal("".join(parts)))
    | some.just(iri("urn:a"))
    | some.sampled_from(HARD).map(lambda text: literal(text, language="en"))
)


@pytest.mark.parametrize("media_type", TABLE_FORMATS.values())
@given(
    width=some.integers(1, 3),
    cells=some.lists(TERMS, max_size=12),
    sizes=some.lists(some.integers(1, 20), min_size=1, max_size=5),
)
def test_rows_are_counted(
    media_type: str, width: int, cells: list[Term | None], sizes: list[int]
) -> None:
    rows = [tuple(cells[at : at + width]) for at in range(0, len(cells) - width + 1, width)]
    data = write(Solutions(("a", "b", "c")[:width], rows), media_type)
    counter, at, turn, last = RowCounter(media_type), 0, 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        count = counter.feed(data[at : at + size])
        assert count >= last
        at, turn, last = at + size, turn + 1, count

    assert last == len(rows)


@pytest.mark.parametrize("media_type", TABLE_FORMATS.values())
def test_answers_without_rows_have_none(media_type: str) -> None:
    assert RowCounter(media_type).feed(write(Solutions(("a",), []), media_type)) == 0
    if media_type not in ("text/csv", "text/tab-separated-values"):
        assert RowCounter(media_type).feed(write(True, media_type)) == 0
