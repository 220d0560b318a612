"""Follow references of a Terraform configuration, through variables and outputs of modules."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sightline.estate.settings import Meter
from sightline.estate.values import look, member

KEY = re.compile(r"\[[^\]]*\]")
STEP = re.compile(r"\[\d+\]")


def bare(address: str) -> str:
    """Drop the keys of instances from the address of a module.

    >>> bare('module.ai["x"].module.b')
    'module.ai.module.b'
    """
    return KEY.sub("", address)


class Configuration:
    """The part of a plan that holds expressions; empty for a state."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        root = look(document, "configuration", "root_module")
        self._modules: dict[str, Mapping[str, Any]] = {}
        self._resources: dict[tuple[str, str], Mapping[str, Any]] = {}
        if isinstance(root, Mapping):
            self._add("", root, 0)

    def _add(self, address: str, module: Mapping[str, Any], level: int) -> None:
        self._modules[address] = module
        resources = member(module, "resources")
        for each in resources if isinstance(resources, list) else []:
            if isinstance(each, Mapping) and member(each, "mode") != "data":
                name = f"{member(each, 'type')}.{member(each, 'name')}"
                self._resources[(address, name)] = each
        calls = member(module, "module_calls")
        for name, call in (calls if isinstance(calls, Mapping) else {}).items():
            inner = member(call, "module")
            if isinstance(inner, Mapping) and level < 50:
                self._add(f"{address}.module.{name}".lstrip("."), inner, level + 1)

    def references(self, module: str, name: str, path: str) -> list[str]:
        """List what an attribute refers to, the most precise first."""
        node: Any = member(self._resources.get((bare(module), name), {}), "expressions")
        for key in path.split("."):
            if isinstance(node, list):
                node = node[0] if node else None
            node = node.get(key) if isinstance(node, Mapping) else None
        found = member(node, "references")
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    def expression(self, module: str, name: str, path: str) -> str:
        """Give the reference that stands for an attribute; empty if there is none."""
        found = self.references(module, name, STEP.sub("", path))
        return found[0] if found else ""

    def targets(
        self, module: str, reference: str, meter: Meter, level: int = 0
    ) -> Iterator[tuple[str, str]]:
        """Follow a reference to resources: the address of their module and type with name."""
        meter.step()
        steps = KEY.sub("", reference).split(".")
        if level > 20 or len(steps) < 2:
            return
        if steps[0] == "var":
            above, _, own = module.rpartition("module.")
            above = above.rstrip(".")
            call = look(self._modules.get(above, {}), "module_calls", own) if own else None
            for each in _references(look(call, "expressions", steps[1])):
                yield from self.targets(above, each, meter, level + 1)
        elif steps[0] == "module" and len(steps) > 2:
            inner = f"{module}.module.{steps[1]}".lstrip(".")
            outputs = look(self._modules.get(inner, {}), "outputs", steps[2], "expression")
            for each in _references(outputs):
                yield from self.targets(inner, each, meter, level + 1)
        elif (module, f"{steps[0]}.{steps[1]}") in self._resources:
            yield module, f"{steps[0]}.{steps[1]}"


def _references(node: Any) -> list[str]:
    found = member(node, "references")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
