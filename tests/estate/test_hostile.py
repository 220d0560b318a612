"""Files made to harm cost little and end with a result or with errors of one line."""

import json
import os
import random
from pathlib import Path
from time import monotonic

import pytest
import yaml

from sightline.errors import render
from sightline.estate import Budget, Settings, read_content, read_contents, report_json

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
SMALL = Settings(budget=Budget(seconds=2, steps=200_000))


def check(content, settings=SMALL):
    """Read and report a file; whatever it holds, each error is one line and all is JSON."""
    file = read_content("x.json", content, settings)
    for error in file.errors:
        assert "\n" not in render(error).partition("\nhint: ")[0]
    json.dumps(report_json([file]), allow_nan=False).encode("utf-8")
    return file


def template(**sections):
    return json.dumps({"$schema": SCHEMA, "contentVersion": "1.0.0.0", **sections}).encode()


def resource(value, **more):
    return {"type": "A.B/c", "name": "n", "properties": {"x": value}, **more}


DOUBLING = {"v0": "aaaaaaaaaa"} | {
    f"v{i}": f"[concat(variables('v{i - 1}'), variables('v{i - 1}'))]" for i in range(1, 60)
}
NESTING = {"v0": ["a"]} | {
    f"v{i}": f"[createArray(variables('v{i - 1}'), variables('v{i - 1}'))]" for i in range(1, 60)
}
CHAIN = {"v0": "a"} | {f"v{i}": f"[variables('v{i - 1}')]" for i in range(1, 3000)}
LOOP = {"a": "[variables('b')]", "b": "[variables('a')]"}
FUNCTIONS = [
    {
        "namespace": "f",
        "members": {"g": {"parameters": [], "output": {"value": "[concat(f.g(), f.g())]"}}},
    }
]
MANY = {
    f"p{i}": {"type": "string", "allowedValues": [str(n) for n in range(40)]} for i in range(20)
}
COUNTED = {"name": "c", "count": 5000}


def nested(levels):
    inner = {"resources": [resource(1)]}
    for _ in range(levels):
        properties = {"expressionEvaluationOptions": {"scope": "inner"}, "template": inner}
        kind = "Microsoft.Resources/deployments"
        inner = {
            "resources": [
                {"type": kind, "name": "d", "copy": {"name": "c", "count": 800}}
                | {"properties": properties}
            ]
        }
    return inner["resources"]


@pytest.mark.parametrize(
    "sections",
    [
        {"variables": DOUBLING, "resources": [resource("[variables('v59')]")]},
        {"variables": NESTING, "resources": [resource("[variables('v59')]")]},
        {"variables": CHAIN, "resources": [resource("[variables('v2999')]")]},
        {"variables": LOOP, "resources": [resource("[variables('a')]")]},
        {"functions": FUNCTIONS, "resources": [resource("[f.g()]")]},
        {
            "parameters": MANY,
            "resources": [resource(f"[concat({','.join(f'parameters({p!r})' for p in MANY)})]")],
        },
        {"resources": [resource("[" + "concat(" * 5000 + "'a'" + ")" * 5000 + "]")]},
        {"resources": [resource("[" + "a" * 200_000 + "]")]},
        {"resources": [resource("[variables('a')" + ".b" * 50_000 + "]")]},
        {"resources": [resource("[range(0, 99999999)]")]},
        {"resources": [resource("[padLeft('a', 999999999)]")]},
        {"resources": [resource("[mul(" * 40 + "9" * 30 + ", 9)" * 40 + "]")]},
        {"resources": [resource(1, copy={"name": "c", "count": 99_999_999})]},
        {"resources": [resource(1, copy={"name": "c", "count": -1})]},
        {"resources": [resource({"copy": [{**COUNTED, "input": {"copy": [{**COUNTED}]}}]})]},
        {"resources": nested(6)},
        {"resources": [resource("[reduce(range(0, 9999), createArray(), "
                                "lambda('a', 'b', createArray(lambdaVariables('a'))))]")]},
        {"resources": [resource("[map(range(0, 9999), lambda('a', range(0, 9999)))]")]},
        {"resources": [resource("[reference('n').x]", name="[reference('n').y]")]},
        {"resources": [resource(1, dependsOn=["[resourceId('A.B/c', 'n')]", "n", 3, None])]},
        {"resources": {"a": resource(1, dependsOn=["b"]), "b": resource(1, dependsOn=["a"])}},
        {"resources": [{"resources": [{"resources": [3, None, []]}]}, "x", 7, None, [[]]]},
        {"parameters": [], "variables": 3, "functions": {}, "resources": [resource("[a.b()]")]},
        {"resources": [resource(1) | {"name": {"a": 1}, "type": ["x"], "condition": []}]},
        {"resources": [{"type": "Microsoft.Resources/deployments", "name": 3, "properties": []}]},
    ],
    ids=lambda sections: json.dumps(sections)[:60],
)  # fmt: skip
def test_a_hostile_template_costs_little(sections):
    start = monotonic()
    check(template(**sections))
    assert monotonic() - start < 10


