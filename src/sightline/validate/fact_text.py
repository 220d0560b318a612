"""Write the facts that policies read as N-Triples; a row that they see alike is written once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from sightline.identity import configuration_iri
from sightline.model import Knowledge, Row
from sightline.stores import Quad, nquads
from sightline.validate.cases import Case, ToQuads, about_case, about_rows, row_iri

_BASIS, _CONFIGURATION = "\x01", "\x02"
"""What stands for the two names in which alike rows of different answers differ."""


class FactText:
    """Writes cases for the queries of policies, as ``cases.facts`` does.

    ``number`` gives rows that the queries cannot tell apart the same number.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        quads: ToQuads,
        wanted: frozenset[str],
        number: Callable[[Row], int],
    ) -> None:
        self._knowledge = knowledge
        self._quads = quads
        self._wanted = wanted
        self._number = number
        self._rows: dict[int, str] = {}

    def of(self, judged: Iterable[Case]) -> Iterator[str]:
        """Write cases and the answers they rest on, each answer once."""
        written: set[str] = set()
        for own in judged:
            yield from nquads(about_case(own))
            if own.ungoverned is None and own.basis not in written:
                written.add(own.basis)
                yield self._answer(own)

    def _answer(self, own: Case) -> str:
        rows = [row for row in own.answer.rows if row.key is not None]
        shared = "".join(self._row(own, row) for row in rows)
        text = shared.replace(_BASIS, own.basis)
        text = text.replace(_CONFIGURATION, configuration_iri(own.answer.identity))
        placed: list[Row] = []
        named: set[str] = set()
        for row in rows:
            if not named.issuperset(row.resolved):
                named.update(row.resolved)
                placed.append(row)
        within = f"{own.basis}/"
        place = f"{within}place/"
        rest = (
            quad
            for quad in self._facts(own, tuple(placed))
            if quad[0].startswith(place) or not quad[0].startswith(within)
        )
        return text + _text(rest)

    def _row(self, own: Case, row: Row) -> str:
        number = self._number(row)
        if number not in self._rows:
            name = row_iri(own.answer, row)
            text = _text(quad for quad in self._facts(own, (row,)) if quad[0].startswith(name))
            configuration = configuration_iri(own.answer.identity)
            text = text.replace(f"<{own.basis}/", f"<{_BASIS}/")
            self._rows[number] = text.replace(f"<{configuration}>", f"<{_CONFIGURATION}>")
        return self._rows[number]

    def _facts(self, own: Case, rows: tuple[Row, ...]) -> Iterator[Quad]:
        some = replace(own, answer=replace(own.answer, rows=rows))
        yield from (quad for quad in self._quads(some.answer) if quad[1] in self._wanted)
        yield from about_rows(some, self._knowledge)


def _text(quads: Iterable[Quad]) -> str:
    return "".join(nquads((s, p, o, "") for s, p, o, _ in quads))
