"""Turn the path of a request into an IRI, and an IRI into a path, without loss."""

import re
from urllib.parse import quote

from starlette.requests import Request

_ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"  # RFC 3986, 2.3
)


def rest(request: Request, prefix: str) -> str:
    """Give what follows a prefix in the path of a request, as an IRI has it.

    The path is taken as it was sent: an encoded comma or slash is not a separator. Only what means
    the same in either form is made alike: see ``normalized``.
    """
    path: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    root = request.scope.get("root_path", "").encode()
    path = path.partition(b"?")[0].removeprefix(root)
    return normalized(path.removeprefix(prefix.encode()))


def normalized(path: bytes) -> str:
    """Write a path as our IRIs do: unreserved characters and ':' plain, escapes in capitals.

    >>> normalized(b"region/s%c3%a3o%20paulo"), normalized(b"facet/feature%3aon-your-d%61ta")
    ('region/s%C3%A3o%20paulo', 'facet/feature:on-your-data')
    """

    def written(found: re.Match[bytes]) -> bytes:
        number = int(found[1], 16)
        if number in _UNRESERVED or number == ord(":"):
            return bytes((number,))
        return b"%%%02X" % number

    return quote(_ENCODED.sub(written, path), safe="/%:@!$&'()*+,;=~")
