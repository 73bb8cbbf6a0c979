"""A block whose outputs depend on where it ends is repeated just as it was, or else its first outputs would stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiokafka.errors import KafkaTimeoutError

from streams.engine.errors import SendRefusedError
from streams.engine.partition import OwnedPartition
from streams.engine.stage import Output
from tests.broker.counting import CountingStage
from tests.engine.fake_log import ARecord, FakeLog
from tests.engine.naming import NamingStage, live_names
from tests.engine.owner import CHANGELOG, NOON, an_owner, block_of, owns, recovered

SOURCE = [ARecord(offset=n, key=b"k", value=b"%d" % n) for n in range(12)]


async def die_before_the_changelog(log: FakeLog, owner: OwnedPartition, records: Sequence[ARecord]) -> None:
    """Work a block whose outputs are acknowledged and whose changes are not appended."""
    outputs = len(log.records("out")) + len(log.records("out", 1)) + len(log.records("out", 2))

    async def refuse(topic: str, partition: int) -> None:
        sent = sum(len(log.records("out", number)) for number in range(3))
        if topic == CHANGELOG and sent > outputs:
            raise KafkaTimeoutError

    log.on_send = refuse
    with pytest.raises(SendRefusedError):
        await owner.work(block_of(records, None), still_owned=owns)
    log.on_send = None


async def test_a_successor_repeats_the_announced_block_before_it_takes_a_larger_one() -> None:
    log = FakeLog()
    dying = await recovered(an_owner(log, stage=NamingStage()), log)
    await die_before_the_changelog(log, dying, SOURCE[:3])
    first = live_names(log)
    assert len(first) == 1

    later = an_owner(log, stage=NamingStage(), clock=lambda: NOON + timedelta(hours=1))
    await recovered(later, log, SOURCE)
    assert live_names(log) == first, "the same name, at the same time"
    values = {record.value for number in range(3) for record in log.records("out", number) if record.value}
    assert values == {NOON.isoformat().encode()}
    await later.work(block_of(SOURCE, None), still_owned=owns)
    assert live_names(log) == {later.store.items[b"name"]}
    assert later.store.items[b"name"] not in first


async def test_what_is_announced_is_found_in_the_store_and_forgotten_when_it_is_done() -> None:
    log = FakeLog()
    dying = await recovered(an_owner(log, stage=NamingStage()), log)
    await die_before_the_changelog(log, dying, SOURCE[:3])
    assert dying.unfinished == range(3)
    successor = await recovered(an_owner(log, stage=NamingStage()), log, SOURCE)
    assert successor.unfinished is None
    assert (await recovered(an_owner(log, stage=NamingStage()), log, SOURCE)).unfinished is None


async def test_records_that_are_gone_from_the_source_stop_nobody() -> None:
    log = FakeLog()
    dying = await recovered(an_owner(log, stage=NamingStage()), log)
    await die_before_the_changelog(log, dying, SOURCE[:3])
    successor = await recovered(an_owner(log, stage=NamingStage()), log, source=())
    assert successor.unfinished is None
    await successor.work(block_of(SOURCE[5:], None), still_owned=owns)


async def test_an_announced_tick_is_repeated_at_its_own_time() -> None:
    log = FakeLog()

    class Hourly(NamingStage):
        """Tells the hour, at every step of another hour."""

        def open(self, partition, partitions, items):  # type: ignore[no-untyped-def]
            state = super().open(partition, partitions, items)
            step = state.step

            def tell(now):  # type: ignore[no-untyped-def]
                done, hour = step(now), b"%d" % now.hour
                if items.get(b"hour") != hour:
                    done.outputs.append(Output("out", b"hour", hour))
                    done.changes[b"hour"] = hour
                return done

            state.step = tell
            return state

    hours = iter([12, 13, 15])
    owner = await recovered(an_owner(log, stage=Hourly(), clock=lambda: NOON.replace(hour=next(hours))), log)
    await owner.work(block_of(SOURCE[:1], None), still_owned=owns)

    async def refuse(topic: str, partition: int) -> None:
        marks = [r.value for r in log.records(CHANGELOG) if r.key == b"@engine/marker"]
        if topic == CHANGELOG and marks[-1] is not None and b"planned" in marks[-1]:
            raise KafkaTimeoutError

    log.on_send = refuse
    with pytest.raises(SendRefusedError):
        await owner.tick(still_owned=owns)
    log.on_send = None
    successor = await recovered(
        an_owner(log, stage=Hourly(), clock=lambda: NOON.replace(hour=next(hours))), log, SOURCE
    )
    assert successor.store.items[b"hour"] == b"13"
    assert await successor.tick(still_owned=owns)
    told = [r.value for number in range(3) for r in log.records("out", number) if r.key == b"hour"]
    assert told == [b"12", b"13", b"13", b"15"]


async def test_a_stage_that_works_record_by_record_announces_nothing() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log, stage=CountingStage("count", "in", "out")), log)
    await owner.work(block_of(SOURCE, None), still_owned=owns)
    assert [record.key for record in log.records(CHANGELOG)].count(b"@engine/marker") == 1
