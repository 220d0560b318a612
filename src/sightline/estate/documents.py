"""Read the content of a file in whatever language into a document of a known format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from sightline.estate.arm import Gap
from sightline.estate.bicep import read_bicep
from sightline.estate.detection import detect
from sightline.estate.jsonc import Text, decode, read
from sightline.estate.languages import (
    BICEP_SOURCE,
    SPACE,
    TERRAFORM_SOURCE,
    TERRAFORM_VALUES,
    language,
)
from sightline.estate.placed import SourceText
from sightline.estate.settings import Budget, Meter, too_large
from sightline.estate.terraform_syntax import parse_terraform
from sightline.estate.yaml_source import read_yaml

JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[\[{]")
EMPTY = {".tf": TERRAFORM_SOURCE, ".tfvars": TERRAFORM_VALUES, ".bicep": BICEP_SOURCE}
MAX_SOURCE = 8_000_000
"""Characters of a file in a language that people write."""

ADVICE: Mapping[str, str] = {
    BICEP_SOURCE: "Bicep source: for better answers give what 'az bicep build' makes of it",
    TERRAFORM_SOURCE: "Terraform source: for better answers give the plan as "
    "'terraform show -json' writes it",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read: its format (None if it is no estate file), and what it holds."""

    form: str | None
    tree: Any
    source: Text
    gaps: tuple[Gap, ...] = field(default=())

    @property
    def notes(self) -> tuple[str, ...]:
        """What to tell the user of its format."""
        advice = ADVICE.get(self.form or "")
        return (advice,) if advice else ()


def read_document(content: bytes, budget: Budget, meter: Meter, name: str = "") -> Document:
    """Parse the content of a file and tell its format.

    The name counts only where the content is empty.

    Raises InputError: ``input.too-large``, ``input.not-text``, ``input.syntax``, and
    ``input.value`` where reading it needs an extra.
    """
    if JSON.match(content) or len(content) > budget.bytes:
        tree, text = read(content, budget)
        return Document(detect(tree), tree, text)
    source = SourceText(decode(content))
    kind = language(source.text)
    if not SPACE.sub("", source.text, count=1):
        kind = EMPTY.get(PurePath(name).suffix, kind)
    if kind == "json":
        tree, text = read(content, budget)
        return Document(detect(tree), tree, text)
    if len(source.text) > MAX_SOURCE:
        raise too_large(f"it has more than {MAX_SOURCE} characters")
    if kind == BICEP_SOURCE:
        tree, problems = read_bicep(source, meter)
        gaps = [
            Gap(f"line {source.line(at)}", message, "syntax", "", source.line(at))
            for message, at in problems
        ]
        return Document(kind, tree, source, tuple(gaps))
    if kind in (TERRAFORM_SOURCE, TERRAFORM_VALUES):
        return Document(kind, parse_terraform(source.text, budget), source)
    tree = read_yaml(source, budget)
    return Document(detect(tree), tree, source)
