"""What one question needs besides the published facts is gone when another one is asked."""

from collections.abc import Iterator

import pytest

from sightline import scratch
from sightline.stores import Quad, iri

PUBLISHED = b"<urn:a> <urn:p> <urn:b> .\n<urn:b> <urn:p> _:x .\n"


def rows(store: object) -> set[tuple[str, str]]:
    found = store.query("SELECT ?s ?o { ?s ?p ?o FILTER(!ISBLANK(?o)) }")  # type: ignore[attr-defined]
    return {(s.value, o.value) for s, o in found.rows}


def quads(*pairs: tuple[str, str]) -> Iterator[Quad]:
    return ((s, "urn:p", iri(o), "urn:derived") for s, o in pairs)


@pytest.fixture(params=["lifted", "copied", "loaded"])
def copies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> scratch.Scratch:
    if request.param == "copied":
        monkeypatch.setattr(scratch, "_LIFTED", 0)
    if request.param == "loaded":
        monkeypatch.setattr("sightline.stores._BLOCK", 1)
    return scratch.Scratch(lambda: PUBLISHED)


def test_each_key_has_its_own_facts_and_the_published_ones(copies: scratch.Scratch) -> None:
    first = rows(copies.store(("1",), lambda: quads(("urn:a", "urn:b"), ("urn:c", "urn:d"))))
    second = rows(copies.store(("2",), lambda: quads(("urn:e", "urn:f"), ("urn:g", "urn:h"))))
    third = rows(copies.store(("3",), lambda: quads()))

    assert first == {("urn:a", "urn:b"), ("urn:c", "urn:d")}
    assert second == {("urn:a", "urn:b"), ("urn:e", "urn:f"), ("urn:g", "urn:h")}
    assert third == {("urn:a", "urn:b")}


def test_what_cannot_be_derived_leaves_nothing_behind(copies: scratch.Scratch) -> None:
    def broken() -> Iterator[Quad]:
        yield from quads(("urn:c", "urn:d"))
        raise ValueError

    kept = copies.store(("1",), lambda: quads(("urn:e", "urn:f")))
    with pytest.raises(ValueError):
        copies.store(("2",), broken)

    assert copies.store(("1",), broken) is kept
    assert rows(copies.store(("3",), lambda: quads())) == {("urn:a", "urn:b")}


def test_facts_that_are_published_too_stay(copies: scratch.Scratch) -> None:
    same = [("urn:a", "urn:p", iri("urn:b"), "")]

    copies.store(("1",), lambda: same)

    assert rows(copies.store(("2",), lambda: quads())) == {("urn:a", "urn:b")}
