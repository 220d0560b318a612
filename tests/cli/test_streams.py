"""Streams: readers that leave, full disks, terminals, and what has no terminal."""

import os
import re
import subprocess
import sys

import pytest

ACCESS = ["access", "--set", "offering=azure-openai", "--set", "region=swedencentral"]
COMMAND = [sys.executable, "-m", "sightline"]
ANSI = re.compile(rb"\x1b\[[0-9;]*m")


def leave_early(arguments, stdin=b""):
    """Run a command whose reader closes the pipe before anything is written."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        done = subprocess.run(
            [*COMMAND, *arguments], input=stdin, stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    return done.returncode, done.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv", "md", "turtle"])
def test_a_reader_that_leaves_is_no_error(form):
    assert leave_early([*ACCESS, "--format", form]) == (0, b"")


@pytest.mark.parametrize("form", ["table", "json", "csv", "turtle"])
def test_a_reader_that_leaves_a_query_is_no_error(form):
    query = b"SELECT * { ?s ?p ?o } LIMIT 500"
    if form == "turtle":
        query = query.replace(b"SELECT *", b"CONSTRUCT").replace(b"LIMIT 500", b"")
        query = b"CONSTRUCT WHERE { ?s ?p ?o }"
    assert leave_early(["sparql", "--format", form], query) == (0, b"")


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_reader_that_leaves_does_not_hide_findings(form, drifted):
    code, stderr = leave_early(["sources", "check", str(drifted), "--format", form])
    assert (code, stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("form", ["table", "json", "turtle"])
def test_a_full_disk_is_an_error_of_one_line(form):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [*COMMAND, *ACCESS, "--format", form], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (2, b"error[system]: no space left on device\n")


def test_closed_streams():
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m sightline sparql <&- >&-"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(b"error[query.syntax]: the query is empty")
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m sightline access --actor openai >&-"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def on_a_terminal(arguments, columns, **env):
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=follower,
        stdin=follower,
        stderr=follower,
        env=kept | {"TERM": "xterm-256color"} | env,
    ) as process:
        os.close(follower)
        parts = []
        try:
            while part := os.read(leader, 65536):
                parts.append(part)
        except OSError:  # the other end is closed
            pass
        os.close(leader)
    return process.returncode, b"".join(parts)


def test_a_terminal_gets_colour_and_its_own_width():
    code, output = on_a_terminal([*ACCESS, "--data", "prompts"], 60)
    assert code == 0
    assert ANSI.search(output)
    links = re.compile(rb"https?://\S+|\x1b\]8;[^\x1b]*\x1b\\")
    text = ANSI.sub(b"", links.sub(b"", output)).decode()
    assert max(map(len, text.splitlines())) <= 60
    assert "~ conditional" in text


def test_columns_win_over_the_terminal():
    _, output = on_a_terminal(["sources", "list"], 200, COLUMNS="40", NO_COLOR="1")
    assert max(map(len, ANSI.sub(b"", output).decode().split("\r\n"))) <= 40


def test_no_color_is_heeded():
    _, output = on_a_terminal([*ACCESS, "--data", "prompts"], 100, NO_COLOR="1")
    colours = {code for found in ANSI.findall(output) for code in found[2:-1].split(b";")}
    assert not {c for c in colours if c and (30 <= int(c) <= 49 or 90 <= int(c) <= 107)}


def test_errors_on_a_terminal_are_plain():
    code, output = on_a_terminal(["access", "--actor", "micorsoft"], 80)
    assert code == 2
    assert output.startswith(b"error[term.unknown]: unknown actor 'micorsoft'\r\n")


def test_a_terminal_without_unicode():
    code, output = on_a_terminal([*ACCESS, "--data", "prompts"], 80, PYTHONIOENCODING="ascii")
    assert code == 0
    assert b"conditional" in output
