"""Attach owners, environments, classes of data and datasets to deployments, from a small file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from sightline.entries import read_entries, wrong
from sightline.errors import close_matches
from sightline.model import Deployment

SELECTORS = ("deployment", "account", "subscription", "file")
ATTRIBUTES = ("owner", "environment", "classification", "dataset")
_MAX = 1024 * 1024
_SHAPE = "write a list of entries with 'deployment' or 'account', and 'owner' or the like"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached, to the deployments that fit all selectors (``*`` and ``?`` are wild)."""

    line: int
    selectors: Mapping[str, str]
    attributes: Mapping[str, str]


def read_attachments(path: Path | str) -> list[Attachment]:
    """Read a YAML list of entries, or a CSV file with a header; each needs a selector.

    Raises InputError that names the line, for an entry that selects or attaches nothing, and for
    a name that is neither a selector nor an attribute.
    """
    return [_attachment(str(path), line, entry) for line, entry in read_entries(path, _SHAPE, _MAX)]


def attach(
    deployments: Sequence[Deployment], attachments: Sequence[Attachment]
) -> tuple[Deployment, ...]:
    """Add attributes to deployments; they win over tags, and a later entry over an earlier one."""
    if not attachments:
        return tuple(deployments)
    return tuple(_with(each, attachments) for each in deployments)


def _with(deployment: Deployment, attachments: Sequence[Attachment]) -> Deployment:
    has = {
        "deployment": deployment.name,
        "account": deployment.account,
        "subscription": deployment.attributes.get("subscription", ""),
        "file": deployment.file,
    }
    more: dict[str, str] = {}
    for each in attachments:
        fits = (fnmatchcase(has[k].lower(), v.lower()) for k, v in each.selectors.items())
        if all(fits):
            more.update(each.attributes)
    if not more:
        return deployment
    return replace(deployment, attributes={**deployment.attributes, **more})


def _attachment(name: str, line: int, entry: Mapping[str, str]) -> Attachment:
    known = (*SELECTORS, *ATTRIBUTES)
    for key in entry:
        if key not in known:
            close = close_matches(key, known) or known
            raise wrong(name, line, f"{key!r} is not known", f"use one of: {', '.join(close)}")
    selectors = {key: entry[key] for key in SELECTORS if entry.get(key)}
    attributes = {key: entry[key] for key in ATTRIBUTES if entry.get(key)}
    if not selectors or not attributes:
        what = "selects no deployment" if not selectors else "attaches nothing"
        raise wrong(name, line, f"the entry {what}", _SHAPE)
    return Attachment(line, selectors, attributes)
