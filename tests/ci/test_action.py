"""The GitHub Action and the pre-commit hook, run as their platforms run them."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
BASH = shutil.which("bash")
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
TEMPLATE = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "resources": [
    {"type": "Microsoft.CognitiveServices/accounts", "name": "acme", "kind": "OpenAI",
     "location": "swedencentral"},
    {"type": "Microsoft.CognitiveServices/accounts/deployments",
     "name": "acme/chat",
     "sku": {"name": "SKU"},
     "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}}}
  ]
}
"""
LINE = 8


pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a template, and the command of this environment on the path."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    command = tmp_path / "bin" / "sightline"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sightline "$@"\n', encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    write(folder, "Standard")
    return folder


def write(folder, sku, name="main.json"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE.replace("SKU", sku), encoding="utf-8")


def environment(folder):
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    return kept | {"PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}", "HOME": str(folder)}


class Run:
    """What the steps of the action leave behind."""

    def __init__(self, folder, inputs):
        assert set(inputs) <= set(ACTION["inputs"])
        given = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
        self.inputs = given | inputs
        self.summary = folder.parent / "summary.md"
        self.outputs = folder.parent / "outputs"
        for file in (self.summary, self.outputs):
            file.touch()
        self.code, self.stdout, self.stderr = 0, "", ""
        for step in ACTION["runs"]["steps"]:
            if "run" in step and "pip install" not in step["run"]:
                self._step(step, folder)
        path = folder / self.inputs["sarif"]
        self.sarif = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def _step(self, step, folder):
        env = {name: EXPRESSION.sub(self._value, text) for name, text in step["env"].items()}
        files = {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.outputs)}
        script = folder.parent / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=folder, env=environment(folder) | files | env, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        self.code, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr

    def _value(self, found):
        scope, _, name = found[1].partition(".")
        assert scope == "inputs", found[0]
        return self.inputs[name]

    @property
    def results(self):
        return self.sarif["runs"][0]["results"]


@pytest.fixture
def run(checkout):
    if BASH is None:
        pytest.skip("bash is not installed")
    return lambda **inputs: Run(checkout, {k.replace("_", "-"): v for k, v in inputs.items()})


def test_no_script_has_an_expression_in_it():
    steps = [step for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(steps) == 2
    for step in steps:
        assert not EXPRESSION.search(step["run"])
        assert step["shell"] == "bash"


def test_every_input_is_used_and_said():
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    for about in ACTION["inputs"].values():
        assert about["description"]
        assert about.get("required") or "default" in about


def test_a_template_that_conforms(run):
    done = run(files="main.json", policies="processing-in-eea")
    assert (done.code, done.stderr) == (0, "")
    assert done.results == []
    assert done.outputs.read_text(encoding="utf-8") == "exit-code=0\n"
    assert "Conforms" in done.summary.read_text(encoding="utf-8")
    assert "::notice title=sightline::Conforms" in done.stdout
    assert "::error" not in done.stdout


def test_a_template_that_violates(run, checkout):
    write(checkout, "GlobalStandard")
    done = run(files="main.json", policies="processing-in-eea")
    assert (done.code, done.stderr) == (1, "")
    (result,) = [each for each in done.results if each["level"] == "error"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "main.json", "uriBaseId": "%SRCROOT%"}
    assert place["region"]["startLine"] == LINE
    assert done.outputs.read_text(encoding="utf-8") == "exit-code=1\n"
    summary = done.summary.read_text(encoding="utf-8")
    assert summary.startswith("## sightline: Does not conform")
    assert f"main.json:{LINE}" in summary
    annotations = done.stdout.splitlines()
    assert any(line.startswith(f"::error file=main.json,line={LINE},") for line in annotations)
    assert all(line.startswith("::") for line in annotations)


def test_lists_may_have_lines(run, checkout):
    write(checkout, "GlobalStandard", "infra/other.json")
    done = run(files="main.json\n  infra\n", policies="processing-in-eea\nno-training")
    assert done.code == 1
    files = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in done.results}
    assert "infra/other.json" in files
    assert len(done.sarif["runs"][0]["tool"]["driver"]["rules"]) >= 2


def test_an_unknown_passes_only_where_it_is_allowed(run):
    given = {"files": "main.json", "policies": "customer-key-required"}
    assert run(**given).code == 3
    assert run(**given, allow_unknown="true").code == 0
    assert run(**given, allow_unknown="true", fail_on="unknown").code == 1


