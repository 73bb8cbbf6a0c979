"""Partitions that were fetched together begin together, and none waits for one that does not come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.blocks import Block
from streams.engine.rounds import Rounds
from tests.engine.fake_log import ARecord


def an_event(partition: int, first: int, records: int = 1) -> Any:
    block = Block([ARecord(partition=partition, offset=first + number) for number in range(records)], records)
    block.start = first
    return SimpleNamespace(value=block, message=SimpleNamespace(partition=partition, generation_id=1))


class Works:
    """Notes which partitions began at which turn of the loop, and every offset worked."""

    def __init__(self, most_records: int = 100) -> None:
        self.rounds = Rounds("stage", most_records, 1 << 20, self.work)
        self.began: list[list[int]] = []
        self.worked: dict[int, list[int]] = {}
        self.has_worked = asyncio.Event()

    async def work(self, events: Sequence[Any]) -> None:
        partition = events[0].message.partition
        if not self.began or not self._same_turn:
            self.began.append([])
            self._same_turn = True
            asyncio.get_running_loop().call_soon(self._turn_over)
        self.began[-1].append(partition)
        await asyncio.sleep(0)
        self.worked.setdefault(partition, []).extend(record.offset for event in events for record in event.value)
        self.has_worked.set()

    _same_turn = False

    def _turn_over(self) -> None:
        self._same_turn = False


async def test_what_was_fetched_together_begins_at_one_turn_though_it_is_delivered_at_several() -> None:
    works = Works()
    works.rounds.fetched([0, 1, 2])
    for partition in range(3):
        await works.rounds.deliver(an_event(partition, 0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await works.rounds.finish()
    assert works.began == [[0, 1, 2]]


async def test_a_partition_that_is_never_delivered_holds_the_others_up_no_longer_than_that() -> None:
    works = Works()
    works.rounds.fetched([0, 1])
    await works.rounds.deliver(an_event(0, 0))
    await asyncio.wait_for(works.has_worked.wait(), 10)
    assert works.worked == {0: [0]}


async def test_a_full_block_waits_for_no_other_partition() -> None:
    works = Works(most_records=3)
    works.rounds.fetched([0, 1])
    async with asyncio.timeout(10):
        await works.rounds.deliver(an_event(0, 0, records=3))
        await works.rounds.deliver(an_event(0, 3, records=3))  # would wait for room for ever
    assert works.began == [[0]]
    await works.rounds.finish()
    assert works.worked == {0: [0, 1, 2, 3, 4, 5]}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 3), min_size=1), st.sets(st.integers(0, 3)), st.integers(1, 4)), max_size=12
    )
)
async def test_whatever_was_delivered_is_worked_once_and_in_order(
    fetches: list[tuple[set[int], set[int], int]],
) -> None:
    """Also where Faust drops what was fetched, or delivers what nobody told of."""
    works, offsets = Works(most_records=5), dict.fromkeys(range(4), 0)
    for told, delivered, records in fetches:
        works.rounds.fetched(told)
        for partition in sorted(delivered):
            await works.rounds.deliver(an_event(partition, offsets[partition], records))
            offsets[partition] += records
    await works.rounds.finish()
    assert works.worked == {partition: list(range(end)) for partition, end in offsets.items() if end}
