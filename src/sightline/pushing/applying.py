"""Send the items of a plan one by one, and report what became of each."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sightline.errors import PushError
from sightline.exporting.planned import Plan, digest
from sightline.pushing.progress import Progress
from sightline.pushing.retrying import Sleep, patiently
from sightline.pushing.sending import Sender, SendingError

IN_A_ROW = 5
"""So many items that fail one after another, though sent again, end a push: it is not the items."""

Result = Literal["sent", "sent-before", "failed", "not-sent"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: how often it was sent now, and why it failed, if it did."""

    id: str
    result: Result
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a plan; ``stopped`` is why the rest was not sent, if so."""

    target: str
    server: str
    plan: str
    outcomes: tuple[Outcome, ...]
    stopped: PushError | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many items had each result."""
        return Counter(each.result for each in self.outcomes)

    @property
    def exit_code(self) -> int:
        """0: all is there; 1: the catalog refused items, the others are there; 2: it stopped."""
        if self.stopped:
            return 2
        return 1 if self.counts["failed"] else 0

    def to_json(self) -> dict[str, Any]:
        """Write the report as the command prints it."""
        return {
            "target": self.target,
            "server": self.server,
            "plan": self.plan,
            "items": [
                {
                    "id": each.id,
                    "result": each.result,
                    "attempts": each.attempts,
                    "error": each.error or None,
                }
                for each in self.outcomes
            ],
            "stopped": self.stopped.to_json() if self.stopped else None,
        }


def apply(
    plan: Plan,
    server: str,
    sender: Sender,
    progress: Progress,
    told: Callable[[Outcome], None] | None = None,
    sleep: Sleep = time.sleep,
) -> Report:
    """Send what was not sent yet, in the order of the plan.

    An item that the catalog refuses is reported, and the next is sent. When the server cannot be
    reached, refuses the credentials, or fails item after item, the rest is not sent.
    """
    outcomes: list[Outcome] = []
    stopped: PushError | None = None
    failing = 0
    if any(item.id not in progress.done for item in plan.items):
        stopped = _stops(lambda: patiently(sender.check, sleep), server)
    for item in plan.items:
        if item.id in progress.done:
            outcome = Outcome(item.id, "sent-before")
        elif stopped:
            outcome = Outcome(item.id, "not-sent")
        else:
            try:
                attempts = patiently(lambda item=item: sender.send(item), sleep)  # type: ignore[misc]
            except SendingError as failure:
                tried = getattr(failure, "attempts", 1)
                outcome = Outcome(item.id, "failed", tried, failure.message)
                failing = failing + 1 if failure.passing or failure.status == 403 else 0
                stopped = _ends(failure, failing, server)
            except PushError as error:
                outcome = Outcome(item.id, "failed", 1, error.message)
                stopped = error
            else:
                progress.note(item.id)
                outcome, failing = Outcome(item.id, "sent", attempts), 0
        outcomes.append(outcome)
        if told:
            told(outcome)
    return Report(plan.target, server, digest(plan.items), tuple(outcomes), stopped)


def _stops(check: Callable[[], object], server: str) -> PushError | None:
    try:
        check()
    except SendingError as failure:
        if failure.status in (401, 403):
            return _credentials(failure)
        return _unreachable(failure, server)
    except PushError as error:
        return error
    return None


def _ends(failure: SendingError, failing: int, server: str) -> PushError | None:
    """Tell whether the next item would fail alike."""
    if failure.status == 401 or (failure.status == 403 and failing >= IN_A_ROW):
        return _credentials(failure)
    if failure.status in (None, 429, 503) or failing >= IN_A_ROW:
        return _unreachable(failure, server)
    return None


def _credentials(failure: SendingError) -> PushError:
    return PushError(
        "push.credentials",
        f"the catalog refuses the credentials: {failure.message}",
        "see docs/guides/push.md for the variables and the rights",
    )


def _unreachable(failure: SendingError, server: str) -> PushError:
    return PushError(
        "push.unreachable",
        f"{server} does not answer as it should: {failure.message}",
        "the same command goes on where it stopped",
    )
