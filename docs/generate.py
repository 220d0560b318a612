"""Bring the documentation up to date with the knowledge and the program; ``make docs`` runs this.

Parts of pages between ``<!-- made: NAME -->`` and ``<!-- end -->`` are written anew, so is the
picture, and so is the output of commands that pages show. A test fails where anything is stale.
"""

import re
from collections.abc import Callable
from pathlib import Path

import consoles
import model_page
import picture
import reference_pages

from sightline.graph import KnowledgeGraph

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
_PART = re.compile(r"^<!-- made: (\w+) -->\n.*?^<!-- end -->$", re.M | re.S)


def mermaid() -> str:
    """Write the picture of the ontology as a block of Mermaid."""
    return f"```mermaid\n{picture.mermaid()}\n```\n"


def pages() -> list[Path]:
    """List all pages, the README first."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def current(page: Path) -> str:
    """Give a page with its made parts and the output of its commands as they are now.

    Raises KeyError for a part that nothing here makes and ValueError for a command that fails.
    """
    makers: dict[str, Callable[[], str]] = {
        "picture": mermaid,
        "commands": reference_pages.commands,
        "questions": reference_pages.questions,
        "schemas": reference_pages.schemas,
        "vocabulary": lambda: reference_pages.vocabulary(KnowledgeGraph()),
        "model": lambda: model_page.model(KnowledgeGraph()),
    }
    text = _PART.sub(
        lambda part: f"<!-- made: {part[1]} -->\n\n{makers[part[1]]().strip()}\n\n<!-- end -->",
        page.read_text(encoding="utf-8"),
    )
    return consoles.refreshed(text)


def main() -> None:
    """Write what has changed and name it."""
    made = {page: current(page) for page in pages()} | {DOCS / "ontology.svg": picture.svg()}
    for path, content in made.items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
