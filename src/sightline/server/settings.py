"""How a server is set up: where it listens, whom it answers, and the limits of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sightline.service.work import CatalogFiles

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost."""

    seconds: float = 10.0
    """How long a worker may take."""
    rows: int = 100_000
    """How many rows or triples an answer may have."""
    answer: int = 64 * MIB
    """The largest answer, in bytes."""
    memory: int = 1024 * MIB
    """The memory that a worker may take beyond the graph, in bytes."""
    query: int = 1 * MIB
    """The longest query, in bytes."""
    body: int = 32 * MIB
    """The largest request body, in bytes: estate files."""
    other: int = 4 * MIB
    """The largest one without estate files."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that ``sightline serve`` is told."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 4
    url: str | None = None
    """The address under which clients know the server, where a proxy stands before it."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that a Host header may carry beside those of the loopback and of ``url``."""
    tokens: Path | None = None
    """The file of hashed bearer tokens; without it everyone who reaches the server may ask."""
    oidc: Path | None = None
    """The file that says which identity provider's tokens are taken."""
    audit: str | None = None
    """The file that says who asked what, or '-' for stderr."""
    rate: float = 50.0
    """How often a second a named caller, or an address of another machine, may ask; 0: always."""
    estates: Mapping[str, Path] = field(default_factory=dict)
    """Name -> file or folder of an estate."""
    catalogs: Mapping[str, CatalogFiles] = field(default_factory=dict)
    """Name of an estate -> the catalogs that are joined to it."""
    limits: Limits = Limits()

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def asks_names(self) -> bool:
        """Whether callers have to say who they are."""
        return bool(self.tokens or self.oidc)

    @property
    def root(self) -> str:
        """The path below which a proxy shows the server; empty where it is at the top."""
        return urlsplit(self.url or "").path.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether an address, or ``localhost``, is one of this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        found = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    mapped = getattr(found, "ipv4_mapped", None)  # how IPv4 reaches a socket of IPv6
    return bool((mapped or found).is_loopback)


def is_far(address: str) -> bool:
    """Tell whether an address is that of another machine; what is no address is in this process.

    >>> is_far("192.0.2.1"), is_far("::ffff:127.0.0.1"), is_far("")
    (True, False, False)
    """
    try:
        ip_address(address)
    except ValueError:
        return False
    return not is_loopback(address)
