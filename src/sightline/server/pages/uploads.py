"""Read the files that a form sends; they stay in memory, and nothing of them is kept."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, ImmutableMultiDict, QueryParams, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from sightline.errors import InputError, RequestError

FILES = 200
FIELDS = 2_000
HELD = 2 * 1024 * 1024
"""Contents up to this size stand in the page that answers, so that its form can send them again."""

_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_PASTED = "pasted"
_PASTED_NAME = "pasted text"


class _InMemory(MultiPartParser):
    """Never writes a part to the disk: the size of the whole body is limited before."""

    spool_max_size = 1 << 40

    async def parse(self) -> FormData:
        try:
            return await super().parse()
        except BaseException:
            for file in self._files_to_close_on_error:
                file.close()
            raise


@dataclass(frozen=True)
class Sent:
    """What a form sent: files by name, and the other fields."""

    files: Mapping[str, bytes]
    fields: ImmutableMultiDict[str, str]

    @property
    def body(self) -> bytes:
        """The contents one after another, as the tasks about estates take them."""
        return b"".join(self.files.values())

    @property
    def listing(self) -> list[dict[str, object]]:
        """Name and size of each file."""
        return [{"name": name, "size": len(held)} for name, held in self.files.items()]

    def held(self) -> list[str]:
        """Write the files as values of hidden fields; none if they are too large for a page."""
        if len(self.body) > HELD:
            return []
        return [f"{_encoded(n.encode())}.{_encoded(held)}" for n, held in self.files.items()]


async def read_form(request: Request, most: int) -> Sent:
    """Read the form of a request: from its query, or from a body of at most ``most`` bytes.

    Raises InputError for a body that is too large and for two files of one name, and RequestError
    for a body that is no form.
    """
    if request.method != "POST":
        return Sent({}, request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = _limited(request, most)
    try:
        if kind == "multipart/form-data":
            parser = _InMemory(
                request.headers, stream, max_files=FILES, max_fields=FIELDS, max_part_size=most
            )
            form = await parser.parse()
        elif kind == "application/x-www-form-urlencoded":
            form = await FormParser(request.headers, stream).parse()
        else:
            hint = "send multipart/form-data, as the form of the page does"
            raise RequestError("request.media-type", f"{kind or 'the body'} is no form", hint)
        try:
            return await _sent(form)
        finally:
            await form.close()
    except MultiPartException as error:
        hint = "send it again from the form of the page"
        raise RequestError("request.malformed", _line(error.message), hint) from error


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most:
            message = f"the files have more than {most // (1024 * 1024)} MiB together"
            raise InputError("input.too-large", message, "send fewer, or use the command line")
        yield chunk


async def _sent(form: FormData) -> Sent:
    files: dict[str, bytes] = {}
    fields: list[tuple[str, str]] = []

    def add(name: str, content: bytes) -> None:
        if name in files:
            raise InputError("input.value", f"two files are named {name!r}", "rename one")
        files[name] = content

    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if value.filename:  # a field of files that was left empty has none
                add(file_name(value.filename), content)
        elif name == _PASTED:
            if value.strip():
                add(_PASTED_NAME, value.encode(errors="replace"))
        elif name == "held":
            add(*_decoded(value))
        else:
            fields.append((name, value))
    return Sent(files, QueryParams(fields))


def file_name(text: str) -> str:
    r"""Make a name that can be shown in a line out of one that anybody may have chosen.

    >>> file_name("main.json"), file_name("a\nb\u202e.json"), file_name("")
    ('main.json', 'a b .json', 'unnamed')
    """
    name = _line(text.replace("\\", "/"))
    return name if len(name) <= _NAME else f"…{name[-_NAME:]}"


def _line(text: str) -> str:
    # A half of a surrogate pair is no text that could be sent on.
    plain = text.encode(errors="replace").decode()
    return _CONTROL.sub(" ", plain).strip() or "unnamed"


def _encoded(content: bytes) -> str:
    return b64encode(content).decode()


def _decoded(value: str) -> tuple[str, bytes]:
    name, dot, content = value.partition(".")
    try:
        if dot:
            named = b64decode(name, validate=True).decode()
            return file_name(named), b64decode(content, validate=True)
    except (NotBase64, ValueError):
        pass
    hint = "send it again from the form of the page"
    raise RequestError("request.malformed", "a file in the form is damaged", hint)
