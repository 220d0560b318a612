"""Ask mutated queries that want to reach a listening port: none of them may, and the pool lives."""

import asyncio
import json
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from select import select

from server_load import JSON, Busy, Stage, percentiles

from sightline import queries
from sightline.errors import SightlineError
from sightline.service.pool import Pool

QUERIES = 1_000_000
CLIENTS = 8
SECONDS = 0.25
"""What a query may take here: a mutation easily makes one that never ends."""
ALONE = 10
"""Each such query is also asked of the guard and the engine without any wall."""
FAULT = "failed within the task"
_DEAD = 5.0
"""Seconds without any answer after which a batch of these is given up."""

TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^\s<>]*>|#[^\n]*'
    r"|[?$]\w+|[\w-]*:[\w.-]*|\w+|\s+|[^\w\s]"
)
_PLAIN = ("", "", " ", "\n", "#x\n")
_GLUE = (*_PLAIN, "\t", "\r", "\f", "\u00a0", "\u200b", "\ufeff", "\0", "/**/")
_BEFORE = (
    *("", "", "", " ", ".", "} {", "} UNION {", "?s ?p 'x'", "?s ?p 'x'@en", "?s ?p 1", "?s ?p ?x"),
    *("}", ";", "'x'", "1.", "1e0", "a", "true", ")", "_:b", "FILTER(true)", "BIND(1 AS ?y)"),
)
_SERVICE = ("SERVICE", "service", "SeRvIcE", "SERVICESILENT", "SERVICE SILENT", "serviceSilent")
_DISGUISED = (
    *("\\u0053ERVICE", "S\\u0045RVICE", "\\U00000053ERVICE", "SERV/**/ICE", "SERV\\\nICE"),
    *("SERV#\nICE", "%53ERVICE", "SERVICE\\", "xSERVICE", "SERVICEx", "SERVICE_", "ſERVICE"),
    "SERVİCE",
)
_TURNS = (
    *("", "", "\\'", '\\"', "\\\\", "\\\\\\'", "#", "<", ">"),
    *("\\u0027", "\\n", "''", '"', "'", '""', "\\u005C'"),
)

_SHORT = (
    "SELECT * {  }",
    "SELECT * { ?s ?p ?o . } LIMIT 3",
    "SELECT * { VALUES ?where { <urn:x> } }",
    "ASK { { } UNION { } }",
    "SELECT ?s { ?s ?p 'x' . } ORDER BY ?s",
    "SELECT * { { SELECT * { } } OPTIONAL { } }",
    "CONSTRUCT { ?s ?p ?o . } { ?s ?p ?o . } LIMIT 2",
    "PREFIX e: <urn:e:> SELECT * { BIND(1 AS ?x) { } MINUS { } }",
    "SELECT * { FILTER EXISTS { } GRAPH ?g { } }",
    "SELECT (COUNT(*) AS ?n) { } HAVING (COUNT(*) >= 0)",
)
"""Queries in which an engine comes to everything that is put in: no pattern fails before it."""


