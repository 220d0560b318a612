"""A revision of git as the baseline: in real repositories, with git as it is installed."""

import io
import json
import os
import shutil
import subprocess

import pytest

from sightline.cli import main

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

TEMPLATE = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {"sku": {"type": "string", "defaultValue": "Standard"}},
  "resources": [
    {"type": "Microsoft.CognitiveServices/accounts", "name": "acme", "kind": "OpenAI",
     "location": "swedencentral"},
    {
      "type": "Microsoft.CognitiveServices/accounts/deployments",
      "name": "acme/chat",
      "sku": {
        "name": "SKU"
      },
      "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}}
    }
  ]
}
"""
LINE = 11
PARAMETERS = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "parameters": {"sku": {"value": "SKU"}}
}
"""


def git(folder, *arguments):
    identity = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")}  # fmt: skip
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **identity}
    done = subprocess.run(["git", *arguments], cwd=folder, env=env, capture_output=True, check=True)
    return done.stdout


def write(folder, name, sku, text=TEMPLATE):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("SKU", sku), encoding="utf-8")


def commit(folder):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "x")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository whose second commit makes the deployment global."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    for sku in ("Standard", "GlobalStandard"):
        write(folder, "infra/main.json", sku)
        (folder / "infra" / "README.md").write_text("no estate", encoding="utf-8")
        commit(folder)
    git(folder, "branch", "before", "HEAD~1")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(capfd):
    def run(*arguments):
        capfd.readouterr()
        code = main(["validate", *arguments])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def gained(check):
    """The new access that a check finds: outcome, file, line and what the property is."""

    def found(*arguments):
        code, out, _ = check(*arguments, "--format", "json")
        told = [f for f in json.loads(out)["findings"] if f["policy"] == "no-new-access"]
        return code, [(f["outcome"], f["file"], f["line"], f["cause"]) for f in told]

    return found


OPENED = (1, [("violation", "infra/main.json", LINE, "deployment-type")])


@pytest.mark.parametrize(
    ("revision", "path"),
    [
        ("HEAD~1", "infra/main.json"), ("before", "infra"), ("refs/heads/before", "./infra"),
        ("trunk~1", "."), ("@~", "infra/"),
    ],
)  # fmt: skip
def test_a_revision_is_a_baseline(repository, gained, revision, path):
    assert gained(path, "--new-only", revision) == OPENED


@pytest.mark.parametrize("path", ["infra", "infra/main.json"])
def test_nothing_is_new_over_the_same_revision(repository, gained, path):
    assert gained(path, "--new-only", "HEAD") == (0, [])


def test_what_is_gained_is_said(repository, check):
    code, out, err = check("infra", "--new-only", "HEAD~1")
    assert (code, err) == (1, "")
    assert "no-new-access: Inference: Azure OpenAI service" in out
    assert "any geography" in out
    assert f"acme/chat at infra/main.json:{LINE}" in out


def test_names_are_those_of_the_folder_one_is_in(repository, gained, monkeypatch):
    monkeypatch.chdir(repository / "infra")
    code, found = gained("main.json", "--new-only", "HEAD~1")
    assert (code, [f[1:3] for f in found]) == (1, [("main.json", LINE)])
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    code, found = gained("../infra", "--new-only", "HEAD~1")
    assert (code, [f[1:3] for f in found]) == (1, [("../infra/main.json", LINE)])


def test_an_absolute_name_is_found_in_the_revision(repository, gained):
    path = str(repository / "infra" / "main.json")
    assert gained(path, "--new-only", "HEAD~1") == (
        1, [("violation", path, LINE, "deployment-type")],
    )  # fmt: skip
    assert gained(str(repository), "--new-only", "HEAD") == (0, [])


def test_what_is_not_committed_counts(repository, gained):
    write(repository, "infra/main.json", "Standard")
    commit(repository)
    write(repository, "infra/main.json", "GlobalStandard")
    assert gained("infra", "--new-only", "HEAD") == OPENED


