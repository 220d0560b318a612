"""Send again what failed in passing, after a while, and not for ever."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sightline.pushing.sending import SendingError

ATTEMPTS = 5
"""How often a request is sent at most."""
FIRST = 0.5
"""Seconds before it is sent again; each time twice as long."""
LONGEST = 120.0
"""Seconds that a server may ask to wait; if it asks for more, it is left alone for now."""

Sleep = Callable[[float], None]


def patiently(send: Callable[[], None], sleep: Sleep = time.sleep) -> int:
    """Send until it succeeds, and give the number of attempts.

    Raises the last SendingError, with the attribute ``attempts``.
    """
    attempt = 1
    while True:
        try:
            send()
        except SendingError as failure:
            failure.attempts = attempt  # type: ignore[attr-defined]  # read where it is reported
            wait = _wait(failure, attempt)
            if wait is None:
                raise
            sleep(wait)
            attempt += 1
        else:
            return attempt


def _wait(failure: SendingError, attempt: int) -> float | None:
    """Give the seconds to wait for, None where it is not to be sent again."""
    if not failure.passing or attempt >= ATTEMPTS:
        return None
    asked = seconds(failure.retry_after)
    if asked is not None:
        return asked if asked <= LONGEST else None
    # Not all at the same moment, where several send to one server.
    return float(FIRST * 2 ** (attempt - 1) * (1 + random.random() / 4))


def seconds(text: str) -> float | None:
    """Read ``Retry-After`` (RFC 9110, 10.2.3); None for what is neither a number nor a date.

    >>> seconds("7"), seconds("soon")
    (7.0, None)
    """
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
