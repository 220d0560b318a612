"""Let files that are given together refer to one another."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sightline.estate.languages import BICEP_SOURCE, TERRAFORM_SOURCE, TERRAFORM_VALUES
from sightline.estate.terraform_folders import Folder, Folders

Template = Mapping[str, Any]
Load = Callable[[str], tuple[str | None, Any]]
SOURCES = (BICEP_SOURCE, TERRAFORM_SOURCE, TERRAFORM_VALUES)


class Companions:
    """The files that are given together, by their names, and which of them lead to which.

    ``load`` reads one of them into a template, or into None if it is none.
    """

    def __init__(self, names: Iterable[str], load: Load) -> None:
        self.names = {os.path.normpath(name): name for name in names}
        self.edges: dict[str, set[str]] = {}
        """Name of a file -> names of those that it leads to."""
        self._load = load
        self._held: dict[str, tuple[str | None, Any]] = {}

    def linked(self, origin: str, link: str) -> tuple[str, Template] | None:
        """Give the template that a relative link leads to; None if no given file is that."""
        if ":" in link or link.startswith("/") or len(link) > 1000:
            return None
        path = os.path.normpath(Path(origin).parent / link.replace("\\", "/"))
        name = self.names.get(path)
        if name is None or name == origin:
            return None
        form, tree = self.load(name)
        if form not in ("arm-template", BICEP_SOURCE) or not isinstance(tree, Mapping):
            return None
        self.join(origin, name)
        return name, tree

    def join(self, origin: str, name: str) -> None:
        """Note that one file leads to another."""
        self.edges.setdefault(origin, set()).add(name)

    def load(self, name: str) -> tuple[str | None, Any]:
        """Load a file once: its format and its tree."""
        if name not in self._held:
            self._held[name] = self._load(name)
        return self._held[name]

    def hold(self, name: str, document: tuple[str | None, Any]) -> None:
        """Keep a file that was read already, if others may refer to it."""
        if name in self.names.values() and document[0] in SOURCES:
            self._held[name] = document

    def folder(self, path: str) -> list[str]:
        """List the files that stand in one folder."""
        folder = os.path.normpath(path)
        return [name for key, name in self.names.items() if str(Path(key).parent) == folder]

    def parts(self) -> dict[str, str]:
        """Map each file that is read as a part of another to the one that leads to it."""
        targets = {name for found in self.edges.values() for name in found}
        reached: dict[str, str] = {}
        roots: set[str] = set()
        # Where files lead to one another in a circle, the first of them is the whole.
        for origin in sorted(self.edges, key=lambda name: name in targets):
            if origin in reached:
                continue
            roots.add(origin)
            pending = [origin]
            while pending:
                for target in sorted(self.edges.get(pending.pop(), ())):
                    if target not in reached and target not in roots:
                        reached[target] = origin
                        pending.append(target)
        return reached


class GivenFolders(Folders):
    """The folders of Terraform among files that are given together."""

    def __init__(self, companions: Companions) -> None:
        self._companions = companions
        self._held: dict[str, Folder] = {}

    def of(self, file: str) -> Folder:
        """Give the folder that a file stands in."""
        return self._folder(str(Path(os.path.normpath(file)).parent))

    def called(self, file: str, source: str) -> Folder | None:
        """Give the folder that a module call names; None if no given file stands there."""
        if len(source) > 1000:
            return None
        found = self._folder(os.path.normpath(Path(file).parent / source))
        if not found.blocks:
            return None
        for name in {name for name, _ in found.blocks}:
            self._companions.join(file, name)
        return found

    def _folder(self, path: str) -> Folder:
        if path not in self._held:
            made = self._held[path] = Folder(path)
            names = self._companions.folder(path)
            for name in sorted(names, key=_precedence):
                form, tree = self._companions.load(name)
                if form == TERRAFORM_SOURCE:
                    made.blocks += [(name, block) for block in tree.blocks]
                elif form == TERRAFORM_VALUES and _applies(name):
                    made.given |= {key: node for key, (node, _) in tree.attributes.items()}
        return self._held[path]


def _applies(name: str) -> bool:
    """Tell whether Terraform takes values from a file unasked."""
    return Path(name).name == "terraform.tfvars" or name.endswith(".auto.tfvars")


def _precedence(name: str) -> tuple[bool, str]:
    return Path(name).name != "terraform.tfvars", name
