"""Completion: what shells are offered, by the script itself in bash, and how fast."""

import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from sightline.cli import cli
from sightline.cli.completing import of_kind
from sightline.graph import KnowledgeGraph
from sightline.queries import library

BASH = """
eval "$(sightline completion bash)"
COMP_LINE="$1"
COMP_POINT=${#COMP_LINE}
COMP_WORDS=($COMP_LINE)
compopt() { :; }
_sightline_completion sightline
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(line):
    *words, incomplete = line.split(" ")
    found = ShellComplete(cli, {}, "sightline", "_").get_completions(words[1:], incomplete)
    return [item.value for item in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sightline acc", ["access"]),
        ("sightline access --set offer", [f"offering={value}" for value in
            ("azure-openai", "downloaded-model", "managed-compute", "serverless-api")]),
        ("sightline access --set offering=az", ["offering=azure-openai"]),
        ("sightline access --set=offering=az", ["offering=azure-openai"]),
        ("sightline access --set feature:on-your-data=", ["feature:on-your-data=not-used",
            "feature:on-your-data=used"]),
        ("sightline access --set region=swedenc", ["region=swedencentral"]),
        ("sightline access --set geography=swe", ["geography=sweden"]),
        ("sightline access --set zone=eu", ["zone=eu"]),
        ("sightline access --set nothing=", []),
        ("sightline access --actor human", ["human-reviewer"]),
        ("sightline access --activity human", ["human-review"]),
        ("sightline access --action vi", ["view"]),
        ("sightline access --collection ", ["baseline"]),
        ("sightline access --format=j", ["json"]),
        ("sightline access --no-a", ["--no-assumptions"]),
        ("sightline ask what-can-be-del", ["what-can-be-deleted"]),
        ("sightline ask who-can-access --da", ["--data"]),
        ("sightline ask who-can-access --data prompt", ["prompts"]),
        ("sightline ask nothing --data prompt", []),
        ("sightline diff azure-openai-d", ["azure-openai-data-privacy/2024-09-04"]),
        ("sightline sources ch", ["check"]),
        ("sightline completion z", ["zsh"]),
        ("sightline nothing acc", ["access"]),
    ],
)  # fmt: skip
def test_what_is_offered(line, expected):
    assert offered(line) == expected


def test_every_token_is_offered():
    knowledge = KnowledgeGraph().knowledge
    for kind in ("actor", "data", "activity", "action"):
        assert set(of_kind(kind)) == knowledge.tokens[kind], kind
    settable = {f.token for f in knowledge.facets.values() if f.kind != "discretion"}
    assert {item.removesuffix("=") for item in offered("sightline access --set ")} == settable
    for facet in settable:
        values = {v.partition("=")[2] for v in offered(f"sightline access --set {facet}=")}
        assert values >= knowledge.facets[facet].values
        assert values, facet


def test_every_question_and_tag_is_offered():
    assert offered("sightline ask ") == sorted(library())
    tags = {tag for asked in library().values() for tag in asked.tags}
    assert offered("sightline questions --tag ") == sorted(tags)


def test_every_kind_of_parameter_can_be_completed():
    for asked in library().values():
        for parameter in asked.params.values():
            if parameter.type not in ("string", "date", "integer", "term"):
                option = parameter.name.replace("_", "-")
                given = offered(f"sightline ask {asked.name} --{option} ")
                assert given, f"{asked.name} --{option}: {parameter.type}"


def in_bash(line):
    folder = os.path.dirname(sys.executable)  # noqa: PTH120 - where the command is
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH, "bash", line],
        capture_output=True, text=True, env=env, check=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.skipif(
    not shutil.which("bash") or not shutil.which("sightline", path=os.path.dirname(sys.executable)),  # noqa: PTH120
    reason="needs bash and the installed command",
)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sightline acc", ["access"]),
        # bash replaces only what stands behind the last '=' or ':'
        ("sightline access --set offering=az", ["azure-openai"]),
        ("sightline access --set feature:on-your-data=u", ["used"]),
        ("sightline access --set feature:on", ["on-your-data=not-used", "on-your-data=used"]),
        ("sightline access --set=offering=az", ["azure-openai"]),
        ("sightline access --format=j", ["json"]),
        ("sightline access --actor 'human", ["human-reviewer"]),
        ("sightline nothing acc", ["access"]),
    ],
)
def test_what_bash_is_told(line, expected):
    assert in_bash(line) == expected


@pytest.mark.parametrize("words", ["access --set region=swe", "ask who-can-access --data pro"])
def test_completing_a_word_loads_no_heavy_library(words):
    line = f"sightline {words}"
    env = os.environ | {"_SIGHTLINE_COMPLETE": "bash_complete", "COMP_LINE": line}
    command = [sys.executable, "-X", "importtime", "-m", "sightline"]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    imported = {row.rsplit("|", 1)[-1].strip().split(".")[0] for row in done.stderr.splitlines()}
    assert not imported & {"rdflib", "pyshacl", "owlrl", "SPARQLWrapper", "rich"}
