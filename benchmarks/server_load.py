"""What the stages of ``server.py`` share: a server process, an HTTP client, loads, and figures."""

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PREFIXES = (
    "PREFIX sl: <https://w3id.org/sightline/ontology/> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
JSON = "application/sparql-results+json"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""It would take days."""
_KIND = "Microsoft.CognitiveServices/accounts"
TEMPLATE = json.dumps(
    {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": _KIND,
                "apiVersion": "2024-10-01",
                "name": "a",
                "location": "swedencentral",
                "kind": "OpenAI",
                "sku": {"name": "S0"},
                "properties": {},
            },
            {
                "type": f"{_KIND}/deployments",
                "apiVersion": "2024-10-01",
                "name": "a/d",
                "sku": {"name": "GlobalStandard", "capacity": 1},
                "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}},
            },
        ],
    }
).encode()
"""An estate file: one account and one deployment."""


@dataclass
class Stage:
    """What a stage found: ``figures`` to print, ``wrong`` what must never be, ``missed`` goals."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def goal(self, met: bool, text: str) -> None:
        """Note a goal that was missed."""
        if not met:
            self.missed.append(text)

    def must(self, met: bool, text: str) -> None:
        """Note what is wrong."""
        if not met:
            self.wrong.append(text)


class Serving:
    """A ``sightline serve`` process and its family."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def zygote(self) -> int:
        """The process that forks workers; 0 while there is none."""
        return next(iter(children(self.process.pid)), 0)

    @property
    def workers(self) -> list[int]:
        """The worker processes."""
        return children(self.zygote) if self.zygote else []

    @property
    def family(self) -> list[int]:
        """All of its processes."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found


def children(pid: int) -> list[int]:
    """List the children of all threads of a process."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


@contextmanager
def serving(*options: str, workers: int = 4) -> Iterator[Serving]:
    """Run ``sightline serve`` on a free port; ends it, and fails if it had died before."""
    command = [sys.executable, "-m", "sightline", "serve", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(
        [*command, *_unlimited(), *options], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        for line in process.stderr:
            if "listens on" in line:
                port = int(line.split("http://")[1].split("/")[0].rsplit(":", 1)[1])
                break
        else:
            raise RuntimeError("the server did not start")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Serving(process, port)
        if process.poll() is not None:
            raise RuntimeError(f"the server died with status {process.returncode}")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _unlimited() -> list[str]:
    """Lift the limit of requests per caller, if there is one: the load is what is measured."""
    from sightline.cli.serve import command

    return ["--rate", "0"] if any("--rate" in each.opts for each in command.params) else []


def get(path: str, accept: str = "*/*") -> bytes:
    """Write a GET request."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
    return f"{head}Connection: keep-alive\r\n\r\n".encode()


def post(path: str, body: bytes, media_type: str = "application/json") -> bytes:
    """Write a POST request."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def sparql(query: str, path: str = "/sparql") -> bytes:
    """Write the request of a query."""
    return get(f"{path}?{urlencode({'query': query})}", JSON)


@dataclass
class Answer:
    """What came back; ``status`` is 0 where the connection was cut before the end of the answer."""

    status: int
    body: bytes
    seconds: float = 0.0


class Client:
    """A connection that is kept and opened again as needed; one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes, patience: float = 60.0) -> Answer:
        """Send a request and read all of the answer; a kept connection may have timed out."""
        for is_second in (False, True):
            fresh = self._writer is None
            try:
                async with asyncio.timeout(patience):
                    if self._writer is None:
                        self._reader, self._writer = await asyncio.open_connection(
                            "127.0.0.1", self._port, limit=1 << 20
                        )
                    self._writer.write(request)
                    status = await self._status()
            except (OSError, EOFError, TimeoutError):
                self.close()
                if fresh or is_second:
                    return Answer(0, b"")
                continue
            try:
                async with asyncio.timeout(patience):
                    return Answer(status, await self._body())
            except (OSError, EOFError, TimeoutError, ValueError):
                self.close()
                return Answer(0, b"")
        raise AssertionError

    def close(self) -> None:
        """Close the connection."""
        if self._writer:
            self._writer.transport.abort()
        self._reader = self._writer = None

    async def _status(self) -> int:
        assert self._reader
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").lower().split("\r\n")
        self._headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        return int(first.split(" ", 2)[1])

    async def _body(self) -> bytes:
        assert self._reader
        if "content-length" in self._headers:
            body = await self._reader.readexactly(int(self._headers["content-length"]))
        elif self._headers.get("transfer-encoding") == "chunked":
            pieces = []
            while size := int(await self._reader.readline() or b"cut", 16):
                pieces.append((await self._reader.readexactly(size + 2))[:-2])
            await self._reader.readexactly(2)
            body = b"".join(pieces)
        else:
            body = await self._reader.read()
        if self._headers.get("connection") == "close":
            self.close()
        return body


