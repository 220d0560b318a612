"""The real command and the SDK's real client, over stdio and over HTTP."""

import asyncio
import re
import subprocess
import sys

import httpx
import pytest

pytest.importorskip("mcp", reason="the package mcp is not installed")

from mcp import Client, StdioServerParameters

ASKED = {"configuration": {"offering": "serverless-api"}, "data": "prompts"}


def asked(transport):
    async def use():
        async with Client(transport) as client:
            assert len((await client.list_tools()).tools) == 8
            return (await client.call_tool("access", ASKED)).structured_content

    return asyncio.run(use())


def test_stdio():
    command = StdioServerParameters(command=sys.executable, args=["-m", "sightline", "mcp"])
    assert asked(command)["answer"]["access"]


@pytest.fixture
def address():
    command = [sys.executable, "-m", "sightline", "mcp", "--http", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield found[0]
        process.terminate()
        process.communicate(timeout=20)


def test_http(address):
    assert asked(address)["answer"]["access"]
    # A page that a browser of this machine shows may not speak to it.
    for header in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert httpx.post(address, json={}, headers=header).status_code in (403, 421)
