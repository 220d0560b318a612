"""Keep keys, passwords and connection strings out of all that is read from a file.

A secret is told by the name it stands under, or by its own form. It becomes an unknown with the
reason ``secret``; its text is dropped where the file is read, so that nothing later can show it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from sightline.estate.values import Cause, OneOf, Unknown, Value, unknown

MARK = "(redacted)"
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
SECRET_WORDS = frozenset(
    "password passwd pwd passphrase secret secrets credential credentials apikey accesskey "
    "accountkey sharedkey masterkey connectionstring connectionstrings sastoken clientsecret "
    "pat jwt bearer authorization privatekey pfx securevalue".split()
)
SECRET_PAIRS = frozenset(
    "connection string|connection strings|access token|refresh token|id token|sas token|"
    "bearer token|auth token|api token|token value|sas url|sas uri|sas definition|secret value|"
    "password hash|pass word|pass phrase|key value|security token|session token|"
    "personal token|secure value|secure string|user data|custom data".split("|")
)
KEY_WORDS = frozenset({"key", "keys", "token", "sas"})
HARMLESS_KEYS = frozenset(
    "partition sort sorting shard routing tag primary-key public idempotency foreign group "
    "disable enable allow use has is require primary-id".split()
)
FORMS = re.compile(
    r"(?i:(?:account|shared ?access|access|shared|subscription|api|primary|secondary|master)[ _-]?"
    r"key\s*=\s*[^;\s]{4,}|(?:password|pwd|secret|token|apikey|client_?secret)\s*=\s*[^;&\s'\"]{4,}"
    r"|sharedaccesssignature[ =]|[?&]sig=[^&\s]{8,}|[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]{3,}@"
    r"|\bbearer\s+[a-z0-9._~+/-]{16,})"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|\bsk-[A-Za-z0-9_-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])"
    r"|\b[A-Za-z0-9]{40,}JQQJ99[A-Za-z0-9]{8,}|\b[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}"
)
SIGNS = re.compile(r"[=~]|://|(?i:bearer)|eyJ|sk-|KEY-----|JQQJ99|AKIA|gh[pousr]_")
"""One of these stands in every form; a look for them costs less than the expression."""

BARE = re.compile(r"(?i:(?:keys?|tokens?|sas|sig|signature)\d*)")
BETWEEN = re.compile(r"'\s*+,\s*+'")
QUOTED = re.compile(r"'((?:[^']|'')*+)'")


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Tell whether a value under this name is a secret.

    >>> is_secret_name("primaryConnectionString"), is_secret_name("AZURE_OPENAI_API_KEY")
    (True, True)
    >>> is_secret_name("keyVaultUri"), is_secret_name("keyName"), is_secret_name("maxTokens")
    (False, False, False)
    """
    words = [word.lower() for word in WORDS.findall(name[-200:])]
    while words and words[-1].isdigit():  # key1, connectionString2
        words.pop()
    if not words:
        return False
    if words[-1] in SECRET_WORDS or " ".join(words[-2:]) in SECRET_PAIRS:
        return not (len(words) > 1 and words[0] in ("enable", "disable", "use", "has", "is"))
    return len(words) > 1 and words[-1] in KEY_WORDS and not HARMLESS_KEYS.intersection(words[:-1])


def holds_secret(text: str) -> bool:
    """Tell whether a text has the form of a key, token or connection string, or holds one.

    >>> holds_secret("Endpoint=sb://x;SharedAccessKey=abcd1234"), holds_secret("gpt-4o")
    (True, False)
    """
    return len(text) > 10 and SIGNS.search(text) is not None and FORMS.search(text) is not None


def _looks_secret(text: str, name: str) -> bool:
    # ``key`` alone may be a key or the name of one; only the former is long.
    alone = BARE.fullmatch(name) is not None
    return (alone and len(text) > 12 and "/" not in text) or holds_secret(text)


def secret(name: str = "") -> Unknown:
    """Make the unknown that stands for a secret."""
    return unknown(MARK, "secret", identity=("secret", name) if name else object(), nullable=True)


def scrub(expression: str) -> str:
    """Blank the texts of an expression that look like secrets.

    >>> scrub("[concat('AccountKey=abcdef0123', parameters('x'))]")
    "[concat('(redacted)', parameters('x'))]"
    """
    if not holds_secret(expression) and not holds_secret(BETWEEN.sub("", expression)):
        return expression
    clean = QUOTED.sub(
        lambda found: f"'{MARK}'" if holds_secret(found[1]) else found[0], expression
    )
    return MARK if holds_secret(clean) or holds_secret(BETWEEN.sub("", clean)) else clean


_TEXTS: dict[str, str] = {}


def _shared(text: str) -> str:
    """Give one object for equal short texts: names of models and regions fill large estates."""
    if len(text) > 32:
        return text
    if len(_TEXTS) > 65536:
        _TEXTS.clear()
    return _TEXTS.setdefault(text, text)


def redact(value: Value, name: str = "", *, hidden: bool = False) -> Value:
    """Replace all secrets in a tree; ``hidden`` says that every leaf is one.

    >>> redact({"apiKey": "abc", "size": 1})["size"]
    1
    """
    if value is None or value is True or value is False or value == "":
        return value
    if isinstance(value, str):  # most are: what follows is in the order of how often it occurs
        if hidden or is_secret_name(name) or (len(value) > 10 and _looks_secret(value, name)):
            return secret()
        return _shared(value)
    if isinstance(value, dict):
        if hidden or _is_vault(name):
            return {_safe_key(k): redact(v, k, hidden=True) for k, v in value.items()}
        if _secret_pair(value):
            return {
                _safe_key(k): redact(v, k, hidden=k.lower() in ("value", "defaultvalue"))
                for k, v in value.items()
            }
        return {_safe_key(k): redact(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [redact(each, name, hidden=hidden) for each in value]
    if isinstance(value, (int, float)):
        return secret() if hidden or is_secret_name(name) else value
    return _redact_open(value, name, hidden=hidden)


def _redact_open(value: Value, name: str, *, hidden: bool) -> Value:
    if isinstance(value, OneOf):
        if hidden:
            return secret()
        if is_secret_name(name) and any(isinstance(each, str) and each for each in value.values):
            return secret()
        return OneOf(
            tuple(redact(each, name) for each in value.values),
            scrub(value.expression),
            _clean(value.causes),
            value.identity,
        )
    if isinstance(value, Unknown):
        if holds_secret("".join(each for each in value.parts if isinstance(each, str))):
            return secret()
        return Unknown(
            scrub(value.expression),
            _clean(value.causes),
            value.identity,
            tuple(redact(each) if isinstance(each, OneOf) else each for each in value.parts),
            value.nullable,
            value.filled,
            value.segment,
        )
    return unknown("[reference(...)]", "runtime", identity=id(value))


def _clean(causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    return tuple(Cause(each.reason, scrub(each.expression), each.settle) for each in causes)


@lru_cache(maxsize=8192)
def _safe_key(key: str) -> str:
    return MARK if holds_secret(key) else key


@lru_cache(maxsize=8192)
def _is_vault(name: str) -> bool:
    """Tell whether all that stands below this name is secret."""
    return name.lower() in ("credentials", "credential", "secrets", "connectionstrings")


def _secret_pair(value: Mapping[str, Value]) -> bool:
    """Tell whether an object names a setting that is secret, as ``name`` and ``value`` do."""
    for key in ("name", "key", "Name", "Key", "NAME", "KEY"):
        if key in value:
            named = value[key]
            if isinstance(named, str) and is_secret_name(named):
                return True
    return False
