"""Each case file gives estate files, settings, and what the report must say of them."""

from pathlib import Path

import pytest
import yaml

from sightline.estate import Settings, read_contents, report_json, with_parameters

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*.yaml"))
SECTIONS = set(
    "file format sha256 accounts deployments other unresolved unread notes errors".split()
)


def agrees(found, expected, place=""):
    """Compare lists whole, and of objects the properties that are expected."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), place
        for key, value in expected.items():
            assert key in found, f"{place}.{key}"
            agrees(found[key], value, f"{place}.{key}")
    elif isinstance(expected, list):
        assert isinstance(found, list), place
        assert len(found) == len(expected), f"{place}: {found}"
        for index, value in enumerate(expected):
            agrees(found[index], value, f"{place}[{index}]")
    else:
        assert (type(found), found) == (type(expected), expected), place


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_reported_as_expected(path, tmp_path):
    case = yaml.safe_load(path.read_text("utf-8"))
    given = case.get("settings", {})
    parameter_files = []
    for name, content in given.get("parameter-files", {}).items():
        (tmp_path / name).write_text(content, "utf-8")
        parameter_files.append(tmp_path / name)
    settings = with_parameters(
        Settings(
            resource_group_location=given.get("resource-group-location"),
            subscription=given.get("subscription"),
        ),
        parameter_files,
        given.get("parameters", []),
    )
    contents = {
        name: content.encode(case.get("encoding", "utf-8"))
        for name, content in case["files"].items()
    }
    files = read_contents(contents, settings)
    report = report_json(files)["files"]
    assert [entry["file"] for entry in report] == list(case["files"])
    for entry, expected in zip(report, case["expect"], strict=True):
        assert entry.keys() == SECTIONS
        if "errors" not in expected:
            assert entry["errors"] == []
        agrees(entry, expected, entry["file"])
