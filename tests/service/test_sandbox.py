"""The wall holds without the guard: no contact, no file, no process, and no worker takes others."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sightline.errors import ServiceError
from sightline.service import sandbox
from sightline.service.pool import Pool
from sightline.service.sandbox import MIB, Limits

from .conftest import Run, select

INSIDE = Path(__file__).with_name("inside.py")
UNGUARDED = """
import sightline.stores.embedded as embedded
from sightline.stores.guard import Question
embedded.check = lambda text: Question(text, "SELECT", False, frozenset())
"""
DEEP = [
    "SELECT * { " + "{ " * 20_000 + "} " * 20_001,
    "SELECT * { FILTER(" + "(" * 50_000 + "1" + ")" * 50_000 + ") }",
    "SELECT * { FILTER(" + " && ".join(["true"] * 200_000) + ") }",
]


class Canary:
    """Counts who connects to it."""

    def __init__(self) -> None:
        self.contacts = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.contacts += 1
            caller.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.socket.close()


@pytest.fixture
def unguarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workers of new pools run without the check of queries."""
    (tmp_path / "sitecustomize.py").write_text(UNGUARDED, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def inside(canary: Canary, scratch: Path, mode: str) -> dict[str, Any]:
    (scratch / "planted").write_text("<urn:s> <urn:p> 'SECRET' .", encoding="utf-8")
    (scratch / "doomed").touch()
    command = [sys.executable, str(INSIDE), canary.url, mode, str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_what_is_tried_would_work_outside(canary: Canary, tmp_path: Path) -> None:
    found = inside(canary, tmp_path, "open")

    done = {name for name, outcome in found["tried"].items() if outcome == "done"}
    assert done >= {
        *("from_file", "udp", "unix", "fork", "write", "run", "kill", "unlink", "listdir"),
        "environ",
    }
    assert canary.contacts >= 4


def test_nothing_of_it_works_inside(canary: Canary, tmp_path: Path) -> None:
    found = inside(canary, tmp_path, "shut")
    if not found["walled"]:
        pytest.skip("this system does not let seccomp be used")

    tried = found["tried"]
    if not found["files"]:  # seccomp alone keeps from writing, not from reading
        for name in ("from_file", "listdir", "environ"):
            tried.pop(name)
    assert not {name for name, outcome in tried.items() if outcome == "done"}
    assert tried["memory"] == "MemoryError"
    assert canary.contacts == 0
    assert not (tmp_path / "written").exists()
    assert (tmp_path / "doomed").exists()
    assert found["works"] == {"thread": [1], "module": "xml.dom.expatbuilder", "count": 1}


@pytest.mark.usefixtures("unguarded")
def test_no_query_leaves_a_worker_without_the_guard(
    run: Run, canary: Canary, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with Pool(workers=1, warm=False) as pool:
            if not pool.walled:
                pytest.skip(pool.reason)
            for silent in ("", "SILENT"):
                query = f"SELECT * {{ SERVICE {silent} <{canary.url}> {{ ?s ?p ?o }} }}"
                if silent:  # gives an empty solution
                    assert b'"bindings":[{}]' in await select(pool, query)
                else:
                    with pytest.raises(ServiceError):
                        await select(pool, query)
                    assert "Operation not permitted" in caplog.text
        assert canary.contacts == 0

    run(scene())


@pytest.mark.usefixtures("unguarded")
def test_what_overflows_the_stack_ends_its_worker_only(run: Run) -> None:
    async def scene() -> None:
        limits = Limits(memory=512 * MIB)
        async with Pool(workers=1, warm=False, limits=limits) as pool:
            for query in DEEP:
                with pytest.raises(ServiceError) as ended:
                    await select(pool, query)
                assert ended.value.code in ("service.failed", "service.timeout")
                assert await select(pool, "SELECT * { }")
            assert pool.stats()["restarts"] + pool.stats()["killed"] == len(DEEP)

    run(scene())


def test_the_filter_is_well_formed_on_each_processor() -> None:
    for arch in ("x86_64", "aarch64"):
        steps = list(sandbox._filter(arch, 1))
        assert len(steps) < 256
        assert all(len(step) == 8 for step in steps)
        for at, step in enumerate(steps):
            kind = step[0] | step[1] << 8
            if kind & 7 == 5:  # a jump
                assert max(step[2], step[3]) + at + 1 < len(steps)
    words = sandbox._CALLS.split()
    assert len(words) % 3 == 0
    names, intel, arm = words[::3], words[1::3], words[2::3]
    for column in (names, intel, [number for number in arm if number != "-"]):
        assert len(column) == len(set(column))


@pytest.mark.parametrize(
    ("header", "column"),
    [("x86_64-linux-gnu/asm/unistd_64.h", 1), ("asm-generic/unistd.h", 2)],
)
def test_numbers_are_those_of_the_system_headers(header: str, column: int) -> None:
    path = Path("/usr/include") / header
    if not path.exists():
        pytest.skip("the headers of the kernel are not installed")
    defined = dict(re.findall(r"^#define __NR(3264_\w+|_\w+)\s+(\w+)", path.read_text(), re.M))
    words = sandbox._CALLS.split()
    for name, number in zip(words[::3], words[column::3], strict=True):
        if number != "-":
            name = "fstatat" if column == 2 and name == "newfstatat" else name
            assert defined.get(f"3264_{name}", defined.get(f"_{name}")) == number, name
    for name in ("openat", "clone", "prlimit64", "tgkill"):
        constant = getattr(sandbox, f"_{name.removesuffix('64').upper()}")
        assert defined[f"_{name}"] == str(constant[column - 1])
