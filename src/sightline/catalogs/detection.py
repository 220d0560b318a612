"""Tell the format of a catalog file by its content."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sightline.catalogs.atlas import is_atlas
from sightline.catalogs.datahub import is_datahub
from sightline.catalogs.dbt import is_dbt
from sightline.catalogs.odcs import is_odcs
from sightline.catalogs.openlineage import is_openlineage
from sightline.catalogs.openmetadata import is_glossary, is_openmetadata
from sightline.catalogs.tables import header
from sightline.catalogs.unity import is_unity
from sightline.errors import InputError

ZIP = b"PK\x03\x04"
_XML = re.compile(r"\s*<(?:\?xml|!DOCTYPE|!--|(?:[\w.-]+:)?RDF\b)", re.IGNORECASE)
_TURTLE = re.compile(
    r"^\s*(?:@prefix|@base|PREFIX\s|BASE\s*<|<[^>\s]*>\s|_:\w)", re.MULTILINE | re.I
)
_NQUADS = re.compile(
    r"\A(?:\s*#[^\n]*\n|\s*\n)*(?:<[^>\s]*>|_:\S+) <[^>\s]*> (?:<[^>\s]*>|_:\S+|\".*\"\S*) "
    r"(?:<[^>\s]*>|_:\S+) \.\s*$",
    re.MULTILINE,
)
_TRIG = re.compile(r"^\s*(?:GRAPH\s|(?:<[^>\s]*>|[\w.-]*:[\w.-]*)\s*\{)", re.MULTILINE | re.I)
_CONTRACT = re.compile(r"^(?:kind:\s*[\"']?DataContract|apiVersion:)", re.MULTILINE)

_BY_CONTENT: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("dbt-manifest", is_dbt),
    ("datahub", is_datahub),
    ("odcs", is_odcs),
    ("openlineage", is_openlineage),
    ("openmetadata", is_openmetadata),
    ("atlas", is_atlas),
)


def detect_text(text: str) -> str | None:
    """Tell the syntax, or the format itself, of a text that is no JSON; None if it is unknown."""
    if _XML.match(text):
        return "rdfxml"
    columns = header(text)
    if is_unity(columns):
        return "unity-tags"
    if is_glossary(columns):
        return "openmetadata-glossary"
    if _CONTRACT.search(text) and not text.lstrip().startswith("@"):
        return "odcs"
    if _NQUADS.search(text):
        return "nquads"
    if _TURTLE.search(text):
        return "trig" if _TRIG.search(text) else "turtle"
    return None


def detect_json(document: Any) -> str | None:
    """Tell the format of parsed JSON; None if it is no catalog file."""
    if _is_dcat_us(document):
        return "dcat-us"
    if _is_linked(document):
        return "dcat-jsonld"
    return next((form for form, matches in _BY_CONTENT if matches(document)), None)


def unknown() -> InputError:
    """Make the error for what is no catalog file."""
    return InputError(
        "input.value",
        "it is no catalog file of a known format",
        "give DCAT, data.json, or an export of DataHub, Atlas, Purview, OpenMetadata, "
        "OpenLineage, dbt, Unity Catalog or a data contract",
    )


def _is_dcat_us(document: Any) -> bool:
    if not isinstance(document, Mapping):
        return False
    context = document.get("@context")
    defined = context if isinstance(context, list) else [context]
    if any(isinstance(each, Mapping) for each in defined):
        return False
    listed = isinstance(document.get("dataset"), list) or isinstance(document.get("service"), list)
    return listed and ("@type" in document or "conformsTo" in document or "title" in document)


def _is_linked(document: Any) -> bool:
    if isinstance(document, list):
        return any(
            isinstance(each, Mapping) and ({"@id", "@type", "@context"} & set(each))
            for each in document[:50]
        )
    return isinstance(document, Mapping) and bool({"@context", "@graph", "@id"} & set(document))
