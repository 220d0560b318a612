"""Shut a worker in: no network, no files but those of the installation, little memory.

Linux only, by seccomp and Landlock, which an ordinary user may use. What is not on the list of
system calls that computing needs is refused. There is no equivalent elsewhere.
"""

import ctypes
import os
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from platform import machine
from typing import NamedTuple

MIB = 1024 * 1024
GIB = 1024 * MIB


class Limits(NamedTuple):
    """What one worker may take during its life."""

    memory: int = GIB
    """Bytes of address space beyond what the parent had."""
    cpu: int = 600
    """Seconds of computing; a worker is replaced when it has taken half of them."""
    descriptors: int = 64
    tasks: int = 5_000
    """A worker that did about so many is replaced."""


_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_MODE_FILTER = 2
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH = 0, 4
_NEW_CALLS = 424
"""From here on the numbers are the same everywhere; libraries expect some of them to be missing."""
_NOT_READ_ONLY = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CLONE_THREAD = 0x00010000

_ARCHES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_CALLS = """
    read 0 63          write 1 64         close 3 57           stat 4 -
    fstat 5 80         lstat 6 -          poll 7 -             lseek 8 62
    mmap 9 222         mprotect 10 226    munmap 11 215        brk 12 214
    rt_sigaction 13 134                   rt_sigprocmask 14 135
    rt_sigreturn 15 139                   ioctl 16 29          pread64 17 67
    readv 19 65        writev 20 66       access 21 -          select 23 -
    sched_yield 24 124 mremap 25 216      mincore 27 232       madvise 28 233
    dup 32 23          nanosleep 35 101   getpid 39 172        sendto 44 206
    recvfrom 45 207    sendmsg 46 211     recvmsg 47 212       exit 60 93
    uname 63 160       fcntl 72 25        getcwd 79 17         readlink 89 -
    gettimeofday 96 169                   getrusage 98 165     sysinfo 99 179
    getuid 102 174     getgid 104 176     geteuid 107 175      getegid 108 177
    getppid 110 173    sigaltstack 131 132                     gettid 186 178
    time 201 -         futex 202 98       sched_getaffinity 204 123
    getdents64 217 61  restart_syscall 219 128                 fadvise64 221 223
    clock_gettime 228 113                 clock_getres 229 114
    clock_nanosleep 230 115               exit_group 231 94    newfstatat 262 79
    readlinkat 267 78  faccessat 269 48   pselect6 270 72      ppoll 271 73
    set_robust_list 273 99                getrandom 318 278    membarrier 324 283
    statx 332 291      rseq 334 293       faccessat2 439 439
"""
"""Name and number on x86_64 and aarch64: all that evaluation needs on what is open already."""

_OPEN, _OPENAT, _CLONE, _PRLIMIT, _TGKILL = (2, -1), (257, 56), (56, 220), (302, 261), (234, 131)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


class Wall(NamedTuple):
    """What keeps workers in on this machine, and why it does not if ``complete`` is false."""

    complete: bool
    reason: str = ""
    ruleset: int = -1
    """Landlock's, of the files that may be read; -1 where the kernel has none."""


def build() -> Wall:
    """Find out what this machine has, before workers are forked."""
    if sys.platform != "linux":
        return Wall(False, f"{sys.platform} has no seccomp")
    if machine() not in _ARCHES:
        return Wall(False, f"the system calls of {machine()} are not listed")
    wall = Wall(True, "", _ruleset())
    return wall if _holds(wall) else Wall(False, "the system does not let seccomp be used")


