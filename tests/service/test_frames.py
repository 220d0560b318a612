"""Frames arrive as they were sent, in whatever pieces, and errors as they were raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sightline.errors import InputError, ServiceError, UnknownTermError, render
from sightline.service import frames
from sightline.service.frames import Frame, FrameError, Unpacker, error_json, pack, read_error

WORDS = some.text(max_size=5)
HEADS = some.dictionaries(WORDS, some.integers() | WORDS, max_size=2)
FRAMES = some.lists(some.tuples(HEADS, some.binary(max_size=40)), max_size=3)


@given(FRAMES, some.lists(some.integers(1, 30), min_size=1, max_size=3))
def test_frames_arrive_in_whatever_pieces(
    sent: list[tuple[dict[str, object], bytes]], sizes: list[int]
) -> None:
    data = b"".join(pack(head, body) for head, body in sent)
    unpacker, found, at, turn = Unpacker(), list[Frame](), 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        found += unpacker.feed(data[at : at + size])
        at, turn = at + size, turn + 1

    assert found == sent


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 8,
        b"\0\0\0\2\xff\xff\xff\xff{}",
        b"\0\0\0\2\0\0\0\0[]",
        b"\0\0\0\1\0\0\0\0{",
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        list(Unpacker().feed(data))


def test_what_is_too_long_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_BODY", 10)

    with pytest.raises(InputError, match="so much"):
        pack({}, b"x" * 11)


def test_errors_are_made_again() -> None:
    unknown = UnknownTermError("actor", "micorsoft", ["customer", "microsoft"])

    again = read_error(error_json(unknown))

    assert type(again) is UnknownTermError
    assert render(again) == render(unknown)
    assert again.matches == ["microsoft"]


@pytest.mark.parametrize("name", ["SystemExit", "Iterable", "get_args", "", None])
def test_only_errors_of_ours_are_made(name: object) -> None:
    again = read_error({"class": name, "code": "no.code", "message": "x"})

    assert type(again) is ServiceError
    assert again.code == "service.failed"
