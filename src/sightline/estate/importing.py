"""Import an estate: from files to deployments, with what could not be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.collector import paused
from sightline.errors import InputError
from sightline.estate.attachments import Attachment, attach
from sightline.estate.describing import describe
from sightline.estate.inventory import Stock, take_stock
from sightline.estate.mapping import Spaces, map_estate
from sightline.estate.mappings import Mappings
from sightline.estate.reading import EstateFile, read_contents, read_estate
from sightline.estate.reporting import reported
from sightline.estate.settings import Settings
from sightline.estate.unread import count_unread
from sightline.model import Deployment, Described, ReportedFile


@dataclass(frozen=True, slots=True)
class Estate:
    """What files say: each with its stock, the deployments of all, and how resources connect."""

    files: tuple[EstateFile, ...]
    stocks: tuple[Stock, ...]
    deployments: tuple[Deployment, ...]
    described: tuple[Described, ...] = ()
    mappings: Mappings | None = None

    @property
    def errors(self) -> tuple[InputError, ...]:
        """Why files, or parts of them, could not be read."""
        return tuple(error for file in self.files for error in file.errors)

    def unread(self) -> list[Mapping[tuple[str, str], int]]:
        """Count, for each file, the properties that no mapping reads, by type and path."""
        if self.mappings is None:
            return [{} for _ in self.stocks]
        return [count_unread(stock, self.mappings) for stock in self.stocks]

    def reported(self) -> Iterator[ReportedFile]:
        """Give what each file holds besides its deployments, one by one."""
        return reported(self.stocks, self.mappings)


def import_estate(
    paths: Iterable[Path | str],
    mappings: Mappings,
    spaces: Spaces,
    settings: Settings | None = None,
    *,
    attachments: Sequence[Attachment] = (),
    tags: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    contents: Mapping[str, bytes] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Estate:
    """Read files and map what they hold; see ``read_estate`` and ``map_estate``.

    ``contents`` are further files by name, which are not on disk.
    """
    with paused():
        files = read_estate(paths, settings, stdin=stdin, progress=progress)
        files += read_contents(contents or {}, settings or Settings())
        stocks = take_stock(files)
        subscription = settings.subscription if settings else None
        found = map_estate(stocks, mappings, spaces, subscription=subscription, tags=tags)
        described = describe(stocks, mappings)
        return Estate(tuple(files), tuple(stocks), attach(found, attachments), described, mappings)
