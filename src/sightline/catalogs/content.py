"""Read the bytes of a file into plain values, with limits on what one file may cost."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from sightline.errors import InputError

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 200
MAX_MEMBERS = 5_000_000
MAX_YAML = 8_000_000
"""Characters of a YAML file."""
MAX_NODES = 500_000
"""Nodes of a YAML file, those that aliases repeat counted each time."""
MAX_ENTRIES = 20_000
MAX_ENTRY = 64 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 200
"""Bytes that one byte of an archive may unpack to."""

_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def too_large(message: str) -> InputError:
    """Make the error for a file that goes beyond a limit."""
    return InputError("input.too-large", message, "export less at once, or split the file")


def decode(content: bytes) -> str:
    """Decode the bytes of a text file; raises InputError (``input.not-text``)."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"it is not {encoding.removesuffix('-sig').upper()} text (byte {error.start})"
        raise InputError("input.not-text", message, "save the file as UTF-8") from None
    if "\0" in text:
        raise InputError("input.not-text", "it holds null characters", "save the file as UTF-8")
    return text


def read_json(text: str) -> Any:
    """Parse JSON, or lines of it, which become a list.

    Raises InputError: ``input.too-large`` or ``input.syntax``.
    """
    _check_brackets(text)
    try:
        return _loaded(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise _syntax(error, error.lineno) from None
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = []
    for number, line in lines:
        try:
            found.append(_loaded(line))
        except json.JSONDecodeError as error:
            raise _syntax(error, number) from None
    return found


def _loaded(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise too_large("its brackets nest too deep") from None
    except ValueError as error:  # a number of too many digits, or NaN
        raise InputError("input.syntax", str(error)[:200], "correct the number") from None
    return _whole(value) if _SURROGATE.search(text) else value


def _syntax(error: json.JSONDecodeError, line: int) -> InputError:
    message = f"line {line}: {error.msg[:1].lower()}{error.msg[1:]}"
    return InputError("input.syntax", message, "check the place that the message names")


def _check_brackets(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        sign = found[0]
        if sign in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise too_large(f"its brackets nest deeper than {MAX_DEPTH} levels")
        elif sign in "}]":
            depth -= 1
    if text.count(",") + text.count(":") > MAX_MEMBERS:
        raise too_large(f"it has more than {MAX_MEMBERS} members")


def read_yaml(text: str) -> Any:
    """Parse one YAML document into plain values, without tags of Python.

    Raises InputError: ``input.too-large`` or ``input.syntax``.
    """
    if len(text) > MAX_YAML:
        raise too_large(f"it has more than {MAX_YAML} characters")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                depth += 1
                if depth > MAX_DEPTH // 2:
                    raise too_large(f"it nests deeper than {MAX_DEPTH // 2} levels")
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                depth -= 1
        root = yaml.compose(text, Loader=_LOADER)
        return None if root is None else _Maker().made(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = " ".join(str(getattr(error, "problem", None) or "it is no YAML").split())
        line = mark.line + 1 if mark else 1
        message = f"line {line}: {problem[:200]}"
        if "nesting" in problem:  # a limit of the parser's own, which newer ones have
            raise too_large(message) from None
        raise InputError("input.syntax", message, "check the place that it names") from None


class _Maker:
    """Build values from nodes; what aliases repeat counts each time."""

    def __init__(self) -> None:
        self.left = MAX_NODES
        self.above: set[int] = set()

    def made(self, node: yaml.Node) -> Any:
        self.left -= 1
        if self.left < 0:
            raise too_large("it has more members than can be read, or aliases that multiply them")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self.above:
            raise too_large("an alias of it leads back to itself")
        self.above.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.made(each) for each in node.value]
            return {
                _whole(str(name.value)) if isinstance(name, yaml.ScalarNode) else "?": self.made(
                    value
                )
                for name, value in node.value
            }
        finally:
            self.above.discard(id(node))


def _scalar(node: yaml.ScalarNode) -> Any:
    """Give a scalar as JSON has it; what only YAML knows, as a date, keeps its spelling."""
    kind = node.tag.rpartition(":")[2]
    text = str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    try:
        if kind == "int" and len(text) < 20:
            return int(text)
        if kind == "float" and float(text) - float(text) == 0:
            return float(text)
    except ValueError:
        pass
    return _whole(text)


def archive_names(content: bytes) -> list[str]:
    """List the names in an archive, without unpacking any; raises InputError (``input.syntax``)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        message = f"the archive cannot be read: {error}"
        raise InputError("input.syntax", message, "export it again") from None


def read_zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the files of an archive with their names, and never more than the limits allow.

    Raises InputError: ``input.too-large`` or ``input.syntax``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise too_large(f"the archive has more than {MAX_ENTRIES} files")
            # What the archive says of sizes may be false: what comes out is counted.
            left = min(MAX_UNPACKED, max(len(content) * MAX_RATIO, 1024 * 1024))
            for entry in entries:
                if entry.is_dir():
                    continue
                with archive.open(entry) as stream:
                    data = stream.read(min(MAX_ENTRY, left) + 1)
                if len(data) > min(MAX_ENTRY, left):
                    raise too_large(f"'{entry.filename}' of the archive unpacks to too much")
                left -= len(data)
                yield entry.filename, data
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        message = f"the archive cannot be read: {error}"
        raise InputError("input.syntax", message, "export it again, without a password") from None
    except ValueError as error:
        raise InputError("input.syntax", f"the archive is broken: {error}") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _whole(value: Any) -> Any:
    """Replace lone surrogates, which no output can encode."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(member) for member in value]
    if isinstance(value, Mapping):
        return {_whole(name): _whole(member) for name, member in value.items()}
    return value
