"""A TCP proxy before a broker that cuts, slows and loses what passes through it.

It reads whole Kafka frames, so that it can lose exactly the acknowledgement of a produce request: the broker has
appended, and the sender cannot know it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Final, Self

_PRODUCE: Final = 0
FETCH: Final = 1
OFFSET_COMMIT: Final = 8
_LENGTH: Final = struct.Struct(">i")
_REQUEST: Final = struct.Struct(">hhi")
_LARGEST: Final = 64 * 1024 * 1024
_CALL_SECONDS: Final = 10.0


class Proxy:
    """Forwards ``port`` to ``target`` of the loopback interface while a ``with`` block lasts, in a thread of its own.

    Kafka's clients go wherever the broker says it is: have it advertise ``port``.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.acknowledgements_lost = 0
        self.resets = 0
        self._bytes_per_second: float | None = None
        self._lose = 0
        self._swallowed: frozenset[int] = frozenset()
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy {port}", daemon=True)
        self._server: asyncio.Server | None = None

    def reset(self) -> None:
        """Cut all connections with a TCP reset; new ones may be made at once."""
        self._call(self._reset())

    def throttle(self, bytes_per_second: float | None) -> None:
        """Let no more than so many bytes pass per second, connection and direction; None: as many as will."""
        self._bytes_per_second = bytes_per_second

    def lose_acknowledgements(self, number: int) -> None:
        """Of the next ``number`` produce requests the answer is lost and the connection reset."""
        self._lose = number

    def swallow(self, *kinds: int) -> None:
        """Let requests of these kinds (Kafka's API keys) come to nothing from now on; without any all pass again."""
        self._swallowed = frozenset(kinds)

    def swallows(self, kind: int) -> bool:
        return kind in self._swallowed

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_SECONDS)

    async def _reset(self) -> None:
        self.resets += len(self._links)
        for link in list(self._links):
            link.cut()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=_LARGEST)

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.cut()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=_LARGEST)
        except OSError:
            writer.close()  # the broker is down: so are we
            return
        link = _Link(self, writer, far_writer)
        self._links.add(link)
        try:
            await asyncio.wait(
                [
                    asyncio.create_task(link.requests(reader, far_writer)),
                    asyncio.create_task(link.responses(far_reader, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._links.discard(link)
            link.close()

    def loses_this(self) -> bool:
        """Return whether the answer to a produce request that has just come is to be lost."""
        if self._lose <= 0:
            return False
        self._lose -= 1
        return True

    async def pace(self, size: int) -> None:
        """Wait as long as ``size`` bytes take."""
        rate = self._bytes_per_second
        if rate is not None:
            await asyncio.sleep(size / rate)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CALL_SECONDS)
        self._loop.close()


class _Link:
    """One client's connection and the one it stands for."""

    def __init__(self, proxy: Proxy, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._writers = (near, far)
        self._lost: set[int] = set()
        """Correlation ids of the requests whose answers are not to arrive."""

    async def requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                api, _, correlation = _REQUEST.unpack_from(frame, _LENGTH.size)
                if self._proxy.swallows(api):
                    continue
                if api == _PRODUCE and self._proxy.loses_this():
                    self._lost.add(correlation)
                await self._pass(frame, writer)

    async def responses(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                (correlation,) = _LENGTH.unpack_from(frame, _LENGTH.size)
                if correlation in self._lost:
                    self._proxy.acknowledgements_lost += 1
                    self.cut()
                    return
                await self._pass(frame, writer)

    async def _pass(self, frame: bytes, writer: asyncio.StreamWriter) -> None:
        await self._proxy.pace(len(frame))
        writer.write(frame)
        await writer.drain()

    def cut(self) -> None:
        """End both connections with a reset: what is on its way is lost."""
        for writer in self._writers:
            link = writer.get_extra_info("socket")
            if link is not None:
                with contextlib.suppress(OSError):
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(_LENGTH.size)
    return head + await reader.readexactly(_LENGTH.unpack(head)[0])
