"""Count the rows of an answer while it is written, in each format that tables have.

The engine writes an answer three times as fast as rows could be handed over one by one.
"""

from sightline.stores import TABLE_FORMATS


class RowCounter:
    r"""Counts the rows in the pieces of a serialized answer, as pyoxigraph writes it.

    >>> counter = RowCounter("text/csv")
    >>> [counter.feed(piece) for piece in (b'x\r\n"a\r', b'\nb"\r\n', b"c\r\n")]
    [0, 1, 2]
    """

    def __init__(self, media_type: str) -> None:
        formats = {kind: name for name, kind in TABLE_FORMATS.items()}
        self._count = getattr(self, f"_{formats[media_type]}")
        self._rows = 0
        self._rest = b""
        self._quoted = False

    def feed(self, piece: bytes) -> int:
        """Take the next piece; gives the number of rows so far, which may lack the last one."""
        self._count(piece)
        return max(self._rows, 0)

    def _tsv(self, piece: bytes) -> None:
        # Line ends within values are escaped; the first line is the header.
        if not self._rest:
            self._rest, self._rows = b"-", -1
        self._rows += piece.count(b"\n")

    def _xml(self, piece: bytes) -> None:
        # Markup within values is escaped.
        self._separated(piece, b"<result>")

    def _csv(self, piece: bytes) -> None:
        if not self._rest:
            self._rest, self._rows = b"-", -1
        for part in self._unquoted(piece):
            self._rows += part.count(b"\n")

    def _json(self, piece: bytes) -> None:
        # Without strings "},{" stands between two rows and nowhere else.
        data = self._rest + piece
        whole = data.rstrip(b"\\")
        escapes = len(data) - len(whole)
        self._rest = b"\\" * escapes
        plain = whole.replace(b"\\\\", b"").replace(b'\\"', b"")
        self._structure(b"".join(self._unquoted(plain)))

    def _structure(self, text: bytes) -> None:
        self._tail = getattr(self, "_tail", b"") + text
        if not self._rows and b"[{" in self._tail:
            self._rows = 1
        self._rows += self._tail.count(b"},{")
        self._tail = self._tail[-2:]

    def _separated(self, piece: bytes, mark: bytes) -> None:
        data = self._rest + piece
        self._rows += data.count(mark)
        self._rest = data[-(len(mark) - 1) :]

    def _unquoted(self, piece: bytes) -> list[bytes]:
        parts = piece.split(b'"')
        outside = parts[self._quoted :: 2]
        self._quoted ^= len(parts) % 2 == 0
        return outside
