"""Find the knowledge folders and read files, with limits and errors that name the file."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from sightline.errors import InputError, KnowledgeError

Folder = Literal["ontology", "data", "queries", "shapes"]

MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read unless the caller says otherwise: 64 MiB."""


def folder(name: Folder) -> Path:
    """Locate a knowledge folder, in an installed package or in a checkout.

    Raises KnowledgeError (``knowledge.missing``) if the installation lacks it.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "knowledge", package.parents[1]):
        if (root / name).is_dir():
            return root / name
    raise KnowledgeError(
        "knowledge.missing",
        f"the knowledge folder {name!r} is not part of this installation",
        "install sightline again",
    )


def knowledge_files(name: Folder, suffix: str = "") -> list[Path]:
    """List the files of a knowledge folder whose names end in ``suffix``, sorted by path.

    Hidden files and files in hidden folders are left out.
    """
    return sorted(_walk(folder(name), suffix), key=lambda path: path.as_posix())


def relative(path: Path) -> str:
    """Name a knowledge file relative to the top, with slashes, as in ``ontology/sightline.ttl``.

    >>> relative(folder("ontology") / "prefixes.ttl")
    'ontology/prefixes.ttl'

    Raises ValueError if the file is in none of the knowledge folders.
    """
    for name in get_args(Folder):
        root = folder(name)
        if path.is_relative_to(root):
            return path.relative_to(root.parent).as_posix()
    raise ValueError(f"{path} is not a knowledge file")


def read_bytes(path: Path | str, limit: int = MAX_BYTES) -> bytes:
    """Read a file of at most ``limit`` bytes.

    Raises InputError: ``input.not-found``, ``input.unreadable`` or ``input.too-large``.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        raise InputError(
            "input.not-found", f"there is no file '{path}'", "check the path"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(
            "input.unreadable",
            f"cannot read '{path}': {reason[:1].lower()}{reason[1:]}",
            "check that it is a file and that you may read it",
        ) from error
    if len(content) > limit:
        raise InputError(
            "input.too-large",
            f"'{path}' is larger than {_size(limit)}",
            "split the file into smaller ones",
        )
    return content


def read_text(path: Path | str, limit: int = MAX_BYTES) -> str:
    """Read a UTF-8 text file of at most ``limit`` bytes; a byte order mark is dropped.

    Raises InputError: as ``read_bytes``, and ``input.not-text``.
    """
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "input.not-text",
            f"'{path}' is not UTF-8 text (byte {error.start})",
            "save the file as UTF-8",
        ) from error


@cache
def knowledge_digest() -> str:
    """Compute ``sha256:<hex>`` over names and contents of all knowledge files, once per process."""
    digest = hashlib.sha256()
    for name in get_args(Folder):
        top = folder(name).parent
        for path in knowledge_files(name):
            content = path.read_bytes()
            # The length keeps one file's end from being read as the next file's beginning.
            digest.update(f"{path.relative_to(top).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def _walk(directory: Path, suffix: str) -> Iterator[Path]:
    for path in directory.iterdir():
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            yield from _walk(path, suffix)
        elif path.name.endswith(suffix):
            yield path


def _size(count: int) -> str:
    """Write a number of bytes for people.

    >>> _size(67108864), _size(10)
    ('64 MiB', '10 bytes')
    """
    for unit, factor in (("MiB", 1024 * 1024), ("KiB", 1024)):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return f"{count} bytes"