class Canary:
    """Listens on loopback and counts who connects."""

    def __init__(self) -> None:
        self.contacts = 0
        self._sockets = []
        self.port = 0
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            try:
                opened = socket.create_server((address, self.port), family=family)
            except OSError:  # no IPv6 here
                continue
            self.port = opened.getsockname()[1]
            self._sockets.append(opened)
            threading.Thread(target=self._count, args=(opened,), daemon=True).start()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Ways to write its address."""
        port = self.port
        return (
            *(f"http://127.0.0.1:{port}/", f"http://localhost:{port}/s", f"http://[::1]:{port}/"),
            *(f"https://127.0.0.1:{port}/", f"HTTP://127.0.0.1:{port}", f"http://0:{port}/"),
            *(f"http://2130706433:{port}/", f"http://u:p@127.0.0.1:{port}/?q=1#f"),
            *(f"file:///proc/self/environ?{port}", f"http:\\u002F/127.0.0.1:{port}/"),
        )

    def close(self) -> None:
        """Stop listening."""
        for opened in self._sockets:
            opened.close()

    def _count(self, opened: socket.socket) -> None:
        while True:
            try:
                connection, _ = opened.accept()
            except OSError:
                return
            self.contacts += 1
            with connection:
                connection.settimeout(1)
                try:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    pass


def mutants(chance: random.Random, addresses: tuple[str, ...]) -> Iterator[str]:
    """Give one mutated library query after another."""
    seeds = [TOKEN.findall(each.text) for _, each in sorted(queries.library().items())]
    short = [TOKEN.findall(each) for each in _SHORT]
    words = sorted({token for seed in seeds for token in seed if token.strip()})
    while True:
        brief = chance.random() < 0.4
        tokens = list(chance.choice(short if brief else seeds))
        while tokens and (not tokens[0].strip() or tokens[0].startswith("#")):
            del tokens[0]  # the header says nothing to an engine
        for _ in range(chance.choice((1, 1, 1, 2) if brief else (1, 1, 1, 2, 2, 3, 5, 8))):
            _mutate(chance, tokens, seeds, words, addresses)
        yield "".join(tokens)


def _mutate(
    chance: random.Random,
    tokens: list[str],
    seeds: list[list[str]],
    words: list[str],
    addresses: tuple[str, ...],
) -> None:
    kind = chance.random()
    at = chance.randrange(len(tokens) + 1)
    if kind < 0.15:
        tokens[at:at] = [_reach(chance, addresses)]
    elif kind < 0.55:  # where a pattern may stand
        places = [n for n, token in enumerate(tokens) if token in "{}."] or [at - 1]
        write = _hidden if chance.random() < 0.6 else _reach
        tokens.insert(chance.choice(places) + 1, write(chance, addresses))
    elif kind < 0.60:
        iris = [n for n, token in enumerate(tokens) if token.startswith("<")]
        if iris:
            tokens[chance.choice(iris)] = f"<{chance.choice(addresses)}>"
    elif kind < 0.66:
        del tokens[at : at + chance.randrange(1, 4)]
    elif kind < 0.72:
        tokens[at:at] = tokens[at : at + chance.randrange(1, 12)]
    elif kind < 0.78:
        tokens[at:at] = [chance.choice(words)]
    elif kind < 0.84 and at < len(tokens):
        tokens[at] = chance.choice((tokens[at].upper(), tokens[at].lower(), tokens[at].title()))
    elif kind < 0.89:
        other = chance.choice(seeds)
        start = chance.randrange(len(other))
        tokens[at : at + 20] = other[start : start + 40]
    elif kind < 0.93:
        tokens[at:at] = [chance.choice("'\"<>{}()[]#\\?$@^|*+!;,.") * chance.choice((1, 1, 2, 3))]
    elif kind < 0.96:
        level = chance.choice((2, 20, 190, 210))
        tokens[at:at] = [chance.choice(("{", "(", "[", "!", "^", "-")) * level]
    elif kind < 0.98:
        tokens[at:at] = [chr(chance.choice((chance.randrange(0x20), chance.randrange(0xD800))))]
    else:
        tokens[at:at] = [_clause(chance, addresses)]


def _reach(chance: random.Random, addresses: tuple[str, ...]) -> str:
    """Write a SERVICE in one of many ways."""
    target = f"<{chance.choice(addresses)}>"
    if chance.random() < 0.2:
        target = chance.choice(("e:", "e:x", "?where", "$where", "sl:x", ":", "_:b", "a", "'x'"))
    pattern = chance.choice(("{ ?s ?p ?o }", "{}", "{?s?p?o}", "{ SELECT * { ?s ?p ?o } }"))
    word = chance.choice(_SERVICE if chance.random() < 0.7 else _DISGUISED)
    glue = _GLUE if chance.random() < 0.3 else _PLAIN
    pieces = (chance.choice(_BEFORE), word, target, pattern)
    return "".join(piece + chance.choice(glue) for piece in pieces)


def _hidden(chance: random.Random, addresses: tuple[str, ...]) -> str:
    """Write a SERVICE where it is none, if strings, comments and names are told apart rightly."""
    reach, turn = _reach(chance, addresses), chance.choice(_TURNS)
    flat = re.sub(r"[\s'\"]", "", reach)
    name = re.sub(r"[{}<>^`|\\]", "", flat)
    service, number = chance.choice((*_SERVICE, *_DISGUISED)), chance.randrange(99)
    return chance.choice(
        (
            f" # {turn} {flat}\n",
            f" #{turn}\r#{flat}\n",
            f" FILTER('{turn}{flat}' != '')",
            f' FILTER("{turn}{flat}"@en != "{turn}")',
            f" FILTER('''{turn}{reach}''' != '')",
            f' FILTER("""{turn}{reach}""" != "\\"")',
            f" FILTER(<urn:{name}> != 1)",
            " OPTIONAL { ?service ?SERVICE $service }",
            f" OPTIONAL {{ ?s sl:service{chance.choice(_GLUE)} ?service{chance.choice(_GLUE)} }}",
            f" OPTIONAL {{ ?s a sl:{service} . ?s <{chance.choice(addresses)}> ?o }}",
            f" BIND('{turn}' AS ?x{number}) FILTER(?s<?o||?o>{number})#{flat}\n",
        )
    )


def _clause(chance: random.Random, addresses: tuple[str, ...]) -> str:
    """Write another clause with which an engine might fetch or change something."""
    target = f"<{chance.choice(addresses)}>"
    return chance.choice(
        (
            f" FROM {target} ",
            f" FROM NAMED {target} ",
            f" GRAPH {target} {{ ?s ?p ?o }} ",
            f" LOAD {target} ",
            f" ; LOAD SILENT {target} INTO GRAPH <urn:g> ",
            f" INSERT DATA {{ <urn:a> <urn:b> {target} }} ",
            f" DELETE WHERE {{ ?s ?p ?o }} ; LOAD {target} ",
            f" PREFIX e: {target} ",
            f" BASE {target} ",
            f" BIND({target} AS ?where) ",
            f" VALUES ?where {{ {target} }} ",
            f" DESCRIBE {target} ",
            f" ( {target}(?x) AS ?f ) ",
            f" FILTER({target}(?s, 1)) ",
        )
    )


async def hostile(share: float) -> Stage:
    """Ask them all of a pool, and some of the guard and the engine without any wall."""
    stage, busy = Stage("mutated queries"), Busy()
    count = max(100, round(QUERIES * share))
    canary = Canary()
    try:
        stage.must(_control(canary), "the canary heard no engine that was not shut in")
        canary.contacts = 0
        outcomes: Counter[str] = Counter()
        latencies: list[float] = []
        texts = mutants(random.Random(6), canary.addresses)
        alone: list[str] = []
        began = time.perf_counter()
        async with Pool(workers=4, seconds=SECONDS) as pool:
            zygote = pool.stats()["zygote"]
            stage.must(pool.walled, f"there is no wall: {pool.reason}")
            few = await _small(pool)
            numbers = iter(range(count))

            async def ask() -> None:
                for number in numbers:
                    text = next(texts)
                    if number % ALONE == 0:
                        alone.append(text)
                    start = time.perf_counter()
                    outcomes[await _asked(pool, text, few if number % 20 else pool.graphs)] += 1
                    if number % 100 == 0:
                        latencies.append(time.perf_counter() - start)

            await asyncio.gather(*(ask() for _ in range(CLIENTS)))
            stats = pool.stats()
            stage.must(stats["zygote"] == zygote, "the zygote died")
            stage.must(await _asked(pool, "ASK {}", few) == "answered", "the pool answers no more")
        seconds = time.perf_counter() - began
        stage.must(canary.contacts == 0, f"{canary.contacts} network contacts through the wall")
        stage.must(outcomes.total() == count, "a query had no outcome")
        stage.must(not outcomes[FAULT], f"{outcomes[FAULT]} queries failed within the task")
        crashes, unended = await asyncio.to_thread(guard_alone, alone)
        stage.must(canary.contacts == 0, f"{canary.contacts} network contacts past the guard alone")
        stage.figures = {
            "queries": count,
            "network contacts": canary.contacts,
            "outcomes": dict(outcomes.most_common()),
            "workers stopped or lost": stats["killed"] + stats["restarts"],
            "zygotes lost": int(stats["zygote"] != zygote),
            "per second": round(count / seconds),
            "latency": percentiles(latencies),
            "guard and engine without a wall": len(alone),
            "crashes without a wall": crashes,
            "given up without a wall": unended,
            **busy.share(),
        }
        stage.goal(not crashes, f"{crashes} queries ended an engine that only the guard protects")
    finally:
        canary.close()
    return stage


async def _small(pool: Pool) -> list[str]:
    """Choose a small graph: few queries on it are slow, but its triples reach what they join."""
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?n"
    given = {"query": query, "graphs": pool.graphs, "media_type": JSON}
    stream = await pool.stream("sparql", given)
    rows = json.loads(b"".join([chunk async for chunk in stream.chunks]))["results"]["bindings"]
    return [next(row["g"]["value"] for row in rows if int(row["n"]["value"]) >= 50)]


async def _asked(pool: Pool, text: str, graphs: Sequence[str]) -> str:
    """Ask a query, and name what became of it."""
    given = {
        "query": text,
        "graphs": graphs,
        "media_type": [JSON, "application/n-triples"],
        "rows": 200,
        "bytes": 1 << 20,
    }
    try:
        async for _ in (await pool.stream("sparql", given)).chunks:
            pass
    except SightlineError as error:
        # A task that failed met what nobody foresaw: a wall, say, that the guard should spare it.
        return FAULT if "the task" in error.message else error.code
    return "answered"


def _control(canary: Canary) -> bool:
    """Tell whether the canary hears an engine that is not shut in."""
    import pyoxigraph

    with suppress(OSError, RuntimeError):
        list(pyoxigraph.Store().query(f"SELECT * {{ SERVICE <{canary.addresses[0]}> {{ }} }}"))
    return canary.contacts > 0


def guard_alone(texts: list[str]) -> tuple[int, int]:
    """Ask an empty store in forked processes without a wall; gives crashes, and what was given up.

    A process that crashes or hangs tells how far it came, and another one goes on behind that.
    """
    crashes = unended = at = 0
    while at < len(texts):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            _ask_alone(texts[at:], writing)
        os.close(writing)
        done = 0
        hangs = False
        while True:
            if not select([reading], [], [], _DEAD)[0]:
                hangs = True
                break
            told = os.read(reading, 1 << 16)
            if not told:
                break
            done += len(told)
        os.close(reading)
        if hangs:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        at += done
        if at < len(texts):
            unended += hangs
            crashes += not hangs and status != 0
            at += 1
    return crashes, unended


def _ask_alone(texts: list[str], writing: int) -> None:
    """Write one byte for each query that is through."""
    from sightline.stores.embedded import EmbeddedStore

    try:
        store = EmbeddedStore()
        store.load(b"<urn:s> <urn:p> 'x', <urn:o> .", format="turtle", graph="urn:g")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        for text in texts:
            with suppress(SightlineError):
                store.query(text)
            os.write(writing, b".")
    except BaseException:
        os._exit(1)
    os._exit(0)
