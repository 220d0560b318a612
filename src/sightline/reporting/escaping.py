"""Put text of others into Markdown, so that it is read as text alone."""

import re

from sightline.errors import one_line

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")


def markdown(text: str) -> str:
    r"""Escape what Markdown, or HTML in it, would take for a mark.

    >>> markdown("a|b <script> [x](y)\n# z")
    'a\\|b \\<script\\> \\[x\\](y) \\# z'
    """
    return _SPECIAL.sub(r"\\\1", one_line(text))


def link(text: str, address: str | None) -> str:
    """Write a link to the web, or the text alone where the address leads elsewhere.

    >>> link("a", "https://example.org/x"), link("a", "javascript:alert(1)")
    ('[a](<https://example.org/x>)', 'a')
    """
    if not address or not address.startswith(("https://", "http://")):
        return markdown(text)
    safe = re.sub(r"[\s<>]", lambda found: f"%{ord(found[0]):02X}", address)
    return f"[{markdown(text)}](<{safe}>)"
