"""Render a local copy of a document to the plain text that evidence hashes are taken from."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―", "-"),
        # Invisible marks that editors and web pages leave behind.
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
    }
)


def normalise(text: str) -> str:
    """Bring text to the form that is compared: NFKC, straight quotes and dashes, single spaces.

    >>> normalise("Azure’s\\u00a0“own”  data – e.g.\\n logs")
    'Azure\\'s "own" data - e.g. logs'
    """
    return " ".join(unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).split())


def sentence_hash(sentence: str) -> str:
    """Compute the SHA-256 (hex) of a rendered sentence in normalised form."""
    return hashlib.sha256(normalise(sentence).encode()).hexdigest()


@dataclass(frozen=True)
class Block:
    """A paragraph, list item, heading or other run of text; normalised, never empty."""

    text: str
    is_heading: bool = False


@dataclass(frozen=True)
class Rendering:
    """A document as one line of normalised text, and where its blocks begin in that line."""

    text: str
    starts: tuple[int, ...]
    headings: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Rendering:
        """Join blocks with single spaces."""
        starts: list[int] = []
        headings: list[tuple[int, str]] = []
        position = 0
        for block in blocks:
            starts.append(position)
            if block.is_heading:
                headings.append((position, block.text))
            position += len(block.text) + 1
        return cls(" ".join(block.text for block in blocks), tuple(starts), tuple(headings))


def render_markdown(source: str) -> Rendering:
    """Render Markdown, or plain text with Markdown inside; front matter counts as text.

    >>> render_markdown("# Title\\n\\n* **Bold**. See [the page](page.md).").text
    'Title Bold. See the page.'
    """
    return Rendering.of(list(_markdown_blocks(source)))


def render_html(source: str) -> Rendering:
    """Render an HTML page without scripts, styles and navigation.

    >>> render_html("<nav>Menu</nav><h1>Title</h1><p>One<br>two&nbsp;<b>thr</b>ee").text
    'Title One two three'
    """
    return Rendering.of(_html_blocks(source))


# --- Markdown -----------------------------------------------------------------------------

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
# Directives of documentation systems: ":::image ... alt-text="..." :::", ":::zone-end".
_DIRECTIVE = re.compile(r"^[ \t]*:::.*$", re.MULTILINE)
_ALTERNATIVE_TEXT = re.compile(r'\balt-text="([^"]*)"')
# The first line of an alert: "> [!NOTE]".
_ALERT = re.compile(r"\A\[!(\w+)\]\s*\n")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # a question to the graph must not pay for it

    return MarkdownIt("commonmark").enable("table")


def _markdown_blocks(source: str) -> Iterator[Block]:
    source = source.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front_matter = _FRONT_MATTER.match(source)
    if front_matter:
        yield from _blocks(front_matter.group(1).split("\n"))
        source = source[front_matter.end() :]
    source = _DIRECTIVE.sub(_directive_text, source)
    previous = ""
    for token in _parser().parse(source):
        if token.type == "inline":
            text = _inline_text(token.children or [])
            alert = _ALERT.match(text)
            if alert:
                yield from _blocks([alert.group(1).capitalize()])
                text = text[alert.end() :]
            yield from _blocks([text], is_heading=previous == "heading_open")
        elif token.type in ("fence", "code_block"):
            # Indented prose in plain text is a code block to Markdown: each line is a block.
            yield from _blocks(token.content.split("\n"))
        elif token.type == "html_block":
            yield from _html_blocks(token.content)
        previous = token.type


def _directive_text(match: re.Match[str]) -> str:
    alternative = _ALTERNATIVE_TEXT.search(match.group())
    return f"\n{alternative.group(1)}\n" if alternative else ""


def _inline_text(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "image":
            parts.append(_inline_text(token.children or []))
        elif token.type == "html_inline":
            parts.append("\n" if token.content.startswith("<br") else "")
        else:
            parts.append(token.content)
    return "".join(parts)


def _blocks(texts: Sequence[str], is_heading: bool = False) -> Iterator[Block]:
    for text in map(normalise, texts):
        if text:
            yield Block(text, is_heading)


# --- HTML ---------------------------------------------------------------------------------

_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe", "object"})
_CHROME = frozenset({"nav"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i img ins kbd label mark q ruby s samp "
    "small span strong sub sup time tt u var wbr".split()
)


# Parts that are no text and that the parser of the standard library reads in quadratic time.
_RAW_START = re.compile(r"<(?:!--|(script|style)\b)", re.IGNORECASE)
_RAW_END = {
    "": re.compile(r"-->"),
    "script": re.compile(r"</script[^>]*>", re.IGNORECASE),
    "style": re.compile(r"</style[^>]*>", re.IGNORECASE),
}
_DECLARATION = re.compile(r"<[!?][^>]*>")


def _without_raw_parts(source: str) -> str:
    """Cut comments, scripts, styles and declarations out of a page, in linear time."""
    # Behind the last ">" there is no tag, so that every "<" before it has an end.
    last = source.rfind(">") + 1
    source = source[:last] + source[last:].replace("<", "&lt;")
    pieces: list[str] = []
    position = 0
    unclosed: set[str] = set()
    for start in _RAW_START.finditer(source):
        kind = (start.group(1) or "").lower()
        if start.start() < position or kind in unclosed:
            continue
        end = _RAW_END[kind].search(source, start.end())
        if end is None:
            unclosed.add(kind)
        else:
            pieces.append(source[position : start.start()])
            position = end.end()
    return _DECLARATION.sub("", "".join([*pieces, source[position:]]))


class _TextParser(HTMLParser):
    """Collects the blocks of a page; any tag that is not inline ends a block."""

    def __init__(self, skipped: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.open_skips: list[str] = []
        self._skipped = skipped
        self._parts: list[str] = []
        self._is_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._skipped:
            self.open_skips.append(tag)
        if self.open_skips:
            return
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            # An image may stand for a sentence: its text is a block of its own.
            self._add_block(values.get("alt", ""))
        elif tag == "meta" and "name" in values:
            # What front matter is to Markdown.
            self._add_block(f"{values['name']}: {values.get('content', '')}")
        elif tag not in _INLINE:
            self.end_block()
            self._is_heading = tag in _HEADINGS

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._skipped:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open_skips:
            while self.open_skips.pop() != tag:
                pass
        elif not self.open_skips and tag not in _INLINE:
            self.end_block()
            self._is_heading = False

    def handle_data(self, data: str) -> None:
        if not self.open_skips:
            self._parts.append(data)

    def _add_block(self, text: str) -> None:
        self.end_block()
        self._parts.append(text)
        self.end_block()

    def end_block(self) -> None:
        self.blocks.extend(_blocks(["".join(self._parts)], self._is_heading))
        self._parts.clear()


def _html_blocks(source: str) -> list[Block]:
    source = _without_raw_parts(source)
    for skipped in (_SILENT | _CHROME, _SILENT, frozenset[str]()):
        parser = _TextParser(skipped)
        parser.feed(source)
        parser.close()
        parser.end_block()
        # A skipped element that is never closed would swallow the rest of the page.
        if not parser.open_skips:
            break
    return parser.blocks
