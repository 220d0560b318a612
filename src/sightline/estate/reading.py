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
)
from sightline.estate.jsonc import Located, Text, read
from sightline.estate.pulumi import read_pulumi
from sightline.estate.resources import Resource
from sightline.estate.settings import Meter, Settings
from sightline.estate.terraform import read_terraform
from sightline.estate.values import Value, member
from sightline.files import read_bytes

SUFFIXES = (".json", ".jsonc", ".tfstate")
"""What is read of a folder."""

STDIN = "-"


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
    source: Text | None = field(default=None, repr=False, compare=False)


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
    found: list[EstateFile] = []
    for path in paths:
        if str(path) == STDIN and stdin is not None:
            found.append(read_content(STDIN, stdin, settings))
            continue
        for name in list_files(Path(path)):
            if progress is not None:
                progress(str(name))
            found.append(read_file(name, settings))
    return found


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


def read_file(path: Path | str, settings: Settings) -> EstateFile:
    """Read one file; its error, if any, is in its entry."""
    try:
        content = read_bytes(path, settings.budget.bytes)
    except InputError as error:
        return EstateFile(str(path), None, "", errors=(error,))
    return read_content(str(path), content, settings)


def read_content(name: str, content: bytes, settings: Settings) -> EstateFile:
    """Read the content of a file; its error, if any, is in its entry."""
    digest = hashlib.sha256(content).hexdigest()
    form: str | None = None
    meter = Meter(settings.budget)
    try:
        document, source = read(content, settings.budget)
        form = detect(document)
        if form is None:
            raise not_an_estate()
        found = _interpret(form, document, source, settings, meter)
    except InputError as error:
        named = InputError(error.code, f"'{name}': {error.message}", error.hint)
        return EstateFile(name, form, digest, errors=(named,))
    except RecursionError:
        deep = InputError("input.too-large", f"'{name}': it nests too deep")
        return EstateFile(name, form, digest, errors=(deep,))
    declared = member(document, "parameters") if form == "arm-template" else None
    return EstateFile(
        name,
        form,
        digest,
        tuple(found.resources),
        tuple(found.gaps),
        parameters=frozenset(map(str, declared)) if isinstance(declared, Mapping) else frozenset(),
        source=source,
    )


def _interpret(form: str, document: Any, source: Text, settings: Settings, meter: Meter) -> Reading:
    if form == "arm-template" and isinstance(document, Located):
        return read_template(document, source, settings, meter)
    readers: Mapping[str, Callable[[Any, Text, Meter], Reading]] = {
        "azure-objects": read_objects,
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
    reader = readers.get(form)
    return reader(document, source, meter) if reader else Reading()


def detect(document: Any) -> str | None:
    """Tell the format of a file by its content; None if it is no estate file.

    >>> detect({"count": 0, "data": [], "total_records": 0})
    'resource-graph'
    """
    if isinstance(document, list):
        return _detect_list(document)
    if not isinstance(document, Mapping):
        return None
    keys = {str(key).lower() for key in document}
    schema = str(member(document, "$schema") or "").lower().partition("#")[0]
    if schema.endswith("deploymenttemplate.json"):
        return "arm-template"
    if schema.endswith(("deploymentparameters.json", "deploymentparameters")):
        return "arm-parameters"
    if "format_version" in keys and keys & {"resource_changes", "planned_values"}:
        return "terraform-plan"
    if ("format_version" in keys and "values" in keys) or "terraform_version" in keys:
        return "terraform-state"
    if isinstance(member(member(document, "deployment"), "resources"), list):
        return "pulumi-export"
    if "steps" in keys and isinstance(member(document, "steps"), list):
        return "pulumi-preview"
    if "predictedresources" in keys:
        return "bicep-snapshot"
    if "changes" in keys or "changes" in _keys(member(document, "properties")):
        return "what-if"
    if "data" in keys and keys & {"count", "totalrecords", "total_records", "skip_token"}:
        return "resource-graph"
    if "responses" in keys:
        return "rest-example"
    return _detect_plain(document, keys)


def _detect_plain(document: Mapping[str, Any], keys: set[str]) -> str | None:
    if keys >= {"contentversion", "resources"}:
        return "arm-template"
    if "contentversion" in keys and "parameters" in keys:
        return "arm-parameters"
    if "resourceid" in keys and "resourcetype" in keys:
        return "powershell"
    if "value" in keys and isinstance(member(document, "value"), list):
        return "azure-objects"
    if "id" in keys and ("type" in keys or "properties" in keys):
        return "azure-objects"
    return None


def _detect_list(document: list[Any]) -> str | None:
    if not document:
        return "azure-objects"
    for each in document[:50]:
        form = detect(each) if isinstance(each, (Mapping, list)) else None
        if form in ("powershell", "azure-objects"):
            return form
    return None


def _keys(value: Any) -> set[str]:
    return {str(key).lower() for key in value} if isinstance(value, Mapping) else set()


def with_parameters(
    settings: Settings, files: Sequence[Path | str], given: Sequence[str] = ()
) -> Settings:
    """Add parameter files and ``NAME=VALUE`` pairs; a later one wins over an earlier one.

    Raises InputError if a file is no parameter file or a pair has no ``=``.
    """
    values: dict[str, Value] = dict(settings.parameters)
    for path in files:
        document, _ = read(read_bytes(path, settings.budget.bytes), settings.budget)
        if not isinstance(document, Mapping) or detect(document) not in ("arm-parameters", None):
            raise InputError("input.value", f"'{path}' is no parameter file", "give an ARM one")
        _update(values, read_parameters(document))
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
