"""Bring the names that catalogs give datasets into parts that several catalogs share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import unquote, urlsplit

import yaml

from sightline.catalogs.datasets import Key
from sightline.errors import KnowledgeError
from sightline.files import folder, read_text

PATH = "path"
_PARTS = ("database", "schema", "table")
_PASSWORD = re.compile(r"(?<=://)([^/@\s]*):[^/@\s]*@")
_SECRET = re.compile(
    r"(?i)([?&;](?:sig|signature|token|access_token|password|pwd|secret|sharedaccesssignature"
    r"|accountkey|x-amz-signature|x-amz-credential)=)[^&;\s]+"
)


@dataclass(frozen=True, slots=True)
class Platform:
    """A system that holds datasets: its name, and what the parts of its dotted names are."""

    name: str
    parts: tuple[str, ...] = _PARTS


@cache
def _platforms() -> Mapping[str, Platform]:
    """Read the table of systems; raises KnowledgeError where it is broken."""
    path = folder("data") / "platforms.yaml"
    try:
        table = yaml.safe_load(read_text(path))
        return {
            alias: Platform(name, tuple(entry["parts"]))
            for name, entry in table.items()
            for alias in (name, *entry["names"])
        }
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise KnowledgeError(
            "knowledge.broken", "data/platforms.yaml is not as described", "install sightline again"
        ) from error


def platform(name: str) -> Platform | None:
    """Find a system by what a catalog calls it; one that is not listed keeps its name.

    >>> platform("PostgreSQL").name, platform("erp").name
    ('postgres', 'erp')
    """
    plain = name.strip().lower()
    return _platforms().get(plain) or (Platform(plain) if plain else None)


def clean(text: str) -> str:
    """Take passwords and signatures out of an address, and keep all else as it is.

    >>> clean("postgres://ada:secret@db:5432/crm?sslmode=require&password=x")
    'postgres://ada@db:5432/crm?sslmode=require&password=***'
    """
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1@", text))


def key(
    source: Mapping[str, str],
    system: str = "",
    name: str = "",
    *,
    host: str = "",
    environment: str = "",
    **given: str | None,
) -> Key:
    """Make a key: ``name`` is split as the system does it; ``given`` parts win over that.

    >>> key({}, "postgresql", "CRM.public.Customers").parts()
    ('postgres', None, 'crm', 'public', 'customers', None)
    >>> key({}, "mysql", "crm.customers").database
    'crm'
    """
    known = platform(system)
    parts = _split(name, known.parts if known else _PARTS)
    parts.update({part: text for part, text in given.items() if text})
    return Key(
        {part: clean(text) for part, text in source.items()},
        platform=known.name if known else None,
        host=_plain(_host(host)),
        database=_plain(parts.get("database", "")),
        schema=_plain(parts.get("schema", "")),
        table=_plain(parts.get("table", "")),
        environment=_plain(environment),
    )


def address_key(source: Mapping[str, str], address: str, system: str = "") -> Key:
    """Make a key of a name that is an address, as of Purview, or of files.

    >>> address_key({}, "mssql://server.example/crm/dbo/customers").parts()
    ('mssql', 'server.example', 'crm', 'dbo', 'customers', None)
    >>> address_key({}, "s3://lake/raw/people.parquet").parts()[:5]
    ('s3', 'lake', None, None, 'raw/people.parquet')
    """
    scheme, host, path = split_address(address)
    known = platform(scheme) if scheme not in ("", "http", "https") else None
    by_type = platform(system)
    if by_type and by_type.name in {each.name for each in _platforms().values()}:
        known = by_type
    name = unquote(path).strip("/")
    if known and known.parts != (PATH,) and "/" in name:
        name = name.replace(".", "\0").replace("/", ".")
    made = key(source, known.name if known else system, name, host=host)
    return replace(
        made,
        database=_dotted(made.database),
        schema=_dotted(made.schema),
        table=_dotted(made.table),
    )


def split_address(address: str) -> tuple[str, str, str]:
    """Split an address into scheme, host and path; text that is none is all path.

    >>> split_address("abfss://raw@lake.dfs.core.windows.net/people/")
    ('abfss', 'raw@lake.dfs.core.windows.net', '/people/')
    >>> split_address("crm.public.customers")
    ('', '', 'crm.public.customers')
    """
    try:
        parts = urlsplit(clean(address))
    except ValueError:
        return "", "", address
    if "://" not in address:
        return "", "", address
    return parts.scheme.lower(), parts.netloc, parts.path


def _split(name: str, parts: tuple[str, ...]) -> dict[str, str]:
    if not name:
        return {}
    pieces = [piece.strip('"`[]') for piece in name.split(".")]
    if parts == (PATH,) or len(pieces) > len(parts) or not all(pieces):
        return {"table": name}
    return dict(zip(reversed(parts), reversed(pieces), strict=False))


def _dotted(text: str | None) -> str | None:
    """Give back the dots that stood within parts of an address."""
    return text.replace("\0", ".") if text else None


def _host(text: str) -> str:
    """Leave out the account before a host, but not the container of a storage account."""
    user, at, host = text.rpartition("@")
    return text if at and ".core." in host and user else host


def _plain(text: str) -> str | None:
    return text.strip().lower() or None
