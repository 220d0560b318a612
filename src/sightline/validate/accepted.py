"""Read accepted findings: who takes responsibility for what, why, and until when."""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sightline.errors import InputError, close_matches
from sightline.files import read_text
from sightline.model import Deployment

_KEYS = ("policy", "deployment", "file", "owner", "reason", "expires")
_NEEDED = ("policy", "owner", "reason", "expires")


@dataclass(frozen=True)
class Accepted:
    """An entry: patterns with ``*`` for policy, deployment (``name`` or ``account/name``) and file.

    >>> entry = Accepted("no-*", "chat", "*", "Ada", "test", date(2030, 1, 1), "a.yaml:1")
    >>> entry.policy
    'no-*'
    """

    policy: str
    deployment: str
    file: str
    owner: str
    reason: str
    expires: date
    where: str

    def matches(self, policy: str, deployment: Deployment) -> bool:
        """Tell whether the entry speaks of a policy and a deployment, by their names."""
        names = (deployment.name, f"{deployment.account}/{deployment.name}")
        return (
            fnmatchcase(policy, self.policy)
            and any(fnmatchcase(name, self.deployment) for name in names)
            and fnmatchcase(deployment.file.replace("\\", "/"), self.file)
        )


def read_accepted(path: str | Path) -> tuple[Accepted, ...]:
    """Read a YAML list of mappings: policy, deployment or file, owner, reason, expires (a date).

    Raises InputError that names the line of an entry which lacks something.
    """
    import yaml

    try:
        root = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
        content = yaml.safe_load(read_text(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}" if mark else ""
        raise InputError("input.syntax", f"'{path}'{at} is not YAML") from error
    if content is None:
        return ()
    if not isinstance(content, list):
        raise InputError(
            "input.value", f"'{path}' is not a list of entries", "begin each with '- policy: ...'"
        )
    assert isinstance(root, yaml.SequenceNode)
    lines = [node.start_mark.line + 1 for node in root.value]
    return tuple(
        _entry(f"{path}:{line}", entry) for line, entry in zip(lines, content, strict=True)
    )


def _entry(where: str, entry: Any) -> Accepted:
    if not isinstance(entry, dict):
        raise InputError("input.value", f"{where}: an entry is a mapping", f"of {', '.join(_KEYS)}")
    for key in entry:
        if key not in _KEYS:
            close = close_matches(str(key), _KEYS)
            hint = f"did you mean '{close[0]}'?" if close else f"one of: {', '.join(_KEYS)}"
            raise InputError("input.value", f"{where}: there is no key '{key}'", hint)
    for key in _NEEDED:
        if not entry.get(key):
            raise InputError("input.value", f"{where}: the entry has no '{key}'", "add it")
    if not (entry.get("deployment") or entry.get("file")):
        raise InputError(
            "input.value",
            f"{where}: the entry names neither a deployment nor a file",
            "add 'deployment' or 'file', with '*' for any",
        )
    expires = entry["expires"]
    try:
        until = date.fromisoformat(str(expires))
    except ValueError as error:
        raise InputError(
            "input.value", f"{where}: 'expires' is no date: {expires}", "write it as 2027-03-31"
        ) from error
    texts = {key: str(entry.get(key) or "*") for key in _KEYS}
    return Accepted(
        texts["policy"],
        texts["deployment"],
        texts["file"],
        texts["owner"],
        texts["reason"],
        until,
        where,
    )
