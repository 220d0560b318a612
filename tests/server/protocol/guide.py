"""Run what the guide to the server shows against a server; as a script, write what it prints.

Blocks of ``shell-session`` have commands after ``$ ``; what stands below a command is its output.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "guides" / "serve.md"
SHOWN = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"(?<=^```shell-session\n)(.*?)(?=^```$)", re.M | re.S)


@contextmanager
def started(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start ``sightline serve`` as a user does, and give its process and its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sightline", "serve", "--port", "0", "--workers", "2", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        told = []
        for line in server.stderr:
            told.append(line)
            if found := re.search(r"listens on (http://\S+?)/ ", line):
                yield server, found[1]
                break
        else:
            raise AssertionError("".join(told))
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


def refreshed(page: str, address: str) -> str:
    """Give the page with the output of its commands as it is now."""

    def run(block: re.Match[str]) -> str:
        out = []
        for text in re.split(r"^\$ ", block[1], flags=re.M)[1:]:
            command = re.match(r"(?:.*\\\n)*.*\n", text)
            assert command is not None
            done = subprocess.run(
                ["bash", "-c", command[0].replace(SHOWN, address)],
                capture_output=True,
                check=True,
                env={"PATH": os.environ["PATH"]},
            )
            printed = done.stdout.decode().replace("\r\n", "\n").replace(address, SHOWN)
            out.append(f"$ {command[0]}{printed.strip()}\n")
        return "".join(out)

    return _BLOCK.sub(run, page)


if __name__ == "__main__":
    with started() as (_, at):
        text = refreshed(PAGE.read_text(encoding="utf-8"), at)
    PAGE.write_text(text, encoding="utf-8")
