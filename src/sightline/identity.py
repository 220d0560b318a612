"""Write a configuration and a row as tokens that can be read back without any store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import quote, unquote

from sightline.errors import InputError
from sightline.model import Key
from sightline.terms import ACCESS, CONFIGURATION

ALL = "all"
_ASSUMED = {"assumed": True, "unassumed": False}
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Access:
    """What an access IRI says: enough to derive the row again."""

    configuration: Mapping[str, tuple[str, ...]]
    on: date
    collection: str | None
    assume: bool
    key: Key


def configuration_token(configuration: Mapping[str, tuple[str, ...]]) -> str:
    """Write a configuration as its canonical token, facets and values sorted.

    >>> configuration_token({"region": ("westeurope",), "offering": ("azure-openai",)})
    'offering=azure-openai&region=westeurope'
    """
    if not configuration:
        return _NONE
    return "&".join(
        f"{_written(facet)}={','.join(_written(value) for value in sorted(values))}"
        for facet, values in sorted(configuration.items())
    )


def read_configuration(token: str) -> dict[str, tuple[str, ...]]:
    """Read a token that ``configuration_token`` wrote.

    >>> read_configuration("offering=azure-openai&region=eastus,westeurope")["region"]
    ('eastus', 'westeurope')

    Raises InputError for text of another form.
    """
    if token == _NONE:
        return {}
    configuration = {}
    for pair in token.split("&"):
        facet, equals, values = pair.partition("=")
        if not (facet and equals and values):
            raise _unreadable(token)
        configuration[unquote(facet)] = tuple(unquote(v) for v in values.split(","))
    return configuration


def access_iri(configuration: str, on: date, collection: str | None, assume: bool, key: Key) -> str:
    """Write the IRI of a row; ``configuration`` is a configuration's token."""
    row = (key.activity, key.actor, key.action, key.data, key.target or _NONE)
    return "/".join((basis_iri(configuration, on, collection, assume), *map(_written, row)))


def basis_iri(configuration: str, on: date, collection: str | None, assume: bool) -> str:
    """Write what the IRIs of all rows of an answer begin with."""
    assumed = "assumed" if assume else "unassumed"
    return f"{ACCESS}{configuration}/{on.isoformat()}/{_written(collection or ALL)}/{assumed}"


def configuration_iri(token: str) -> str:
    """Write the IRI of a configuration from its token."""
    return str(CONFIGURATION) + token


def read_access(iri: str) -> Access:
    """Read an IRI that ``access_iri`` wrote, or what follows its base.

    Raises InputError for text of another form.
    """
    parts = iri.removeprefix(str(ACCESS)).split("/")
    if len(parts) != 9 or parts[3] not in _ASSUMED or not all(parts):
        raise _unreadable(iri)
    try:
        on = date.fromisoformat(parts[1])
    except ValueError as error:
        raise _unreadable(iri) from error
    activity, actor, action, data, target = map(unquote, parts[4:])
    collection = unquote(parts[2])
    return Access(
        read_configuration(parts[0]),
        on,
        None if collection == ALL else collection,
        _ASSUMED[parts[3]],
        Key(activity, actor, action, data, None if target == _NONE else target),
    )


@lru_cache(maxsize=8192)  # the same few tokens stand in most names
def _written(token: str) -> str:
    return quote(token, safe=":")


def _unreadable(text: str) -> InputError:
    short = text if len(text) <= 80 else f"{text[:77]}..."
    return InputError(
        "input.value",
        f"not the id of an answer: {short!r}",
        "copy the 'id' of a row as 'sightline access --format json' prints it",
    )
