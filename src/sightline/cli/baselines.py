"""Find the baseline that a gate compares with: files, a folder, or the files at a git revision."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sightline.errors import InputError


@contextmanager
def baseline(name: str, files: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the files of a baseline: a path that exists, or ``files`` at a git revision.

    Raises InputError for what is neither, and for files that git cannot tell.
    """
    if Path(name).exists():
        yield (name,)
        return
    if name.startswith("-") or not _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
        raise InputError(
            "input.not-found",
            f"there is no baseline '{name}'",
            "give a file, a folder, or a git revision such as origin/main",
        )
    with TemporaryDirectory(prefix="sightline-") as folder:
        paths = tuple(dict.fromkeys(_old(name, files, Path(folder))))
        yield paths


def _old(revision: str, files: tuple[str, ...], folder: Path) -> Iterator[str]:
    for file in files:
        listed = _git("ls-tree", "-r", "-z", "--name-only", revision, "--", file) or b""
        for entry in filter(None, listed.decode(errors="surrogateescape").split("\0")):
            content = _git("show", f"{revision}:./{entry}")
            if content is None:
                continue
            target = (folder / entry).resolve()
            if target.is_relative_to(folder.resolve()):  # not above the folder, whatever git says
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                yield str(target)


def _git(*arguments: str) -> bytes | None:
    """Run git; None if it is not there or fails."""
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout or b" "
