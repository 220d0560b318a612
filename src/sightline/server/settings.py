"""How a server is set up: where it listens, whom it answers, and the limits of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

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
    body: int = 16 * MIB
    """The largest request body, in bytes: an estate file."""


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
    estates: Mapping[str, Path] = field(default_factory=dict)
    """Name -> file or folder of an estate."""
    limits: Limits = Limits()

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

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
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
