"""Read estate files: what a customer deploys, as far as the files determine it."""

from sightline.estate.attachments import Attachment, attach, read_attachments
from sightline.estate.importing import Estate, import_estate
from sightline.estate.inventory import Item, Stock, take_stock
from sightline.estate.mapping import NOT_LISTED, map_estate, spellings
from sightline.estate.mappings import mapping_files, read_mappings
from sightline.estate.reading import (
    EstateFile,
    read_content,
    read_contents,
    read_estate,
    with_parameters,
)
from sightline.estate.report import report_json
from sightline.estate.resources import Resource
from sightline.estate.settings import Budget, Settings

__all__ = [
    "NOT_LISTED",
    "Attachment",
    "Budget",
    "Estate",
    "EstateFile",
    "Item",
    "Resource",
    "Settings",
    "Stock",
    "attach",
    "import_estate",
    "map_estate",
    "mapping_files",
    "read_attachments",
    "read_content",
    "read_contents",
    "read_estate",
    "read_mappings",
    "report_json",
    "spellings",
    "take_stock",
    "with_parameters",
]
