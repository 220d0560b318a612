"""Files, folders and standard input are read; what the user adds is checked."""

import json
import sys

import pytest

from sightline.errors import InputError
from sightline.estate import Settings, read_content, read_estate, with_parameters
from sightline.estate.reading import unused_parameters

ACCOUNT = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
    "type": "Microsoft.CognitiveServices/accounts",
}
TEMPLATE = {
    "contentVersion": "1.0.0.0",
    "parameters": {
        "size": {"type": "int"},
        "on": {"type": "bool"},
        "list": {"type": "array"},
        "text": {"type": "string"},
    },
    "resources": [
        {
            "type": "A.B/c",
            "name": "[parameters('text')]",
            "sku": {
                "name": "X",
                "capacity": "[parameters('size')]",
                "on": "[parameters('on')]",
                "list": "[parameters('list')]",
            },
        }
    ],
}


def test_folders_are_searched_for_estate_files(tmp_path):
    for name in ("b.json", "a/c.json", "terraform.tfstate", ".hidden/d.json", "e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps([ACCOUNT]), "utf-8")
    seen = []
    files = read_estate([tmp_path, "-"], stdin=b"[]", progress=seen.append)
    names = [file.file.removeprefix(f"{tmp_path}/") for file in files]
    assert names == ["a/c.json", "b.json", "terraform.tfstate", "-"]
    assert len(seen) == 3
    assert files[0].sha256 == files[1].sha256
    assert [len(file.resources) for file in files] == [1, 1, 1, 0]


def test_a_missing_file_is_an_entry_with_an_error(tmp_path):
    (file,) = read_estate([tmp_path / "none.json"])
    assert [error.code for error in file.errors] == ["input.not-found"]
    assert file.format is None


def test_parameters_take_the_type_that_the_template_declares():
    given = ["size=3", "on=True", 'list=["a"]', "text=3"]
    settings = with_parameters(Settings(), [], given)
    file = read_content("t.json", json.dumps(TEMPLATE).encode(), settings)
    sku = file.resources[0].get("sku")
    assert (sku["capacity"], sku["on"], sku["list"]) == (3, True, ["a"])
    assert file.resources[0].name == "3"


def test_parameters_that_no_template_has_are_told():
    settings = with_parameters(Settings(), [], ["Size=3", "colour=red"])
    file = read_content("t.json", json.dumps(TEMPLATE).encode(), settings)
    assert unused_parameters([file], settings) == ["colour"]


def test_a_pair_without_a_sign_is_an_error():
    with pytest.raises(InputError, match="sets no parameter"):
        with_parameters(Settings(), [], ["size"])


def test_a_parameter_file_of_another_kind_is_an_error(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(json.dumps([ACCOUNT]), "utf-8")
    with pytest.raises(InputError, match="is no parameter file"):
        with_parameters(Settings(), [path])


def test_lines_of_properties_are_found():
    content = json.dumps(TEMPLATE, indent=1).encode()
    (resource,) = read_content("t.json", content, Settings()).resources
    lines = content.decode().splitlines()
    assert '"capacity"' in lines[resource.line_of("SKU", "capacity") - 1]
    assert '"sku"' in lines[resource.line_of("sku") - 1]
    assert resource.line_of("missing") == resource.line


def test_terraform_source_without_its_extra_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "hcl2.api", None)
    file = read_content("x", b'resource "a" "b" {}', Settings())
    (error,) = file.errors
    assert "the extra 'source'" in error.message
    assert "pip install 'sightline[source]'" in error.hint


def test_variables_are_set_by_a_file_of_values(tmp_path):
    path = tmp_path / "prod.tfvars"
    path.write_text('sku = "Standard"\nplace = upper("x")\nopen = file("y")\n', "utf-8")
    values = with_parameters(Settings(), [path]).parameters
    assert (values["sku"], values["place"]) == ("Standard", "X")
    assert values["open"].reason == "not-evaluated"


def test_bicep_gives_way_to_what_it_was_compiled_into(tmp_path):
    (tmp_path / "main.bicep").write_text(
        "module a 'a.bicep' = { name: 'a' }\nresource b 'A.B/c@1' = { name: 'b' }\n", "utf-8"
    )
    (tmp_path / "a.bicep").write_text("resource b 'A.B/c@1' = { name: 'b' }\n", "utf-8")
    (tmp_path / "main.json").write_text(json.dumps(TEMPLATE), "utf-8")
    files = {file.file.rpartition("/")[2]: file for file in read_estate([tmp_path])}
    assert {name: len(file.resources) for name, file in files.items()} == {
        "main.json": 1,
        "main.bicep": 0,
        "a.bicep": 0,
    }
    assert "which is compiled" in files["main.bicep"].notes[0]


def test_the_lines_of_properties_in_source_are_found():
    bicep = "resource b 'A.B/c@1' = {\n  name: 'b'\n  sku: {\n    name: 'S'\n  }\n}\n"
    (one,) = read_content("x", bicep.encode(), Settings()).resources
    assert (one.line, one.find_line("sku", "name"), one.find_line("kind")) == (1, 4, None)
    source = (
        'resource "azurerm_cognitive_deployment" "d" {\n  name = "d"\n  sku {\n'
        '    name = "S"\n  }\n  model {\n    name = "m"\n  }\n}\n'
    )
    (one,) = read_content("x", source.encode(), Settings()).resources
    assert one.find_line("sku", "name") == 4
    assert one.find_line("properties", "model", "name") == 7
