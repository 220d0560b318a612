"""Read files of data catalogs: which datasets there are, and what the catalog calls their data."""

from sightline.catalogs.datasets import (
    Asset,
    Assignment,
    Catalog,
    CatalogFile,
    Dataset,
    Edge,
    Field,
    Key,
    Owner,
    Term,
)
from sightline.catalogs.endpoint import read_endpoint
from sightline.catalogs.reading import import_catalog, list_files, read_content
from sightline.catalogs.report import report_json

__all__ = [
    "Asset",
    "Assignment",
    "Catalog",
    "CatalogFile",
    "Dataset",
    "Edge",
    "Field",
    "Key",
    "Owner",
    "Term",
    "import_catalog",
    "list_files",
    "read_content",
    "read_endpoint",
    "report_json",
]
