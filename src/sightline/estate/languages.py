"""Tell by its content in which language a file is written."""

import re

SPACE = re.compile(r"(?:[\s\ufeff]++|//[^\n]*+|#[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
TERRAFORM = re.compile(
    r"^[ \t]*+(?:(?:resource|data|ephemeral)[ \t]++\"[\w-]++\"[ \t]++\"[\w-]++\"[ \t]*+\{"
    r"|(?:variable|output|module|provider|check|backend)[ \t]++\"[\w-]++\"[ \t]*+\{"
    r"|(?:locals|terraform|moved|import|removed)[ \t]*+\{)",
    re.MULTILINE,
)
BICEP = re.compile(
    r"^[ \t]*+(?:targetScope[ \t]*+="
    r"|(?:resource|module)[ \t]++\w++[ \t]++'"
    r"|(?:param|output|func)[ \t]++\w++[ \t(]"
    r"|param[ \t]++\w++[ \t]*+[=\n]"
    r"|(?:var|type|metadata)[ \t]++\w++[^\n=:]{0,80}="
    r"|import[ \t]++[{*'])",
    re.MULTILINE,
)
VALUES = re.compile(r"[A-Za-z_][\w-]*+[ \t]*+=(?!=)")
YAML = re.compile(
    r"(?:---|%YAML|-[ \t\n]|(?:\"[^\"\n]*+\"|'[^'\n]*+'|[$\w][^\n:]*+):(?:[ \t\n]|$))"
)

BICEP_SOURCE = "bicep-source"
TERRAFORM_SOURCE = "terraform-source"
TERRAFORM_VALUES = "terraform-values"


def language(text: str) -> str:
    """Tell the language of a text: a source format, ``yaml``, or ``json`` for all else.

    >>> language('resource "a" "b" {}'), language("param x string"), language("a: 1")
    ('terraform-source', 'bicep-source', 'yaml')
    """
    start = SPACE.match(text)
    at = start.end() if start else 0
    if at >= len(text) and "#" in text:
        return TERRAFORM_SOURCE  # comments alone, of a kind that JSON has not even with comments
    if at >= len(text) or text[at] in '{["':
        return "json"
    if TERRAFORM.search(text):
        return TERRAFORM_SOURCE
    if BICEP.search(text):
        return BICEP_SOURCE
    if VALUES.match(text, at):
        return TERRAFORM_VALUES
    return "yaml" if YAML.match(text, at) else "json"
