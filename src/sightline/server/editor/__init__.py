"""What the SPARQL editor offers: terms to complete, and queries to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sightline.queries import LibraryQuestion
from sightline.server.site import Site
from sightline.terms import compact, prefixes

MOST_TERMS = 20_000

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """A query with the words that name it."""

    title: str
    text: str


@cache
def examples() -> tuple[Example, ...]:
    """Read the short examples: the first line of each, a comment, is its title."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("examples/*.rq"))]
    split = [text.partition("\n") for text in texts]
    return tuple(Example(first.lstrip("# "), rest) for first, _, rest in split)


def runnable(questions: Mapping[str, LibraryQuestion]) -> dict[str, list[Example]]:
    """List the questions of the library that need nothing to run, by folder."""
    found: dict[str, list[Example]] = {}
    for question in questions.values():
        if not question.needs and not any(p.required for p in question.params.values()):
            example = Example(question.summary, question.text)
            found.setdefault(question.folder, []).append(example)
    return found


async def completions(site: Site) -> dict[str, Any]:
    """Give what can be completed: prefixes, and each term with its label and definition."""
    query = (_FOLDER / "completions.rq").read_text(encoding="utf-8")
    given = {"query": query, "graphs": list(site.graphs), "rows": MOST_TERMS}
    found = await site.workers.call("preview", given)
    terms = []
    for row in found["rows"]:
        iri, kind, label, definition = (term["value"] if term else "" for term in row)
        name = compact(iri)
        terms.append(
            {
                "name": f"<{iri}>" if name == iri else name,
                "kind": kind,
                "label": label,
                "definition": definition,
            }
        )
    return {"prefixes": prefixes(), "terms": terms}