def test_a_baseline_and_what_is_accepted(run, checkout):
    write(checkout, "GlobalStandard")
    write(checkout, "Standard", "old/main.json")
    given = {"files": "main.json", "policies": "processing-in-eea", "baseline": "old/main.json"}
    done = run(**given)
    assert done.code == 1
    assert {"no-new-access", "processing-in-eea"} <= {r["ruleId"] for r in done.results}
    (checkout / "ok.yaml").write_text(
        "- {policy: '*', deployment: chat, owner: Ada, reason: pilot, expires: 2999-01-01}\n",
        encoding="utf-8",
    )
    accepted = run(**given, accepted="ok.yaml")
    assert accepted.code == 0
    assert all(result.get("suppressions") for result in accepted.results)


def test_a_policy_file_says_what_is_judged(run, checkout):
    (checkout / "policies.yaml").write_text(
        "policies: [customer-key-required]\nfail-on: unknown\n", encoding="utf-8"
    )
    done = run(files="main.json", policy_config="policies.yaml")
    assert (done.code, {result["ruleId"] for result in done.results}) == (
        1, {"customer-key-required"},
    )  # fmt: skip
    assert run(files="main.json", policy_config="policies.yaml", fail_on="violation").code == 3


def test_without_any_policy_all_are_judged(run):
    rules = run(files="main.json").sarif["runs"][0]["tool"]["driver"]["rules"]
    assert {"no-human-review", "customer-key-required", "no-training"} <= {r["id"] for r in rules}


def test_parameters_attachments_and_the_location(run, checkout):
    text = TEMPLATE.replace('"swedencentral"', '"[resourceGroup().location]"')
    text = text.replace("SKU", "[parameters('sku')]").replace(
        '"resources"', '"parameters": {"sku": {"type": "string"}}, "resources"'
    )
    (checkout / "main.json").write_text(text, encoding="utf-8")
    (checkout / "given.json").write_text(
        '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/'
        'deploymentParameters.json#", "parameters": {"sku": {"value": "Standard"}}}',
        encoding="utf-8",
    )
    (checkout / "about.yaml").write_text(
        "- {account: acme, environment: production}\n", encoding="utf-8"
    )
    given = {"files": "main.json", "policies": "processing-in-eea"}
    assert run(**given).code == 3
    settled = run(
        **given, parameters="given.json", attachments="about.yaml",
        resource_group_location="swedencentral",
    )  # fmt: skip
    assert settled.code == 0


@pytest.mark.parametrize(
    "inputs",
    [
        {"files": "none.json"},
        {"files": ""},
        {"files": "main.json", "baseline": "--upload-pack=x"},
    ],
    ids=str,
)
def test_what_cannot_run_fails_and_says_so(run, inputs):
    done = run(**inputs)
    assert done.code == 2
    assert "error[" in done.stderr
    assert done.stdout.startswith("::error title=sightline::The check could not run")
    assert done.outputs.read_text(encoding="utf-8") == "exit-code=2\n"


def test_no_input_is_run_as_a_command(run, checkout):
    hostile = "$(touch pwned) `touch pwned` ; touch pwned ' && touch pwned # \" || touch pwned"
    inputs = {name.replace("-", "_"): hostile for name in ACTION["inputs"]}
    run(**inputs | {"sarif": "$(touch pwned)", "python_version": "3.12"})
    run(**inputs | {"sarif": "sightline.sarif", "files": "main.json"})
    assert not list(checkout.parent.rglob("pwned"))


# --- pre-commit -----------------------------------------------------------------------------------


def hook(folder, *files, args=()):
    command = [*HOOK["entry"].split(), *(args or HOOK["args"]), *files]
    assert all(re.search(HOOK["files"], file) for file in files)
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def test_the_hook_passes_and_blocks(checkout):
    eea = ["--policy", "processing-in-eea"]
    assert hook(checkout, "main.json", args=eea).returncode == 0
    write(checkout, "GlobalStandard", "infra/new file.json")
    done = hook(checkout, "main.json", "infra/new file.json", args=eea)
    assert done.returncode == 1
    assert f"acme/chat at infra/new file.json:{LINE}" in done.stdout


def test_the_hook_as_it_is_defined_fails_on_unknowns(checkout):
    done = hook(checkout, "main.json")
    assert done.returncode in (1, 3)
    assert "customer-key-required" in done.stdout


@pytest.mark.parametrize("name", ["main.json", "main.jsonc", "infra/main.tf", "a/main.bicep"])
def test_the_hook_takes_what_the_command_reads(name):
    assert re.search(HOOK["files"], name)


def test_the_hook_leaves_other_files_alone():
    for name in ("main.py", "README.md", "json", "main.json.bak"):
        assert not re.search(HOOK["files"], name)
