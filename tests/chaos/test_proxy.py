"""The proxy itself: what it is not asked to spoil arrives whole."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator

import pytest

from tests.chaos.proxy import Proxy
from tests.ports import free_port


def a_request(api: int, correlation: int, body: bytes = b"") -> bytes:
    content = struct.pack(">hhi", api, 9, correlation) + body
    return struct.pack(">i", len(content)) + content


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that answers every request with its correlation id."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(4):
            request = await reader.readexactly(struct.unpack(">i", head)[0])
            writer.write(struct.pack(">i", 4) + request[4:8])
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    answer: int = struct.unpack(">ii", await reader.readexactly(8))[1]
    return answer


async def test_frames_pass_unchanged(echo: int) -> None:
    with Proxy(free_port(), echo) as proxy:
        link = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert [await ask(*link, a_request(1, number, b"x" * 100_000)) for number in range(5)] == [0, 1, 2, 3, 4]


async def test_a_reset_ends_the_connections_and_new_ones_work(echo: int) -> None:
    with Proxy(free_port(), echo) as proxy:
        link = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await ask(*link, a_request(1, 7)) == 7
        await asyncio.to_thread(proxy.reset)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await ask(*link, a_request(1, 8))
        link = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await ask(*link, a_request(1, 9)) == 9


async def test_only_the_answers_of_produce_requests_are_lost(echo: int) -> None:
    with Proxy(free_port(), echo) as proxy:
        proxy.lose_acknowledgements(1)
        link = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await ask(*link, a_request(3, 1)) == 1
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await ask(*link, a_request(0, 2))
        link = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await ask(*link, a_request(0, 3)) == 3
        assert proxy.acknowledgements_lost == 1


async def test_a_throttled_connection_is_no_faster_than_asked(echo: int) -> None:
    with Proxy(free_port(), echo) as proxy:
        proxy.throttle(100_000)
        link = await asyncio.open_connection("127.0.0.1", proxy.port)
        began = time.monotonic()
        assert await ask(*link, a_request(1, 1, b"x" * 20_000)) == 1
        assert time.monotonic() - began > 0.15