@pytest.mark.parametrize(
    "document",
    [
        [[[[[[[[]]]]]]]],
        {"value": [None, 3, "x", []]},
        {"data": {"columns": [3], "rows": [[1, 2], 3, None]}, "count": 1},
        {"data": [{"id": 3, "type": [], "name": {}}], "count": "x"},
        {"changes": [3, {"changeType": 4}, {"changeType": "Create", "after": {"id": "/"}}]},
        {"predictedResources": {"a": 1}},
        {"format_version": 1, "resource_changes": [3, {"mode": "managed", "change": []}]},
        {"format_version": 1, "values": {"root_module": {"child_modules": [3, {}]}}},
        {"terraform_version": "1", "resources": [{"instances": [{"attributes": 3}, 4]}]},
        {"deployment": {"resources": [3, {"type": 3, "urn": []}, {"type": "azure-native:a:B"}]}},
        {"steps": [{"newState": {"type": "azure:cognitive/account:Account", "inputs": 3}}]},
        {"responses": {"200": {"body": [[3]]}, "201": 3}},
        {"id": "/providers//", "type": "a/b"},
        {"id": "/subscriptions/s/providers/A.B/c", "properties": 3},
    ],
    ids=lambda document: json.dumps(document)[:40],
)
def test_a_file_of_wrong_shape_is_read_or_refused(document):
    check(json.dumps(document).encode())


ACCOUNT = "resource a 'Microsoft.CognitiveServices/accounts@2025-06-01' = {{ name: {} }}\n"
BLOCK = 'resource "azurerm_cognitive_account" "a" {{ name = {} }}\n'


