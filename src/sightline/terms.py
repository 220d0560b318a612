"""Build and read the IRIs of sightline without an RDF library."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import quote, unquote

from sightline.errors import InputError, KnowledgeError, UnknownTermError
from sightline.files import folder, read_text

BASE = "https://w3id.org/sightline/"
"""What every IRI of sightline begins with; a test holds it to ``ontology/prefixes.ttl``."""

_PREFIX_LINE = re.compile(r"^@prefix\s+([\w.-]*):\s*<([^<>\s]*)>\s*\.\s*$", re.MULTILINE)
# The local names that Turtle and SPARQL both read unescaped.
_LOCAL_NAME = re.compile(r"\w(?:[\w.:-]*[\w:-])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace: ``ACTOR["microsoft"]`` is the IRI of the term with that token.

    Letters, digits and ``- . _ ~ : /`` stand in an IRI as they are, all else percent-encoded as
    UTF-8. So any text is a token, and two different tokens never share an IRI.

    >>> ACTOR["human-reviewer"]
    'https://w3id.org/sightline/actor/human-reviewer'
    >>> REGION["são paulo"]
    'https://w3id.org/sightline/region/s%C3%A3o%20paulo'
    >>> DATA["prompts"] in ACTOR
    False
    """

    iri: str

    def __getitem__(self, token: str) -> str:
        return self.iri + _escaped(token)

    def __contains__(self, iri: object) -> bool:
        return isinstance(iri, str) and iri.startswith(self.iri) and iri != self.iri

    def __str__(self) -> str:
        return self.iri

    def token(self, iri: str) -> str | None:
        """Give back the token of one of this namespace's IRIs, or None for any other IRI.

        >>> ACTOR.token("https://w3id.org/sightline/actor/customer")
        'customer'
        """
        return unquote(iri[len(self.iri) :]) if iri in self else None


@lru_cache(maxsize=8192)  # the same few tokens stand in most IRIs
def _escaped(token: str) -> str:
    return quote(token, safe=":/")


SL = Namespace(f"{BASE}ontology/")
"""Classes and properties; the namespaces below hold one kind of thing each."""
ACCESS = Namespace(f"{BASE}access/")
ACCOUNT = Namespace(f"{BASE}account/")
ACTION = Namespace(f"{BASE}action/")
ACTIVITY = Namespace(f"{BASE}activity/")
ACTOR = Namespace(f"{BASE}actor/")
AMBIGUITY = Namespace(f"{BASE}ambiguity/")
ASSET = Namespace(f"{BASE}asset/")
ASSUMPTION = Namespace(f"{BASE}assumption/")
CLAIM = Namespace(f"{BASE}claim/")
COLLECTION = Namespace(f"{BASE}collection/")
CONDITION = Namespace(f"{BASE}condition/")
CONFIGURATION = Namespace(f"{BASE}configuration/")
COUNTRY = Namespace(f"{BASE}country/")
DATA = Namespace(f"{BASE}data/")
DATASET = Namespace(f"{BASE}dataset/")
DEPLOYMENT = Namespace(f"{BASE}deployment/")
DOCUMENT = Namespace(f"{BASE}document/")
DURATION = Namespace(f"{BASE}duration/")
EVIDENCE = Namespace(f"{BASE}evidence/")
FACET = Namespace(f"{BASE}facet/")
GAP = Namespace(f"{BASE}gap/")
GEOGRAPHY = Namespace(f"{BASE}geography/")
GRAPH = Namespace(f"{BASE}graph/")
IMPLICATION = Namespace(f"{BASE}implication/")
ITEM = Namespace(f"{BASE}item/")
LINK = Namespace(f"{BASE}link/")
MAPPING = Namespace(f"{BASE}mapping/")
MODALITY = Namespace(f"{BASE}modality/")
PLACE = Namespace(f"{BASE}place/")
POLICY = Namespace(f"{BASE}policy/")
PROCESSING = Namespace(f"{BASE}processing/")
PURPOSE = Namespace(f"{BASE}purpose/")
QUERY = Namespace(f"{BASE}query/")
REGION = Namespace(f"{BASE}region/")
RESOURCE = Namespace(f"{BASE}resource/")
ROLE = Namespace(f"{BASE}role/")
RULE = Namespace(f"{BASE}rule/")
SAFEGUARD = Namespace(f"{BASE}safeguard/")
SCHEME = Namespace(f"{BASE}scheme/")
SHAPE = Namespace(f"{BASE}shape/")
STATEMENT = Namespace(f"{BASE}statement/")
TARGET = Namespace(f"{BASE}target/")
TERM = Namespace(f"{BASE}term/")
VALUE = Namespace(f"{BASE}value/")
VERDICT = Namespace(f"{BASE}verdict/")
ZONE = Namespace(f"{BASE}zone/")

