"""Run the command line's case files: a command, and what it prints and returns.

A case says ``run`` (the arguments), and may say ``stdin``, ``env``, ``files`` (name -> content,
``{repeat: text, times: n}`` for long ones) and ``process: true`` for a process of its own. It
expects ``exit`` (0), and of ``stdout`` and ``stderr`` what they contain, lack or equal; of ``json``
what the document holds at a path such as ``access.0.verdict`` (or ``count`` for a length). A case
of exit code 2 that states ``stdout`` or ``json`` is one where the rest is answered all the same.
``needs`` names a package of an extra, without which a case is skipped.

Of every case it is checked that nothing ends in a traceback, that an error is one line and perhaps
a hint, that JSON stands alone, that it follows its schema, and that no file gets ANSI codes.
"""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from sightline import schemas
from sightline.cli import main

HERE = Path(__file__).parent
_PASSED_ON = ("PATH", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV")
_ERROR = re.compile(r"error\[[a-z]+(\.[a-z-]+)?\]: \S.*(\nhint: \S.*)?\n")


def cases():
    for path in sorted(HERE.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(cases()))
def test_case(case, tmp_path, monkeypatch):
    known = {"name", "run", "stdin", "env", "files", "process", "exit", "stdout", "stderr"}
    assert set(case) <= known | {"json", "schema", "help", "needs"}
    if "needs" in case:
        pytest.importorskip(case["needs"], reason="it comes with an extra")
    for name, written in case.get("files", {}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content(written))
    arguments = case["run"] if isinstance(case["run"], list) else shlex.split(case["run"])
    stdin = content(case.get("stdin", ""))
    env = {key: str(value) for key, value in case.get("env", {}).items()}
    run = in_a_process if case.get("process") else in_this_process
    code, stdout, stderr = run(arguments, stdin, env, tmp_path, monkeypatch)
    assert code == case.get("exit", 0), stderr or stdout[-500:]
    partial = bool(case.get("stdout") or case.get("json"))
    helped = case.get("help", False)
    check_always(arguments, code, stdout, stderr, helped=helped, partial=partial)
    compare(case.get("stdout", {}), stdout)
    compare(case.get("stderr", {}), stderr)
    if "schema" in case:
        jsonschema.validate(json.loads(stdout), schemas.load(case["schema"]))
    for path, expected in case.get("json", {}).items():
        assert at(json.loads(stdout), path) == expected, path


def content(written):
    if isinstance(written, dict):
        written = written["repeat"] * written["times"]
    return written if isinstance(written, bytes) else written.encode()


def in_this_process(arguments, stdin, env, folder, monkeypatch):
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"),
        "stdout": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True),
        "stderr": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace"),
    }
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    code = main(arguments)
    texts = []
    for name in ("stdout", "stderr"):
        streams[name].flush()
        texts.append(streams[name].buffer.getvalue().decode())
    return code, *texts


def in_a_process(arguments, stdin, env, folder, _monkeypatch):
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "sightline", *arguments],
        input=stdin,
        capture_output=True,
        cwd=folder,
        env=passed_on | env,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_always(arguments, code, stdout, stderr, *, helped, partial):
    assert "Traceback" not in stderr + stdout
    assert "error[internal]" not in stderr
    assert "\x1b" not in stdout + stderr
    if code == 2 and not helped:
        assert _ERROR.fullmatch(stderr), stderr
        assert (stdout != "") == partial
    if " --format json" in " ".join(arguments) and (code != 2 or partial):
        json.loads(stdout)
        assert stderr == "" or code == 2


def compare(expected, text):
    if isinstance(expected, str):
        assert text == expected
        return
    for part in expected.get("contains", []):
        assert part in text, text[:2000]
    for part in expected.get("absent", []):
        assert part not in text
    if "matches" in expected:
        assert re.search(expected["matches"], text), text[:2000]
    if "widest" in expected:
        assert max(map(len, text.splitlines())) <= expected["widest"]


def at(document, path):
    for part in path.split("."):
        if part == "count":
            return len(document)
        document = document[int(part) if isinstance(document, list) else part]
    return document
