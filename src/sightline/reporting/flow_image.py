"""Turn an SVG into a PNG: the one home of resvg, which draws no text without a font by name."""

from collections.abc import Callable

from sightline.errors import InputError

FAMILIES = (
    "Noto Sans",
    "Segoe UI",
    "Roboto",
    "Liberation Sans",
    "Arial",
    "Helvetica",
    "DejaVu Sans",
    "Open Sans",
    "Ubuntu",
    "Cantarell",
    "Verdana",
    "FreeSans",
)
"""Fonts that systems have, of which the first that is there is used."""

SHARP = 2.0
"""Pixels of the image for one of the drawing."""
_HIGHEST = 16000

_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">'
    '<text x="2" y="20" font-size="18" font-family="sans-serif">{}</text></svg>'
)


def png(svg: str, height: float) -> bytes:
    """Draw an SVG of a height in pixels; nothing that it may name is fetched.

    Raises InputError where the library is not installed, or no font is, as text would be missing.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise InputError(
            "input.value",
            "to write PNG, resvg-py is needed, and it is not installed",
            "pip install 'sightline[png]', or choose --format svg",
        ) from error
    family = _family(svg_to_bytes)
    zoom = min(SHARP, _HIGHEST / max(height, 1))
    return bytes(svg_to_bytes(svg_string=svg, zoom=zoom, sans_serif_family=family))


def _family(draw: Callable[..., bytes]) -> str:
    """Find a font by drawing a letter with it: one that is missing draws nothing."""
    blank = draw(svg_string=_PROBE.format(""))
    for name in FAMILIES:
        if draw(svg_string=_PROBE.format("M"), sans_serif_family=name) != blank:
            return name
    raise InputError(
        "input.value",
        "there is no font on this machine, and a PNG would have no text",
        "install one, such as the package fonts-dejavu-core, or choose --format svg",
    )
