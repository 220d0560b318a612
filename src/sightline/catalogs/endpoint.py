"""Ask the SPARQL endpoint of a catalog, such as OpenMetadata's, that the user names."""

import hashlib

from sightline.catalogs.datasets import CatalogFile
from sightline.catalogs.dcat import DCAT
from sightline.catalogs.linked_data import Descriptions
from sightline.catalogs.reading import read_described
from sightline.errors import InputError, SightlineError
from sightline.stores import Quad, Triples, nquads
from sightline.stores.remote import RemoteStore
from sightline.terms import SKOS

PAGE = 10_000
MAX_PAGES = 300

_WANTED = " ".join(
    f"<{each}>"
    for each in (DCAT["Dataset"], DCAT["DataService"], DCAT["Distribution"], SKOS["Concept"])
)
_PATTERN = (
    f"VALUES ?t {{ {_WANTED} }} {{ ?s a ?t ; ?p ?o }} UNION {{ GRAPH ?g {{ ?s a ?t ; ?p ?o }} }}"
)


def read_endpoint(address: str, source: str = "openmetadata") -> CatalogFile:
    """Read what an endpoint says of datasets, data services and terms.

    Its error, if any, is in the entry. The digest is that of the sorted statements.
    """
    store = None
    try:
        store = RemoteStore(address)
        found = _statements(store)
        lines = sorted(nquads(found))
        digest = hashlib.sha256("".join(lines).encode()).hexdigest()
        return read_described(address, Descriptions(found), source, digest)
    except SightlineError as error:
        failed = InputError("input.unreadable", error.message, error.hint)
        return CatalogFile(address, None, "", errors=(failed,))
    finally:
        if store is not None:
            store.close()


def _statements(store: RemoteStore) -> list[Quad]:
    found: dict[Quad, None] = {}
    for page in range(MAX_PAGES):
        select = f"SELECT DISTINCT ?s ?p ?o WHERE {{ {_PATTERN} }} ORDER BY ?s ?p ?o"
        answer = store.query(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {select} LIMIT {PAGE} OFFSET {page * PAGE} }} }}"
        )
        rows = answer.rows if isinstance(answer, Triples) else []
        found.update(((*row, ""), None) for row in rows)
        if len(rows) < PAGE:
            return list(found)
    raise InputError(
        "input.too-large", f"the endpoint holds more than {PAGE * MAX_PAGES} statements"
    )