def _holds(wall: Wall) -> bool:
    """Try it: a process that has entered must not get a socket."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1] == 0
    status = 1
    try:
        enter(wall, Limits(), parent)
        import _socket

        try:
            _socket.socket()
        except PermissionError:
            status = 0
    finally:
        os._exit(status)


def enter(wall: Wall, limits: Limits, parent: int) -> None:
    """Limit this process, which ``parent`` has just forked, for good."""
    import resource

    os.setpgid(0, 0)  # a session of its own would make priorities mean nothing, in Linux
    size = 0
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    if os.getppid() != parent:
        os._exit(0)
    for kind, value in (
        (resource.RLIMIT_AS, size + limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_NOFILE, limits.descriptors),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    if not wall.complete:
        return
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if wall.ruleset >= 0:
        _call(446, wall.ruleset, 0)
        os.close(wall.ruleset)
    program = b"".join(_filter(machine(), os.getpid()))
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(program) // 8, program)))


def _filter(arch: str, own: int) -> Iterator[bytes]:
    """Write the seccomp program, in classic BPF."""
    token, column = _ARCHES[arch]
    yield _step(_LOAD, _ARCH)
    yield _step(_EQUAL, token, 1, 0)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    words = _CALLS.split()
    for number in words[column + 1 :: 3]:
        if number != "-":
            yield _step(_EQUAL, int(number), 0, 1)
            yield _step(_RETURN, _ALLOW)
    # A file may be opened to read, a thread started, a limit read, a signal sent to itself.
    yield from _if(_OPEN[column], _argument(1), (_ANY_BIT, _NOT_READ_ONLY, 1, 0))
    yield from _if(_OPENAT[column], _argument(2), (_ANY_BIT, _NOT_READ_ONLY, 1, 0))
    yield from _if(_CLONE[column], _argument(0), (_ANY_BIT, _CLONE_THREAD, 0, 1))
    yield from _if(
        _PRLIMIT[column],
        *(_argument(2), (_EQUAL, 0, 0, 3), _argument(2, high=True), (_EQUAL, 0, 0, 1)),
    )
    yield from _if(_TGKILL[column], _argument(0), (_EQUAL, own, 0, 1))
    yield _step(_AT_LEAST, _NEW_CALLS, 0, 1)
    yield _step(_RETURN, _ENOSYS)
    yield _step(_RETURN, _EPERM)


def _if(number: int, *steps: tuple[int, int, int, int]) -> Iterator[bytes]:
    """Allow a call if the last of ``steps`` goes on, refuse it if that skips one."""
    if number >= 0:
        yield _step(_EQUAL, number, 0, len(steps) + 2)
        yield from (_step(*step) for step in steps)
        yield _step(_RETURN, _ALLOW)
        yield _step(_RETURN, _EPERM)


def _argument(index: int, *, high: bool = False) -> tuple[int, int, int, int]:
    return _LOAD, 16 + 8 * index + 4 * high, 0, 0


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _ruleset() -> int:
    """Make Landlock's set of what may be read: Python, its packages, and the knowledge."""
    version = _try(444, None, 0, 1)
    if version < 1:
        return -1
    # Every access to files that this kernel knows is refused where no rule allows it.
    known = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    ruleset = _try(444, struct.pack("=Q", known), 8, 0)
    if ruleset < 0:
        return -1
    os.set_inheritable(ruleset, False)
    for path in sorted(_readable()):
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        allowed = 0b1100 if path.is_dir() else 0b100
        _try(445, ruleset, 1, struct.pack("=Qi", allowed, opened), 0)
        os.close(opened)
    return ruleset


def _readable() -> set[Path]:
    from sightline.files import folder

    found = {Path(entry) for entry in sys.path if entry}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    found |= {folder(name) for name in ("ontology", "data", "queries", "shapes")}
    system = "/lib /lib64 /usr/lib /usr/lib64 /usr/share/zoneinfo /etc/localtime /etc/ld.so.cache"
    found |= {Path(entry) for entry in (*system.split(), "/dev/null", "/dev/urandom")}
    found.add(Path(sys.base_prefix) / "lib")
    return {path for path in found if path.exists()}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int, pointer: object = None) -> None:
    rest = ctypes.c_ulong(0)
    given = rest if pointer is None else pointer
    if _libc().prctl(option, ctypes.c_ulong(value), given, rest, rest):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _try(number: int, *arguments: object) -> int:
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    found: int = _libc().syscall(ctypes.c_long(number), *wide)
    return found


def _call(number: int, *arguments: object) -> None:
    if _try(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
