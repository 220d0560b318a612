"""Read YAML that describes resources, safely, and keep where each object begins."""

from typing import Any

import yaml

from sightline.errors import InputError
from sightline.estate.jsonc import Text
from sightline.estate.placed import Placed
from sightline.estate.settings import Budget, too_large

MAX_NODES = 500_000
"""Scalars, lists and objects, those that aliases repeat counted each time."""

MAX_DEPTH = 60
PLAIN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(source: Text, budget: Budget) -> Any:
    """Parse the text of a file; several documents become a list.

    Raises InputError: ``input.too-large`` or ``input.syntax``.
    """
    try:
        _check(source.text)
        loader = Loader(source.text)
        found = []
        while loader.check_node():
            found.append(_Maker(loader, min(MAX_NODES, budget.nodes)).made(loader.get_node()))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = " ".join(str(getattr(error, "problem", None) or "it is no YAML").split())
        line = mark.line + 1 if mark else 1
        raise InputError(
            "input.syntax", f"line {line}: {problem[:200]}", "check the place that it names"
        ) from None
    return found[0] if len(found) == 1 else found


def _check(text: str) -> None:
    """Refuse what nests too deep for the parser to build."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                raise too_large(f"it nests deeper than {MAX_DEPTH} levels")
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            depth -= 1


class _Maker:
    def __init__(self, loader: Any, most: int) -> None:
        self.loader = loader
        self.left = most
        self.above: set[int] = set()

    def made(self, node: yaml.Node) -> Any:
        self.left -= 1
        if self.left < 0:
            raise too_large("it has more members than can be read, or aliases that multiply them")
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if id(node) in self.above or len(self.above) > MAX_DEPTH:
            raise too_large("an alias of it leads back to itself, or nests too deep")
        self.above.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.made(each) for each in node.value]
            made = Placed.at(node.start_mark.index)
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else "?"
                made.put(_whole(str(name)), self.made(value), value.start_mark.index)
            return made
        finally:
            self.above.discard(id(node))

    def scalar(self, node: yaml.ScalarNode) -> Any:
        """Give a scalar as JSON has it; what only YAML knows, as a date, keeps its spelling."""
        if node.tag not in PLAIN:
            return _whole(str(node.value))
        try:
            value = self.loader.construct_object(node)
        except (ValueError, yaml.YAMLError):
            return _whole(str(node.value))
        finite = not isinstance(value, float) or value - value == 0
        return (
            value
            if finite and not (isinstance(value, int) and abs(value) > 1 << 63)
            else str(node.value)
        )


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
