"""The process that reads all once and forks the workers: ``python -m sightline.service.zygote FD``.

It has one thread and no descriptor but its line to the server, on which it gets a snapshot and
limits first, then ``fork`` with the line of a new worker, and ``end`` for one that is to be killed.
"""

import gc
import os
import select
import signal
import socket
import sys
from collections import deque
from typing import Any, NoReturn

from sightline.errors import SightlineError
from sightline.service import sandbox, worker
from sightline.service.frames import Frame, Unpacker, error_json, pack
from sightline.service.work import Snapshot, Work

_REAPING = 10
"""Milliseconds between looks at a process that was killed."""


def main() -> NoReturn:
    """Serve the line that the first argument names until it ends, then end all workers."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
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

    def run(self) -> NoReturn:
        try:
            while self._receive():
                while self._frames:
                    self._obey(self._frames.popleft().head)
                self._reap()
        finally:
            for pid in (*self._living.values(), *self._ending.values()):
                os.kill(pid, signal.SIGKILL)
            os._exit(0)

    def _receive(self) -> bool:
        if not select.select([self._line], [], [], _REAPING / 1000 if self._ending else None)[0]:
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
        elif "snapshot" in head:
            self._limits = sandbox.Limits(**head["limits"])
            try:
                self._work = warm(Snapshot.from_json(head["snapshot"]).load())
            except SightlineError as error:
                self._tell(error=error_json(error))
                os._exit(1)
            self._wall = sandbox.build()
            gc.collect()
            gc.freeze()  # so that workers share what is never looked at again
            self._tell(
                ready=self._work.digest,
                graphs=self._work.dataset.graphs(),
                walled=self._wall.complete,
                reason=self._wall.reason,
            )

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
            worker.serve(self._work, line)
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


def warm(work: Work) -> Work:
    """Do once what all workers would do at their first task."""
    import rdflib  # noqa: F401

    import sightline.estate
    import sightline.render.answer
    import sightline.render.explanation
    import sightline.render.solutions
    import sightline.validate  # noqa: F401

    graph = work.graph
    work.dataset.graphs()
    graph.derivation()
    for asked in graph.questions().values():
        if "catalog" in asked.needs and not any(p.required for p in asked.params.values()):
            graph.ask(asked.name)
            break
    return work


if __name__ == "__main__":
    main()
