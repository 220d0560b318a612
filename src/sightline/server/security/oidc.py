"""Callers with a JSON Web Token of one identity provider, whose keys verify it.

What is trusted stands in a YAML file, never in the token: ``issuer``, ``audience``, ``keys`` (an
https address, or a file), ``algorithms``, and which values of a ``claim`` open which ``estates``.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

import yaml

from sightline.errors import InputError, RightsError, ServiceError
from sightline.files import read_text
from sightline.server.security.rights import Caller

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signatures with a public key. A shared secret is none, and ``none`` is no signature."""

LEEWAY = 30
"""Seconds by which the clocks of issuer and server may differ."""

_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_LARGEST = 1024 * 1024
_FRESH, _AGAIN, _PATIENCE = 600.0, 30.0, 5.0
_log = logging.getLogger("sightline.server")


@dataclass(frozen=True)
class Trust:
    """What the file says."""

    issuer: str
    audience: str
    keys: str
    algorithms: tuple[str, ...] = ("RS256",)
    name: str = "sub"
    """The claim that names the caller."""
    claim: str = "groups"
    """The claim whose values open estates."""
    estates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of the claim -> estates; '*' stands for all."""
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of the claim -> further rights."""


def read_trust(path: Path) -> Trust:
    """Read the file; raises InputError for one that trusts too much, or says too little."""
    try:
        found = yaml.safe_load(read_text(path, _LARGEST))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError("input.syntax", f"'{path}'{where}: not YAML", "see --oidc") from error

    def wrong(what: str) -> InputError:
        hint = "issuer, audience and keys are needed; see docs/guides/security.md"
        return InputError("input.value", f"'{path}': {what}", hint)

    if not isinstance(found, dict):
        raise wrong("it is no mapping")
    if unknown := sorted(set(map(str, found)).difference(Trust.__dataclass_fields__)):
        raise wrong(f"there is no setting {unknown[0]!r}")
    for key in ("issuer", "audience", "keys", "name", "claim"):
        value = found.get(key, "" if key in ("issuer", "audience", "keys") else "-")
        if not isinstance(value, str) or not value:
            raise wrong(f"{key} is not a text")
    algorithms = found.get("algorithms", ["RS256"])
    if not isinstance(algorithms, list) or not algorithms or set(algorithms) - set(ALGORITHMS):
        raise wrong(f"algorithms is not a list of some of {', '.join(ALGORITHMS)}")
    if "://" in found["keys"] and not found["keys"].startswith("https://"):
        raise wrong("keys is neither an https address nor a file")
    opened: dict[str, dict[str, tuple[str, ...]]] = {}
    for key in ("estates", "rights"):
        given = found.get(key) or {}
        lists = isinstance(given, dict) and all(isinstance(v, list) for v in given.values())
        if not lists:
            raise wrong(f"{key} does not map values of the claim to lists")
        opened[key] = {str(value): tuple(map(str, names)) for value, names in given.items()}
    if "://" not in found["keys"]:
        found["keys"] = str(path.parent / found["keys"])
    return Trust(**{**found, **opened, "algorithms": tuple(algorithms)})


