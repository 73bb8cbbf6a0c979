"""What is taken away is let go at once: nothing of it is sent, nothing is stepped, nothing past the end is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat

import pytest

from streams.engine.errors import StaleBlockError
from streams.engine.recovery import Recovering
from streams.engine.stage import PartitionState, Step
from streams.engine.store import MemoryStore
from streams.kafka.record import Record
from tests.broker.counting import CountingStage
from tests.engine.fake_log import FakeLog
from tests.engine.owner import CHANGELOG, a_block, an_owner, owns, recovered


@pytest.mark.parametrize("looks", range(3))
async def test_a_block_taken_away_while_it_is_worked_sends_nothing(looks: int) -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    mine = chain([True] * looks, repeat(False))
    before = {place: list(held) for place, held in log.partitions.items()}
    with pytest.raises(StaleBlockError):
        await owner.work(a_block(b"a", b"b"), still_owned=lambda: next(mine))
    assert log.partitions == before


class Stepped(CountingStage):
    """Counts the steps of its state."""

    steps = 0

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        stage = self

        class State:
            def take(self, records: Sequence[Record]) -> None: ...

            def step(self, now: datetime) -> Step:
                stage.steps += 1
                return Step()

        return State()


async def test_time_does_not_pass_for_a_partition_that_was_taken_away() -> None:
    log, stage = FakeLog(), Stepped("count", "in", "out")
    owner = await recovered(an_owner(log, stage=stage), log)
    await owner.work(a_block(b"a"), still_owned=owns)
    assert not await owner.tick(still_owned=lambda: False)
    assert stage.steps == 1
    await owner.tick(still_owned=owns)
    assert stage.steps == 2


async def test_a_recovery_reads_to_its_end_though_more_was_fetched() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a"), still_owned=owns)
    end = len(log.records(CHANGELOG))
    await owner.work(a_block(b"b", first=1, start=1), still_owned=owns)
    part = Recovering(MemoryStore(), owner.writer, "in")
    part.take(log.records(CHANGELOG), end)
    assert (part.value(b"a"), part.value(b"b"), part.position) == (b"1", None, end)
