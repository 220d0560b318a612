"""Ask the server and rdflib-endpoint the same of the same data, side by side in one run."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from server_load import (
    PREFIXES,
    Busy,
    Client,
    Load,
    Stage,
    closed_loop,
    get,
    serving,
    sparql,
)

SECONDS = 20.0
"""How long each question is asked of each server."""
CLIENTS = 8
GOAL = 10
PEER = "rdflib-endpoint"
HOME = Path(__file__).parents[1] / "build" / "peer"
"""Where the peer is installed; ``make clean`` removes it."""

_FACETS = {
    "offering": ("azure-openai",),
    "deployment-type": ("global", "standard", "data-zone"),
    "region": ("swedencentral", "eastus", "uksouth", "japaneast"),
}
QUESTIONS = ("who-can-access", "where-is-data-processed", "what-leaves-the-eea")
QUERIES = {
    "a look-up": PREFIXES + "SELECT ?l { <https://w3id.org/sightline/data/prompts> ?p ?l }",
    "a join": PREFIXES
    + "SELECT ?c ?l ?b { ?c skos:prefLabel ?l ; skos:broader ?b } ORDER BY ?l LIMIT 50",
    "an aggregate": PREFIXES + "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
}

_SERVE = """
import sys, uvicorn, rdflib
from rdflib_endpoint import SparqlEndpoint
data = rdflib.Dataset(default_union=True)
data.parse(sys.argv[1], format="nquads")
print("loaded", len(data), flush=True)
uvicorn.run(SparqlEndpoint(graph=data, path="/"), port=int(sys.argv[2]), log_level="error")
"""


async def ratios(share: float) -> Stage:
    """Compare requests per second, in turns, each alone with its load."""
    stage, busy = Stage("beside rdflib-endpoint"), Busy()
    seconds = max(1.0, SECONDS * share)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nq"
        asked = _prepare(data)
        with serving(workers=4) as server, peer(data) as (port, version):
            stage.figures["peer"] = f"{PEER} {version}, {len(data.read_bytes().splitlines())} quads"
            for name in QUESTIONS:
                pairs = asked[name]
                ours = [get(address) for address, _, _ in pairs]
                theirs = [sparql(text, "/") for _, text, _ in pairs]
                await _same(stage, name, server.port, port, ours, theirs, [n for *_, n in pairs])
                fresh = await closed_loop(server.port, _others(name), seconds, CLIENTS, once=True)
                mine = await closed_loop(server.port, ours, seconds, CLIENTS)
                other = await closed_loop(port, theirs, seconds, CLIENTS)
                _compare(stage, f"question {name}", mine, other)
                _compare(stage, f"question {name}, about other configurations", fresh, other)
                ratio = stage.figures[f"question {name}"]["times"]
                stage.goal(ratio >= GOAL, f"{GOAL} times the requests for {name} ({ratio})")
            for name, query in QUERIES.items():
                mine = await closed_loop(server.port, [sparql(query)], seconds, CLIENTS)
                other = await closed_loop(port, [sparql(query, "/")], seconds, CLIENTS)
                _compare(stage, f"SPARQL, {name}", mine, other)
    stage.figures |= busy.share()
    return stage


def _prepare(path: Path) -> dict[str, list[tuple[str, str, int]]]:
    """Write the data of both, and give for each question its addresses, queries and row counts.

    The peer cannot derive: it gets the derived rows of all configurations that are asked about.
    """
    from itertools import product

    from sightline import KnowledgeGraph, queries
    from sightline.identity import configuration_iri
    from sightline.render import rdf
    from sightline.stores import iri, nquads

    graph = KnowledgeGraph()
    quads = list(graph.store.quads())
    asked: dict[str, list[tuple[str, str, int]]] = {name: [] for name in QUESTIONS}
    for values in product(*_FACETS.values()):
        configuration = dict(zip(_FACETS, values, strict=True))
        answer = graph.access(configuration)
        quads += rdf.quads(answer)
        for name in QUESTIONS:
            question = queries.library()[name]
            params = {p.name: p.example for p in question.params.values() if p.required}
            bound = dict(queries.read_params(graph.store, question, params))
            bound[queries.CONFIGURATION] = iri(configuration_iri(answer.identity))
            address = f"/api/questions/{question.folder}/{name}?"
            address += urlencode(configuration | params)
            rows = len(graph.ask(name, configuration, **params).rows)
            asked[name].append((address, queries.bind(question, bound), rows))
    path.write_text("".join(nquads(quads)), encoding="utf-8")
    return asked


@contextmanager
def peer(data: Path) -> Iterator[tuple[int, str]]:
    """Install the peer unless that is done, and serve the data with it."""
    python = HOME / "bin" / "python"
    if not (HOME / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, PEER, "uvicorn[standard]"], check=True)
        (HOME / "installed").touch()
    script = f"from importlib.metadata import version; print(version({PEER!r}))"
    version = subprocess.run(
        [python, "-c", script], check=True, capture_output=True, text=True
    ).stdout.strip()
    port = _free_port()
    process = subprocess.Popen(
        [python, "-c", _SERVE, data, str(port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout
        if not process.stdout.readline().startswith(b"loaded"):
            raise RuntimeError(f"{PEER} did not start")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        _listening(port)
        yield port, version
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as opened:
        found: int = opened.getsockname()[1]
        return found


def _listening(port: int) -> None:
    import socket

    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{PEER} does not listen")


async def _same(
    stage: Stage,
    name: str,
    port: int,
    other: int,
    ours: list[bytes],
    theirs: list[bytes],
    rows: list[int],
) -> None:
    """Both give as many rows as the library itself, or the comparison is of different things."""
    mine, peer = Client(port), Client(other)
    for own, its, count in list(zip(ours, theirs, rows, strict=True))[:2]:
        counts = [
            len(json.loads((await mine.ask(own)).body or b"{}").get("rows", ())),
            len(json.loads((await peer.ask(its)).body)["results"]["bindings"]),
        ]
        stage.must(counts == [count, count], f"{name}: {counts} rows, where {count} should be")
    for own in ours:  # these are kept from now on
        await mine.ask(own)
    mine.close()
    peer.close()


def _others(name: str) -> list[bytes]:
    """Write requests about configurations that are asked about only once: nothing is kept."""
    from itertools import product

    from sightline import KnowledgeGraph, queries

    knowledge = KnowledgeGraph().knowledge
    question = queries.library()[name]
    params = {p.name: p.example for p in question.params.values() if p.required}
    facets = ("abuse-monitoring", "customer-managed-key", "deployment-type")
    values = [sorted(knowledge.facets[facet].values) for facet in facets]
    return [
        get(
            f"/api/questions/{question.folder}/{name}?"
            + urlencode(dict(zip(facets, chosen, strict=True)) | {"region": region} | params)
            + "&offering=azure-openai"
        )
        for region in sorted(knowledge.regions)
        for chosen in product(*values)
    ]


def _compare(stage: Stage, name: str, mine: Load, other: Load) -> None:
    ours, theirs = mine.figures(), other.figures()
    rates: list[Any] = [ours["per second"], theirs["per second"]]
    times = round(rates[0] / rates[1], 1) if rates[1] else float("inf")
    stage.figures[name] = {"times": times, "sightline": ours, PEER: theirs}
