"""Keep the published facts once more with what one question needs besides."""

from collections.abc import Callable, Iterable

from sightline.stores import Quad, Store, blocks

Key = tuple[str, ...]


class Scratch:
    """A copy of the published facts with derived ones, which so never mix with the store's.

    One copy is kept: for the last key, and the very object that it was about.
    """

    def __init__(self, published: Callable[[], bytes]) -> None:
        self._published = published
        self._facts: bytes | None = None
        self._kept: tuple[Key, object, Store] | None = None

    def store(self, key: Key, added: Callable[[], Iterable[Quad]], about: object = None) -> Store:
        """Give the copy for a key and an object, made anew unless it is the last one."""
        if self._kept is None or self._kept[0] != key or self._kept[1] is not about:
            from sightline.stores.embedded import EmbeddedStore

            if self._facts is None:
                self._facts = self._published()
            store = EmbeddedStore()
            store.load(self._facts, format="ntriples")
            for block in blocks(added()):
                store.load(block, format="nquads")
            self._kept = (key, about, store)
        return self._kept[2]

    def clear(self) -> None:
        """Forget the copy, as the published facts have changed."""
        self._facts = self._kept = None
