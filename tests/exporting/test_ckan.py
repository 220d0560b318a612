"""CKAN's own parser of DCAT reads the export; it needs libraries that do not go with ours."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Export = Callable[..., str]
# CKAN is no part of the tools of the checks; the variable names a Python that has it, made with
#   python3 -m venv ckan && ckan/bin/pip install 'ckan[requirements]' ckanext-dcat
PYTHON = Path(os.environ.get("SIGHTLINE_CKAN_PYTHON") or "/nonexistent")
READ = """
import json, sys
from ckanext.dcat.processors import RDFParser
parser = RDFParser(profiles=["euro_dcat_ap_3", "euro_health_dcat_ap"])
parser.parse(sys.stdin.read(), _format="turtle")
print(json.dumps(list(parser.datasets())))
"""


@pytest.fixture(scope="module")
def read() -> Callable[[str], dict[str, Any]]:
    """Give what the parser finds in Turtle: datasets of CKAN by their title."""
    if not PYTHON.is_file():
        pytest.skip("no CKAN here: SIGHTLINE_CKAN_PYTHON names a Python that has ckanext-dcat")

    def parsed(text: str) -> dict[str, Any]:
        ran = subprocess.run(
            [PYTHON, "-c", READ], input=text, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return {each["title"]: each for each in json.loads(ran.stdout)}

    return parsed


def test_ckan_finds_the_datasets_and_the_service_that_they_reach(
    export: Export, read: Callable[[str], dict[str, Any]]
) -> None:
    found = read(export("dcat-ap", "--activity", "human-review", "--compat", "ckan"))
    tickets = found["Support tickets"]
    extras = {each["key"]: each["value"] for each in tickets["extras"]}
    assert extras["identifier"] == "https://data.example.org/tickets"
    assert extras["issued"] == "2025-03-01"
    assert extras["publisher_name"] == "Example Corporation"
    assert tickets["personal_data"] == ["https://w3id.org/dpv/pd#Contact"]
    for name in ("Support tickets", "Answers"):  # the second by lineage
        (resource,) = found[name]["resources"]
        (service,) = json.loads(resource["access_services"])
        assert (service["title"], service["identifier"]) == ("desk/chat", "main.json/desk/chat")
    # Not known to reach anything: CKAN is told of no service, and of no denial.
    assert found["Prices"]["resources"] == []
    documents = [each for each in found.values() if each["notes"].startswith("State ")]
    assert len(documents) == 5


def test_ckan_finds_no_service_in_an_export_that_is_not_for_it(
    export: Export, read: Callable[[str], dict[str, Any]]
) -> None:
    found = read(export("dcat-ap", "--activity", "human-review"))
    assert {title for title, each in found.items() if each["resources"]} == set()
    assert {"Support tickets", "Answers", "Prices"} <= set(found)
