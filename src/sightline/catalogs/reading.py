"""Read catalog files of any known format, told by their content."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sightline.catalogs import (
    atlas,
    datahub,
    dbt,
    dcat,
    dcat_us,
    odcs,
    openlineage,
    openmetadata,
    unity,
)
from sightline.catalogs.collecting import Collected
from sightline.catalogs.content import (
    MAX_BYTES,
    archive_names,
    decode,
    read_json,
    read_yaml,
    too_large,
)
from sightline.catalogs.datasets import Catalog, CatalogFile
from sightline.catalogs.detection import ZIP, detect_json, detect_text, unknown
from sightline.catalogs.linked_data import Descriptions, read_json_linked, read_linked
from sightline.catalogs.tables import read_table
from sightline.collector import paused
from sightline.errors import InputError
from sightline.files import read_bytes

SUFFIXES = (
    ".ttl",
    ".trig",
    ".nt",
    ".nq",
    ".rdf",
    ".xml",
    ".owl",
    ".jsonld",
    ".json",
    ".ndjson",
    ".jsonl",
    ".zip",
    ".yaml",
    ".yml",
    ".csv",
)
"""What is read of a folder."""

STDIN = "-"
MAX_LINKED = 128 * 1024 * 1024
"""Bytes of a file in RDF."""

_SOURCES = {
    "openmetadata-glossary": "openmetadata",
    "atlas-zip": "atlas",
    "dbt-manifest": "dbt",
    "unity-tags": "unity",
}
"""Format -> the family of catalogs in IRIs, where they differ."""
_JSON: Mapping[str, Callable[[Any, Collected], None]] = {
    "atlas": atlas.read_atlas,
    "datahub": datahub.read_datahub,
    "dbt-manifest": dbt.read_dbt,
    "dcat-us": dcat_us.read_dcat_us,
    "odcs": odcs.read_odcs,
    "openlineage": openlineage.read_openlineage,
    "openmetadata": openmetadata.read_openmetadata,
}


def import_catalog(
    paths: Iterable[Path | str],
    *,
    stdin: bytes | None = None,
    progress: Callable[[str], None] | None = None,
) -> Catalog:
    """Read files and folders; ``-`` stands for ``stdin``.

    A file that cannot be read has its error in its entry; the others are read all the same.
    ``progress`` is called with the name of each file before it is read.
    """
    found = []
    with paused():
        for path in paths:
            if stdin is not None and str(path) == STDIN:
                found.append(read_content(STDIN, stdin))
                continue
            for each in list_files(Path(path)):
                if progress is not None:
                    progress(str(each))
                found.append(read_file(each))
    return Catalog(tuple(found))


def list_files(path: Path) -> list[Path]:
    """List the catalog files of a folder, sorted; a file stands for itself."""
    if not path.is_dir():
        return [path]
    return sorted(
        each
        for each in path.rglob("*")
        if each.suffix.lower() in SUFFIXES
        and each.is_file()
        and not any(part.startswith(".") for part in each.relative_to(path).parts)
    )


def read_file(path: Path | str) -> CatalogFile:
    """Read one file; its error, if any, is in its entry."""
    try:
        content = read_bytes(path, MAX_BYTES)
    except InputError as error:
        return CatalogFile(str(path), None, "", errors=(error,))
    return read_content(str(path), content)


def read_content(name: str, content: bytes) -> CatalogFile:
    """Read the content of a file; its error, if any, is in its entry."""
    digest = hashlib.sha256(content).hexdigest()
    form: str | None = None
    try:
        form, read = _recognized(content)
        into = Collected(name, _source(form))
        read(into)
    except InputError as error:
        named = InputError(error.code, f"'{name}': {error.message}", error.hint)
        return CatalogFile(name, form, digest, errors=(named,))
    except RecursionError:
        deep = InputError("input.too-large", f"'{name}': it nests too deep")
        return CatalogFile(name, form, digest, errors=(deep,))
    into.errors[:] = [
        InputError(each.code, f"'{name}': {each.message}", each.hint) for each in into.errors
    ]
    return into.done(form, digest)


def read_described(name: str, found: Descriptions, source: str, digest: str) -> CatalogFile:
    """Read what a SPARQL endpoint of a catalog says of its datasets."""
    into = Collected(name, source)
    dcat.read_dcat(found, into)
    return into.done(f"{source}-sparql", digest)


def _source(form: str) -> str:
    return "dcat" if form.startswith("dcat") else _SOURCES.get(form, form)


def _recognized(content: bytes) -> tuple[str, Callable[[Collected], None]]:
    """Tell the format of a file and give what reads it."""
    if len(content) > MAX_BYTES:  # of standard input
        raise too_large(f"it has more than {MAX_BYTES} bytes")
    if content.startswith(ZIP):
        if not any(map(atlas.is_archive_entry, archive_names(content))):
            raise InputError(
                "input.value", "the archive is no export of Atlas", "unpack it, and give its files"
            )
        return "atlas-zip", lambda into: atlas.read_archive(content, into)
    text = decode(content)
    if text.lstrip().startswith(("{", "[")):
        try:
            document = read_json(text)
        except InputError:
            if detect_text(text) not in ("turtle", "trig"):
                raise
        else:
            return _json(document)
    syntax = detect_text(text)
    if syntax is None:
        raise unknown()
    if syntax == "unity-tags":
        return syntax, lambda into: unity.read_unity(read_table(text), into)
    if syntax == "openmetadata-glossary":
        return syntax, lambda into: openmetadata.read_glossary(read_table(text), into)
    if syntax == "odcs":
        return syntax, lambda into: odcs.read_odcs(read_yaml(text), into)
    if len(content) > MAX_LINKED:
        raise too_large(f"it has more than {MAX_LINKED} bytes of RDF")
    return f"dcat-{syntax}", lambda into: _linked(read_linked(content, syntax), into)


def _json(document: Any) -> tuple[str, Callable[[Collected], None]]:
    form = detect_json(document)
    if form is None:
        raise unknown()
    if form == "dcat-jsonld":
        return form, lambda into: _linked(read_json_linked(document), into)
    reader = _JSON[form]
    return form, lambda into: reader(document, into)


def _linked(found: Descriptions, into: Collected) -> None:
    if not dcat.looks_like_dcat(found):
        raise unknown()
    dcat.read_dcat(found, into)
