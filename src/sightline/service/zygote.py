"""The process that reads all once and forks the workers: ``python -m sightline.service.zygote FD``.

It has one thread and no descriptor but its line to the server, on which it gets a snapshot and
limits first, then ``fork`` with the line of a new worker, and ``end`` for one that is to be killed.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from sightline.errors import SightlineError
from sightline.service import sandbox, worker
from sightline.service.frames import Frame, Unpacker, error_json, pack
from sightline.service.work import Snapshot, Work

if TYPE_CHECKING:
    from sightline.joining import Joined

_REAPING = 10
"""Milliseconds between looks at a process that was killed."""

_MODULES = (
    "sightline.render.answer",
    "sightline.render.explanation",
    "sightline.render.solutions",
    "sightline.estate",
    "sightline.validate",
    "rdflib",
    "rdflib.plugins.sparql",
    "pyshacl",
)
"""What tasks import when they need it."""


def main() -> NoReturn:
    """Serve the line that the first argument names until it ends, then end all workers."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    time.tzset()  # "today" is the server's, whatever a worker may read
    line = socket.socket(fileno=int(sys.argv[1]))
    line.set_inheritable(False)
    _Zygote(line).run()


class _Zygote:
    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._unpacker = Unpacker()
        self._frames: deque[Frame] = deque()
        self._lines: deque[int] = deque()
        self._living: dict[int, int] = {}
        self._ending: dict[int, int] = {}
        self._limits = sandbox.Limits()
        self._wall = sandbox.Wall(False)
        self._work: Work | None = None
        self._warming: Iterator[None] | None = None

    def run(self) -> NoReturn:
        try:
            while self._receive():
                while self._frames:
                    self._obey(self._frames.popleft().head)
                self._reap()
        except OSError:  # the server is gone
            pass
        except BaseException:
            traceback.print_exc()
        finally:
            workers = (*self._living.values(), *self._ending.values())
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
            for pid in workers:
                os.waitpid(pid, 0)
            os._exit(0)

    def _receive(self) -> bool:
        patience = 0.002 if self._warming else _REAPING / 1000 if self._ending else None
        if not select.select([self._line], [], [], patience)[0]:
            if self._warming:
                self._warm(self._warming)
            return True
        data, lines, _, _ = socket.recv_fds(self._line, 1 << 16, 16)
        self._lines.extend(lines)
        self._frames.extend(self._unpacker.feed(data))
        return bool(data)

    def _obey(self, head: dict[str, Any]) -> None:
        if "fork" in head:
            self._fork(head["fork"])
        elif "end" in head and (pid := self._living.pop(head["end"], None)):
            os.kill(pid, signal.SIGKILL)
            self._ending[head["end"]] = pid
            self._tell(heard=head["end"])  # the process may take its time to end
        elif "snapshot" in head:
            self._limits = sandbox.Limits(**head["limits"])
            try:
                self._work = Snapshot.from_json(head["snapshot"]).load()
                graphs = self._work.dataset.graphs()
            except SightlineError as error:
                self._tell(error=error_json(error))
                os._exit(1)
            self._wall = sandbox.build()
            self._warming = warming(self._work) if head["warm"] else iter(())
            _freeze()
            self._tell(
                ready=self._work.digest,
                graphs=graphs,
                warnings=self._work.warnings(),
                walled=self._wall.complete,
                reason=self._wall.reason,
            )

    def _warm(self, steps: Iterator[None]) -> None:
        """Do the next step of what makes workers faster, while nobody asks for anything."""
        try:
            over = next(steps, self) is self
        except Exception as error:  # the task that needs it will tell; the others can do without
            print(f"sightline: workers stay cold: {error}", file=sys.stderr)
            over = True
        if over:
            self._warming = None
            _freeze()
            self._tell(warm=True)

    def _fork(self, number: int) -> None:
        assert self._work is not None
        own = self._lines.popleft()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            os.close(own)
            self._living[number] = pid
            return
        try:
            self._line.close()
            line = socket.socket(fileno=own)
            quiet = os.open(os.devnull, os.O_WRONLY)  # or hostile queries could fill the log
            os.dup2(quiet, 2)
            os.close(quiet)
            sandbox.enter(self._wall, self._limits, parent)
            worker.serve(self._work, line, self._limits)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        for number, pid in list(self._ending.items()):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                del self._ending[number]
                self._tell(ended=number, status=os.waitstatus_to_exitcode(status))

    def _tell(self, **told: Any) -> None:
        self._line.sendall(pack(told))


def warming(work: Work) -> Iterator[None]:
    """Do once what all workers would do at their first task, in small steps."""
    from sightline.queries import CATALOG

    for name in _MODULES:
        importlib.import_module(name)
        yield
    work.graph.derivation()
    yield
    work.dataset.gather()
    yield
    questions = work.graph.questions()
    yield
    for name, joined in work.joined.items():
        yield from _warming_datasets(work, name, joined)
    for asked in questions.values():
        if CATALOG in asked.needs and not any(p.required for p in asked.params.values()):
            work.graph.ask(asked.name)
            return


def _warming_datasets(work: Work, name: str, joined: "Joined") -> Iterator[None]:
    """Do once what every question about the datasets of an estate would begin with."""
    from sightline.queries import DATASETS
    from sightline.service.tasks import datasets

    for asked in work.graph.questions().values():
        if DATASETS in asked.needs and not any(p.required for p in asked.params.values()):
            work.graph.ask(asked.name, estate=work.estates[name], joined=joined)
            break
    yield
    datasets.overview(work, {"estate": name}, b"")
    yield
    datasets.judged_by_default(work, name)
    yield


def _freeze() -> None:
    gc.collect()
    gc.freeze()  # so that workers share what is never looked at again


if __name__ == "__main__":
    main()
