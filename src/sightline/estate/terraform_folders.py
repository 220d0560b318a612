"""Hold the blocks of a folder of Terraform files, which are one module."""

from __future__ import annotations

from dataclasses import dataclass, field

from sightline.estate.expressions import Node
from sightline.estate.terraform_syntax import Block


@dataclass(slots=True)
class Folder:
    """The blocks of the files of one folder, each with its file."""

    name: str
    blocks: list[tuple[str, Block]] = field(default_factory=list)
    given: dict[str, Node] = field(default_factory=dict)
    """Variables that files of values set."""


class Folders:
    """Gives the folder of a file, and those that modules are called from."""

    def of(self, file: str) -> Folder:
        """Give the folder that a file stands in."""
        raise NotImplementedError

    def called(self, file: str, source: str) -> Folder | None:
        """Give the folder that a module call names; None if no given file stands there."""
        raise NotImplementedError
