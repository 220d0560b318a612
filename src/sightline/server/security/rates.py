"""Let each caller ask so often and no more: a bucket of tokens for each, refilled as time goes."""

import math
from collections import OrderedDict
from time import monotonic

MOST = 10_000
"""How many callers are remembered; who is forgotten begins with a full bucket."""


class Rates:
    """So many requests a second for each key, and for a moment ``burst`` times as many.

    >>> rates = Rates(1, burst=2)
    >>> [rates.wait("a", now) for now in (0.0, 0.0, 0.0, 1.0)]
    [0, 0, 1, 0]
    """

    def __init__(self, rate: float, burst: float = 5) -> None:
        self._rate = rate
        self._room = max(1.0, rate * burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> int:
        """Count a request; give 0, or the seconds after which it may be made, which is refused."""
        now = monotonic() if now is None else now
        left, then = self._buckets.pop(key, (self._room, now))
        left = min(self._room, left + (now - then) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - allowed, now)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) / self._rate))
