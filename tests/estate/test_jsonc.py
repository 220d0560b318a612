"""Objects know their lines, and properties can be found in the text."""

import pytest

from sightline.errors import InputError
from sightline.estate.jsonc import read
from sightline.estate.settings import Budget

TEXT = """// first
{
  "a": {"b": 1},
  "list": [
    {"c": "}{", "D": {
      "e": 2
    }},
    {}
  ],
  "a\\"b": "\\ud800",
}
"""


def test_objects_know_their_lines():
    document, source = read(TEXT.encode(), Budget())
    lines = [
        source.line(node.start)
        for node in (document, document["a"], document["list"][0], document["list"][1])
    ]
    assert lines == [2, 3, 5, 8]


def test_properties_are_found_whatever_their_case():
    document, source = read(TEXT.encode(), Budget())
    assert source.line_of(document, ["A", "b"]) == 3
    assert source.line_of(document["list"][0], ["d", "E"]) == 6
    assert source.line_of(document["list"][0], ["missing"]) == 5
    assert source.line_of(document, ["list", "x"]) == 4


def test_lone_surrogates_are_replaced():
    document, _ = read(TEXT.encode(), Budget())
    assert document['a"b'] == "�"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_with_a_mark_are_read(encoding):
    content = '{"é": 1}'.encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    assert read(content, Budget())[0] == {"é": 1}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff{}", "input.not-text"),
        (b'{"a": "\x00"}', "input.not-text"),
        (b"[" * 100_000, "input.too-large"),
        (b'{"a":' * 100_000, "input.too-large"),
        (b"[1,]]", "input.syntax"),
        (b"{'a': 1}", "input.syntax"),
        (b'{"a": 1e999999, "b": Infinity}', "input.syntax"),
        (b"1" * 10_000, "input.syntax"),
        (b'"' + b"\\" * 99_999, "input.syntax"),
        (b"/*" * 50_000, "input.syntax"),
    ],
)
def test_what_is_no_json_is_one_error(content, code):
    with pytest.raises(InputError) as caught:
        read(content, Budget())
    assert caught.value.code == code
    assert "\n" not in caught.value.message


def test_a_file_beyond_the_budget_is_refused():
    with pytest.raises(InputError, match="more than 3 bytes"):
        read(b"[1]]", Budget(bytes=3))
    with pytest.raises(InputError, match="more than 2 members"):
        read(b"[1,2,3,4]", Budget(nodes=2))
