"""Try from within a sandboxed process what must not work there; prints what happened as JSON.

Given ``open``, the sandbox is left out: what is tried then has to work, or the test shows nothing.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable

import pyoxigraph
import rdflib

from sightline.service import sandbox

url, mode, scratch = sys.argv[1:] if __name__ == "__main__" else ("", "", "")
parent = os.getpid()


def service() -> object:
    """No guard has seen this query."""
    return list(pyoxigraph.Store().query(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"))


def load() -> object:
    return pyoxigraph.Store().update(f"LOAD <{url}>")


def rdflib_service() -> object:
    return list(rdflib.Graph().query(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"))


def from_file() -> object:
    return list(rdflib.Dataset().query(f"SELECT * FROM <file://{scratch}/planted> {{ ?s ?p ?o }}"))


def udp() -> object:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def unix() -> object:
    return socket.socketpair()


def fork() -> object:
    if not (pid := os.fork()):
        os._exit(0)
    return os.waitpid(pid, 0)


def write() -> object:
    with open(f"{scratch}/written", "w") as file:  # noqa: PTH123
        return file.write("x")


TRIED: list[Callable[[], object]] = [
    service,
    load,
    rdflib_service,
    from_file,
    udp,
    unix,
    fork,
    write,
    lambda: urllib.request.urlopen(url),
    lambda: subprocess.run(["/bin/true"], check=True),
    lambda: os.kill(parent, 0),
    lambda: os.unlink(f"{scratch}/doomed"),  # noqa: PTH108
    lambda: os.listdir(scratch),  # noqa: PTH208
    lambda: open(f"/proc/{parent}/environ", "rb").close(),  # noqa: PTH123
]
NAMES = [
    *("service", "load", "rdflib_service", "from_file", "udp", "unix", "fork", "write"),
    *("urlopen", "run", "kill", "unlink", "listdir", "environ"),
]


def works() -> dict[str, object]:
    """What computing needs still works."""
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(1))
    thread.start()
    thread.join()
    import xml.dom.expatbuilder  # nothing has imported it yet

    store = pyoxigraph.Store()
    store.load("<urn:s> <urn:p> 1 .", format=pyoxigraph.RdfFormat.TURTLE)
    count = len(list(store.query("SELECT * { ?s ?p ?o }")))
    return {"thread": seen, "module": xml.dom.expatbuilder.__name__, "count": count}


def main() -> None:
    reading, writing = os.pipe()
    wall = sandbox.build()
    if pid := os.fork():
        os.close(writing)
        with os.fdopen(reading) as file:
            report = json.loads(file.read())
        os.waitpid(pid, 0)
        print(json.dumps({"walled": wall.complete, "files": wall.ruleset >= 0, **report}))
        return
    if mode == "shut":
        sandbox.enter(wall, sandbox.Limits(memory=256 * sandbox.MIB), parent)
    found = {}
    for name, attempt in zip(NAMES, TRIED, strict=True):
        try:
            attempt()
            found[name] = "done"
        except BaseException as error:
            found[name] = type(error).__name__
    if mode == "shut":
        try:
            found["memory"] = str(len(bytearray(512 * sandbox.MIB)))
        except MemoryError:
            found["memory"] = "MemoryError"
    os.write(writing, json.dumps({"tried": found, "works": works()}).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
