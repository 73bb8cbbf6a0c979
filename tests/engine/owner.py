"""Builders of an owned partition over a fake log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from streams.engine.blocks import Block
from streams.engine.changelog import ChangelogWriter
from streams.engine.outbox import Outbox
from streams.engine.partition import OwnedPartition
from streams.engine.recovery import Recovering, recover
from streams.engine.sending import BatchSender
from streams.engine.stage import Stage
from streams.engine.store import MemoryStore, Store
from streams.engine.turns import Turns
from tests.broker.counting import CountingStage
from tests.engine.fake_log import ARecord, Directory, FakeLog, stub

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CHANGELOG = "app-count-changelog"


def an_owner(
    log: FakeLog,
    *,
    stage: Stage | None = None,
    store: Store | None = None,
    clock: Callable[[], datetime] = lambda: NOON,
    slice_seconds: float = 1.0,
    turns: Turns | None = None,
    partition: int = 0,
) -> OwnedPartition:
    """An owner of a partition that has not recovered yet."""
    sender = BatchSender(log, batch_bytes=log.batch_bytes, seconds=10.0)
    return OwnedPartition(
        stage or CountingStage("count", "in", "out"),
        partition,
        1,
        store=store or MemoryStore(),
        writer=ChangelogWriter(sender, CHANGELOG, partition),
        read=log,
        outbox=Outbox(sender, stub(Directory(out=3)), max_in_flight_bytes=1 << 20),
        turns=turns or Turns(),
        clock=clock,
        slice_seconds=slice_seconds,
    )


async def recovered(owner: OwnedPartition, log: FakeLog, source: Sequence[ARecord] = ()) -> OwnedPartition:
    """Recover an owner as a worker does; ``source`` is its source's partition."""
    await recover([Recovering(owner.store, owner.writer, "in")], log)
    owner.drop_state()
    if owner.unfinished is not None:
        await owner.finish([record for record in source if record.offset in owner.unfinished], still_owned=owns)
    owner.recovery_done()
    return owner


def a_block(*keys: bytes, first: int = 0, start: int | None = None) -> Block:
    """A block of records with these keys at consecutive offsets."""
    block = Block([ARecord(offset=first + n, key=key, value=b"%d" % (first + n)) for n, key in enumerate(keys)])
    block.start = start
    return block


def block_of(records: Sequence[ARecord], start: int | None) -> Block:
    block = Block(records)
    block.start = start
    return block


def owns() -> bool:
    return True
