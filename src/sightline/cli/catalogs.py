"""Read the catalog files that several commands take."""

import sys
from typing import TYPE_CHECKING

from sightline.cli.faults import usage
from sightline.cli.progress import showing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.catalogs import Catalog


def read(files: "Sequence[str]", endpoints: "Sequence[str]" = ()) -> "Catalog":
    """Read files, of which ``-`` is standard input, and then ask the endpoints.

    Raises a usage error where neither is given.
    """
    from sightline.catalogs import Catalog, import_catalog, list_files, read_endpoint

    if not files and not endpoints:
        raise usage("no catalog file is given", "give FILE..., or --endpoint URL")
    stdin = sys.stdin.buffer.read() if "-" in files and sys.stdin is not None else None
    with showing(files, list_files) as progress:
        catalog = import_catalog(files, stdin=stdin, progress=progress)
        asked = []
        for address in endpoints:
            if progress is not None:
                progress(address)
            asked.append(read_endpoint(address))
    return Catalog((*catalog.files, *asked))
