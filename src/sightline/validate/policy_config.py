"""Read the policy file of a repository: which policies, with what parameters, and what fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from sightline.errors import InputError, UnknownTermError, close_matches
from sightline.files import read_text
from sightline.validate.gate import FailOn
from sightline.validate.policies import SCOPES, Policies

_MAX = 1024 * 1024
_KEYS = ("policies", "fail-on", "accepted", "set")
_POLICY_KEYS = ("policy", "parameters", *SCOPES)
ALL = "all"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A policy by name or file, and the values of its parameters with the lines they stand on."""

    policy: str
    where: str
    parameters: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """What a policy file says; paths in it are relative to the file."""

    policies: tuple[Chosen, ...] = ()
    fail_on: FailOn | None = None
    accepted: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The policies that are named."""
        return tuple(each.policy for each in self.policies)

    def settings(self, policies: Policies) -> dict[str, Sequence[str]]:
        """Give the values of parameters by ``policy.parameter``.

        Raises InputError, with the line, for a policy, a parameter or a value that does not exist.
        """
        found: dict[str, Sequence[str]] = {}
        for each in self.policies:
            if each.policy.endswith(".ttl") or each.policy == ALL:
                continue
            _lined(each.where, lambda name=each.policy: policies.chosen([name]))
            for name, (where, values) in each.parameters.items():
                full = f"{each.policy}.{name}"
                _lined(where, lambda full=full, values=values: policies.check(full, values))
                found[full] = values
        return found


def read_policy_config(path: str | Path) -> PolicyConfig:
    """Read a YAML file. Raises InputError that names the line of what is wrong in it."""
    import yaml

    try:
        root = yaml.compose(read_text(path, _MAX), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise InputError("input.syntax", f"{path}{at}: {problem}", "correct the YAML") from error
    if root is None:
        raise _wrong(f"{path}:1", "the file is empty", "name policies under 'policies'")
    return _Reader(path).config(root)


class _Reader:
    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._folder = Path(path).parent

    def config(self, root: Any) -> PolicyConfig:
        found = self._mapping(root, _KEYS, "the file")
        policies = found.get("policies")
        return PolicyConfig(
            tuple(self._policy(node) for node in self._list(policies)) if policies else (),
            self._fail_on(found["fail-on"]) if "fail-on" in found else None,
            tuple(self._file(node) for node in self._many(found.get("accepted"))),
            {
                name: tuple(self._text(each) for each in self._many(node))
                for name, node in self._mapping(found["set"], None, "'set'").items()
            }
            if "set" in found
            else {},
        )

    def _policy(self, node: Any) -> Chosen:
        where = self._where(node)
        if self._scalar(node):
            return Chosen(self._named(node), where)
        entry = self._mapping(node, _POLICY_KEYS, "the entry")
        if "policy" not in entry:
            raise _wrong(where, "the entry has no 'policy'", "write '- policy: no-human-review'")
        given = {name: entry[name] for name in SCOPES if name in entry}
        if "parameters" in entry:
            for name, value in self._mapping(entry["parameters"], None, "'parameters'").items():
                if name in given:
                    raise _wrong(self._where(value), f"'{name}' is given twice", "drop one of them")
                given[name] = value
        name = self._named(entry["policy"])
        if given and (name == ALL or name.endswith(".ttl")):
            raise _wrong(where, f"parameters need the name of one policy, not '{name}'", "name it")
        values = {
            key: (self._where(value), tuple(self._text(each) for each in self._many(value)))
            for key, value in given.items()
        }
        return Chosen(name, where, values)

    def _fail_on(self, node: Any) -> FailOn:
        text = self._text(node)
        if text not in get_args(FailOn):
            words = f"'fail-on' is '{text}'"
            raise _wrong(self._where(node), words, f"one of: {', '.join(get_args(FailOn))}")
        return cast(FailOn, text)

    def _named(self, node: Any) -> str:
        text = self._text(node)
        return str(self._folder / text) if text.endswith(".ttl") else text

    def _file(self, node: Any) -> str:
        return str(self._folder / self._text(node))

    def _mapping(self, node: Any, known: Sequence[str] | None, what: str) -> dict[str, Any]:
        if not hasattr(node, "value") or node.id != "mapping":
            hint = f"of {', '.join(known)}" if known else "write 'name: value'"
            raise _wrong(self._where(node), f"{what} is no mapping", hint)
        found: dict[str, Any] = {}
        for key, value in node.value:
            name, where = self._text(key), self._where(key)
            if known is not None and name not in known:
                close = close_matches(name, known)
                hint = f"did you mean '{close[0]}'?" if close else f"one of: {', '.join(known)}"
                raise _wrong(where, f"there is no key '{name}'", hint)
            if name in found:
                raise _wrong(where, f"'{name}' is given twice", "drop one of them")
            found[name] = value
        return found

    def _list(self, node: Any) -> list[Any]:
        if node.id != "sequence":
            raise _wrong(self._where(node), "'policies' is no list", "begin each with '- '")
        return list(node.value)

    def _many(self, node: Any) -> Iterator[Any]:
        """Give the members of a list; one value stands for a list of one."""
        if node is not None:
            yield from node.value if node.id == "sequence" else (node,)

    def _scalar(self, node: Any) -> bool:
        return bool(node.id == "scalar")

    def _text(self, node: Any) -> str:
        if not self._scalar(node) or not node.value.strip():
            raise _wrong(self._where(node), "a value is no text", "give one word or number")
        return str(node.value)

    def _where(self, node: Any) -> str:
        return f"{self._path}:{node.start_mark.line + 1}"


def _lined(where: str, check: Any) -> None:
    """Say the line of what a check refuses."""
    try:
        check()
    except UnknownTermError as error:
        raise _wrong(where, error.message, error.hint or "") from error
    except InputError as error:
        raise InputError(error.code, f"{where}: {error.message}", error.hint) from error


def _wrong(where: str, problem: str, hint: str) -> InputError:
    return InputError("input.value", f"{where}: {problem}", hint)
