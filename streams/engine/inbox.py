"""What was delivered of one partition and is not begun yet: small blocks become one while they wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from streams.engine.blocks import Block


class Inbox:
    """The events of one partition's blocks, in the order of their delivery.

    What a small block costs is mostly its acknowledgements, whatever it holds: blocks that come while another is
    being worked are worked together. A full block's worth may wait; who delivers more waits in :meth:`room`.
    """

    def __init__(self, most_records: int, most_bytes: int) -> None:
        self._most_records = most_records
        self._most_bytes = most_bytes
        self._events: deque[Any] = deque()
        self._records = 0
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    @property
    def is_full(self) -> bool:
        """Whether a full block's worth is waiting."""
        return not self._room.is_set()

    @property
    def waiting(self) -> bool:
        """Whether there is something to take."""
        return bool(self._events)

    async def room(self) -> None:
        """Wait until less than a full block is waiting."""
        await self._room.wait()

    def put(self, event: Any) -> None:
        """Add a delivered block's event."""
        self._events.append(event)
        self._count(event.value, 1)

    def take(self) -> Sequence[Any]:
        """Return the events of the next block to be worked; none where nothing waits.

        They are of one generation of the group and follow each other without a hole or a repetition, and
        together they are no larger than a block may be.
        """
        taken: list[Any] = []
        records = size = 0
        while self._events:
            event = self._events[0]
            block = event.value
            records, size = records + len(block), size + block.size
            if taken and (records > self._most_records or size > self._most_bytes or not _follows(event, taken[-1])):
                break
            taken.append(self._events.popleft())
            self._count(block, -1)
        return taken

    def _count(self, block: Block, sign: int) -> None:
        self._records += sign * len(block)
        self._bytes += sign * block.size
        if self._records < self._most_records and self._bytes < self._most_bytes:
            self._room.set()
        else:
            self._room.clear()


def _follows(event: Any, before: Any) -> bool:
    return bool(
        event.message.generation_id == before.message.generation_id and event.value.start == before.value[-1].offset + 1
    )


def joined(events: Sequence[Any]) -> Block:
    """Return the blocks of ``events`` as one; at least one event."""
    if len(events) == 1:
        only: Block = events[0].value
        return only
    blocks = [event.value for event in events]
    block = Block((record for each in blocks for record in each), sum(each.size for each in blocks))
    block.start = blocks[0].start
    return block
