"""Each case file gives catalog files, and what the report must say of them."""

import json
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import yaml

from sightline import schemas
from sightline.catalogs import read_content, report_json

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*.yaml"))


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
def test_a_case_is_reported_as_expected(path):
    case = yaml.safe_load(path.read_text("utf-8"))
    needed = case.get("needs")
    if needed and find_spec(needed) is None:
        pytest.skip(f"the package {needed} is not installed: it comes with an extra")
    files = [read_content(name, text.encode()) for name, text in case["files"].items()]
    report = json.loads(json.dumps(report_json(files)))
    jsonschema.validate(report, schemas.load("catalog-import"))
    for entry, expected in zip(report["files"], case["expect"], strict=True):
        assert entry["errors"] == [], entry["file"]
        agrees(entry, expected, entry["file"])
        # What no case mentions is not there either.
        assert entry["unread"] == [] or "unread" in expected or "models" in entry["file"]
