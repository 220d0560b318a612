"""``sightline serve`` as a user runs it: address, Ctrl-C, what it refuses, and its guide."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from importlib import import_module
from urllib.request import Request, urlopen

import pytest

from sightline.cli import main
from sightline.server.settings import is_loopback

ESTATE = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "resources": [
    {"type": "Microsoft.CognitiveServices/accounts", "name": "chat", "kind": "OpenAI",
     "location": "swedencentral"},
    {"type": "Microsoft.CognitiveServices/accounts/deployments", "name": "chat/answers",
     "sku": {"name": "GlobalStandard"},
     "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}}}
  ]
}
"""


@pytest.fixture(scope="module")
def guide(serving):
    return import_module("guide")


@pytest.fixture(scope="module")
def served(guide):
    with guide.started() as (_, address):
        yield address


def get(address: str, accept: str = "*/*") -> bytes:
    with urlopen(Request(address, headers={"Accept": accept}), timeout=20) as answer:
        content: bytes = answer.read()
        return content


def test_the_guide_shows_what_a_server_answers(guide, served):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    page = guide.PAGE.read_text(encoding="utf-8")
    assert page.count("$ curl") >= 7
    assert guide.refreshed(page, served) == page


def test_ctrl_c_ends_it_without_a_trace(guide):
    with guide.started() as (server, address):
        assert get(f"{address}/health")
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=20)
    assert (server.returncode, told) == (0, "ended\n")


def test_an_estate_is_a_graph_of_its_own_until_sigterm_ends_all(guide, tmp_path):
    psutil = pytest.importorskip("psutil")
    (tmp_path / "main.json").write_text(ESTATE)
    graph = "https://w3id.org/sightline/graph/estate/mine"
    with guide.started("--estate", f"mine={tmp_path}") as (server, address):
        found = get(f"{address}/rdf-graph-store?graph={graph}", "application/n-triples")
        assert b"ontology/Deployment>" in found
        assert b"ontology/EffectiveAccess>" in found
        query = "ASK%20%7B%20%3Fdeployment%20a%20sl:Deployment%20%7D"
        asked = f"{address}/sparql?query={query}"
        assert json.loads(get(asked))["boolean"] is True
        public = "https://w3id.org/sightline/graph/ontology/sightline"
        assert json.loads(get(f"{asked}&default-graph-uri={public}"))["boolean"] is False
        family = psutil.Process(server.pid).children(recursive=True)
        assert family
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=20)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert "Traceback" not in told


def test_a_port_in_use_is_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error[input.value]: port {port} of 127.0.0.1 is in use\nhint: ")
    assert told.count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--host", "0.0.0.0"], "error[usage]: 0.0.0.0 can be reached from other machines"),
        (["--host", "::"], "error[usage]: :: can be reached from other machines"),
        (["--host", "name.invalid"], "error[usage]: name.invalid can be reached"),
        (["--host", "name.invalid", "--i-know"], "error[input.value]: cannot listen on name.inv"),
        (["--port", "0", "--estate", "nowhere"], "error[input.not-found]: there is no file or"),
        (["--estate", "a=x", "--estate", "a=y"], "error[usage]: two estates are named 'a'"),
        (["--estate", "=x"], "error[usage]: '=x' names no estate"),
        (["--estate", "a="], "error[usage]: 'a=' names no estate"),
        (["--port", "70000"], "error[usage]: "),
        (["--workers", "0"], "error[usage]: "),
    ],
)
def test_what_cannot_be_served_is_told(arguments, told, capsys):
    assert main(["serve", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(told)
    assert printed.err.count("\n") <= 2
    assert not printed.out


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("localhost.example", False)],
)  # fmt: skip
def test_only_addresses_of_this_machine_are_loopback(host, expected):
    assert is_loopback(host) is expected


def test_the_command_imports_no_server_before_it_has_to():
    code = (
        "import sys; from sightline.cli import main; main(['serve', '--host', '0.0.0.0']);"
        "print([m for m in ('starlette', 'uvicorn', 'pyoxigraph') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"
