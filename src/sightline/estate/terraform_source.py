"""Read the source of Terraform: what it spells out, with defaults of variables and local values.

What only a plan knows stays open. The files of one folder are one module, as for Terraform.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sightline.estate.arm import Gap, Reading
from sightline.estate.evaluator import Evaluator, plain
from sightline.estate.expressions import Literal
from sightline.estate.placed import Placed, SourceText
from sightline.estate.resources import resource
from sightline.estate.scopes import Env, Scope
from sightline.estate.settings import Meter, Settings
from sightline.estate.specials import SPECIAL
from sightline.estate.terraform_folders import Folder, Folders
from sightline.estate.terraform_modules import (
    OWN,
    SPECIALS,
    Instance,
    Module,
    ModuleScope,
    bound,
    members,
    module_of,
    scope_of,
)
from sightline.estate.terraform_names import INNER, OUTER
from sightline.estate.terraform_syntax import Block
from sightline.estate.values import OneOf, Unknown, Value, derived

MAX_MODULES = 12
"""Levels of modules in modules."""


def read_source(
    file: str, folders: Folders, source: SourceText, settings: Settings, meter: Meter
) -> Reading:
    """Read the resources that one file declares, and those of the modules that it calls."""
    evaluator = Evaluator(settings, meter, {**SPECIAL, **SPECIALS})
    folder = folders.of(file)
    given: dict[str, Any] = {}
    scope = scope_of(folder, given, None)
    for name, node in folder.given.items():
        given[name.lower()] = lambda n=node: plain(evaluator.node(n, Env(scope)))
    for name, value in settings.parameters.items():
        given[name.lower()] = lambda v=value: v
    module = module_of(folder, scope)
    reader = _Reader(evaluator, folders, source)
    reader.read(module, [block for name, block in folder.blocks if name == file], file)
    return reader.reading


def read_values(block: Block, settings: Settings) -> dict[str, Value]:
    """Read a file of values for variables."""
    evaluator = Evaluator(settings, Meter(settings.budget), {**SPECIAL, **SPECIALS})
    env = Env(scope_of(Folder(""), {}, None))
    return {name: plain(evaluator.node(node, env)) for name, (node, _) in block.attributes.items()}


class _Reader:
    def __init__(self, evaluator: Evaluator, folders: Folders, source: SourceText) -> None:
        self.evaluator = evaluator
        self.folders = folders
        self.source = source
        self.reading = Reading()

    def read(self, module: Module, blocks: Sequence[Block], file: str) -> None:
        for block in blocks:
            self.evaluator.meter.step()
            if block.type == "resource" and len(block.labels) == 2:
                self.resources(module, block)
            elif block.type == "module" and block.labels:
                self.call(module, block, file)

    def call(self, module: Module, block: Block, file: str) -> None:
        source = block.attributes.get("source")
        named = source[0].value if source and isinstance(source[0], Literal) else ""
        inner = self.folders.called(file, str(named)) if str(named).startswith(".") else None
        address = f"{module.address}module.{block.labels[0]}"
        above: Scope | None = module.scope
        while above is not None and inner is not None:
            held = above.module if isinstance(above, ModuleScope) else None
            if held is not None and held.folder.name == inner.name:  # it calls itself
                inner = None
            above = above.parent
        if inner is None or module.level >= MAX_MODULES:
            line = self.line(module, block)
            gap = Gap(f"{address}.source", str(named)[:200], "linked-template", "", line)
            self.reading.gaps.append(gap)
            return
        for env, suffix, condition in self.instances(module, block):
            if condition is not True:
                path = f"{address}.{'for_each' if 'for_each' in block.attributes else 'count'}"
                gap = Gap(path, condition.expression, condition.reason, condition.settle,
                          self.line(module, block))  # fmt: skip
                self.reading.gaps.append(gap)
            given = {
                name.lower(): (lambda n=node, e=env: plain(self.evaluator.node(n, e)))
                for name, (node, _) in block.attributes.items()
                if name not in (*OWN, "source", "version", "providers")
            }
            made = module_of(
                inner,
                scope_of(inner, given, module.scope),
                address=f"{address}{suffix}.",
                level=module.level + 1,
                link=module.link or (file, block),
            )
            for name, each in inner.blocks:
                self.read(made, [each], name)

    def line(self, module: Module, block: Block) -> int:
        return self.source.line((module.link[1] if module.link else block).start)

    def instances(self, module: Module, block: Block) -> Iterator[tuple[Env, str, Value]]:
        """Expand ``count`` and ``for_each``; where they are open there may be one, or none."""
        env = Env(module.scope)
        self.evaluator.meter.resource()
        for name in ("count", "for_each"):
            if name not in block.attributes:
                continue
            value = plain(self.evaluator.node(block.attributes[name][0], env))
            found = members(name, value, self.evaluator.settings.budget.copies)
            if found is None:
                if not isinstance(value, (Unknown, OneOf)):
                    value = self.evaluator.failed(block.attributes[name][0].text, "no loop")
                held = bound(name, *(_unsaid(word, value) for word in ("key", "value")))
                yield env.bound(held), "", value
                return
            for key, each in found:
                self.evaluator.meter.resource()
                suffix = f"[{key}]" if name == "count" else f'["{key}"]'
                yield env.bound(bound(name, key, each)), suffix, True
            return
        yield env, "", True

    def resources(self, module: Module, block: Block) -> None:
        for env, suffix, condition in self.instances(module, block):
            made = Instance(self.evaluator, module, block, env).made(suffix)
            if made is None:
                continue
            kind, name, body, group, version = made
            start = (module.link[1] if module.link else block).start
            node = Placed.at(start) if module.link else _places(block)
            self.reading.resources.append(
                resource(
                    kind,
                    name,
                    body,
                    f"{module.address}{'.'.join(block.labels)}{suffix}",
                    (self.source, node),
                    api_version=version,
                    condition=condition,
                    group=group,
                    hints={} if module.link else {"folder": module.folder.name},
                )
            )


def _unsaid(word: str, value: Value) -> Value:
    return derived(f"each.{word}", [value], f"each.{word}")


def _places(block: Block) -> Placed:
    """Tell where the properties stand that the attributes of a block become."""
    made = Placed.at(block.start)
    inner = Placed.at(block.start)
    made.put("properties", inner, block.start)
    starts = {name: start for name, (_, start) in block.attributes.items()}
    for each in block.blocks:
        starts.setdefault(each.type, each.start)
    for name, start in starts.items():
        outer = name in OUTER
        path = OUTER[name][0] if outer else INNER.get(name, ((name,), None))[0]
        held = made if outer else inner
        for key in path[:-1]:
            below = held.get(key)
            if not isinstance(below, Placed):
                below = Placed.at(start)
                held.put(key, below, start)
            held = below
        nested = next((each for each in block.blocks if each.type == name), None)
        value = Placed.at(start)
        for key, (_, place) in nested.attributes.items() if nested is not None else ():
            value.put({"type": "name"}.get(key, key) if name == "scale" else key, None, place)
        held.put(path[-1], value if nested is not None else None, start)
    return made
