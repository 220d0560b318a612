"""Plans of the small case, and catalogs that are served on the loopback."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sightline.cli import main

HERE = Path(__file__).parent
CASE = HERE / "case"
# They import packages of extras, and each other.
collect_ignore = ["stub_server.py", "datahub_stub.py", "purview_stub.py"]


class Ran(NamedTuple):
    """What a command gave."""

    code: int
    out: str
    err: str


def has(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


@pytest.fixture(scope="session")
def run() -> Callable[..., Ran]:
    """Run a command as a user does, in the folder of the case."""

    def command(*arguments: str) -> Ran:
        out, err = StringIO(), StringIO()
        with chdir(CASE), redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
        return Ran(code, out.getvalue(), err.getvalue())

    return command


@pytest.fixture(scope="session")
def plan_text(run: Callable[..., Ran], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give the text of a plan of the case; skips where the extra for its catalog is absent."""

    @cache
    def planned(target: str, *more: str) -> str:
        kind = "datahub" if target == "datahub" else "atlas"
        if target == "datahub" and not has("datahub"):
            pytest.skip("the extra datahub is not installed: it reads the export of the case")
        path = tmp_path_factory.mktemp("plan") / "plan.json"
        files = (f"{kind}.json", "--estate", "main.json", "--links", f"links-{kind}.yaml")
        ran = run("catalog", "plan", "--to", target, *files, *more, "-o", str(path))
        assert (ran.code, ran.err) == (0, "")
        return path.read_text(encoding="utf-8")

    return planned


@pytest.fixture(scope="session")
def serving() -> Iterator[Any]:
    """Give the module with the server."""
    sys.path.insert(0, str(HERE))
    yield import_module("stub_server")
    sys.path.remove(str(HERE))


@pytest.fixture(autouse=True)
def nothing_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run without the credentials, and the settings of clients, that a user may have."""
    for name in (
        "DATAHUB_GMS_TOKEN",
        "DATAHUB_GMS_URL",
        "SIGHTLINE_PURVIEW_TOKEN",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_AUTHORITY_HOST",
        "REQUESTS_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every other address: clients may have habits of their own, such as telemetry."""
    connect = socket.socket.connect

    def guarded(own: socket.socket, address: Any) -> None:
        assert own.family == socket.AF_UNIX or address[0] == "127.0.0.1", address
        connect(own, address)

    def found(host: str, *_args: Any, **_more: Any) -> Any:
        assert host == "127.0.0.1", host
        return look_up(host, *_args, **_more)

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Wait for nothing, and give the seconds that would have been waited."""
    found: list[float] = []
    from sightline.pushing import apply

    monkeypatch.setattr(apply, "__defaults__", (None, found.append))
    return found
