"""A recovery that is cut short, meets what others left behind, or a topic made anew: the state is the changelog's."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaTimeoutError

from streams.engine.config import EngineConfig
from streams.engine.errors import ForeignWriteError, SendRefusedError
from streams.engine.health import Health
from streams.engine.observer import SilentObserver
from streams.engine.partition import OwnedPartition
from streams.engine.recovery import Recovering
from streams.engine.stage_app import StageApp
from streams.engine.store import MemoryStore
from tests.broker.counting import CountingStage
from tests.engine.fake_log import FakeLog, stub
from tests.engine.owner import CHANGELOG, a_block, an_owner, owns, recovered


def newest(log: FakeLog, partition: int = 0) -> dict[bytes, bytes | None]:
    """What compaction keeps: the newest record of a key, whoever wrote it."""
    records = log.records(CHANGELOG, partition)
    return {r.key: r.value for r in records if r.key and not r.key.startswith(b"@engine/")}


async def a_life(key: bytes, *, owners: int, blocks: int) -> tuple[FakeLog, OwnedPartition]:
    """A changelog that so many owners have had one after the other, and the last of them."""
    log = FakeLog()
    for _ in range(owners):
        last = await recovered(an_owner(log), log)
    for number in range(blocks):
        await last.work(a_block(key, first=number, start=number or None), still_owned=owns)
    return log, last


@pytest.mark.parametrize("owners", [1, 9])
async def test_a_store_is_not_continued_with_a_topic_made_anew_however_often_the_old_one_was_claimed(
    owners: int,
) -> None:
    _, old = await a_life(b"old", owners=owners, blocks=1)
    log, _ = await a_life(b"new", owners=2, blocks=12)
    moved = await recovered(an_owner(log, store=old.store), log)
    assert dict(moved.store.items) == {b"new": b"12"}
    assert newest(log) == {b"new": b"12"}


async def test_a_recovery_from_a_topic_made_anew_that_is_cut_short_mixes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.engine.recovery._CHANGES_AT_ONCE", 1)
    _, old = await a_life(b"old", owners=1, blocks=1)
    log, _ = await a_life(b"new", owners=2, blocks=12)
    for end in range(old.store.next_offset, len(log.records(CHANGELOG))):
        store = MemoryStore()
        store.apply(dict(old.store.items), old.store.marker, old.store.next_offset)
        part = Recovering(store, an_owner(log).writer, "in")
        await log([part], {0: end})  # and here the process dies; what is stored stays
        moved = await recovered(an_owner(log, store=store), log)
        assert dict(moved.store.items) == {b"new": b"12"}


async def test_a_recovery_that_dies_before_it_has_repaired_what_a_leftover_wrote_leaves_it_to_the_next() -> None:
    log = FakeLog()
    leftover = await recovered(an_owner(log), log)
    await leftover.work(a_block(b"a", b"b", b"c"), still_owned=owns)
    owner = await recovered(an_owner(log), log)
    await owner.work(a_block(b"a", first=3, start=3), still_owned=owns)
    with pytest.raises(ForeignWriteError):
        await leftover.work(a_block(b"b", b"c", first=3, start=3), still_owned=owns)

    right = {b"a": b"2", b"b": b"1", b"c": b"1"}
    assert newest(log) != right
    claims = sum(record.key == b"@engine/claim" for record in log.records(CHANGELOG))

    async def die_after_the_claim(topic: str, partition: int) -> None:
        if sum(record.key == b"@engine/claim" for record in log.records(CHANGELOG)) > claims:
            raise KafkaTimeoutError

    log.on_send = die_after_the_claim
    with pytest.raises(SendRefusedError):
        await recovered(an_owner(log, store=owner.store), log)
    log.on_send = None
    again = await recovered(an_owner(log, store=owner.store), log)
    assert dict(again.store.items) == right
    assert newest(log) == right


async def test_a_state_that_is_open_is_opened_anew_if_others_wrote_though_the_recovery_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker that was stopped past its session gets its partitions back, and a further rebalance comes at once."""
    log = FakeLog()
    config = EngineConfig(bootstrap_servers=("127.0.0.1:1",), app="app")
    app = StageApp(CountingStage("count", "in", "out"), config, SilentObserver(), Health())
    app._read = stub(log)
    ours = {number: await recovered(an_owner(log, partition=number), log) for number in range(2)}
    for owned in ours.values():
        await owned.work(a_block(b"a"), still_owned=owns)
    app._owned = ours
    for number in range(2):
        other = await recovered(an_owner(log, partition=number), log)
        await other.work(a_block(b"a", b"a", first=1, start=1), still_owned=owns)
        await ours[number].suspend()

    finishing = asyncio.Event()

    async def takes_long(_: OwnedPartition) -> None:
        finishing.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(app, "_finish", takes_long)
        cut = asyncio.create_task(app._recover())
        await finishing.wait()
        cut.cancel()
        await asyncio.gather(cut, return_exceptions=True)
    await app._recover()
    assert app.failure is None
    for owned in ours.values():
        await owned.work(a_block(b"a", first=3, start=3), still_owned=owns)
        assert dict(owned.store.items) == {b"a": b"4"}
