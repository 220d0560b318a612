"""What is kept: the answers used last, each made once, and no failure."""

import asyncio

import pytest

from sightline.server.api.kept import Kept, Written


def answering(kept):
    made = []

    async def get(key, size=10, fail=False):
        async def make():
            made.append(key)
            await asyncio.sleep(0)
            if fail:
                raise ValueError(key)
            return Written(key.encode() * size)

        return await kept.get(key, make)

    return get, made


def test_an_answer_is_made_once():
    async def run():
        get, made = answering(Kept())
        first = await asyncio.gather(*(get("a") for _ in range(5)))
        assert await get("a") == first[0]
        assert made == ["a"]

    asyncio.run(run())


def test_a_failure_is_told_to_all_and_not_kept():
    async def run():
        get, made = answering(Kept())
        found = await asyncio.gather(
            *(get("a", fail=True) for _ in range(3)), return_exceptions=True
        )
        assert [type(error) for error in found] == [ValueError] * 3
        assert (await get("a")).content
        assert made == ["a", "a"]

    asyncio.run(run())


def test_who_leaves_does_not_take_the_answer_from_the_others():
    async def run():
        get, made = answering(Kept())
        leaving, staying = asyncio.ensure_future(get("a")), asyncio.ensure_future(get("a"))
        await asyncio.sleep(0)
        leaving.cancel()
        assert (await staying).content
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert made == ["a"]

    asyncio.run(run())


def test_what_was_not_used_for_longest_goes_first():
    async def run():
        kept = Kept(most=160)
        get, made = answering(kept)
        names = [chr(ord("a") + n) for n in range(16)]
        for name in names:
            await get(name)
        await get("a")
        await get("z")  # there is room for 16
        await get("a")
        await get("b")
        assert made == [*names, "z", "b"]
        await get("huge", size=100)
        await get("huge", size=100)
        assert made[-2:] == ["huge", "huge"]
        assert kept.hits == 2

    asyncio.run(run())
