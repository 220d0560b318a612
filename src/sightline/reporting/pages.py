"""Render reports as HTML that stands alone: its styles are in it, and it needs no script."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sightline.errors import one_line
from sightline.model import Knowledge
from sightline.render import wording
from sightline.reporting.sources import ranges

TEMPLATES = Path(__file__).parent / "templates"


def page(knowledge: Knowledge, template: str, /, **context: Any) -> str:
    """Render a template, to which labels and words are known; everything is escaped."""
    words = {
        "label": knowledge.label,
        "inside": knowledge.inside,
        "symbol": lambda verdict: knowledge.symbols.get(verdict, ""),
        "value_label": lambda facet, value: wording.value_label(knowledge, facet, value),
        "order": wording.verdicts(knowledge),
    }
    text: str = environment().get_template(template).render(**words, **context)
    return text


@cache
def environment() -> Environment:
    """Make the environment once: what is undefined is an error, and so is no escaping."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["web_address"] = _is_web_address
    made.filters["one_line"] = one_line
    made.filters["web"] = lambda address: address if _is_web_address(address) else ""
    made.globals.update(age=wording.age, ranges=ranges)
    return made


def _is_web_address(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("https://", "http://"))
