"""Long blocks of a stage take turns: while one is sent the next is worked. Short ones go side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from streams.engine.errors import SendRefusedError
from streams.engine.stage import Output, PartitionState, Step
from streams.engine.turns import Turns
from streams.kafka.record import Record
from tests.broker.counting import CountingStage
from tests.engine.fake_log import FakeLog
from tests.engine.owner import a_block, an_owner, owns, recovered

LONG, SHORT = 40, 3
"""Records of a block of several slices, and of one: the first slice has 16."""


class Diary(CountingStage):
    """Notes which partition works and sends; each sends one record to the partition of its own number."""

    def __init__(self) -> None:
        super().__init__("count", "in")
        self.noted: list[str] = []
        self.second_stepped = asyncio.Event()

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        noted, second_stepped = self.noted, self.second_stepped

        class State:
            def take(self, records: Sequence[Record]) -> None:
                noted.append(f"{partition} takes")

            def step(self, now: datetime) -> Step:
                noted.append(f"{partition} steps")
                if partition == 1:
                    second_stepped.set()
                return Step([Output("out", b"k", b"v", partition=partition)])

        return State()

    def committed(self, partition: int, step: Step) -> None:
        self.noted.append(f"{partition} is done")


async def side_by_side(log: FakeLog, stage: Diary, records: int) -> list[str | BaseException | int]:
    """Work a block of this many records in each of two partitions of one stage; return what became of them."""
    turns = Turns()
    owners = [await recovered(an_owner(log, stage=stage, turns=turns, partition=number), log) for number in (0, 1)]
    blocks = (owner.work(a_block(*[b"k"] * records), still_owned=owns) for owner in owners)
    return list(await asyncio.gather(*blocks, return_exceptions=True))


async def test_while_a_long_block_is_sent_the_next_one_is_worked() -> None:
    log, stage = FakeLog(), Diary()

    async def until_the_other_has_stepped(topic: str, partition: int) -> None:
        if topic == "out" and partition == 0:
            await asyncio.wait_for(stage.second_stepped.wait(), 10)

    log.on_send = until_the_other_has_stepped
    assert await side_by_side(log, stage, LONG) == [LONG, LONG]
    assert stage.noted[:4] == ["0 takes", "0 takes", "0 steps", "1 takes"]


async def test_short_blocks_are_worked_before_either_is_sent() -> None:
    log, stage = FakeLog(), Diary()

    async def note(topic: str, partition: int) -> None:
        if topic == "out":
            stage.noted.append("sent")

    log.on_send = note
    assert await side_by_side(log, stage, SHORT) == [SHORT, SHORT]
    assert stage.noted.index("1 steps") < stage.noted.index("sent")


async def test_a_turn_ends_with_a_block_that_fails() -> None:
    log, stage = FakeLog(), Diary()

    async def refuse(topic: str, partition: int) -> None:
        if topic == "out" and partition == 0:
            raise ConnectionError

    log.on_send = refuse
    failed, worked = await side_by_side(log, stage, LONG)
    assert isinstance(failed, ConnectionError | SendRefusedError)
    assert worked == LONG


async def test_who_waits_for_a_turn_moves_as_those_before_it_do() -> None:
    turns = Turns()

    async def take_a_turn() -> None:
        async with turns.turn(1):
            raise AssertionError("the turn is another's")

    async with turns.turn(0):
        waiting = asyncio.create_task(take_a_turn())
        await asyncio.sleep(0)
        before = turns.slices_before(1)
        turns.took_slice()
        assert turns.slices_before(1) > before
        assert turns.slices_before(0) == 0
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert turns.slices_before(1) == 0