class Issuer:
    """Verifies tokens with the issuer's keys, which are fetched again when they are old.

    Raises InputError at once for a file of keys that has none, or where PyJWT is not installed.
    """

    def __init__(self, trust: Trust, context: ssl.SSLContext | None = None) -> None:
        try:
            import jwt
        except ImportError as error:
            message = "the package 'PyJWT' is not installed"
            raise InputError(
                "input.value", message, "run: pip install 'sightline[oidc]'"
            ) from error
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})
        self._trust = trust
        self._is_remote = urlsplit(trust.keys).scheme == "https"
        self._opener = build_opener(_NoRedirect, HTTPSHandler(context=context))
        self._keys: list[Mapping[str, Any]] = []
        self._read = self._tried = float("-inf")
        self._lock = asyncio.Lock()
        if not self._is_remote:
            self._keys = self._load()

    async def caller(self, token: str) -> tuple[Caller, float]:
        """Give whom a token names, and when it ends.

        Raises RightsError for a token that is not valid now and here, ServiceError where the keys
        cannot be had.
        """
        import jwt

        try:
            head = jwt.get_unverified_header(token)
            key = await self._key(head)
            claims = self._jwt.decode(
                token,
                key,
                algorithms=list(self._trust.algorithms),
                audience=self._trust.audience,
                issuer=self._trust.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", self._trust.name]},
            )
            return self._named(claims), float(claims["exp"])
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError) as error:
            # Which of its claims is wrong concerns who runs the server, not who sends the token.
            _log.info("a token was refused: %s", type(error).__name__)
            raise RightsError(
                "rights.unknown", "the token is not valid", "get another one from your provider"
            ) from error

    async def _key(self, head: Mapping[str, Any]) -> Any:
        """Find the one key for a token; raises ValueError where there is none."""
        import jwt

        algorithm, name = head.get("alg"), head.get("kid")
        if algorithm not in self._trust.algorithms:
            raise ValueError("its algorithm is not among those of the issuer")
        if head.get("typ", "JWT").lower().removeprefix("application/") not in ("jwt", "at+jwt"):
            raise ValueError("it is no access or identity token")
        for is_last in (False, True):
            found = [
                key
                for key in await self._current(again=is_last)
                if (name is None or key.get("kid") == name) and _fits(key, algorithm)
            ]
            if len(found) == 1:
                return jwt.PyJWK.from_dict(dict(found[0]), algorithm)
        raise ValueError("no key of the issuer, or more than one, is meant")

    async def _current(self, *, again: bool) -> list[Mapping[str, Any]]:
        """Give the keys: fresh ones where these are old, or do not have what is wanted."""
        async with self._lock:
            now = monotonic()
            due = again or now - self._read > _FRESH
            if due and now - self._tried > _AGAIN:
                self._tried = now
                try:
                    self._keys = await asyncio.to_thread(self._load)
                    self._read = now
                except InputError as error:  # the ones before stay good until they are replaced
                    _log.error("%s", error)
        if not self._keys:
            hint = "ask again in a while, or tell who runs the server"
            raise ServiceError("service.busy", "the keys of the issuer cannot be had now", hint)
        return self._keys

    def _load(self) -> list[Mapping[str, Any]]:
        where = self._trust.keys
        try:
            if self._is_remote:
                with self._opener.open(
                    Request(where, headers={"Accept": "application/json"}), timeout=_PATIENCE
                ) as answer:
                    text = answer.read(_LARGEST + 1)[:_LARGEST].decode()
            else:
                text = read_text(where, _LARGEST)
            found = json.loads(text)["keys"]
            keys: list[Mapping[str, Any]] = [
                key for key in found if isinstance(key, dict) and key.get("kty") != "oct"
            ]
        except (URLError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            reason = type(error).__name__
            message = f"the keys of the issuer cannot be read from '{where}' ({reason})"
            raise InputError("input.value", message, "check 'keys'") from error
        if not keys:
            raise InputError("input.value", f"'{where}' has no public key", "check 'keys'")
        return keys

    def _named(self, claims: Mapping[str, Any]) -> Caller:
        name = claims[self._trust.name]
        if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= 200:
            raise ValueError("it does not name anyone")
        values = _values(claims.get(self._trust.claim))
        estates = {name for value in values for name in self._trust.estates.get(value, ())}
        rights = {name for value in values for name in self._trust.rights.get(value, ())}
        readable = None if "*" in estates else frozenset(estates)
        return Caller(name, readable, frozenset(rights))


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *details: Any) -> None:
        return None  # so that the redirection is an error


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    return (
        key.get("kty") == _KINDS[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _values(claim: object) -> Sequence[str]:
    """List the values of a claim: a list of texts, or words as in ``scope``."""
    if isinstance(claim, str):
        return claim.split()
    return [value for value in claim if isinstance(value, str)] if isinstance(claim, list) else []