def test_parameter_files_are_read_as_they_were(repository, gained):
    for sku in ("Standard", "GlobalStandard"):
        write(repository, "infra/main.json", "[parameters('sku')]")
        write(repository, "prod.json", sku, PARAMETERS)
        commit(repository)
    given = ("infra", "--parameters", "prod.json", "--new-only")
    assert gained(*given, "HEAD~1") == OPENED
    assert gained(*given, "HEAD") == (0, [])


def test_a_deployment_of_another_file_is_not_taken_for_it(repository, gained):
    write(repository, "infra/dev/main.json", "GlobalStandard")
    write(repository, "infra/main.json", "Standard")
    commit(repository)
    write(repository, "infra/main.json", "GlobalStandard")
    assert gained("infra", "--new-only", "HEAD") == OPENED


def test_a_file_that_moves_brings_nothing_new(repository, gained):
    git(repository, "mv", "infra/main.json", "infra/app.json")
    assert gained("infra", "--new-only", "HEAD") == (0, [])


def test_a_file_that_the_revision_lacks_is_new_and_said_to_be(repository, check):
    write(repository, "infra/new.json", "Standard")
    code, out, err = check("infra/new.json", "--new-only", "HEAD")
    assert (code, err) == (1, "")
    assert "'infra/new.json' is not in the baseline 'HEAD': all that it grants is new" in out


def test_a_baseline_that_cannot_be_read_hides_nothing(repository, check):
    (repository / "infra" / "main.json").write_text("{", encoding="utf-8")
    commit(repository)
    write(repository, "infra/main.json", "Standard")
    code, out, err = check("infra", "--new-only", "HEAD")
    assert (code, err) == (1, "")
    assert "the baseline 'HEAD' cannot be read in full: 'infra/main.json'" in out


def test_links_are_not_followed(repository, gained):
    (repository / "infra" / "main.json").unlink()
    (repository / "infra" / "main.json").symlink_to("/etc/hostname")
    commit(repository)
    (repository / "infra" / "main.json").unlink()
    write(repository, "infra/main.json", "GlobalStandard")
    code, found = gained("infra", "--new-only", "HEAD")
    assert (code, len(found)) == (1, 1)


# --- Errors ---------------------------------------------------------------------------------------


def refused(check, *arguments):
    code, out, err = check(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    error, *hints = err.splitlines()
    assert error.startswith("error[input.")
    assert [hint[:6] for hint in hints] == ["hint: "]
    return error


@pytest.mark.parametrize(
    "name",
    ["no-such", "HEAD~99", "HEAD:infra", "before..trunk", "a b", "x" * 5000, "a\nb", "", "*", "é"],
)
def test_a_revision_that_is_none(repository, check, name):
    assert "there is no baseline" in refused(check, "infra", f"--new-only={name}")


@pytest.mark.parametrize("name", ["--upload-pack=touch pwned", "-c", "--output=pwned", "--"])
def test_a_revision_is_never_an_option_of_git(repository, check, name):
    assert "begin with a dash" in refused(check, "infra", f"--new-only={name}")
    assert not (repository / "pwned").exists()


def test_a_name_that_is_both_a_folder_and_a_revision(repository, check, gained):
    git(repository, "branch", "infra", "HEAD~1")
    assert "both" in refused(check, "infra", "--new-only", "infra")
    assert gained("infra", "--new-only", "refs/heads/infra") == OPENED
    assert gained("infra", "--new-only", "./infra") == (0, [])


def test_a_folder_without_a_repository(tmp_path, check, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, "main.json", "Standard")
    assert "not a git repository" in refused(check, "main.json", "--new-only", "HEAD~1")


def test_a_file_outside_the_repository(repository, check):
    write(repository.parent, "main.json", "Standard")
    for path in ("../main.json", str(repository.parent / "main.json")):
        assert "is not in the git repository" in refused(check, path, "--new-only", "HEAD~1")


def test_standard_input_has_no_revision(repository, check, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEMPLATE.encode())))
    assert "standard input" in refused(check, "-", "--new-only", "HEAD~1")


def test_without_git(repository, check, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in refused(check, "infra", "--new-only", "HEAD~1")
