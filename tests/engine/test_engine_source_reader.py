"""What a predecessor had announced is read again, as far as it still exists."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.engine import source_reader
from streams.engine.config import EngineConfig
from streams.engine.errors import RecoveryStalledError
from streams.engine.source_reader import SourceReader

CONFIG = EngineConfig(bootstrap_servers=("127.0.0.1:1",), recovery_stall_seconds=0.0)
"""Without patience: what does not come at once does not come."""


class APartition:
    """A consumer of a partition that holds only these offsets, and ends before ``end``."""

    def __init__(self, offsets: Sequence[int], end: int) -> None:
        self._offsets = offsets
        self._end = end
        self._position = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def assign(self, _: Any) -> None: ...

    def seek(self, _: Any, offset: int) -> None:
        # A position before the first record is set to it, and where there is none to the end, once the broker is asked.
        self._position = min([each for each in self._offsets if each >= offset], default=max(offset, self._end))

    async def getmany(self, tp: TopicPartition, **_: Any) -> dict[TopicPartition, list[Any]]:
        await asyncio.sleep(0)
        records = [SimpleNamespace(offset=offset) for offset in self._offsets if offset >= self._position]
        self._position = self._end
        return {tp: records} if records else {}

    async def position(self, _: TopicPartition) -> int:
        return self._position


@pytest.mark.parametrize(
    ("held", "end", "found"),
    [
        ([3, 4, 5, 6, 7], 8, [4, 5, 6]),
        ([5, 6], 7, [5, 6]),
        ([3, 4], 7, [4]),
        ([9], 10, []),
        ([], 7, []),
        ([], 20, []),
    ],
)
async def test_what_still_exists_is_read_and_nothing_is_waited_for(
    held: list[int], end: int, found: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_reader, "PatientConsumer", lambda **_: APartition(held, end))
    records = await SourceReader("in", CONFIG)(0, range(4, 7))
    assert [record.offset for record in records] == found


async def test_a_partition_that_ends_before_what_was_announced_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_reader, "PatientConsumer", lambda **_: APartition([3, 4], 5))
    with pytest.raises(RecoveryStalledError, match="at offset 5"):
        await SourceReader("in", CONFIG)(0, range(4, 7))
