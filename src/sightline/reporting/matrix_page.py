"""Write matrices as one HTML page that stands alone."""

from collections.abc import Mapping
from typing import Any

from sightline.model import Knowledge
from sightline.reporting import matrix_text, naming
from sightline.reporting.pages import page


def html(knowledge: Knowledge, document: Mapping[str, Any]) -> str:
    """Write what ``matrix_json`` gives as HTML."""
    return page(
        knowledge,
        "matrix.html",
        document=document,
        counts=matrix_text.counts_text(document),
        title=matrix_text.title_text,
        names=matrix_text.names_text,
        configuration=lambda own: matrix_text.configuration_text(knowledge, own),
        version=naming.version,
        does=lambda access: matrix_text.does(knowledge, access),
    )
