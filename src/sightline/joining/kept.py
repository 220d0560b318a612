"""Keep stores with what catalogs and estates say, which take long to write when they are large."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from sightline.estate import Estate
from sightline.joining import facts
from sightline.joining.joined import Joined
from sightline.stores import Quad, Store, blocks

if TYPE_CHECKING:
    from sightline.stores.embedded import Layer

Copy = Callable[[bytes], None]
"""What is given each block of N-Triples."""


class Kept:
    """The published facts with what one catalog and its estate say, for questions about these.

    What is derived besides, for a date, a collection and with or without assumptions, is laid on
    top, and taken away again for another basis.
    """

    def __init__(
        self, published: bytes, joined: Joined, estate: Estate | None, copy: Copy | None = None
    ) -> None:
        from sightline.stores.embedded import EmbeddedStore

        self._about = joined, estate
        self._store: EmbeddedStore = EmbeddedStore()
        self._laid: tuple[tuple[str, ...], Layer] | None = None
        self._store.load(published, format="ntriples")
        for block in blocks(facts.described(estate)) if estate is not None else ():
            self._store.load(block, format="nquads")
        for block in _triples(facts.stated(joined)):
            self._store.load(block, format="ntriples")
            if copy is not None:
                copy(block)

    def is_about(self, joined: Joined, estate: Estate | None) -> bool:
        """Tell whether it was made of these very objects."""
        return self._about[0] is joined and self._about[1] is estate

    def store(self, basis: tuple[str, ...], added: Callable[[], Iterable[Quad]]) -> Store:
        """Give the store with what is derived on a basis, laid anew unless it is there already."""
        if self._laid is None or self._laid[0] != basis:
            content = b"".join(blocks(added()))
            if self._laid is not None:
                self._laid[1].lift()
                self._laid = None
            self._laid = basis, self._store.lay(content)
        return self._store


def _triples(quads: Iterable[Quad]) -> Iterator[bytes]:
    return blocks((s, p, o, "") for s, p, o, _ in quads)
