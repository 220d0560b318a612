"""The choice of a media type follows RFC 9110, whatever a header holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.server.negotiation import choose, preferences

OFFERED = ["text/turtle", "application/n-triples", "application/ld+json", "text/html"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/turtle"),
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("application/*", "application/n-triples"),
        ("TEXT/HTML", "text/html"),
        ("text/html;level=1", "text/html"),
        ("text/*;q=0.3, application/ld+json;q=0.5", "application/ld+json"),
        ("text/turtle;q=0.2, */*;q=0.1", "text/turtle"),
        # The range that says most about a type counts for it, not the one that likes it most.
        ("text/turtle;q=0, */*", "application/n-triples"),
        ("*/*;q=0.9, text/*;q=0.1", "application/n-triples"),
        ("text/*;q=0, text/html;q=0.4", "text/html"),
        ("text/turtle;q=0", None),
        ("image/png", None),
        ("*/*;q=0", None),
        ("text", None),
        # What is no quality is none: the range counts in full.
        ("application/ld+json;q=high, text/html;q=0.9", "application/ld+json"),
        ("text/html ; q=0.1 , application/n-triples ; q=0.2", "application/n-triples"),
        ("text/html;q=1.000, text/turtle;q=0.999", "text/html"),
    ],
)
def test_the_type_that_is_liked_best_is_chosen(accept, expected):
    assert choose(accept, OFFERED) == expected


@given(st.text(alphabet='textapplicn/*,;=q.019 -\\"\x00é', max_size=60))
def test_any_header_gives_an_order_of_what_is_offered(accept):
    found = preferences(accept, OFFERED)
    assert set(found) <= set(OFFERED)
    assert len(found) == len(set(found))
    assert choose(accept, OFFERED) == (found[0] if found else None)


@given(st.permutations(OFFERED), st.lists(st.integers(0, 1000), min_size=4, max_size=4))
def test_the_order_of_ranges_does_not_matter(order, qualities):
    wanted = dict(zip(OFFERED, qualities, strict=True))
    parts = [f"{name};q={wanted[name] / 1000:.3f}" for name in order]
    found = preferences(", ".join(parts), OFFERED)
    assert found == sorted((n for n in OFFERED if wanted[n]), key=lambda n: -wanted[n])


def test_a_very_long_header_is_read_only_so_far():
    assert choose("a/b," * 200 + "text/html", OFFERED) is None
