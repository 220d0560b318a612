"""The W3C suites: every test passes, or is refused because it writes."""

from collections import Counter

import pytest


@pytest.fixture(scope="module")
def outcomes(w3c):
    return w3c.outcomes()


SIZES = {
    "SPARQL 1.1 Protocol, query": 20,
    "SPARQL 1.1 Protocol, update": 14,
    "SPARQL 1.1 Service Description": 3,
    "Graph Store Protocol, direct": 4,
    "Graph Store Protocol, indirect": 9,
}
WRITES = {
    "SPARQL 1.1 Protocol, update": 7,
    "Graph Store Protocol, direct": 4,
    "Graph Store Protocol, indirect": 8,
}


@pytest.mark.parametrize("suite", SIZES)
def test_every_test_passes_unless_it_writes(outcomes, suite):
    found = outcomes[suite]
    wrong = [(o.test.name, o.result) for o in found if o.result not in ("passed", "refused")]
    assert not wrong
    assert len(found) == SIZES[suite]
    assert Counter(o.result for o in found)["refused"] == WRITES.get(suite, 0)


def test_what_is_refused_would_have_written(outcomes):
    for results in outcomes.values():
        for outcome in results:
            if outcome.result == "refused":
                requests = outcome.test.requests
                assert any(
                    request.method in ("PUT", "POST", "DELETE")
                    and not request.headers.get("content-type", "").endswith("sparql-query")
                    for request in requests
                ), outcome.test.name


def test_the_page_has_these_figures(w3c, outcomes):
    page = w3c.PAGE.read_text(encoding="utf-8")
    assert page == w3c.page_with(page, w3c.figures(outcomes))
