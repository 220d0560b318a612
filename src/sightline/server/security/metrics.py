"""``/metrics``: how much is asked and how the workers are, in the format of Prometheus."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import Response

from sightline.errors import RightsError
from sightline.server.security.observing import Seen
from sightline.server.security.rights import METRICS, caller_of
from sightline.server.settings import Settings, is_loopback
from sightline.service.workers import Workers

_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_GAUGES = {
    "busy": "Workers that do a task.",
    "idle": "Workers that wait for one.",
    "queued": "Tasks that wait for a worker.",
    "rss": "Memory of all workers in bytes; what they share counts for each.",
}
_COUNTERS = {
    "done": "Tasks that are done.",
    "killed": "Workers that were killed at a limit.",
    "restarts": "Workers that ended by themselves.",
}


class Metrics:
    """Counts requests in a registry of its own."""

    def __init__(self, workers: Workers) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Workers(workers))
        names = ("route", "method", "status")
        self._requests = Counter(
            "sightline_requests", "Requests that are over.", names, registry=self.registry
        )
        self._cut = Counter(
            "sightline_cut_answers", "Answers that did not end.", ("route",), registry=self.registry
        )
        self._seconds = Histogram(
            "sightline_request_seconds",
            "How long requests took.",
            ("route",),
            registry=self.registry,
            buckets=_BUCKETS,
        )

    def note(self, seen: Seen) -> None:
        """Count a request."""
        route = seen.route or "none"
        self._requests.labels(route, seen.method, str(seen.status or "none")).inc()
        self._seconds.labels(route).observe(seen.seconds)
        if seen.status and not seen.is_whole:
            self._cut.labels(route).inc()

    def text(self) -> bytes:
        """Write all of it."""
        return generate_latest(self.registry)


class _Workers:
    """What the workers tell of themselves when asked."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        stats: Mapping[str, Any] = getattr(self._workers, "stats", dict)()
        for name, meaning in _GAUGES.items():
            if name in stats:
                yield GaugeMetricFamily(f"sightline_workers_{name}", meaning, stats[name])
        for name, meaning in _COUNTERS.items():
            if name in stats:
                yield CounterMetricFamily(f"sightline_workers_{name}", meaning, stats[name])


async def metrics(request: Request) -> Response:
    """Give the metrics to who may have them: see ``check``."""
    check(request)
    content = request.app.state.protection.metrics.text()
    return Response(
        content, headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST}
    )


def check(request: Request) -> None:
    """Raise RightsError for a caller who may not see the metrics.

    Where callers have no names, those on this machine may; behind a proxy everyone seems to be.
    """
    settings: Settings = request.app.state.site.settings
    if METRICS in caller_of(request).rights:
        return
    address = request.client.host if request.client else ""
    if settings.asks_names or settings.url or not is_loopback(address):
        raise RightsError(
            "rights.missing",
            "the metrics are not for this caller",
            "ask on the server's own machine, or with a token that has rights=metrics",
        )
