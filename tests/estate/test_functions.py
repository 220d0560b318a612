"""Every function of templates that the evaluator knows has a case, and every case holds."""

import json
from pathlib import Path

import pytest
import yaml

from sightline.estate import Settings, read_content
from sightline.estate.evaluator import Special
from sightline.estate.functions import PLAIN
from sightline.estate.specials import SPECIAL
from sightline.estate.values import to_json

CASES = yaml.safe_load((Path(__file__).parent / "functions.yaml").read_text("utf-8"))
TEMPLATE = {
    "contentVersion": "1.0.0.0",
    "parameters": {
        "known": {"type": "string", "defaultValue": "abc"},
        "needed": {"type": "string"},
        "bounded": {"type": "string", "allowedValues": ["a", "b"]},
        "flag": {"type": "bool"},
        "adminPassword": {"type": "secureString", "defaultValue": "hunter2hunter2"},
    },
    "variables": {"list": [1, 2, 3], "loops": "[variables('loops')]"},
    "functions": [
        {
            "namespace": "lib",
            "members": {
                "twice": {
                    "parameters": [{"name": "x", "type": "string"}],
                    "output": {
                        "type": "string",
                        "value": "[concat(parameters('x'), parameters('x'))]",
                    },
                }
            },
        }
    ],
}


def evaluate(expression):
    resource = {"type": "A.B/c", "name": "n", "properties": {"value": expression}}
    template = {**TEMPLATE, "resources": [resource]}
    file = read_content("t.json", json.dumps(template).encode(), Settings())
    assert not file.errors
    return to_json(file.resources[0].get("properties", "value"))


@pytest.mark.parametrize("expression", CASES)
def test_an_expression_has_its_value(expression):
    found, expected = evaluate(expression), CASES[expression]
    if isinstance(expected, dict) and expected.keys() == {"reason"}:
        assert found["reason"] == expected["reason"]
        assert "hunter2" not in json.dumps(found)
    elif isinstance(expected, dict) and expected.keys() == {"one_of"}:
        assert found["one_of"] == expected["one_of"]
        assert found["expression"].startswith("[")
    else:
        assert json.dumps(found) == json.dumps(expected)


# Functions that give what only Azure knows all end in the same line of code.
ALIKE = """
    base64tojson datauri datauritostring datetimefromepoch datetimetoepoch float
    lessorequals greater lambdavariables array copyindex uricomponenttostring tryindexfromend
    managementgroupresourceid subscriptionresourceid namespace.* list* newguid utcnow providers
    pickzones getsecret externalinput deployer tenant managementgroup tologicalzone
    tologicalzones tophysicalzone tophysicalzones fail
""".split()


def test_every_function_has_a_case():
    text = " ".join(CASES).lower()
    functions: dict[str, Special | object] = {**PLAIN, **SPECIAL}
    missing = [name for name in functions if f"{name}(" not in text and name not in ALIKE]
    assert missing == []