@dataclass
class Load:
    """What became of many requests."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def note(self, answer: Answer, latency: float) -> None:
        """Count an answer; only what was answered has a latency."""
        self.statuses[answer.status] += 1
        if answer.status == 200:
            self.latencies.append(latency)

    def figures(self) -> dict[str, Any]:
        """Give requests per second, and percentiles in milliseconds."""
        found: dict[str, Any] = {"requests": self.statuses.total()}
        if self.seconds:
            found["per second"] = round(self.statuses[200] / self.seconds, 1)
        found |= percentiles(self.latencies)
        others = {str(s or "cut"): n for s, n in sorted(self.statuses.items()) if s != 200}
        return found | ({"not answered": others} if others else {})


async def closed_loop(
    port: int, requests: Sequence[bytes], seconds: float, clients: int = 8, *, once: bool = False
) -> Load:
    """Ask as fast as answers come, on ``clients`` connections; each request ``once``, or again."""
    load, began = Load(), time.perf_counter()
    end = began + seconds
    count = iter(range(len(requests) if once else 10**9))

    async def run() -> None:
        client = Client(port)
        for number in count:
            start = time.perf_counter()
            answer = await client.ask(requests[number % len(requests)])
            load.note(answer, time.perf_counter() - start)
            if time.perf_counter() > end:
                break
        client.close()

    await asyncio.gather(*(run() for _ in range(clients)))
    load.seconds = time.perf_counter() - began
    return load


async def open_loop(port: int, requests: Sequence[bytes], seconds: float, rate: float) -> Load:
    """Ask at a fixed rate, whatever the server does: waiting counts from when it was due."""
    load, began = Load(), time.perf_counter()
    free: list[Client] = []
    running: set[asyncio.Task[None]] = set()

    async def one(due: float, request: bytes) -> None:
        client = free.pop() if free else Client(port)
        answer = await client.ask(request)
        load.note(answer, time.perf_counter() - due)
        free.append(client)

    for number in range(int(seconds * rate)):
        due = began + number / rate
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(due, requests[number % len(requests)]))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    load.seconds = time.perf_counter() - began
    for client in free:
        client.close()
    return load


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], patience: float = 20.0
) -> float:
    """Wait until something holds; gives the seconds that it took."""
    began = time.perf_counter()
    while True:
        found = condition()
        if found if isinstance(found, bool) else await found:
            return time.perf_counter() - began
        if time.perf_counter() - began > patience:
            return float("inf")
        await asyncio.sleep(0.002)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Give the middle, tail and end of a distribution, in milliseconds."""
    if not seconds:
        return {}
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

    return {"p50 ms": at(0.5), "p90 ms": at(0.9), "p99 ms": at(0.99), "max ms": at(1)}


class Busy:
    """How busy the processors were with what is not ours while a stage ran."""

    def __init__(self) -> None:
        self._start = _processors()

    def share(self) -> dict[str, float]:
        """Give the busy share of all processors, ours included, and the load average."""
        busy, total = (b - a for a, b in zip(self._start, _processors(), strict=True))
        return {
            "processors busy": round(busy / total, 2) if total else 0.0,
            "load average": round(os.getloadavg()[0], 1),
        }


def _processors() -> tuple[int, int]:
    with suppress(OSError):
        counts = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))
        return sum(counts) - counts[3] - counts[4], sum(counts)
    return 0, 0


def machine() -> dict[str, Any]:
    """Say what was measured on."""
    model = ""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    return {
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "processors": f"{os.cpu_count()} x {model or platform.machine()}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def median(values: Sequence[float]) -> float:
    """Give the middle of some values."""
    return statistics.median(values) if values else 0.0


def rows_of(answer: bytes) -> Any:
    """Read a SPARQL JSON answer as what has to be the same: the rows in any order."""
    found = json.loads(answer)
    if "boolean" in found:
        return found["boolean"]
    head: Mapping[str, Any] = found["head"]
    rows = sorted(json.dumps(row, sort_keys=True) for row in found["results"]["bindings"])
    return head["vars"], rows
