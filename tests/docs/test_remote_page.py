"""The code and commands of the page on remote stores run against a real server."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "remote-stores.md"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    oxigraph = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if oxigraph is None:
        pytest.skip("the Oxigraph server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    server = subprocess.Popen(
        [oxigraph, "serve", "--location", str(tmp_path / "db"), "--bind", f"127.0.0.1:{number}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.05)
        yield number
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.slow
def test_the_code_loads_asks_and_writes_back(port, capsys):
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.M | re.S))
    names: dict[str, object] = {}
    exec(code.replace("localhost:7878", f"127.0.0.1:{port}"), names)
    assert int(capsys.readouterr().out) > 10
    assert names["name"] in names["store"].graphs()  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_commands_load_ask_and_write_back(port, consoles):
    page = PAGE.read_text().replace("localhost:7878", f"127.0.0.1:{port}")
    shown = [
        command.arguments
        for block in consoles.blocks(page)
        if block.words[0] == "console"
        for command in consoles.commands(block)
    ]
    assert [arguments[1] for arguments in shown] == ["load", "access", "load", "sparql"]
    printed = [consoles.run(arguments[1:]) for arguments in shown]
    assert [code for code, _ in printed] == [0, 0, 0, 0], printed
    assert "human-reviewer" in printed[1][1]
    assert "actor:human-reviewer" in printed[3][1]
