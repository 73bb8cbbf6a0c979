"""The order in which a block becomes durable, and what happens when a step of it fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime

import pytest
from aiokafka.errors import KafkaTimeoutError

from streams.engine.blocks import Block
from streams.engine.changelog import ChangelogWriter, Marker
from streams.engine.errors import (
    ChangesTooLargeError,
    ForeignWriteError,
    SendRefusedError,
    StaleBlockError,
    StateLostError,
)
from streams.engine.partition import OwnedPartition
from streams.engine.recovery import Recovering, recover
from streams.engine.stage import Output, PartitionState, Step
from streams.kafka.record import Record
from tests.broker.counting import CountingStage
from tests.engine.fake_log import ARecord, FakeLog
from tests.engine.owner import CHANGELOG, a_block, an_owner, owns, recovered


def committed_counts(log: FakeLog) -> dict[bytes, bytes | None]:
    return {r.key: r.value for r in log.records(CHANGELOG) if r.key and not r.key.startswith(b"@engine/")}


class Idle(CountingStage):
    """Changes nothing and sends nothing."""

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        class State:
            def take(self, records: Sequence[Record]) -> None: ...

            def step(self, now: datetime) -> Step:
                return Step()

        return State()


async def test_outputs_are_sent_before_changes_and_changes_end_with_the_marker() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    sent: list[str] = []

    async def note(topic: str, partition: int) -> None:
        sent.append(topic)

    log.on_send = note
    assert await owner.work(a_block(b"a", b"b", b"a"), still_owned=owns) == 3
    assert sent[-1] == CHANGELOG
    assert set(sent[:-1]) == {"out"}
    keys = [record.key for record in log.records(CHANGELOG)]
    assert keys == [b"@engine/probe", b"@engine/claim", b"a", b"b", b"@engine/marker"]
    assert dict(owner.store.items) == {b"a": b"2", b"b": b"1"}


@pytest.mark.parametrize("refused", ["out", CHANGELOG])
async def test_a_refused_send_stores_nothing_and_the_block_can_be_worked_again(refused: str) -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)

    async def refuse(topic: str, partition: int) -> None:
        if topic == refused:
            raise KafkaTimeoutError

    log.on_send = refuse
    with pytest.raises(SendRefusedError):
        await owner.work(a_block(b"a", b"a"), still_owned=owns)
    assert committed_counts(log) == {}
    assert dict(owner.store.items) == {}

    log.on_send = None
    again = await recovered(an_owner(log), log)
    assert await again.work(a_block(b"a", b"a"), still_owned=owns) == 2
    assert committed_counts(log) == {b"a": b"2"}


async def test_the_state_that_took_a_failed_block_is_not_used_again() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)

    async def refuse(topic: str, partition: int) -> None:
        if topic == "out":
            raise KafkaTimeoutError

    log.on_send = refuse
    with pytest.raises(SendRefusedError):
        await owner.work(a_block(b"a"), still_owned=owns)
    log.on_send = None
    await owner.work(a_block(b"a"), still_owned=owns)
    assert dict(owner.store.items) == {b"a": b"1"}


async def test_records_at_or_below_the_marker_are_skipped() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a", b"a", b"a"), still_owned=owns)
    assert await owner.work(a_block(b"a", b"a", b"a"), still_owned=owns) == 0
    assert await owner.work(a_block(b"a", b"a", b"b", first=1, start=0), still_owned=owns) == 1
    assert dict(owner.store.items) == {b"a": b"3", b"b": b"1"}


async def test_a_block_after_a_hole_raises_and_one_after_skipped_offsets_does_not() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a", first=5, start=None), still_owned=owns)
    # Offsets 6 to 9 never reached a consumer (compaction, transactions): the block still follows the one before.
    await owner.work(a_block(b"a", first=10, start=6), still_owned=owns)
    with pytest.raises(StateLostError, match="begins at 12"):
        await owner.work(a_block(b"a", first=12, start=12), still_owned=owns)


async def test_a_state_without_a_marker_is_lost_if_something_was_committed() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    with pytest.raises(StateLostError, match="changelog"):
        await owner.work(a_block(b"a", first=7, start=7), still_owned=owns)


async def test_a_block_that_changes_nothing_is_marked_all_the_same() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log, stage=Idle("count", "in")), log)
    await owner.work(a_block(b"a", start=None), still_owned=owns)
    await owner.work(a_block(b"a", first=1, start=1), still_owned=owns)
    assert [record.key for record in log.records(CHANGELOG)].count(b"@engine/marker") == 2
    written = len(log.records(CHANGELOG))
    assert not await owner.tick(still_owned=owns)
    assert len(log.records(CHANGELOG)) == written, "a tick of which nothing comes costs nothing"


async def test_a_block_taken_away_meanwhile_is_not_stored() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    mine = True

    async def lose_it(topic: str, partition: int) -> None:
        nonlocal mine
        mine = topic != "out"

    log.on_send = lose_it
    with pytest.raises(StaleBlockError):
        await owner.work(a_block(b"a"), still_owned=lambda: mine)
    assert committed_counts(log) == {}


async def test_too_many_changes_are_stored_in_halves_each_with_its_marker() -> None:
    log = FakeLog(batch_bytes=400)
    owner = await recovered(an_owner(log, stage=CountingStage("count", "in")), log)
    keys = [b"key-%d" % number for number in range(40)]
    assert await owner.work(a_block(*keys), still_owned=owns) == 40
    assert dict(owner.store.items) == dict.fromkeys(keys, b"1")
    assert [record.key for record in log.records(CHANGELOG)].count(b"@engine/marker") > 1


async def test_one_record_with_too_many_changes_is_an_error_that_names_it() -> None:
    log = FakeLog(batch_bytes=300)
    owner = await recovered(an_owner(log, stage=CountingStage("count", "in")), log)
    with pytest.raises(ChangesTooLargeError, match="in:0 offset 1"):
        await owner.work(a_block(b"small", bytes(500)), still_owned=owns)
    assert dict(owner.store.items) == {b"small": b"1"}


class SlowToOpen(CountingStage):
    """Its state is open once somebody lets it be."""

    def __init__(self) -> None:
        super().__init__("count", "in")
        self.entered, self.let = threading.Event(), threading.Event()

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        self.entered.set()
        assert self.let.wait(20), "nobody but the loop can let it be, and that stands still"
        return super().open(partition, partitions, items)


class InPieces(CountingStage):
    """Steps in pieces, and notes before each of them how often others have had their turn."""

    def __init__(self, turns: Callable[[], int], *, fails: bool = False) -> None:
        super().__init__("count", "in", "out")
        self.seen: list[int] = []
        self._turns, self._fails = turns, fails

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        stage, counting = self, super().open(partition, partitions, items)

        class State:
            def take(self, records: Sequence[Record]) -> None:
                counting.take(records)

            def step(self, now: datetime) -> Step:
                raise AssertionError("whoever steps in pieces is not asked for the whole")

            def stepping(self, now: datetime) -> Generator[None, None, Step]:
                for _ in range(3):
                    stage.seen.append(stage._turns())
                    yield
                if stage._fails:
                    raise RuntimeError("a bug")
                return counting.step(now)

        return State()


async def test_others_have_their_turn_between_the_pieces_of_a_step() -> None:
    log, turns = FakeLog(), 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    stage = InPieces(lambda: turns)
    owner = await recovered(an_owner(log, stage=stage, slice_seconds=0.0), log)
    busy = asyncio.create_task(others())
    try:
        await owner.work(a_block(b"a", b"a"), still_owned=owns)
    finally:
        busy.cancel()
    assert len(set(stage.seen)) == 3, stage.seen
    assert committed_counts(log) == {b"a": b"2"}


async def test_a_step_that_fails_in_the_midst_stores_nothing_and_its_state_is_not_used_again() -> None:
    log = FakeLog()
    stage = InPieces(lambda: 0, fails=True)
    owner = await recovered(an_owner(log, stage=stage), log)
    with pytest.raises(RuntimeError, match="a bug"):
        await owner.work(a_block(b"a", b"a"), still_owned=owns)
    assert committed_counts(log) == {}
    stage._fails = False
    await owner.work(a_block(b"a", b"a"), still_owned=owns)
    assert committed_counts(log) == {b"a": b"2"}


async def test_the_loop_goes_on_while_a_large_state_is_opened() -> None:
    log, stage = FakeLog(), SlowToOpen()
    owner = await recovered(an_owner(log, stage=stage), log)
    opening = asyncio.create_task(owner.open_state())
    assert await asyncio.to_thread(stage.entered.wait, 20)
    stage.let.set()
    await opening
    stage.let.clear()
    await owner.work(a_block(b"a"), still_owned=owns)
    assert dict(owner.store.items) == {b"a": b"1"}


async def test_who_takes_a_partition_away_waits_until_its_store_is_not_read_any_more() -> None:
    log, stage = FakeLog(), SlowToOpen()
    owner = await recovered(an_owner(log, stage=stage), log)
    opening = asyncio.create_task(owner.open_state())
    assert await asyncio.to_thread(stage.entered.wait, 20)
    opening.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not opening.done()
    stage.let.set()
    with pytest.raises(asyncio.CancelledError):
        await opening


async def test_reserved_keys_are_refused() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    with pytest.raises(ValueError, match="must not begin"):
        await owner.work(a_block(b"@engine/marker"), still_owned=owns)


async def test_a_tick_sends_and_stores_without_moving_the_marker() -> None:
    class Clockwork(CountingStage):
        def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
            class State:
                def take(self, records: Sequence[Record]) -> None: ...

                def step(self, now: datetime) -> Step:
                    hour = b"%d" % now.hour
                    return Step() if items.get(b"hour") == hour else Step([Output("out", b"h", hour)], {b"hour": hour})

            return State()

    log = FakeLog()
    owner = await recovered(an_owner(log, stage=Clockwork("count", "in")), log)
    await owner.work(a_block(b"a", b"b"), still_owned=owns)
    before = owner.store.marker
    owner.store.apply({b"hour": b"11"}, before, owner.store.next_offset)
    assert await owner.tick(still_owned=owns)
    assert not await owner.tick(still_owned=owns)
    assert owner.store.marker == before
    assert owner.store.items[b"hour"] == b"12"


async def test_an_outdated_writer_stops_and_what_it_wrote_is_written_over() -> None:
    log = FakeLog()
    zombie = await recovered(an_owner(log), log)
    await zombie.work(a_block(b"a", b"b", b"c"), still_owned=owns)
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a", b"a", b"a", first=3, start=3), still_owned=owns)

    with pytest.raises(ForeignWriteError):
        await zombie.work(a_block(b"b", b"c", first=3, start=3), still_owned=owns)
    await owner.work(a_block(b"a", first=6, start=6), still_owned=owns)

    expected = {b"a": b"5", b"b": b"1", b"c": b"1"}
    assert dict(owner.store.items) == expected
    later = await recovered(an_owner(log), log)
    assert dict(later.store.items) == expected
    newest: dict[bytes, bytes | None] = committed_counts(log)
    assert newest == expected, "compaction keeps the newest record of a key, whoever wrote it"


async def test_what_an_outgoing_writer_appends_before_the_claim_is_in_the_state() -> None:
    log = FakeLog()
    outgoing = await recovered(an_owner(log), log)
    once = [True]

    async def write_last(topic: str, partition: int) -> None:
        sends = len(log.records(CHANGELOG)) - before
        if topic == CHANGELOG and sends == 1 and once:  # after the probe, before the claim
            once.clear()
            await outgoing.work(a_block(b"a", b"a"), still_owned=owns)

    before = len(log.records(CHANGELOG))
    log.on_send = write_last
    incoming = await recovered(an_owner(log), log)
    assert not once
    assert dict(incoming.store.items) == {b"a": b"2"}
    await incoming.work(a_block(b"a", first=2, start=2), still_owned=owns)
    assert dict((await recovered(an_owner(log), log)).store.items) == {b"a": b"3"}


async def test_of_two_that_claim_at_once_the_later_claim_is_the_higher() -> None:
    log = FakeLog()
    rivals: list[OwnedPartition] = []
    once = [True]

    async def claim_too(topic: str, partition: int) -> None:
        if len(log.records(CHANGELOG)) == 1 and once:  # after the probe, before the claim
            once.clear()
            rivals.append(await recovered(an_owner(log), log))

    log.on_send = claim_too
    later = await recovered(an_owner(log), log)
    (rival,) = rivals
    assert later.store.marker is not None
    assert rival.store.marker is not None
    assert later.store.marker.epoch > rival.store.marker.epoch
    with pytest.raises(ForeignWriteError):
        await rival.work(a_block(b"a"), still_owned=owns)
    await later.work(a_block(b"b"), still_owned=owns)
    assert dict((await recovered(an_owner(log), log)).store.items) == {b"b": b"1"}


async def test_a_marker_an_outdated_writer_wrote_over_is_written_again() -> None:
    log = FakeLog()
    zombie = await recovered(an_owner(log, stage=Idle("count", "in")), log)
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a", b"b"), still_owned=owns)
    with pytest.raises(ForeignWriteError):
        await zombie.work(a_block(b"a"), still_owned=owns)
    await recovered(an_owner(log), log)
    newest = [r.value for r in log.records(CHANGELOG) if r.key == b"@engine/marker"][-1]
    assert newest is not None
    assert Marker.decode(newest).offset == 1, "compaction keeps the newest marker"


async def test_the_changelog_of_another_source_is_refused() -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a"), still_owned=owns)
    other = an_owner(log)
    with pytest.raises(StateLostError, match="the state of in, not of elsewhere"):
        await recover([Recovering(other.store, other.writer, "elsewhere")], log)


async def test_a_recovery_cut_short_goes_on_with_the_epoch_it_had_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.engine.recovery._CHANGES_AT_ONCE", 1)
    log = FakeLog()
    zombie = await recovered(an_owner(log), log)
    await zombie.work(a_block(b"a"), still_owned=owns)
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a", first=1, start=1), still_owned=owns)
    cut = an_owner(log)
    part = Recovering(cut.store, cut.writer, "in")
    await log([part], {0: len(log.records(CHANGELOG))})
    assert cut.store.next_offset > 0
    with pytest.raises(ForeignWriteError):
        await zombie.work(a_block(b"a", b"a", first=1, start=1), still_owned=owns)
    assert dict((await recovered(cut, log)).store.items) == {b"a": b"2"}


async def test_a_record_no_engine_wrote_is_an_error_and_not_a_state() -> None:
    log = FakeLog()
    log.partitions[CHANGELOG, 0] = [ARecord(CHANGELOG, key=b"a", value=b"1")]
    with pytest.raises(StateLostError, match="no engine wrote"):
        await recovered(an_owner(log), log)


async def test_a_store_of_another_history_is_not_continued() -> None:
    first, second = FakeLog(), FakeLog()
    old = await recovered(an_owner(first), first)
    await old.work(a_block(b"old"), still_owned=owns)
    new = await recovered(an_owner(second), second)
    for number in range(4):
        await new.work(a_block(b"new", first=number, start=number or None), still_owned=owns)
    moved = await recovered(an_owner(second, store=old.store), second)
    assert dict(moved.store.items) == {b"new": b"4"}


async def test_a_store_beyond_the_end_of_its_changelog_is_wiped() -> None:
    first = FakeLog()
    old = await recovered(an_owner(first), first)
    await old.work(a_block(b"old"), still_owned=owns)
    empty = FakeLog()
    moved = await recovered(an_owner(empty, store=old.store), empty)
    assert dict(moved.store.items) == {}


async def test_changes_of_the_writer_are_in_the_store_only_after_the_acknowledgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log), log)
    append = ChangelogWriter.append
    during: list[dict[bytes, bytes]] = []

    async def look(self: ChangelogWriter, batch: object) -> int:
        during.append(dict(owner.store.items))
        return await append(self, batch)

    monkeypatch.setattr(ChangelogWriter, "append", look)
    block: Block = a_block(b"a")
    await owner.work(block, still_owned=owns)
    assert during == [{}]
    assert dict(owner.store.items) == {b"a": b"1"}