@pytest.mark.parametrize(
    "text",
    [
        ACCOUNT.format("[" * 3000 + "]" * 3000),
        ACCOUNT.format("(" * 3000 + "1" + ")" * 3000),
        ACCOUNT.format("!" * 100_000 + "true"),
        ACCOUNT.format("a" + ".b" * 50_000),
        ACCOUNT.format("1" + " + 1" * 50_000),
        ACCOUNT.format("'" + "${" * 3000 + "a" + "}" * 3000 + "'"),
        ACCOUNT.format("'" + "x" * 1_000_000),
        ACCOUNT.format("'" + "${x}" * 100_000 + "'"),
        ACCOUNT.format("range(0, 99999999)"),
        ACCOUNT.format("[for a in range(0, 9999): [for b in range(0, 9999): '${a}${b}']]"),
        ACCOUNT.format("a.name"),
        ACCOUNT.format("9" * 100_000),
        "var a = b\nvar b = a\n" + ACCOUNT.format("a"),
        "var a = [for x in [1]: a]\n" + ACCOUNT.format("a"),
        "param x string = y\nparam y string = x\n" + ACCOUNT.format("x"),
        "".join(f"var v{i} = [v{i - 1}, v{i - 1}]\n" for i in range(1, 60)) + ACCOUNT.format("v59"),
        "".join(f"var v{i} = v{i - 1}\n" for i in range(1, 3000)) + ACCOUNT.format("v2999"),
        "param x string\n" * 20_000,
        "param x" + " " * 1_000_000 + "string /* " + "*" * 1_000_000,
        "@" * 100_000 + "\nparam x string\n",
        "param x " + "a | " * 100_000 + "b\n",
        "param x " + "{" * 100_000 + "\n",
        "resource a 'A.B/c@1' = {\n" * 3000,
        "resource a 'A.B/c@1' = {\n parent: a\n name: 'x'\n}\n",
        "resource a 'A.B/c@1' = {\n parent: b\n name: 'x'\n}\n"
        "resource b 'A.B/c@1' = {\n parent: a\n name: 'y'\n}\n",
        BLOCK.format("[" * 3000 + "]" * 3000),
        BLOCK.format("(" * 3000 + "1" + ")" * 3000),
        BLOCK.format("!" * 20_000 + "true"),
        BLOCK.format("a" + ".b" * 5_000),
        BLOCK.format("1" + " + 1" * 5_000),
        BLOCK.format('"' + "${" * 3000 + "a" + "}" * 3000 + '"'),
        BLOCK.format('"' + "x" * 1_000_000),
        BLOCK.format("<<A\n" + "x\n" * 200_000),
        BLOCK.format("9" * 10_000),
        BLOCK.format("azurerm_cognitive_account.a.name"),
        'resource "a" "b" { count = 99999999 }',
        'resource "a" "b" { count = length(a.b) }',
        'resource "a" "b" { count = a.b[0].count }',
        'locals { a = local.b\n b = local.a }\n' + BLOCK.format("local.a"),
        "locals {\n" + "".join(f"v{i} = [local.v{i - 1}, local.v{i - 1}]\n" for i in range(60))
        + "}\n" + BLOCK.format("local.v59"),
        'module "a" { source = "./" }\n',
        'module "a" { source = "." \n count = 5000 }\n',
        "variable \"x\" {}\n" * 5_000,
        "/* " + "*" * 1_000_000,
        "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 500)),
        "a: " + "[" * 100_000,
        "a: &a [x]\n" + "".join(
            f"b{i}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 4)}]\n" for i in range(20)
        ),
        "a: &a [*a]\n",
        "a: !!python/object/apply:os.system [exit]\n",
        "? [a]\n: b\n",
        "a: 2026-99-99\nb: 0x\nc: .nan\nid: /providers//\ntype: a/b\n",
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_hostile_source_costs_little(text):
    start = monotonic()
    check(text.encode())
    assert monotonic() - start < 10


def test_templates_that_lead_to_one_another_end():
    link = {"type": "Microsoft.Resources/deployments", "copy": {"name": "c", "count": 3}}
    files = {
        f"{number}.json": template(
            resources=[
                link | {"name": "d", "properties": {"templateLink": {"relativePath": f"{to}.json"}}}
                for to in range(4)
            ]
        )
        for number in range(4)
    }
    start = monotonic()
    report_json(read_contents(files, SMALL))
    assert monotonic() - start < 30


def mutated(content, chance):
    """Change a file in one of the ways in which files go wrong."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 200)]
            case 3:
                data[at:at] = chance.choice([b"{", b"}", b"[", b"]", b'"', b",", b"null", b"[["])
            case 4:
                data[at:at] = chance.choice(
                    [b"[parameters('x')]", b"-1", b"\\ud800", b"true", b"'", b"(", b")", b"1e99"]
                )
            case _:
                data = data[: at + 1]
        if not data:
            return b"{}"
    return bytes(data)


def swapped(content, chance):
    """Exchange values of a well-formed file for others, so that it stays well-formed."""
    try:
        document = json.loads(content)
    except ValueError:
        return content
    nodes = []

    def gather(node):
        if isinstance(node, (dict, list)):
            keys = list(node) if isinstance(node, dict) else range(len(node))
            for key in keys:
                nodes.append((node, key))
                gather(node[key])

    gather(document)
    odd = [None, 3, -1.5, True, "", "[", "[]", [], {}, [[]], "[resourceGroup()]", "a/b", {"a": {}}]
    for _ in range(chance.randint(1, 4)):
        node, key = chance.choice(nodes)
        other, place = chance.choice(nodes)
        node[key] = chance.choice([*odd, json.loads(json.dumps(other[place]))])
    return json.dumps(document).encode()


# SIGHTLINE_FUZZ=100000 tries more; a thousand take half a second.
TRIES = int(os.environ.get("SIGHTLINE_FUZZ", "1000"))


def test_mutated_files_are_read_or_refused():
    chance = random.Random(20260901)
    contents = [
        content.encode()
        for path in CASES
        for content in yaml.safe_load(path.read_text("utf-8"))["files"].values()
        if len(content) > 20
    ]
    for number in range(TRIES):
        change = swapped if number % 2 else mutated
        check(change(chance.choice(contents), chance))
