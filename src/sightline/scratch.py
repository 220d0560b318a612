"""Keep the published facts once more with what one question needs besides."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sightline.stores import Quad, Store, blocks

if TYPE_CHECKING:
    from sightline.stores.embedded import EmbeddedStore, Layer

Key = tuple[str, ...]

_LIFTED = 20_000
"""More quads than that are not taken away one by one: a new copy takes less time."""


class Scratch:
    """A copy of the published facts with derived ones, which so never mix with the store's.

    One copy is kept: for the last key, and the very object that it was about. For another key the
    derived facts of the last one are taken away, unless they are so many that a new copy is made.
    """

    def __init__(self, published: Callable[[], bytes]) -> None:
        self._published = published
        self._facts: bytes | None = None
        self._kept: tuple[Key, object, EmbeddedStore] | None = None
        self._layer: Layer | None = None

    def store(self, key: Key, added: Callable[[], Iterable[Quad]], about: object = None) -> Store:
        """Give the copy for a key and an object, made anew unless it is the last one."""
        if self._kept is None or self._kept[0] != key or self._kept[1] is not about:
            content = blocks(added())
            first, second = next(content, b""), next(content, b"")
            store = self._plain()
            if second:
                for block in (first, second, *content):
                    store.load(block, format="nquads")
            else:
                self._layer = store.lay(first)
            self._kept = (key, about, store)
        return self._kept[2]

    def clear(self) -> None:
        """Forget the copy, as the published facts have changed."""
        self._facts = self._kept = self._layer = None

    def _plain(self) -> "EmbeddedStore":
        """Give a copy of the published facts alone; until it is kept, nothing is."""
        from sightline.stores.embedded import EmbeddedStore

        kept, layer = self._kept, self._layer
        self._kept = self._layer = None
        if kept and layer is not None and len(layer) <= _LIFTED:
            layer.lift()
            return kept[2]
        if self._facts is None:
            self._facts = self._published()
        store = EmbeddedStore()
        store.load(self._facts, format="ntriples")
        return store
