"""Queries that are bent until they might slip through reach nothing and end nothing but themselves.

``SIGHTLINE_FUZZ`` is how many are tried over HTTP; 2,000 if it is not set.
"""

import http.client
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sightline.graph import KnowledgeGraph
from sightline.server.settings import Limits

from .conftest import ESTATES, Canary, Walled, walled_server

COUNT = int(os.environ.get("SIGHTLINE_FUZZ", "2000"))
LANES = 2

WAYS_OUT = (
    "SERVICE <{url}> {{ ?s ?p ?o }}",
    "SERVICE SILENT <{url}> {{ ?s ?p ?o }}",
    "SERVICE<{url}>{{}}",
    "SERVICESILENT<{url}>{{}}",
    "SERVICEe:x {{ ?s ?p ?o }}",
    "sErViCe ?u {{ ?s ?p ?o }}",
    "\\u0053ERVICE <{url}> {{ }}",
    "FROM <{url}>",
    "FROM NAMED <{url}>",
    "GRAPH <{url}> {{ ?s ?p ?o }}",
    "LOAD <{url}>",
    "; LOAD SILENT <{url}>",
    "BASE <{url}>",
    "PREFIX e: <{url}>",
    "PREFIX SERVICE: <{url}>",
    "VALUES ?u {{ <{url}> }}",
)
PIECES = (
    *(
        "'",
        '"',
        "'''",
        '"""',
        "\\",
        "\\'",
        "#",
        "\n",
        "\r",
        "\t",
        " ",
        "<",
        ">",
        "{",
        "}",
        "(",
        ")",
    ),
    *(".", ";", ",", "|", "^", "/", "*", "+", "?", "!", "@en", "^^", ":", "_:", "[]", "<<(", ")>>"),
    *("\u00a0", "\u2028", "\ufeff", "\x00", "\x0c", "\ud7ff", "a:b", "?SERVICE", ":service", "%53"),
    *("OPTIONAL", "UNION", "MINUS", "FILTER", "EXISTS", "NOT", "BIND", "AS", "SELECT", "ASK", "*"),
    *("LATERAL", "CONSTRUCT", "WHERE", "DESCRIBE", "SILENT", "INTO", "USING", "WITH", "INSERT"),
)


def mutated(chance: random.Random, seeds: list[str], url: str) -> str:
    """Bend a query, with a way out in it."""
    text = chance.choice(seeds)
    for _ in range(chance.randint(1, 2)):
        text = put(chance, text, chance.choice(WAYS_OUT).format(url=f"{url}{chance.random()}"))
    for _ in range(chance.randint(0, 6)):
        way = chance.random()
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randint(1, 12))
        if way < 0.5:
            text = put(chance, text, chance.choice(PIECES))
        elif way < 0.7:
            text = text[:start] + text[end:]
        elif way < 0.8:
            text = text[:start] + text[start:end] * 2 + text[end:]
        elif way < 0.9:
            text = text[:start] + text[start:end].swapcase() + text[end:]
        else:
            text = text.replace(" ", "", chance.randint(1, 3))
    return text


def put(chance: random.Random, text: str, piece: str) -> str:
    """Put a piece where something stands in brackets, or anywhere."""
    places = [at + 1 for at, sign in enumerate(text) if sign in "{}. "]
    at = chance.choice(places) if places and chance.random() < 0.7 else chance.randint(0, len(text))
    return f"{text[:at]} {piece} {text[at:]}"


@pytest.fixture
def hasty(serving: Any, graph: KnowledgeGraph, tmp_path: Path) -> Iterator[Walled]:
    """A server that gives a query little time and room, so that many can be tried."""
    with walled_server(serving, graph, tmp_path, 0.2, Limits(rows=100)) as found:
        yield found


def test_no_bent_query_reaches_anything(
    hasty: Walled, canary: Canary, graph: KnowledgeGraph
) -> None:
    seeds = sorted(question.text for question in graph.questions().values())
    seeds = [text for text in seeds if len(text) < 2000]
    seeds += ["SELECT * { ?s ?p ?o } LIMIT 1", "ASK { }", "CONSTRUCT WHERE { ?s ?p 1 }"] * 20
    zygote = hasty.pool.stats()["zygote"]

    def lane(number: int) -> Counter[int]:
        chance = random.Random(number)
        found: Counter[int] = Counter()
        connection = http.client.HTTPConnection(hasty.client.host, timeout=60)
        headers = {
            "Authorization": f"Bearer {hasty.tokens[ESTATES]}",
            "Content-Type": "application/sparql-query",
        }
        for _ in range(COUNT // LANES):
            body = mutated(chance, seeds, canary.url).encode("utf-8", "replace")
            try:
                connection.request("POST", "/sparql", body, headers)
                answer = connection.getresponse()
                answer.read()
                found[answer.status] += 1
            except http.client.IncompleteRead:  # cut at a limit, for all to see
                found[0] += 1
                connection.close()
        connection.close()
        return found

    with ThreadPoolExecutor(LANES) as lanes:
        found: Counter[int] = sum(lanes.map(lane, range(LANES)), Counter())

    assert set(found) <= {0, 200, 400, 403, 422, 500, 503, 504}, found
    assert found[200] > COUNT / 100, "nothing got through at all"
    assert found[400] + found[403] > COUNT / 4
    assert found[500] < COUNT / 1000
    assert hasty.pool.stats()["zygote"] == zygote
    assert hasty("/health").status == 200
