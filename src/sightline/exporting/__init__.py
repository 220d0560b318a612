"""Write what is known for catalogs of others: DCAT, SKOS, OpenMetadata and OpenLineage."""

from sightline.exporting.contents import PROFILES, Contents, Party, Profile
from sightline.exporting.dcat import catalog_quads
from sightline.exporting.glossary import glossary_csv, glossary_quads
from sightline.exporting.openlineage import lineage_events

__all__ = [
    "PROFILES",
    "Contents",
    "Party",
    "Profile",
    "catalog_quads",
    "glossary_csv",
    "glossary_quads",
    "lineage_events",
]
