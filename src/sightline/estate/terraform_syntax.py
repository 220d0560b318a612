"""Parse the source of Terraform into blocks and into expressions that can be evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sightline.errors import InputError
from sightline.estate.expressions import Access, Call, Literal, Node
from sightline.estate.secrets import scrub
from sightline.estate.settings import Budget, too_large
from sightline.estate.values import shorten

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_SIZE = 2_000_000
"""Characters of a file: the parser takes a second for a few hundred thousand."""

MAX_DEPTH = 60
STRING = re.compile(r'"(?:[^"\\\n$%]|\\.|[$%](?!\{))*+"')
OPEN = "terraform.open"
BINARY = {
    "*": "mul", "+": "add", "-": "sub", "<": "less", "<=": "lessorequals",
    ">": "greater", ">=": "greaterorequals", "==": "equals", "&&": "and", "||": "or",
}  # fmt: skip
FUNCTIONS = {
    "lower": "tolower", "upper": "toupper", "length": "length", "concat": "concat",
    "contains": "contains", "keys": "objectkeys", "trimspace": "trim",
    "toset": "terraform.same", "tolist": "terraform.same", "tomap": "terraform.same",
    "nonsensitive": "terraform.same", "distinct": "union", "min": "min", "max": "max",
    "startswith": "startswith", "endswith": "endswith",
}  # fmt: skip
"""Functions that mean the same in templates of Azure, by the names they have there."""

ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(slots=True)
class Block:
    """A block: its type and labels, its attributes with their offsets, and the blocks in it."""

    type: str
    labels: list[str]
    start: int
    attributes: dict[str, tuple[Node, int]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


def parse_terraform(text: str, budget: Budget) -> Block:
    """Parse a file into one block that holds all others.

    Raises InputError: ``input.syntax``, ``input.too-large``, or ``input.value`` without the parser.
    """
    try:
        from hcl2.api import parses_to_tree
        from lark.exceptions import UnexpectedInput
    except ImportError:
        raise InputError(
            "input.value",
            "reading the source of Terraform needs the extra 'source'",
            "pip install 'sightline[source]', or give the output of 'terraform show -json'",
        ) from None
    if len(text) > min(MAX_SIZE, budget.bytes):
        raise too_large(f"it has more than {MAX_SIZE} characters")
    _check_depth(text)
    try:
        tree = parses_to_tree(text + "\n")
    except UnexpectedInput as error:
        raise InputError(
            "input.syntax",
            f"line {error.line}: it is no Terraform from here on",
            "check it with 'terraform validate'",
        ) from None
    root = Block("", [], 0)
    _Reader(text).body(tree.children[0], root)
    return root


def _check_depth(text: str) -> None:
    """Refuse brackets that nest too deep for the parser, whatever stands between them."""
    depth = deepest = 0
    for found in re.finditer(rf"{STRING.pattern}|[(\[{{]|[)\]}}]", text):
        if found[0] in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in ")]}":
            depth = max(0, depth - 1)
    if deepest > MAX_DEPTH:
        raise too_large(f"its brackets nest deeper than {MAX_DEPTH} levels")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def body(self, tree: Tree[Token], into: Block) -> None:
        for each in _trees(tree):
            if each.data == "attribute":
                name, value = _first(each.children[0]), each.children[-1]
                node = self.node(value)
                into.attributes[name] = (node, _start(value, _start(each, 0)))
            elif each.data == "block":
                into.blocks.append(self.block(each))

    def block(self, tree: Tree[Token]) -> Block:
        names: list[str] = []
        made = Block("", [], _start(tree, 0))
        for each in _trees(tree):
            if each.data == "body":
                self.body(each, made)
            elif each.data == "string":
                names.append("".join(str(part) for part in each.scan_values(_is_chars)))
            else:
                names.append(_first(each))
        made.type, made.labels = names[0], names[1:]
        return made

    # Expressions

    def node(self, tree: Any) -> Node:
        """Make an expression that can be evaluated; what has no counterpart stays open."""
        text = self.spelled(tree)
        if not hasattr(tree, "data"):
            return self.open(tree)
        make = getattr(self, f"_{tree.data}", None)
        node: Node | None = make(tree, text) if make is not None else None
        return node if node is not None else self.open(tree)

    def open(self, tree: Any) -> Node:
        start = _start(tree, 0)
        return Call(OPEN, (Literal(start, ""),), self.spelled(tree))

    def spelled(self, tree: Any) -> str:
        meta = getattr(tree, "meta", None)
        start, end = getattr(meta, "start_pos", 0), getattr(meta, "end_pos", 0)
        text = self.text[start : min(end, start + 2000)]
        return shorten(scrub(" ".join(text.split())))

    def _expr_term(self, tree: Tree[Token], text: str) -> Node | None:
        inner = list(_trees(tree))
        return self.node(inner[0]) if len(inner) == 1 else None

    def _int_lit(self, tree: Tree[Token], text: str) -> Node | None:
        digits = _first(tree)
        return Literal(int(digits), text) if len(digits) < 20 else None

    def _float_lit(self, tree: Tree[Token], text: str) -> Node | None:
        digits = _first(tree)
        return Literal(float(digits), text) if len(digits) < 20 else None

    def _literal_value(self, tree: Tree[Token], text: str) -> Node:
        return Call(_first(tree), (), text)

    def _identifier(self, tree: Tree[Token], text: str) -> Node:
        return Call("terraform.name", (Literal(_first(tree), ""),), text)

    def _string(self, tree: Tree[Token], text: str) -> Node | None:
        pattern, nodes = "", []
        for part in _parts(tree):
            held = part.children[0]
            if hasattr(held, "data"):
                if held.data != "interpolation":
                    return None
                inner = list(_trees(held))
                nodes.append(self.node(inner[0]))
                pattern += f"{{{len(nodes) - 1}}}"
            else:
                chars = _unescaped(str(held))
                pattern += chars.replace("{", "{{").replace("}", "}}")
        if not nodes:
            return Literal(pattern.replace("{{", "{").replace("}}", "}"), text)
        if len(nodes) == 1 and pattern == "{0}":
            return nodes[0]
        return Call("format", (Literal(pattern, ""), *nodes), text)

    def _heredoc(self, tree: Tree[Token], text: str) -> Node | None:
        lines = _first(tree).splitlines()[1:-1]
        if any("${" in line or "%{" in line for line in lines):
            return None
        return Literal("\n".join(lines), text)

    _heredoc_template = _heredoc

    def _tuple(self, tree: Tree[Token], text: str) -> Node:
        return Call("createarray", tuple(self.node(each) for each in _trees(tree)), text)

    def _object(self, tree: Tree[Token], text: str) -> Node:
        args: list[Node] = []
        for each in _trees(tree):
            key, value = list(_trees(each))
            name = _word(key)
            inner = next(_trees(key), None)
            args.append(Literal(name, name) if name else self.node(inner))
            args.append(self.node(value))
        return Call("createobject", tuple(args), text)

    def _conditional(self, tree: Tree[Token], text: str) -> Node:
        return Call("if", tuple(self.node(each) for each in _trees(tree)), text)

    def _unary_op(self, tree: Tree[Token], text: str) -> Node:
        inner = self.node(tree.children[-1])
        if str(tree.children[0]) == "!":
            return Call("not", (inner,), text)
        return Call("sub", (Literal(0, "0"), inner), text)

    def _binary_op(self, tree: Tree[Token], text: str) -> Node | None:
        left, term = list(_trees(tree))[:2]
        operator, right = list(_trees(term))[:2]
        sign, nodes = _first(operator), (self.node(left), self.node(right))
        if sign == "!=":
            return Call("not", (Call("equals", nodes, text),), text)
        return Call(BINARY[sign], nodes, text) if sign in BINARY else None

    def _get_attr_expr_term(self, tree: Tree[Token], text: str) -> Node:
        target, attribute = list(_trees(tree))[:2]
        name = _first(attribute.children[-1])
        return self.access(self.node(target), Literal(name, name), text)

    def _index_expr_term(self, tree: Tree[Token], text: str) -> Node:
        target, index = list(_trees(tree))[:2]
        if index.data == "short_index":
            return self.access(self.node(target), Literal(int(str(index.children[-1])), ""), text)
        inner = next(_trees(index))
        return self.access(self.node(target), self.node(inner), text)

    def access(self, target: Node, key: Node, text: str) -> Node:
        """Make the access to an attribute, or the reference that it is a part of."""
        if isinstance(target, Call) and target.name == "terraform.name":
            first, *more = (arg.value for arg in target.args if isinstance(arg, Literal))
            name = key.value if isinstance(key, Literal) else None
            if not more and first == "var" and isinstance(name, str):
                return Call("terraform.variable", (Literal(name, name),), text)
            if not more and first == "local" and isinstance(name, str):
                return Call("terraform.local", (Literal(name, name),), text)
            if not more and first in ("each", "count") and isinstance(name, str):
                return Call("lambdavariables", (Literal(f"{first}.{name}", ""),), text)
            if len(more) < (2 if first == "data" else 1) and isinstance(name, str):
                return Call("terraform.name", (*target.args, Literal(name, name)), text)
            return Call("terraform.access", (target, key), text)
        if isinstance(target, Call) and target.name == "terraform.access":
            return Call("terraform.access", (*target.args, key), text)
        return Access(target, key, text)

    def _function_call(self, tree: Tree[Token], text: str) -> Node | None:
        name = _first(next(_trees(tree)))
        held = [each for each in _trees(tree) if each.data == "arguments"]
        if any(str(each) == "..." for tree in held for each in tree.children):
            return None
        args = tuple(self.node(each) for tree in held for each in _trees(tree))
        if name in FUNCTIONS:
            return Call(FUNCTIONS[name], args, text)
        if name == "merge":
            return Call("shallowmerge", (Call("createarray", args, text),), text)
        if name == "lookup" and len(args) == 3:
            return Call("terraform.lookup", args, text)
        if name == "jsonencode" and len(args) == 1:
            return Call("terraform.json", args, text)
        if name == "join" and len(args) == 2:
            return Call("join", (args[1], args[0]), text)
        if name == "split" and len(args) == 2:
            return Call("split", (args[1], args[0]), text)
        if name == "format" and args and isinstance(args[0], Literal):
            pattern = str(args[0].value)
            if re.fullmatch(r"(?:[^%{}]|%s)*", pattern) and pattern.count("%s") == len(args) - 1:
                for number in range(len(args) - 1):
                    pattern = pattern.replace("%s", f"{{{number}}}", 1)
                return Call("format", (Literal(pattern, ""), *args[1:]), text)
        return None

    def _for_tuple_expr(self, tree: Tree[Token], text: str) -> Node | None:
        return self.loop(tree, text, "list")

    def _for_object_expr(self, tree: Tree[Token], text: str) -> Node | None:
        if any(str(each) == "..." for each in tree.children):
            return None
        return self.loop(tree, text, "object")

    def loop(self, tree: Tree[Token], text: str, kind: str) -> Node:
        intro, *rest = list(_trees(tree))
        *names, over = list(_trees(intro))
        condition: list[Node] = []
        if rest[-1].data == "for_cond":
            condition = [self.node(list(_trees(rest.pop()))[-1])]
        words = [Literal(_first(name), "") for name in names]
        made = [self.node(each) for each in rest]
        known = {str(word.value) for word in words}
        made, condition = ([_bound(each, known) for each in nodes] for nodes in (made, condition))
        spec = Literal(f"{kind} {len(words)} {len(made)} {len(condition)}", "")
        return Call("terraform.for", (spec, self.node(over), *words, *made, *condition), text)


def _bound(node: Node, names: set[str]) -> Node:
    """Read names as the variables of a loop."""
    if isinstance(node, Access):
        return Access(_bound(node.target, names), _bound(node.key, names), node.text, node.safe)
    if isinstance(node, Call):
        first = node.args[0] if node.args else None
        if node.name == "terraform.name" and isinstance(first, Literal) and first.value in names:
            made: Node = Call("lambdavariables", (first,), str(first.value))
            for key in node.args[1:]:
                made = Access(made, key, node.text)
            return made
        args = tuple(_bound(each, names) for each in node.args)
        if node.name == "terraform.access" and not (
            isinstance(args[0], Call) and args[0].name == "terraform.name"
        ):
            made = args[0]
            for key in args[1:]:
                made = Access(made, key, node.text)
            return made
        return Call(node.name, args, node.text)
    return node


def _trees(tree: Any) -> Iterator[Any]:
    for each in tree.children:
        if hasattr(each, "data") and each.data != "new_line_or_comment":
            yield each


def _parts(tree: Any) -> Iterator[Any]:
    return (each for each in _trees(tree) if each.data == "string_part")


def _first(tree: Any) -> str:
    """Give the first word of a tree."""
    while hasattr(tree, "data"):
        tree = tree.children[0]
    return str(tree)


def _word(key: Any) -> str:
    """Give the key of an object where it is a word; empty where it is an expression."""
    held = key
    while hasattr(held, "data"):
        if held.data in ("identifier", "keyword", "literal_value"):
            return _first(held)
        inner = [each for each in held.children if not _is_line(each)]
        if len(inner) != 1:
            return ""
        held = inner[0]
    return ""


def _is_line(tree: Any) -> bool:
    return getattr(tree, "data", "") == "new_line_or_comment"


def _is_chars(token: Any) -> bool:
    return getattr(token, "type", "") == "STRING_CHARS"


def _start(tree: Any, otherwise: int) -> int:
    found = getattr(getattr(tree, "meta", None), "start_pos", None)
    return otherwise if found is None else int(found)


def _unescaped(text: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            number = int(code, 16)
            valid = number < 0x110000 and not 0xD800 <= number < 0xE000
            return chr(number) if valid else "\ufffd"
        return ESCAPED.get(found[3], found[3])

    text = text.replace("$${", "${") if text.startswith("$${") else text
    text = text.replace("%%{", "%{") if text.startswith("%%{") else text
    return ESCAPE.sub(replaced, text)
