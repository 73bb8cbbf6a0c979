"""Blocks that wait are worked together, in order, each record once, and never more than a block's worth."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.blocks import Block
from streams.engine.inbox import Inbox, joined
from tests.engine.fake_log import ARecord


def delivered(first: int, records: int, *, start: int | None, size: int = 1, generation: int = 1) -> Any:
    """Return the event of a block of records from offset ``first`` on."""
    block = Block([ARecord(offset=first + number, value=bytes(size)) for number in range(records)], records * size)
    block.start = start
    return SimpleNamespace(value=block, message=SimpleNamespace(generation_id=generation))


DELIVERIES = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2), st.booleans(), st.booleans()), max_size=30
)


@given(DELIVERIES, st.integers(1, 12), st.integers(1, 30))
def test_what_was_delivered_is_worked_once_and_in_order(
    deliveries: list[Any], most_records: int, most_bytes: int
) -> None:
    inbox, given_events, taken, offset, generation = Inbox(most_records, most_bytes), [], [], 0, 1
    for records, size, hole, moved, takes in deliveries:
        generation += moved
        event = delivered(offset + hole, records, start=offset, size=size, generation=generation)
        offset += hole + records
        inbox.put(event)
        given_events.append(event)
        if takes:
            taken.append(inbox.take())
    while events := inbox.take():
        taken.append(events)
    assert [event for events in taken for event in events] == given_events
    for events in filter(None, taken):
        block = joined(events)
        assert list(block) == [record for event in events for record in event.value]
        assert (block.start, block.size) == (events[0].value.start, sum(len(record.value) for record in block))
        assert len({event.message.generation_id for event in events}) == 1
        assert len(events) == 1 or (len(block) <= most_records and block.size <= most_bytes)


def test_what_repeats_or_skips_is_worked_by_itself() -> None:
    inbox = Inbox(100, 100)
    again, skips, unknown = delivered(0, 3, start=0), delivered(9, 1, start=8), delivered(10, 1, start=None)
    for event in (delivered(0, 3, start=0), again, skips, unknown):
        inbox.put(event)
    assert [len(inbox.take()) for _ in range(4)] == [1, 1, 1, 1]


async def test_who_delivers_waits_while_a_full_block_is_waiting() -> None:
    inbox = Inbox(4, 100)
    inbox.put(delivered(0, 3, start=0))
    await inbox.room()
    inbox.put(delivered(3, 2, start=3))
    waiting = asyncio.create_task(inbox.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert len(inbox.take()) == 1
    await waiting


def test_an_inbox_is_full_when_a_block_s_worth_waits_and_no_longer_once_it_is_taken() -> None:
    inbox = Inbox(most_records=10, most_bytes=1_000)
    inbox.put(delivered(0, 6, start=0))
    assert not inbox.is_full
    inbox.put(delivered(6, 4, start=6))
    assert inbox.is_full
    inbox.take()
    assert not inbox.is_full
