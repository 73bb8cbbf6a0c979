"""Whose block is worked: long ones of a stage go one after the other, so that each sends while the next is worked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Shared by the partitions of a stage.

    If all were worked slice by slice in turn, all would be done at one moment, and then all would wait for their
    acknowledgements with nothing left to do. Short blocks take no turn: those of one fetch send together.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting: set[int] = set()
        self._slices = 0

    @asynccontextmanager
    async def turn(self, partition: int) -> AsyncIterator[None]:
        """Wait for the turn of the partition's block; it ends when the block is worked, and before it is sent."""
        self._waiting.add(partition)
        try:
            await self._lock.acquire()
        finally:
            self._waiting.discard(partition)
        try:
            yield
        finally:
            self._lock.release()

    def took_slice(self) -> None:
        """Note that a block that has its turn got on."""
        self._slices += 1

    def slices_before(self, partition: int) -> int:
        """Return how often those got on that the partition waits for; while that moves, so does the partition."""
        return self._slices if partition in self._waiting else 0
