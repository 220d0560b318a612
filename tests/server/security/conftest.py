"""Servers to attack: one that anyone may ask, one with tokens and estates, and a canary.

``serving`` is the module that starts a server on a real socket. ``walled`` is a server whose
workers are processes, as those of ``sightline serve``; ``open_server`` asks nobody for a name.
"""

import asyncio
import http.client
import importlib.util
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from sightline.graph import KnowledgeGraph
from sightline.server.app import create_app
from sightline.server.security.tokens import line, new_token
from sightline.server.settings import Limits, Settings
from sightline.server.site import Site
from sightline.service.pool import Pool
from sightline.service.work import CatalogFiles, Snapshot, Work, graphs_of
from sightline.service.workers import Threads

SERVING = Path(__file__).parent.parent / "protocol" / "serving.py"
ESTATES = ("north", "south", "west")
SUBSETS = [s for n in range(4) for s in itertools.combinations(ESTATES, n)]


@pytest.fixture(scope="session")
def serving() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serving_security", SERVING)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SiteOf = Callable[..., Site]


@pytest.fixture(scope="session")
def site_of(graph: KnowledgeGraph) -> SiteOf:
    """Make a site over the shipped graph with settings, in threads of this process."""

    def make(**settings: Any) -> Site:
        return Site(
            workers=Threads(Work(graph)),
            knowledge=graph.knowledge,
            questions=graph.questions(),
            digest="test",
            graphs=tuple(graph.store.graphs()),
            settings=Settings(port=0, **settings),
        )

    return make


@pytest.fixture(scope="session")
def open_server(serving: ModuleType, site_of: SiteOf) -> Iterator[Any]:
    with serving.serving(create_app(site_of())) as client:
        yield client


class Walled(NamedTuple):
    """A server with estates, and a token for each subset of them; the metrics have one too."""

    client: Any
    tokens: dict[tuple[str, ...], str]
    pool: Pool

    def __call__(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
        estates: tuple[str, ...] = ESTATES,
    ) -> Any:
        sent = {"Authorization": f"Bearer {self.tokens[estates]}", **(headers or {})}
        return self.client(path, sent, method, body)


def template(estate: str) -> str:
    """Write an estate whose account and deployment nobody else may hear of."""
    kind = "Microsoft.CognitiveServices/accounts"
    account = {
        "type": kind,
        "apiVersion": "2024-10-01",
        "name": f"secret-{estate}",
        "location": "swedencentral",
        "kind": "OpenAI",
        "sku": {"name": "S0"},
        "properties": {},
    }
    deployment = {
        "type": f"{kind}/deployments",
        "apiVersion": "2024-10-01",
        "name": f"secret-{estate}/secret-{estate}-deployment",
        "sku": {"name": "GlobalStandard", "capacity": 1},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}},
    }
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    whole = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": [account, deployment]}
    return json.dumps(whole)


def catalog(estate: str) -> str:
    """Write datasets that nobody else may hear of: one is linked, one feeds it, one is alike."""
    own = f"https://data.example/secret-{estate}-"
    head = (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
    )
    return head + "".join(
        f"<{own}{name}> a dcat:Dataset ; dct:title 'secret-{estate}-{name}' ;"
        f" dcat:keyword 'secret-{estate}-tag', 'pii' {more}.\n"
        for name, more in (
            ("linked", f"; dct:source <{own}feeding> "),
            ("feeding", ""),
            ("deploymens", ""),  # alike a name of a deployment: a candidate
        )
    )


def links(estate: str) -> str:
    """Write the reviewed links of these datasets."""
    return (
        f"- {{dataset: secret-{estate}-linked, deployment: secret-{estate}-deployment,"
        f" way: prompt, by: secret-{estate}-reviewer, when: 2026-11-01}}\n"
    )


@pytest.fixture(scope="session")
def walled(
    serving: ModuleType, graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walled]:
    with walled_server(serving, graph, tmp_path_factory.mktemp("walled"), 2.0, Limits()) as found:
        yield found


@contextmanager
def walled_server(
    serving: ModuleType, graph: KnowledgeGraph, folder: Path, seconds: float, limits: Limits
) -> Iterator[Walled]:
    """Start a server whose SPARQL queries may take so many seconds."""
    if not Pool.is_possible():
        pytest.skip("this system cannot fork processes")
    estates, catalogs = {}, {}
    for name in ESTATES:
        path = folder / name / "main.json"
        path.parent.mkdir()
        path.write_text(template(name), encoding="utf-8")
        estates[name] = (path,)
        files = folder / f"{name}.ttl", folder / f"{name}.yaml"
        for file, text in zip(files, (catalog(name), links(name)), strict=True):
            file.write_text(text, encoding="utf-8")
        catalogs[name] = CatalogFiles((files[0],), (files[1],))
    tokens = {subset: new_token() for subset in SUBSETS}
    lines = [line("-".join(("t", *subset)), tokens[subset], subset) for subset in SUBSETS]
    lines[0] += " rights=metrics"
    (folder / "tokens").write_text("\n".join(lines), encoding="utf-8")
    snapshot = Snapshot(estates, catalogs=catalogs)
    pool = Pool(snapshot, workers=2, seconds=10.0, longer={"sparql": seconds})
    pool.launch()
    own = {graph for name in ESTATES for graph in graphs_of(name)}
    site = Site(
        workers=pool,
        knowledge=graph.knowledge,
        questions=graph.questions(),
        digest=pool.digest,
        graphs=tuple(name for name in pool.graphs if name not in own),
        estates=ESTATES,
        catalogs=ESTATES,
        settings=Settings(port=0, tokens=folder / "tokens", rate=0, limits=limits),
    )
    with serving.serving(create_app(site)) as client:
        yield Walled(client, tokens, pool)


class Canary:
    """A web server on this machine that nobody has any business with."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.location = ""
        self.content = b"<urn:canary> <urn:p> 'SECRET' ."
        self.media_type = "text/turtle"
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                canary.hits.append(self.path)
                self.send_response(302 if canary.location else 200)
                if canary.location:
                    self.send_header("Location", canary.location)
                self.send_header("Content-Type", canary.media_type)
                self.send_header("Content-Length", str(len(canary.content)))
                self.end_headers()
                self.wfile.write(canary.content)

            do_POST = do_HEAD = do_GET  # noqa: N815 - names of the library

            def log_message(self, *details: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def canary() -> Iterator[Canary]:
    """Fail when it was contacted."""
    found = Canary()
    yield found
    found.close()
    assert found.hits == []


@pytest.fixture
def bird() -> Iterator[Canary]:
    """The same, where contact is part of the test."""
    found = Canary()
    yield found
    found.close()


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A file that no query may read."""
    path = tmp_path / "planted.ttl"
    path.write_text("<urn:planted> <urn:p> 'SECRET' .", encoding="utf-8")
    return path


def ask_host(client: Any, path: str, host: str, headers: dict[str, str] | None = None) -> Any:
    """Make a request that names a host of its own."""
    connection = http.client.HTTPConnection(client.host, timeout=20)
    try:
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": host, **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Told(response.status, response.headers, response.read())
    finally:
        connection.close()


class Told(NamedTuple):
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()


def run(work: Any) -> Any:
    return asyncio.run(work)
