"""Check the local copies in a folder against the evidence of document versions."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from sightline.errors import InputError
from sightline.files import read_bytes
from sightline.sources.evidence import Evidence, VersionEvidence
from sightline.sources.locating import Status, locate, share_found
from sightline.sources.rendering import Rendering, render_html, render_markdown

MAX_BYTES = 20 * 1024 * 1024
"""The largest local copy that is read: 20 MiB."""
MAX_FILES = 1000
"""The most local copies that one check reads."""

_RENDERERS = {
    ".txt": render_markdown,
    ".md": render_markdown,
    ".markdown": render_markdown,
    ".html": render_html,
    ".htm": render_html,
}
# The least share of a version's sentences that a copy of it holds.
_LEAST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one sentence of a document version in a local copy.

    ``version`` is the version's IRI, ``statements`` what rests on the sentence, ``file`` the path
    of the copy. ``detail`` quotes a few words at most.
    """

    version: str
    evidence: Evidence
    status: Status
    detail: str
    statements: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A local file that no finding rests on, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a check, the versions without a local copy, and the files not used."""

    findings: tuple[Finding, ...]
    unmatched: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Copy:
    file: str
    digest: str
    rendering: Rendering


def check(directory: Path, versions: Sequence[VersionEvidence]) -> list[Finding]:
    """Compare each piece of evidence with the local copy of its document version.

    Which file is a copy of which version is told by content, never by name. Versions without a
    copy have no findings; ``examine`` names them. Raises InputError as ``examine`` does.
    """
    return list(examine(directory, versions).findings)


def examine(directory: Path, versions: Sequence[VersionEvidence]) -> Report:
    """Check as ``check`` does, and say also what could not be checked.

    Raises InputError: ``input.not-found`` if there is no such folder or no text, Markdown or HTML
    file in it, ``input.value`` if no file is a copy of any version, ``input.too-large`` for more
    than ``MAX_FILES`` files.
    """
    skipped: list[Skipped] = []
    copies: list[_Copy] = []
    for path in _text_files(directory):
        try:
            copies.append(_read(path))
        except InputError as error:
            skipped.append(Skipped(str(path), error.message))
    best: dict[str, tuple[float, _Copy]] = {}
    for copy in copies:
        match = _best_version(copy, versions)
        if not match:
            skipped.append(Skipped(copy.file, "is no copy of a document version in the graph"))
            continue
        score, version = match
        held = best.get(version.version)
        if held is None or score > held[0]:
            best[version.version] = (score, copy)
        if held is not None:
            used, unused = (copy, held[1]) if score > held[0] else (held[1], copy)
            reason = f"'{used.file}' is as good a copy of the same version, or a better one"
            skipped.append(Skipped(unused.file, reason))
    if not best:
        raise InputError(
            "input.value",
            f"no file in '{directory}' is a copy of a document version in the graph"
            + (f" ({skipped[0].file}: {skipped[0].reason})" if len(skipped) == 1 else ""),
            "save the pages as .html, .md or .txt; 'sightline sources list' names the documents",
        )
    findings = tuple(
        Finding(
            version=version.version,
            evidence=located.evidence,
            status=located.status,
            detail=located.detail,
            statements=located.evidence.statements,
            file=best[version.version][1].file,
        )
        for version in versions
        if version.version in best
        for located in locate(version.evidences, best[version.version][1].rendering)
    )
    unmatched = tuple(v.version for v in versions if v.evidences and v.version not in best)
    return Report(findings, unmatched, tuple(sorted(skipped, key=lambda skip: skip.file)))


def summary(findings: Iterable[Finding]) -> dict[Status, int]:
    """Count facts by what became of their sentences; every status has a count."""
    counts: Counter[Status] = Counter()
    for finding in findings:
        counts[finding.status] += len(finding.evidence.facts)
    statuses: tuple[Status, ...] = get_args(Status)
    return {status: counts[status] for status in statuses}


def _text_files(directory: Path) -> list[Path]:
    """List the files that can be local copies; links to folders are not followed."""
    if directory.is_file():
        return [directory]
    if not directory.is_dir():
        raise InputError("input.not-found", f"there is no folder '{directory}'", "check the path")
    found: list[Path] = []
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(
            Path(folder, name)
            for name in sorted(names)
            if not name.startswith(".") and Path(name).suffix.lower() in _RENDERERS
        )
        if len(found) > MAX_FILES:
            raise InputError(
                "input.too-large",
                f"'{directory}' holds more than {MAX_FILES} text files",
                "name the folder that holds the copies of the documents only",
            )
    if not found:
        raise InputError(
            "input.not-found",
            f"'{directory}' holds no text, Markdown or HTML file",
            "save the pages there as .html, .md or .txt",
        )
    return found


def _read(path: Path) -> _Copy:
    content = read_bytes(path, MAX_BYTES)
    text = _decode(content, path)
    render = _RENDERERS.get(path.suffix.lower(), render_markdown)
    return _Copy(str(path), hashlib.sha256(content).hexdigest(), render(text))


def _decode(content: bytes, path: Path) -> str:
    """Decode UTF-8, UTF-16 with its mark, or else the Windows code page that old pages use."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        if b"\0" in content:
            raise InputError("input.not-text", "is not text", f"check '{path.name}'")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A byte that the code page lacks costs its own sentence, not the file.
        return content.decode("cp1252", errors="replace")


def _best_version(
    copy: _Copy, versions: Sequence[VersionEvidence]
) -> tuple[float, VersionEvidence] | None:
    """Tell which version a file is a copy of: the file itself, else the most sentences shared."""
    scored = [
        (
            2.0
            if version.source_hash and version.source_hash == copy.digest
            else share_found(version.evidences, copy.rendering),
            version,
        )
        for version in versions
        if version.evidences
    ]
    # The first of equals wins, which is the newest as read_evidence lists them.
    score, version = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return (score, version) if version and score >= _LEAST_SHARE else None
