"""What a command may import: a question must not pay for libraries that it does not use."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from sightline.cli import main
code = main(sys.argv[1:])
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(code)
"""
HEAVY = {"rdflib", "pyshacl", "owlrl", "SPARQLWrapper", "rapidfuzz", "markdown_it", "hypothesis"}
ACCESS = ["access", "--set", "offering=azure-openai"]
ASK = ["ask", "who-can-access", "--set", "offering=azure-openai", "--data", "prompts"]
SPARQL = ["sparql", "-q", "ASK { actor:openai a sl:Actor }"]


def imported(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stderr.splitlines()}


@pytest.mark.parametrize("form", ["json", "csv", "md", "turtle"])
def test_access_in_a_form_for_machines(form):
    assert not imported(*ACCESS, "--format", form) & (HEAVY | {"rich", "yaml"})


def test_access_as_a_table():
    assert not imported(*ACCESS) & ((HEAVY - {"markdown_it"}) | {"yaml"})


def test_access_with_a_configuration_in_json(tmp_path):
    (tmp_path / "a.json").write_text('{"offering": "azure-openai"}', encoding="utf-8")
    arguments = "access", "--config", str(tmp_path / "a.json"), "--format", "json"
    assert not imported(*arguments) & (HEAVY | {"rich", "yaml"})


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_ask(form):
    # yaml reads the header of the question
    assert not imported(*ASK, "--format", form) & (HEAVY | {"rich"})


@pytest.mark.parametrize("form", ["json", "csv", "xml"])
def test_sparql(form):
    assert not imported(*SPARQL, "--format", form) & (HEAVY | {"rich", "yaml"})


def test_diff_as_json():
    arguments = "diff", "deployment-type=standard", "deployment-type=global", "--format", "json"
    assert not imported(*arguments) & (HEAVY | {"rich", "yaml"})


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["access", "--help"]])
def test_help_reads_no_graph(arguments):
    assert not imported(*arguments) & (HEAVY | {"rich", "yaml", "pyoxigraph"})


def test_nothing_starts_processes_for_one_answer():
    assert "multiprocessing" not in imported(*ACCESS, "--format", "json")
