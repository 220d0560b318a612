"""Keep the places of what was read from other languages than JSON, for the lines of a report."""

from collections.abc import Sequence
from typing import Any

from sightline.estate.jsonc import Located, Text


class Placed(Located):
    """An object that knows where its members stand, whatever language it was written in."""

    __slots__ = ("places",)

    places: dict[str, int]

    @classmethod
    def at(cls, start: int) -> "Placed":
        """Make an empty object that begins at an offset."""
        made = cls()
        made.start = start
        made.places = {}
        return made

    def put(self, key: str, value: Any, place: int) -> None:
        """Add a member with the offset of its value."""
        self[key] = value
        self.places[key.lower()] = place


class SourceText(Text):
    """The text of a source file, whose objects are ``Placed``."""

    def _reach(self, node: Located, path: Sequence[str]) -> tuple[int, bool]:
        offset, held = node.start, node
        for key in path:
            place = held.places.get(key.lower()) if isinstance(held, Placed) else None
            if place is None:
                return offset, False
            offset = place
            found = {str(name).lower(): value for name, value in held.items()}.get(key.lower())
            if not isinstance(found, Located):
                break
            held = found
        return offset, True
