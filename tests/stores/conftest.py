"""Stores under test: the one in memory, and real servers on loopback.

The Oxigraph server comes with the test tools. Virtuoso is Debian's package
``virtuoso-opensource-7-bin``; its tests are skipped where ``virtuoso-t`` is not installed.
"""

import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, Request
from urllib.request import build_opener as opener_of

import pytest

from sightline.stores import Store
from sightline.stores.embedded import EmbeddedStore
from sightline.stores.remote import RemoteStore

STORES = ["embedded", "oxigraph-update", "oxigraph-gsp", "virtuoso-update", "virtuoso-gsp"]

VIRTUOSO_INI = """
[Database]
DatabaseFile = v.db
ErrorLogFile = v.log
LockFile = v.lck
TransactionFile = v.trx
xa_persistent_file = v.pxa
[TempDatabase]
DatabaseFile = v-temp.db
TransactionFile = v-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 4000
MaxDirtyBuffers = 2000
ServerThreads = 10
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 10000
"""
VIRTUOSO_LOGIN = ("dba", "dba")  # of a new database, reachable from loopback only


class Server(NamedTuple):
    """Addresses of a running server, and the login that may write to it."""

    query: str
    update: str
    graph_store: str
    login: tuple[str, str] | None = None


@pytest.fixture(scope="session")
def oxigraph() -> Iterator[Server]:
    command = Path(sysconfig.get_path("scripts")) / "oxigraph"
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [command, "serve", "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            wait_for(port, process)
            yield Server(f"{base}/query", f"{base}/update", f"{base}/store")
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    command = shutil.which("virtuoso-t")
    if not command:
        pytest.skip("virtuoso-t is not installed (Debian: virtuoso-opensource-7-bin)")
    home = tmp_path_factory.mktemp("virtuoso")
    sql, port = free_port(), free_port()
    (home / "virtuoso.ini").write_text(VIRTUOSO_INI.format(sql=sql, http=port))
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [command, "+foreground", "+configfile", "virtuoso.ini"],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            wait_for(port, process)
            yield Server(
                f"{base}/sparql",
                f"{base}/sparql-auth",
                f"{base}/sparql-graph-crud-auth",
                VIRTUOSO_LOGIN,
            )
        finally:
            process.kill()  # its orderly end writes a database that nobody needs


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, connect: Callable[[str], Store]) -> Store:
    return connect(request.param)


@pytest.fixture
def connect(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Store]]:
    """Open a store by its name in ``STORES``; a server's graphs are cleared at the end."""
    opened: list[tuple[Server, RemoteStore]] = []

    def open_store(name: str) -> Store:
        if name == "embedded":
            return EmbeddedStore()
        server_name, way = name.split("-")
        server: Server = request.getfixturevalue(server_name)
        if server.login:
            monkeypatch.setenv("SIGHTLINE_STORE_USER", server.login[0])
            monkeypatch.setenv("SIGHTLINE_STORE_PASSWORD", server.login[1])
        remote = RemoteStore(
            server.query,
            update=server.update if way == "update" else "",
            graph_store=server.graph_store if way == "gsp" else "",
            timeout=30,
        )
        opened.append((server, remote))
        return remote

    yield open_store
    for server, remote in opened:
        if server.login:  # not ALL: Virtuoso keeps settings of its own in graphs
            for graph in remote.graphs():
                update(server, f"CLEAR GRAPH <{graph}>")
        else:
            update(server, "CLEAR ALL")
        remote.close()


def update(server: Server, text: str) -> None:
    """Send an update without the code under test."""
    passwords = HTTPPasswordMgrWithDefaultRealm()
    if server.login:
        passwords.add_password(None, server.update, *server.login)
    content_type = {"Content-Type": "application/sparql-update"}
    request = Request(server.update, data=text.encode(), headers=content_type)
    with opener_of(HTTPDigestAuthHandler(passwords)).open(request, timeout=30):
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{process.args!r} did not start")
