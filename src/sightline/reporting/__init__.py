"""Write records that people must keep, from files, documents and what people declare."""

from sightline.reporting.building import build
from sightline.reporting.declared import Declared, read_declared
from sightline.reporting.items import FORMS, Form, items_of, record_items
from sightline.reporting.register import Register

__all__ = [
    "FORMS",
    "Declared",
    "Form",
    "Register",
    "build",
    "items_of",
    "read_declared",
    "record_items",
]
