"""Say what a sender to a catalog does, which server it may send to, and how a request fails."""

import logging
import os
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from sightline.errors import InputError, PushError
from sightline.exporting.planned import Item

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Status codes after which a request is sent again."""
_LONGEST = 300


class SendingError(Exception):
    """A request that failed: the status of the answer, None where there was none.

    ``retry_after`` is what the server asks for, in seconds or as a date of HTTP, '' where it asks
    for nothing.
    """

    def __init__(self, message: str, status: int | None = None, retry_after: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status is None or self.status in RETRIED


class Sender(Protocol):
    """Sends items to one catalog; sending one twice leaves the same behind as sending it once."""

    def check(self) -> None:
        """Ask for something harmless; raises SendingError, or PushError for credentials."""

    def send(self, item: Item) -> None:
        """Send an item; raises SendingError."""

    def close(self) -> None:
        """Give connections back."""


def sender_for(target: str, server: str) -> Sender:
    """Make the sender of a kind of catalog, with the credentials of the environment.

    Raises InputError as ``address_of``, and for an extra that is absent, PushError where there are
    no credentials.
    """
    address = address_of(target, server)
    if target == "datahub":
        from sightline.pushing.datahub import DataHubSender

        return DataHubSender(address)
    from sightline.pushing.purview import PurviewSender

    return PurviewSender(address)


def absent(extra: str, error: ImportError) -> InputError:
    """Say that an extra is not installed."""
    made = InputError(
        "input.value",
        f"sending to this catalog needs a package that is not installed: {error.name}",
        f"run: pip install 'sightline[{extra}]'",
    )
    made.__cause__ = error
    return made


def credentials(message: str, variables: Iterable[str]) -> PushError:
    """Say that credentials are absent or refused, and where they are read from."""
    return PushError("push.credentials", message, f"set {', '.join(variables)}")


def quiet(*names: str) -> None:
    """Turn the logs of clients off: they quote what a server says, which may be our credentials."""
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def one_line(text: object, secrets: Iterable[str]) -> str:
    """Write what a server or client says as one short line, without what must stay secret."""
    words = " ".join(str(text).split())
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."


def variable(name: str) -> str:
    """Read a variable of the environment; '' where it is not set."""
    return os.environ.get(name, "").strip()


def address_of(target: str, text: str) -> str:
    """Pass on the address of a server; raises InputError for one that must not get credentials."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host:
        raise InputError("input.value", f"not the address of a server: {text!r}", "https://...")
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "input.value", "an address must not hold credentials", "they come from the environment"
        )
    if parts.query or parts.fragment:
        raise InputError("input.value", "an address ends with its path", "leave out '?' and '#'")
    if parts.scheme == "http" and not (target == "datahub" and _loopback(host)):
        raise InputError(
            "input.value",
            f"{host} would get credentials and data in the clear",
            "use https://; http:// is for DataHub on this machine alone",
        )
    return text.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
