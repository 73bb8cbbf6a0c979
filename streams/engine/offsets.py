"""Which offset of a partition may be committed: the longest prefix of delivered and acknowledged blocks.

No arithmetic on offset numbers: a block skips over holes of compaction or transactions, and only the order of
delivery says what came before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Source = TypeVar("Source", bound=Hashable)


class Token:
    """One delivered block: where the next one begins, and whether this one is acknowledged.

    The flag lives here and not in the message, so that the ledger does not keep a block's records alive.
    """

    __slots__ = ("acked", "next_offset")

    def __init__(self, next_offset: int) -> None:
        self.next_offset = next_offset
        self.acked = False


class OffsetLedger(Generic[Source]):
    """Delivered blocks of each partition in order, until they are acknowledged."""

    def __init__(self) -> None:
        self._delivered: dict[Source, deque[Token]] = {}
        self._committable: dict[Source, int] = {}
        self._position: dict[Source, int] = {}

    def deliver(self, source: Source, next_offset: int) -> Token:
        """Note that a block ending before ``next_offset`` was handed out; return its token."""
        token = Token(next_offset)
        self._delivered.setdefault(source, deque()).append(token)
        self._position[source] = next_offset
        return token

    def position(self, source: Source) -> int | None:
        """Return where the next delivered block should begin, or None before the first."""
        return self._position.get(source)

    def committable(self, source: Source) -> int | None:
        """Return the next offset to read once every block before it is acknowledged; None if none is yet."""
        queue = self._delivered.get(source)
        while queue and queue[0].acked:
            self._committable[source] = queue.popleft().next_offset
        return self._committable.get(source)

    def waiting(self, source: Source) -> int:
        """Return how many blocks are delivered and not yet part of the committable prefix."""
        return len(self._delivered.get(source, ()))

    def forget(self, sources: Iterable[Source]) -> None:
        """Drop everything known of revoked or repositioned partitions; late acknowledgements change nothing."""
        for source in sources:
            self._delivered.pop(source, None)
            self._committable.pop(source, None)
            self._position.pop(source, None)

    def sources(self) -> set[Source]:
        """Return the partitions with anything delivered since they were last forgotten."""
        return set(self._position)
