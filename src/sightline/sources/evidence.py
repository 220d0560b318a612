"""Hold the evidence of document versions, and read it from a store."""

from collections import defaultdict
from dataclasses import dataclass

from sightline.errors import StoreError
from sightline.stores import Solutions, Store
from sightline.terms import sparql_prologue


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a sentence stands in a document version, and what rests on it.

    ``first_words`` and ``last_words`` are the few words that it begins and ends with, in normalised
    rendered text; ``occurrence`` counts the places where they stand so, from 1.
    ``sentence_hash`` is the SHA-256 of the whole. ``statements`` are the IRIs of statements and
    document records, ``facts`` their identifiers: a fact may be modelled by several statements.
    """

    iri: str
    section: str
    first_words: str
    last_words: str
    occurrence: int
    sentence_hash: str
    statements: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionEvidence:
    """A document version with its evidence in the order of the text.

    ``version`` is its IRI, ``source_hash`` the SHA-256 of the file that it was modelled from
    (empty if unknown).
    """

    version: str
    title: str
    source_hash: str
    evidences: tuple[Evidence, ...]


def read_evidence(store: Store) -> list[VersionEvidence]:
    """Read the evidence of all document versions, the newest version first.

    The order of evidence is that of its IRIs, which are numbered along the text.
    """
    versions = _select(
        store,
        """
        SELECT ?version ?title ?source ?date WHERE {
          ?version a sl:DocumentVersion .
          OPTIONAL { ?version dct:title ?title }
          OPTIONAL { ?version sl:sourceHash ?source }
          OPTIONAL { ?version sl:effectiveDate ?date }
        } ORDER BY DESC(?date) ?version
        """,
    )
    statements: dict[str, set[str]] = defaultdict(set)
    facts: dict[str, set[str]] = defaultdict(set)
    for row in _select(
        store,
        """
        SELECT ?evidence ?statement ?fact WHERE {
          ?statement sl:hasEvidence ?evidence .
          OPTIONAL { ?statement dct:identifier ?fact }
        } ORDER BY ?evidence ?statement ?fact
        """,
    ):
        statements[row["evidence"]].add(row["statement"])
        facts[row["evidence"]].add(row.get("fact", row["statement"]))
    evidences: dict[str, list[Evidence]] = defaultdict(list)
    for row in _select(
        store,
        """
        SELECT ?evidence ?version ?section ?first ?last ?occurrence ?hash WHERE {
          ?evidence sl:inVersion ?version ; sl:firstWords ?first ; sl:lastWords ?last ;
            sl:sentenceHash ?hash .
          OPTIONAL { ?evidence sl:section ?section }
          OPTIONAL { ?evidence sl:occurrence ?occurrence }
        } ORDER BY ?version ?evidence
        """,
    ):
        evidences[row["version"]].append(
            Evidence(
                iri=row["evidence"],
                section=row.get("section", ""),
                first_words=row["first"],
                last_words=row["last"],
                occurrence=int(row.get("occurrence", "1")),
                sentence_hash=row["hash"],
                statements=tuple(sorted(statements[row["evidence"]])),
                facts=tuple(sorted(facts[row["evidence"]])),
            )
        )
    # A version may have its title in several languages: the first row stands for it.
    first_rows = {row["version"]: row for row in reversed(versions)}
    return [
        VersionEvidence(iri, row.get("title", ""), row.get("source", ""), tuple(evidences[iri]))
        for iri, row in reversed(first_rows.items())
    ]


def _select(store: Store, query: str) -> list[dict[str, str]]:
    answer = store.query(sparql_prologue() + query)
    if not isinstance(answer, Solutions):
        raise StoreError("store.answer", "the store did not answer a SELECT query with rows")
    return [{name: term.value for name, term in row.items()} for row in answer.dicts()]
