"""Find the baseline that a gate compares with: files, a folder, or the files at a git revision."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sightline.errors import InputError

if TYPE_CHECKING:
    from sightline.estate import Estate

_FILES = ("parameter_files", "attached")
"""The options that name files, which are read as they were too."""
_TIMEOUT = 120


@dataclass(frozen=True)
class Baseline:
    """What to read, under which options, how its files are called now, and what it lacks."""

    name: str
    files: tuple[str, ...]
    given: Mapping[str, Any]
    names: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()

    def called(self, file: str) -> str:
        """Give the name that a file of the baseline has now.

        >>> Baseline("HEAD~1", (), {}, (("old", "infra"),)).called("old/main.json")
        'infra/main.json'
        """
        for old, now in self.names:
            if PurePath(file).is_relative_to(old):
                return str(PurePath(now) / PurePath(file).relative_to(old))
        return file

    def renamed(self, estate: "Estate") -> "Estate":
        """Name the files of an estate that was read from here as they are called now."""
        if not self.names:
            return estate
        return replace(
            estate,
            files=tuple(replace(each, file=self.called(each.file)) for each in estate.files),
            deployments=tuple(
                replace(each, file=self.called(each.file)) for each in estate.deployments
            ),
            described=tuple(
                replace(each, file=self.called(each.file)) for each in estate.described
            ),
        )

    def warnings(self, estate: "Estate") -> Iterator[str]:
        """Say what could not be compared, so that all of it counts as new."""
        for file in self.absent:
            yield f"'{file}' is not in the baseline '{self.name}': all that it grants is new"
        for error in estate.errors:
            yield f"the baseline '{self.name}' cannot be read in full: {error.message}"


@contextmanager
def baseline(name: str, files: tuple[str, ...], given: Mapping[str, Any]) -> Iterator[Baseline]:
    """Give a baseline: a path that exists, or ``files`` and the files of options at a revision.

    At a revision they are read in a folder where relative names mean what they mean now. Raises
    InputError for what is neither, for what is both, and for what git cannot tell.
    """
    if _exists(name):
        if _is_word(name) and _commit(name):
            raise InputError(
                "input.value",
                f"'{name}' is both a file or folder and a git revision",
                f"write ./{name} for the one, or refs/heads/{name} for the other",
            )
        yield Baseline(name, (name,), given, ((name, files[0]),) if len(files) == 1 else ())
        return
    commit = _revision(name)
    if "-" in files:
        raise InputError(
            "input.value", f"standard input has no revision '{name}'", "name files, or a baseline"
        )
    repository = _Repository(name, commit)
    with TemporaryDirectory(prefix="sightline-") as folder:
        found = {file: repository.extract(file, Path(folder)) for file in files}
        options = {
            option: tuple(
                target
                for file in given[option]
                if (target := repository.extract(file, Path(folder)))
            )
            for option in _FILES
            if option in given
        }
        here = Path(folder) / repository.prefix
        here.mkdir(parents=True, exist_ok=True)
        with chdir(here):
            yield Baseline(
                name,
                tuple(target for target in found.values() if target),
                {**given, **options},
                tuple((old, now) for now, old in found.items() if old and old != now),
                tuple(file for file, target in found.items() if not target),
            )


class _Repository:
    """The repository around the current folder, at one commit."""

    def __init__(self, name: str, commit: str) -> None:
        self._name = name
        self._commit = commit
        self.top = Path(_told("rev-parse", "--show-toplevel"))
        self.prefix = _told("rev-parse", "--show-prefix")

    def extract(self, file: str, folder: Path) -> str | None:
        """Write a file, or the estate files of a folder, as they were; None if there were none.

        Gives the name under which to read them from the same place below ``folder``.
        """
        place = PurePath(file)
        if place.is_absolute():
            path = os.path.relpath(os.path.realpath(file), os.path.realpath(self.top))
        else:
            path = os.path.normpath(PurePath(self.prefix) / file)
        if PurePath(path).parts[:1] == (os.pardir,):
            raise InputError(
                "input.value",
                f"'{file}' is not in the git repository of this folder, so that it has no revision",
                "run the check in its repository, or give a file or folder as the baseline",
            )
        blobs = dict(self._listed(path, whole=not Path(file).is_dir()))
        for entry, content in zip(blobs, _contents(blobs.values()), strict=True):
            target = folder / entry
            if ".." not in PurePath(entry).parts and not PurePath(entry).is_absolute():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        if not blobs:
            return None
        if not place.is_absolute():
            return file
        return os.path.relpath(path, self.prefix or ".")

    def _listed(self, path: str, *, whole: bool) -> Iterator[tuple[str, str]]:
        """List the files at a path with the names of their contents; links are left out."""
        from sightline.estate.reading import SUFFIXES

        only = [] if path == "." else ["--", path]
        run = _git("ls-tree", "-r", "-z", "--full-tree", self._commit, *only)
        for line in run.stdout.split(b"\0"):
            facts, _, raw = line.partition(b"\t")
            mode, _, rest = facts.partition(b" ")
            name = os.fsdecode(raw)
            if mode.startswith(b"100") and (whole or name.lower().endswith(SUFFIXES)):
                yield name, rest.split()[-1].decode()


def _exists(name: str) -> bool:
    try:
        return bool(name) and Path(name).exists()
    except (OSError, ValueError):  # a text that no file system takes as a name
        return False


def _is_word(name: str) -> bool:
    """Tell whether a path can be read as a revision: ``./main`` and ``main.json`` cannot."""
    return PurePath(name).name == name and "." not in name


def _revision(name: str) -> str:
    """Give the commit of a revision. Raises InputError if there is none."""
    if name.startswith("-"):
        raise InputError(
            "input.value",
            f"'{name}' is no baseline: neither files nor revisions begin with a dash",
            "give a file, a folder, or a git revision such as origin/main",
        )
    missing = f"there is no baseline '{name}'"
    try:
        inside = _git("rev-parse", "--is-inside-work-tree")
    except FileNotFoundError as error:
        raise InputError(
            "input.not-found",
            f"{missing}: no file or folder, and git is not installed",
            "give a file or folder, or install git",
        ) from error
    if inside.stdout.strip() != b"true":
        because = _first_line(inside.stderr) or "git finds no checkout here"
        raise InputError(
            "input.not-found",
            f"{missing}: no file or folder, and no git revision ({because})",
            "give a file or folder, or run the check in a git repository",
        )
    commit = _commit(name)
    if not commit:
        raise InputError(
            "input.not-found",
            f"{missing}: no file, folder or git revision",
            "fetch the revision first (fetch-depth: 0 in CI), or give a file or folder",
        )
    return commit


def _commit(name: str) -> str:
    """Give the commit that a revision names; '' without one."""
    if name.startswith("-") or "\0" in name:
        return ""
    try:
        run = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except (FileNotFoundError, UnicodeEncodeError):
        return ""
    return run.stdout.decode().strip() if run.returncode == 0 else ""


def _told(*arguments: str) -> str:
    run = _git(*arguments)
    if run.returncode:
        raise InputError("input.value", f"git cannot tell: {_first_line(run.stderr)}")
    return os.fsdecode(run.stdout.removesuffix(b"\n"))


def _contents(names: Iterable[str]) -> Iterator[bytes]:
    """Read contents by their names, all in one process of git."""
    asked = list(names)
    if not asked:
        return
    output = _git("cat-file", "--batch", given="".join(f"{name}\n" for name in asked)).stdout
    at = 0
    for name in asked:
        end = output.find(b"\n", at)
        facts = output[at:end].split() if end >= 0 else []
        if len(facts) != 3:
            raise InputError(
                "input.not-found",
                f"git has not the content {name[:12]} of the baseline",
                "fetch it first: the clone leaves out contents",
            )
        size = int(facts[2])
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[bytes]":
    """Run git without a prompt and without the network."""
    env = {
        **os.environ,
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks
        "GIT_LITERAL_PATHSPECS": "1",
    }
    try:
        return subprocess.run(
            ["git", *arguments],
            input=given.encode(),
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
            env=env,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("input.value", f"git took more than {_TIMEOUT} seconds") from error


def _first_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else ""
