"""Read estate files of any known format, told by their content, into resources."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sightline.errors import InputError
from sightline.estate.arm import Gap, Reading, read_parameters, read_template
from sightline.estate.azure_objects import (
    not_an_estate,
    read_changes,
    read_example,
    read_graph,
    read_objects,
    read_snapshot,
    read_specification,
)
from sightline.estate.companions import Companions, GivenFolders
from sightline.estate.documents import Document, read_document
from sightline.estate.jsonc import Located, Text
from sightline.estate.languages import BICEP_SOURCE, TERRAFORM_SOURCE, TERRAFORM_VALUES
from sightline.estate.placed import SourceText
from sightline.estate.pulumi import read_pulumi
from sightline.estate.resources import Resource
from sightline.estate.settings import Meter, Settings
from sightline.estate.terraform import read_terraform
from sightline.estate.terraform_source import read_source, read_values
from sightline.estate.terraform_syntax import Block
from sightline.estate.values import Value, member
from sightline.files import read_bytes

SUFFIXES = (".json", ".jsonc", ".tfstate", ".bicep", ".tf", ".tfvars")
"""What is read of a folder."""

STDIN = "-"

TEMPLATES = ("arm-template", BICEP_SOURCE)
"""Formats that are evaluated as templates."""


@dataclass(frozen=True, slots=True)
class EstateFile:
    """What one file says, or why it says nothing."""

    file: str
    format: str | None
    sha256: str
    resources: tuple[Resource, ...] = ()
    gaps: tuple[Gap, ...] = ()
    errors: tuple[InputError, ...] = ()
    parameters: frozenset[str] = frozenset()
    """The parameters that a template declares."""
    notes: tuple[str, ...] = ()
    """What the user should know of how it was read."""
    source: Text | None = field(default=None, repr=False, compare=False)

    def form_is(self, form: str) -> bool:
        """Tell whether it was read, in this format."""
        return self.format == form and not self.errors


def read_estate(
    paths: Iterable[Path | str],
    settings: Settings | None = None,
    *,
    stdin: bytes | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[EstateFile]:
    """Read files and folders; ``-`` stands for ``stdin``.

    A file that cannot be read has its error in its entry; the others are read all the same.
    ``progress`` is called with the name of each file before it is read.
    """
    settings = settings or Settings()
    given = [
        name
        for path in paths
        for name in ([STDIN] if _is_stdin(path, stdin) else map(str, list_files(Path(path))))
    ]
    companions = _companions(
        [name for name in given if not _is_stdin(name, stdin)],
        settings,
        lambda name: read_bytes(name, settings.budget.bytes),
    )
    found: list[EstateFile] = []
    for name in given:
        if stdin is not None and _is_stdin(name, stdin):
            found.append(read_content(STDIN, stdin, settings, companions))
            continue
        if progress is not None:
            progress(name)
        found.append(read_file(name, settings, companions))
    return _without_parts(found, companions)


def read_contents(contents: Mapping[str, bytes], settings: Settings) -> list[EstateFile]:
    """Read files by their names and contents, of which one may refer to another."""
    companions = _companions(list(contents), settings, contents.__getitem__)
    found = [read_content(name, held, settings, companions) for name, held in contents.items()]
    return _without_parts(found, companions)


def _is_stdin(path: Path | str, stdin: bytes | None) -> bool:
    return stdin is not None and str(path) == STDIN


def _companions(
    names: Sequence[str], settings: Settings, content: Callable[[str], bytes]
) -> Companions:
    def load(name: str) -> tuple[str | None, Any]:
        try:
            document = read_document(content(name), settings.budget, Meter(settings.budget), name)
        except (InputError, RecursionError):
            return None, None  # its own entry tells why
        return document.form, document.tree

    return Companions(names, load)


def _without_parts(files: list[EstateFile], companions: Companions) -> list[EstateFile]:
    """Leave the resources of a file to the one that it is a part of, or was compiled into."""
    parts = companions.parts()
    compiled = {file.file for file in files if file.form_is("arm-template")}
    kept: list[EstateFile] = []
    for file in files:
        note = f"read as a part of '{parts[file.file]}'" if file.file in parts else ""
        twin = str(Path(file.file).with_suffix(".json"))
        if file.form_is(BICEP_SOURCE) and twin in compiled:
            note = f"passed over for '{twin}', which is compiled"
        if note:
            file = replace(file, resources=(), gaps=(), parameters=frozenset(), notes=(note,))
        kept.append(file)
    return kept


def list_files(path: Path) -> list[Path]:
    """List the estate files of a folder, sorted; a file stands for itself."""
    if not path.is_dir():
        return [path]
    return sorted(
        each
        for suffix in SUFFIXES
        for each in path.rglob(f"*{suffix}")
        if each.is_file()
        and not any(part.startswith(".") for part in each.relative_to(path).parts)
        and "node_modules" not in each.parts
    )


def read_file(
    path: Path | str, settings: Settings, companions: Companions | None = None
) -> EstateFile:
    """Read one file; its error, if any, is in its entry."""
    try:
        content = read_bytes(path, settings.budget.bytes)
    except InputError as error:
        return EstateFile(str(path), None, "", errors=(error,))
    return read_content(str(path), content, settings, companions)


def read_content(
    name: str, content: bytes, settings: Settings, companions: Companions | None = None
) -> EstateFile:
    """Read the content of a file; its error, if any, is in its entry.

    ``companions`` are the files that it may refer to.
    """
    digest = hashlib.sha256(content).hexdigest()
    form: str | None = None
    meter = Meter(settings.budget)
    try:
        document = read_document(content, settings.budget, meter, name)
        form = document.form
        if form is None:
            raise not_an_estate()
        companions = companions or Companions([name], lambda _: (None, None))
        companions.hold(name, (form, document.tree))
        found = _interpret(name, document, settings, meter, companions)
    except InputError as error:
        named = InputError(error.code, f"'{name}': {error.message}", error.hint)
        return EstateFile(name, form, digest, errors=(named,))
    except RecursionError:
        deep = InputError("input.too-large", f"'{name}': it nests too deep")
        return EstateFile(name, form, digest, errors=(deep,))
    return EstateFile(
        name,
        form,
        digest,
        tuple(found.resources),
        (*document.gaps, *found.gaps),
        parameters=_declared(document),
        notes=document.notes,
        source=document.source,
    )


def _declared(document: Document) -> frozenset[str]:
    """List the parameters that a template declares, or the variables that a file does."""
    if isinstance(document.tree, Block):
        blocks = document.tree.blocks
        return frozenset(
            each.labels[0] for each in blocks if each.type == "variable" and each.labels
        )
    declared = member(document.tree, "parameters") if document.form in TEMPLATES else None
    return frozenset(map(str, declared)) if isinstance(declared, Mapping) else frozenset()


def _interpret(
    name: str, document: Document, settings: Settings, meter: Meter, companions: Companions
) -> Reading:
    form, tree, source = document.form, document.tree, document.source
    if form in TEMPLATES and isinstance(tree, Located):
        return read_template(tree, source, settings, meter, name, companions.linked)
    if form == TERRAFORM_SOURCE and isinstance(source, SourceText):
        return read_source(name, GivenFolders(companions), source, settings, meter)
    readers: Mapping[str, Callable[[Any, Text, Meter], Reading]] = {
        "azure-objects": read_objects,
        "azure-ml-spec": read_specification,
        "powershell": read_objects,
        "resource-graph": read_graph,
        "what-if": read_changes,
        "bicep-snapshot": read_snapshot,
        "rest-example": read_example,
        "terraform-plan": read_terraform,
        "terraform-state": read_terraform,
        "pulumi-export": read_pulumi,
        "pulumi-preview": read_pulumi,
    }
    reader = readers.get(form or "")
    return reader(tree, source, meter) if reader else Reading()


def with_parameters(
    settings: Settings, files: Sequence[Path | str], given: Sequence[str] = ()
) -> Settings:
    """Add parameter files and ``NAME=VALUE`` pairs; a later one wins over an earlier one.

    Raises InputError if a file is no parameter file or a pair has no ``=``.
    """
    values: dict[str, Value] = dict(settings.parameters)
    for path in files:
        content = read_bytes(path, settings.budget.bytes)
        document = read_document(content, settings.budget, Meter(settings.budget))
        if document.form == TERRAFORM_VALUES:
            _update(values, read_values(document.tree, settings))
            continue
        usable = isinstance(document.tree, Mapping)
        if not usable or document.form not in ("arm-parameters", None):
            hint = "give an ARM one, or a .tfvars file"
            raise InputError("input.value", f"'{path}' is no parameter file", hint)
        _update(values, read_parameters(document.tree))
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(
                "input.value", f"{pair!r} sets no parameter", "write NAME=VALUE, as in sku=Standard"
            )
        _update(values, {name.strip(): value})
    return replace(settings, parameters=values)


def unused_parameters(files: Iterable[EstateFile], settings: Settings) -> list[str]:
    """List the parameters that the user gave and no template declares."""
    declared = {name.lower() for file in files for name in file.parameters}
    return [name for name in settings.parameters if name.lower() not in declared]


def _update(values: dict[str, Value], more: Mapping[str, Value]) -> None:
    names = {name.lower(): name for name in values}
    for name, value in more.items():
        values.pop(names.get(name.lower(), name), None)
        values[name] = value
