"""The bar of a long import: on a terminal only, on standard error only, and gone at the end."""

import json
import os
import re
import threading

import pytest

from sightline.cli import main, progress

TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "resources": [
        {"type": "Microsoft.CognitiveServices/accounts", "name": "chat", "location": "uksouth"}
    ],
}
ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """A terminal, and what it got to show."""

    def __init__(self):
        self._leader, follower = pytest.importorskip("pty").openpty()
        self.stream = os.fdopen(follower, "w", encoding="utf-8")
        self._shown = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self):
        try:
            while part := os.read(self._leader, 65536):
                self._shown.append(part)
        except OSError:  # the other end is closed
            pass

    def close(self):
        if not self.stream.closed:
            self.stream.close()
            self._listener.join()
            os.close(self._leader)
        return b"".join(self._shown).decode()


@pytest.fixture
def attached(monkeypatch):
    """Let standard error be a terminal, from the call on: capturing would take it back before."""
    opened = []

    def attach(delay, term="xterm-256color"):
        monkeypatch.setenv("TERM", term)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(progress, "DELAY", delay)
        opened.append(Terminal())
        monkeypatch.setattr("sys.stderr", opened[0].stream)
        return opened[0]

    yield attach
    for terminal in opened:
        terminal.close()


@pytest.fixture
def folder(tmp_path):
    for name in ("first", "second", "third"):
        (tmp_path / f"{name}.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    return tmp_path


def test_a_long_import_shows_a_bar_and_takes_it_away(attached, folder, monkeypatch, capfd):
    drawn = threading.Event()
    shows, reads = progress._Bar.show, progress._Bar.begin

    def show(bar):
        shows(bar)
        drawn.set()

    def begin(bar, name):  # waits for the bar, as a long import would
        assert drawn.wait(30)
        reads(bar, name)
        bar._drawn[0].refresh()

    terminal = attached(delay=0)
    monkeypatch.setattr(progress._Bar, "show", show)
    monkeypatch.setattr(progress._Bar, "begin", begin)
    assert main(["estate", "import", str(folder), "--format", "json"]) == 0
    output = terminal.close()
    text = ANSI.sub("", output)
    for number, name in enumerate(("first", "second", "third")):
        assert re.search(rf"reading \S*{name}\.json .* {number}/3 ", text)
    assert output.endswith("\x1b[2K")
    assert len(json.loads(capfd.readouterr().out)["files"]) == 3


def test_one_file_has_a_bar_of_no_length(attached, folder):
    terminal = attached(delay=3600)
    with progress.showing([str(folder / "first.json")]) as begin:
        begin("evil\x1b[31m" + "x" * 50 + "first.json")
        bar = begin.__self__
        bar.show()
        bar._drawn[0].refresh()
    output = terminal.close()
    assert "first.json" in output
    assert "0/?" in ANSI.sub("", output)
    assert "evil" not in output


def test_a_short_import_shows_nothing(attached, folder, monkeypatch, capfd):
    terminal = attached(delay=3600)
    assert main(["estate", "import", str(folder), "--format", "json"]) == 0
    assert terminal.close() == ""
    json.loads(capfd.readouterr().out)


def test_a_bar_that_comes_too_late_stays_away(attached, folder):
    terminal = attached(delay=3600)
    with progress.showing([str(folder)]) as begin:
        begin("first.json")
    begin.__self__.show()
    assert terminal.close() == ""


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_without_a_terminal_nothing_is_shown(folder, monkeypatch, capfd, term):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(progress, "DELAY", 0)
    with progress.showing([str(folder)]) as begin:
        assert begin is None
    assert capfd.readouterr() == ("", "")


def test_a_dumb_terminal_gets_no_bar(attached, folder):
    terminal = attached(delay=0, term="dumb")
    with progress.showing([str(folder)]) as begin:
        assert begin is None
    assert terminal.close() == ""
