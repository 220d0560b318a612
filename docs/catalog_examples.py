"""Import and link small catalog files, whose facts give the examples of the model page."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sightline.catalogs import read_content
from sightline.catalogs.collecting import Collected
from sightline.catalogs.datahub_aspects import read_aspects
from sightline.catalogs.datasets import Catalog
from sightline.catalogs.links import read_links
from sightline.catalogs.rdf import quads
from sightline.graph import KnowledgeGraph
from sightline.joining import join, links_rdf
from sightline.stores import Quad

_DCAT = b"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dpv: <https://w3id.org/dpv#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<https://example.org/catalog> a dcat:Catalog .
<https://example.org/tickets> a dcat:Dataset ; dct:title "Support tickets" ;
    dct:publisher [ foaf:name "Support" ] ; dct:accessRights <https://example.org/restricted> ;
    dcat:contactPoint [ foaf:name "Ada" ] ;
    dpv:hasPersonalData <https://w3id.org/dpv/pd#EmailAddress> ;
    dpv:hasPurpose dpv:CustomerSupport ; dpv:hasLegalBasis dpv:Contract ;
    dcat:distribution [ dcat:accessURL <https://files.example.org/tickets> ] ;
    dct:source <https://example.org/mails> .
<https://example.org/chat> a dcat:DataService ; dct:title "Chat" ;
    dcat:endpointURL <https://chat.openai.azure.com/> .
"""
_EVENTS = b"""[{"run": {}, "job": {"namespace": "etl", "name": "load"},
  "inputs": [{"namespace": "postgres://db.example.org:5432", "name": "crm.public.people"}],
  "outputs": [{"namespace": "postgres://db.example.org:5432", "name": "crm.public.letters",
    "facets": {"schema": {"fields": [{"name": "mail", "type": "text"}]}}}]}]"""
_ENTITIES = b"""{"typeName": "azure_sql_table", "guid": "g1",
  "attributes": {"qualifiedName": "mssql://s.example.org/crm/dbo/people", "name": "people"},
  "classifications": [{"typeName": "PII", "entityGuid": "g2", "attributes": {"type": "mail"}}]}"""
_TAGS = b"catalog_name,schema_name,table_name,tag_name,tag_value\nmain,crm,people,pii,\n"
_URN = "urn:li:dataset:(urn:li:dataPlatform:postgres,crm.public.people,PROD)"


def catalogued() -> Iterator[Quad]:
    """Give what the small files say."""
    files = {
        "tickets.ttl": _DCAT,
        "events.json": _EVENTS,
        "entities.json": _ENTITIES,
        "tags.csv": _TAGS,
    }
    found = [read_content(name, content) for name, content in files.items()]
    # Read as plain values, since the extra for DataHub need not be here.
    aspects = Collected("aspects.json", "datahub")
    read_aspects([(_URN, "status", "/0", {})], aspects)
    found.append(aspects.done("datahub", ""))
    yield from quads(found, datetime(2026, 1, 1))


_LINKED = Path(__file__).parents[1] / "tests" / "queries"
_WAYS = ("prompt", "fine-tuning", "on-your-data", "files")


def linked(graph: KnowledgeGraph) -> Iterator[Quad]:
    """Give the links of the catalog that the questions about datasets are tested on."""
    catalog = Catalog((read_content("linked.ttl", (_LINKED / "linked.ttl").read_bytes()),))
    estate = graph.estate(["-"], stdin=(_LINKED / "linked.json").read_bytes())
    yield from links_rdf.quads(join(catalog, estate, read_links(_LINKED / "linked.yaml", _WAYS)))
