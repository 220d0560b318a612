"""Check RDF against the shapes in ``shapes/`` (SHACL): shipped knowledge, user files, answers.

A validation that finds faults is a result, not an error.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sightline.errors import InputError, close_matches
from sightline.files import folder, knowledge_files
from sightline.stores import Quad, Store
from sightline.validate.formats import as_json, as_turtle
from sightline.validate.report import SEVERITIES, Report, Result, Severity

__all__ = [
    "SEVERITIES",
    "Report",
    "Result",
    "Severity",
    "answers",
    "as_json",
    "as_turtle",
    "files",
    "knowledge",
    "shape_files",
]

WRITTEN = ("hygiene", "statements")
"""The shapes for what people write; ``access`` is for what is derived from it."""


def shape_files() -> dict[str, Path]:
    """List the shipped shapes by name: the path in ``shapes/`` without its ending.

    Policies are no part of them: they judge deployments, see ``validate.policies``.

    >>> sorted(shape_files())
    ['access', 'estate', 'exports', 'hygiene', 'records', 'statements']
    """
    top = folder("shapes")
    return {
        path.relative_to(top).with_suffix("").as_posix(): path
        for path in knowledge_files("shapes", ".ttl")
        if path.parent == top
    }


def knowledge(store: Store, shapes: Sequence[str | Path] = WRITTEN) -> Report:
    """Validate all that a store holds; the shipped knowledge takes several seconds.

    ``shapes`` are names of shipped ones or files. Raises InputError for shapes that do not exist or
    cannot be used.
    """
    from sightline.validate.engine import Validator

    return Validator(store.quads(), _paths(shapes)).everything()


def files(
    store: Store, paths: Iterable[str | Path], shapes: Sequence[str | Path] = WRITTEN
) -> Report:
    """Validate RDF files. What the store holds says what their terms mean, but is not judged.

    ``shapes`` are names of shipped ones or files. Raises InputError for a file that cannot be read
    or is not RDF, and for shapes that do not exist or cannot be used.
    """
    from sightline.validate.engine import Validator, read

    return Validator(store.quads(), _paths(shapes)).these(read(map(Path, paths)))


def answers(store: Store, derived: Iterable[Quad]) -> Report:
    """Validate derived facts, as ``render.rdf.quads`` gives them, against ``shapes/access.ttl``.

    ``store`` holds the statements that they were derived from.
    """
    from sightline.validate.engine import Validator

    return Validator(store.quads(), _paths(["access"])).these(derived)


def _paths(shapes: Sequence[str | Path]) -> list[Path]:
    known = shape_files()
    return [known.get(str(shape)) or _existing(shape, known) for shape in shapes]


def _existing(shape: str | Path, known: Iterable[str]) -> Path:
    path = Path(shape)
    if path.is_file():
        return path
    names = close_matches(str(shape), known) or sorted(known)
    raise InputError(
        "input.not-found",
        f"there are no shapes '{shape}'",
        f"a file, or one of: {', '.join(names)}",
    )
