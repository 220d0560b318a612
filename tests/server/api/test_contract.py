"""The description of the API is true: schemathesis calls it as the description allows, and not.

SIGHTLINE_CALLS says how many calls are made (100 unless set); 10000 are the full count.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.types import ASGIApp, Receive, Scope, Send

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

from schemathesis import GenerationMode  # noqa: E402
from schemathesis.core.failures import FailureGroup  # noqa: E402

CALLS = int(os.environ.get("SIGHTLINE_CALLS", "100"))
REFUSALS = ["400", "404", "406", "414", "415", "422"]
OPENAPI = "/api/openapi.json"


class Counted:
    """Counts the calls to an application by their status."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.statuses: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        await self.app(scope, receive, watched)


@pytest.fixture(scope="module")
def counted(app: ASGIApp) -> Iterator[Counted]:
    counted = Counted(app)
    yield counted
    print("calls:", sum(counted.statuses.values()), dict(sorted(counted.statuses.items())))


@pytest.fixture(scope="module")
def described(counted: Counted) -> Any:
    config = schemathesis.Config.from_dict(
        {
            "checks": {
                # As described: facets that contradict each other or a file that is no estate
                # (422), and more parameters than an address can hold (414).
                "positive_data_acceptance": {
                    "expected-statuses": [
                        "2xx",
                        "3xx",
                        "401",
                        "403",
                        "404",
                        "414",
                        "422",
                        "429",
                        "503",
                    ]
                },
                "negative_data_rejection": {"expected-statuses": REFUSALS},
            }
        }
    )
    return schemathesis.openapi.from_asgi(OPENAPI, counted, config=config)


def operations(described: Any) -> list[Any]:
    return [found.ok() for found in described.get_all_operations()]


def test_every_endpoint_keeps_what_its_description_promises(described, counted):
    found = operations(described)
    # A random part of the endpoints where there are fewer calls than endpoints.
    step = max(1, 2 * len(found) // CALLS)
    each = -(-CALLS * step // (2 * len(found)))
    faults = []
    for operation in found[::step]:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not can_be_wrong(operation):
                continue
            try:
                run(operation, mode, each)
            except FailureGroup as error:
                told = "\n".join(f"{type(each).__name__}: {each}" for each in error.exceptions)
                faults.append(f"{operation.label}, {mode.value}: {told[:3000]}")
                print(faults[-1])  # at once: all calls take a while
    assert not faults, "\n\n".join(faults)


def can_be_wrong(operation: Any) -> bool:
    return bool(list(operation.iter_parameters()) or operation.body)


def run(operation: Any, mode: Any, count: int) -> None:
    @settings(
        max_examples=count,
        derandomize=CALLS < 1000,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def calls(case: Any) -> None:
        case.call_and_validate()

    calls()