DCT = Namespace("http://purl.org/dc/terms/")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")


def kind(iri: str) -> str | None:
    """Name the kind of thing that an IRI of sightline stands for, or None for any other IRI.

    >>> kind("https://w3id.org/sightline/actor/customer")
    'actor'
    >>> kind("https://example.org/actor/customer") is None
    True
    """
    name, slash, rest = iri[len(BASE) :].partition("/")
    return name if iri.startswith(BASE) and slash and rest else None


def token(iri: str) -> str | None:
    """Give the token of an IRI of sightline: what follows its kind, or None for any other IRI.

    >>> token("https://w3id.org/sightline/value/deployment-type.global")
    'deployment-type.global'
    """
    name = kind(iri)
    return unquote(iri[len(BASE) + len(name) + 1 :]) if name else None


def value(facet: str, value_token: str) -> str:
    """Build the IRI of a facet's value from the tokens of both.

    >>> value("feature:on-your-data", "used")
    'https://w3id.org/sightline/value/feature:on-your-data.used'
    """
    return VALUE[f"{facet}.{value_token}"]


def split_value(iri: str) -> tuple[str, str] | None:
    """Split the IRI of a facet's value into the tokens of both, or None for any other IRI.

    A facet's token has no dot, a value's may have.

    >>> split_value("https://w3id.org/sightline/value/region.swedencentral")
    ('region', 'swedencentral')
    """
    facet, dot, value_token = (VALUE.token(iri) or "").partition(".")
    return (facet, value_token) if dot else None


@cache
def prefixes() -> dict[str, str]:
    """Read the prefix table: prefix -> namespace IRI, in the order of ``ontology/prefixes.ttl``.

    >>> prefixes()["actor"]
    'https://w3id.org/sightline/actor/'

    Raises KnowledgeError if the table is missing, empty or names a prefix twice.
    """
    found = _PREFIX_LINE.findall(read_text(folder("ontology") / "prefixes.ttl"))
    table = dict(found)
    if not table or len(table) != len(found):
        fault = "names a prefix twice" if table else "declares no prefix"
        raise KnowledgeError(
            "knowledge.broken", f"ontology/prefixes.ttl {fault}", "install sightline again"
        )
    return table


@cache
def sparql_prologue() -> str:
    """Write the prefix table as the PREFIX lines of a SPARQL query."""
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes().items())


def compact(iri: str) -> str:
    """Shorten an IRI to ``prefix:name`` where the table has a prefix and the name needs no escape.

    >>> compact("https://w3id.org/sightline/actor/microsoft")
    'actor:microsoft'
    >>> compact("https://w3id.org/sightline/document/some-article/2024-09-04")
    'https://w3id.org/sightline/document/some-article/2024-09-04'
    """
    for prefix, namespace in _longest_first():
        if iri.startswith(namespace):
            local = iri[len(namespace) :]
            return f"{prefix}:{local}" if _LOCAL_NAME.fullmatch(local) else iri
    return iri


def expand(name: str) -> str:
    """Turn ``prefix:name``, ``<iri>`` or a bare ``http(s)`` IRI into the full IRI.

    >>> expand("actor:microsoft")
    'https://w3id.org/sightline/actor/microsoft'

    Raises UnknownTermError for a prefix that the table lacks, and InputError (``input.value``) for
    text that is no name at all.
    """
    if name.startswith("<") and name.endswith(">"):
        return name[1:-1]
    if name.startswith(("https://", "http://", "urn:")):
        return name
    prefix, colon, local = name.partition(":")
    if not colon:
        raise InputError(
            "input.value", f"{name!r} is neither an IRI nor prefix:name", "as in actor:microsoft"
        )
    if prefix not in prefixes():
        raise UnknownTermError("prefix", prefix, prefixes())
    return prefixes()[prefix] + local


@cache
def _longest_first() -> list[tuple[str, str]]:
    return sorted(prefixes().items(), key=lambda item: -len(item[1]))
