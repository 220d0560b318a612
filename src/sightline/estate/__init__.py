"""Read estate files: what a customer deploys, as far as the files determine it."""

from sightline.estate.inventory import Item, Stock, take_stock
from sightline.estate.reading import EstateFile, read_content, read_estate, with_parameters
from sightline.estate.report import report_json
from sightline.estate.resources import Resource
from sightline.estate.settings import Budget, Settings

__all__ = [
    "Budget",
    "EstateFile",
    "Item",
    "Resource",
    "Settings",
    "Stock",
    "read_content",
    "read_estate",
    "report_json",
    "take_stock",
    "with_parameters",
]
