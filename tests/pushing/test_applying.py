"""Repeats, their bounds, and the progress file, with a sender that does as it is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from sightline.errors import InputError, PushError
from sightline.exporting.planned import Item, Plan, digest
from sightline.pushing import SendingError, apply
from sightline.pushing.progress import Progress
from sightline.pushing.retrying import ATTEMPTS, LONGEST, seconds

PLAN = Plan(
    "datahub", "sha256:x", tuple(Item(str(n), "glossary", "a", (), {"n": n}) for n in range(12))
)
SERVER = "https://catalog.example.org"


class Sender:
    """Fails as ``fails`` says for the nth sending of an item."""

    def __init__(self, fails: Callable[[str, int], Exception | None]) -> None:
        self.fails = fails
        self.sent: list[str] = []
        self.tried: dict[str, int] = {}

    def check(self) -> None:
        return

    def send(self, item: Item) -> None:
        self.tried[item.id] = self.tried.get(item.id, 0) + 1
        if error := self.fails(item.id, self.tried[item.id]):
            raise error
        self.sent.append(item.id)

    def close(self) -> None:
        return


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def run(sender: Sender, file: Path, again: bool = False, server: str = SERVER):
    waits: list[float] = []
    progress = Progress(file, digest(PLAN.items), server, again)
    try:
        return apply(PLAN, server, sender, progress, sleep=waits.append), waits
    finally:
        progress.close()


def test_the_server_says_how_long_to_wait(file: Path) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    asked = {"0": "3", "1": when, "2": "soon"}
    report, waits = run(
        Sender(lambda i, n: SendingError("busy", 503, asked[i]) if n == 1 and i in asked else None),
        file,
    )
    assert report.exit_code == 0
    assert waits[0] == 3
    assert 25 < waits[1] <= 30
    assert 0.5 <= waits[2] < 1


def test_waits_grow_and_end(file: Path) -> None:
    sender = Sender(lambda i, n: SendingError("gone") if i == "1" else None)
    report, waits = run(sender, file)
    assert len(waits) == ATTEMPTS - 1
    assert all(later > earlier for earlier, later in pairwise(waits))
    assert sum(waits) < 15
    assert report.exit_code == 2
    assert report.counts == {"sent": 1, "failed": 1, "not-sent": 10}


def test_who_asks_to_wait_for_long_is_left_alone(file: Path) -> None:
    sender = Sender(lambda i, n: SendingError("later", 429, str(LONGEST + 1).split(".")[0]))
    report, waits = run(sender, file)
    assert (waits, report.exit_code, sender.tried) == ([], 2, {"0": 1})
    assert report.stopped is not None
    assert "goes on where it stopped" in report.stopped.hint


def test_an_item_that_is_refused_is_not_sent_again_and_ends_nothing(file: Path) -> None:
    sender = Sender(lambda i, n: SendingError("no such type", 400) if i in "13579" else None)
    report, waits = run(sender, file)
    assert (waits, report.exit_code) == ([], 1)
    assert report.counts == {"sent": 7, "failed": 5}
    assert {each.error for each in report.outcomes if each.result == "failed"} == {"no such type"}


def test_item_after_item_that_fails_ends_the_push(file: Path) -> None:
    report, waits = run(
        Sender(lambda i, n: SendingError("oops", 500) if int(i) > 2 else None), file
    )
    assert report.exit_code == 2
    assert report.counts == {"sent": 3, "failed": 5, "not-sent": 4}
    assert len(waits) == 5 * (ATTEMPTS - 1)


def test_rights_that_item_after_item_lacks_end_the_push(file: Path) -> None:
    report, waits = run(Sender(lambda i, n: SendingError("no right", 403)), file)
    assert (waits, report.exit_code) == ([], 2)
    assert report.counts == {"failed": 5, "not-sent": 7}
    assert report.stopped is not None
    assert report.stopped.code == "push.credentials"


@pytest.mark.parametrize(
    "error", [SendingError("who?", 401), PushError("push.credentials", "no sign-in")]
)
def test_refused_credentials_end_the_push_at_once(file: Path, error: Exception) -> None:
    report, waits = run(Sender(lambda i, n: error if i == "4" else None), file)
    assert (waits, report.exit_code) == ([], 2)
    assert report.counts == {"sent": 4, "failed": 1, "not-sent": 7}
    assert report.stopped is not None
    assert report.stopped.code == "push.credentials"


def test_what_was_sent_is_not_sent_again_even_if_the_last_line_broke_off(file: Path) -> None:
    class KilledError(BaseException):
        """As a signal ends a process."""

    def killed(item: str, _times: int) -> Exception | None:
        if item == "6":
            raise KilledError
        return None

    with pytest.raises(KilledError):
        run(Sender(killed), file)
    noted = file.with_name("plan.json.progress")
    noted.write_text(noted.read_text() + '{"sent": "9')
    sender = Sender(lambda i, n: None)
    report, _ = run(sender, file)
    assert sender.sent == ["6", "7", "8", "9", "10", "11"]
    assert report.counts == {"sent-before": 6, "sent": 6}
    assert all(json.loads(line) for line in noted.read_text().splitlines())


@pytest.mark.parametrize("how", ["again", "server", "plan"])
def test_another_server_or_plan_starts_anew(file: Path, how: str) -> None:
    run(Sender(lambda i, n: None), file)
    if how == "plan":
        noted = file.with_name("plan.json.progress")
        noted.write_text(noted.read_text().replace("sha256:", "sha256:0"))
    sender = Sender(lambda i, n: None)
    other = "https://test.example.org" if how == "server" else SERVER
    run(sender, file, again=how == "again", server=other)
    assert len(sender.sent) == len(PLAN.items)


def test_a_progress_file_that_cannot_be_written_is_told_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="cannot write"):
        Progress(tmp_path / "nowhere" / "plan.json", "x", SERVER)


@pytest.mark.parametrize("text", ["", "soon", "-1", "Thu, 99 Foo 2026"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert seconds(text) is None
