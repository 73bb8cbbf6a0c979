"""When the blocks of a stage are begun: those of one fetch at one turn of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

from streams.engine.inbox import Inbox

_PATIENCE_SECONDS: Final = 0.05
"""How long partitions wait for another that was fetched with them: Faust drops what is being taken away."""


class Rounds:
    """Delivered blocks by partition, and the task of each partition that works them one after the other.

    Blocks of other partitions go on meanwhile: most of a small block's time is waiting for acknowledgements. What
    partitions send at one turn of the loop goes in common requests and batches, so they begin at one turn.
    """

    def __init__(
        self, stage: str, most_records: int, most_bytes: int, work: Callable[[Sequence[Any]], Awaitable[None]]
    ) -> None:
        self._stage = stage
        self._most_records = most_records
        self._most_bytes = most_bytes
        self._work = work
        self._inboxes: dict[int, Inbox] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        """What empties each partition's inbox, or did so last."""
        self._awaited: set[int] = set()
        """Partitions of the last fetch whose blocks are still to be delivered."""
        self._alarm: asyncio.TimerHandle | None = None

    def fetched(self, partitions: Iterable[int]) -> None:
        """Blocks of these partitions are about to be delivered, one after the other."""
        self._awaited.update(partitions)
        if self._awaited and self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self.begin)

    async def deliver(self, event: Any) -> None:
        """Take the event of a block; wait while a full block of its partition is waiting."""
        partition = event.message.partition
        inbox = self._inboxes.get(partition)
        if inbox is None:
            inbox = self._inboxes[partition] = Inbox(self._most_records, self._most_bytes)
        await inbox.room()
        inbox.put(event)
        self._awaited.discard(partition)
        if not self._awaited or inbox.is_full:
            self.begin()

    def begin(self) -> None:
        """Have worked what was delivered, each partition's as soon as what it had before is done."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._awaited.clear()
        for partition, inbox in self._inboxes.items():
            task = self._tasks.get(partition)
            if inbox.waiting and (task is None or task.done()):
                name = f"{self._stage} works partition {partition}"
                self._tasks[partition] = asyncio.create_task(self._empty(inbox), name=name)

    async def finish(self) -> None:
        """Return when everything that was delivered is worked."""
        self.begin()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    async def _empty(self, inbox: Inbox) -> None:
        while events := inbox.take():
            await self._work(events)
