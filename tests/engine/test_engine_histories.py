"""Laws 1 and 2 over arbitrary histories: owners come and go, crash at any send, and outdated ones write on."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from aiokafka.errors import KafkaTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.errors import ForeignWriteError, SendRefusedError
from streams.engine.partition import OwnedPartition
from streams.engine.stage import Stage
from tests.broker.counting import CountingStage
from tests.engine.fake_log import ARecord, FakeLog
from tests.engine.naming import NamingStage, live_names, named
from tests.engine.owner import CHANGELOG, an_owner, block_of, owns, recovered

SOURCE = [ARecord(offset=n, key=b"key-%d" % (n * n % 7), value=b"%d" % n) for n in range(40)]


@dataclass
class History:
    """A partition's life: its log, the group's committed offset, the newest owner and those it has replaced."""

    stage: Stage = field(default_factory=lambda: CountingStage("count", "in", "out"))
    log: FakeLog = field(default_factory=FakeLog)
    committed: int = 0
    owners: list[tuple[OwnedPartition, int]] = field(default_factory=list)
    """Each with the offset it will read next."""
    member: OwnedPartition | None = None
    """The one that is in the group, unless it has crashed."""

    async def take_over(self) -> None:
        self.member = None
        self.member = await recovered(an_owner(self.log, stage=self.stage), self.log, SOURCE)
        self.owners.append((self.member, self.committed))

    async def work(self, which: int, records: int) -> None:
        """Have the ``which``-th newest owner work a block; it is gone if that fails."""
        if not self.owners:
            await self.take_over()
        index = len(self.owners) - 1 - which % len(self.owners)
        owner, position = self.owners[index]
        piece = SOURCE[position : position + records]
        if not piece:
            return
        try:
            await owner.work(block_of(piece, position or None), still_owned=owns)
        except ForeignWriteError:
            assert owner is not self.member, "only an outdated owner may be taken for a leftover"
            del self.owners[index]
        except SendRefusedError:
            del self.owners[index]
        else:
            self.owners[index] = (owner, position + len(piece))
            if owner is self.member:
                self.committed = position + len(piece)

    async def fail_at(self, send: int, *, acknowledged: bool, which: int, records: int) -> None:
        """Work a block whose ``send``-th send fails, before or after the broker has appended it."""
        left = send

        async def fail(topic: str, partition: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KafkaTimeoutError

        if acknowledged:
            self.log.on_sent = fail
        else:
            self.log.on_send = fail
        try:
            await self.work(which, records)
        except SendRefusedError:
            pass  # it did not even recover
        finally:
            self.log.on_send = self.log.on_sent = None


steps = st.one_of(
    st.just(("take over",)),
    st.tuples(st.just("work"), st.integers(0, 2), st.integers(1, 8)),
    st.tuples(st.just("fail"), st.integers(0, 4), st.booleans(), st.integers(0, 2), st.integers(1, 8)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=14))
def test_after_any_history_the_state_is_exact_and_no_output_is_missing(history: list[tuple[object, ...]]) -> None:
    asyncio.run(_live(history))


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=14))
def test_after_any_history_nothing_is_left_on_the_output_that_the_state_does_not_know(
    history: list[tuple[object, ...]],
) -> None:
    asyncio.run(_live_by_blocks(history))


async def _live_by_blocks(history: list[tuple[object, ...]]) -> None:
    life = History(NamingStage())
    for step in history:
        await _happen(life, step)
    await life.take_over()
    final, position = life.owners[-1]
    if position < len(SOURCE):
        await final.work(block_of(SOURCE[position:], position or None), still_owned=owns)
    assert live_names(life.log) == {named(final.store.items)}


async def _happen(life: History, step: tuple[object, ...]) -> None:
    match step:
        case ("take over",):
            await life.take_over()
        case ("work", int(which), int(records)):
            await life.work(which, records)
        case ("fail", int(send), bool(acknowledged), int(which), int(records)):
            await life.fail_at(send, acknowledged=acknowledged, which=which, records=records)


async def _live(history: list[tuple[object, ...]]) -> None:
    life = History()
    for step in history:
        await _happen(life, step)
        for owner, _ in life.owners:
            _assert_counts_to_the_marker(owner)

    await life.take_over()
    final, position = life.owners[-1]
    marker = final.store.marker
    assert marker is not None
    assert marker.offset + 1 >= life.committed, "nothing is committed that is not in the state"
    _assert_counts_to_the_marker(final)

    if position < len(SOURCE):
        await final.work(block_of(SOURCE[position:], position or None), still_owned=owns)
    total = Counter(record.key for record in SOURCE)
    assert {key: int(value) for key, value in final.store.items.items()} == total
    sent = {r.value for partition in range(3) for r in life.log.records("out", partition)}
    assert sent == {record.value for record in SOURCE}
    newest = {r.key: r.value for r in life.log.records(CHANGELOG) if r.key and not r.key.startswith(b"@engine/")}
    assert newest == dict(final.store.items), "what compaction would keep is the state"


def _assert_counts_to_the_marker(owner: OwnedPartition) -> None:
    marker = owner.store.marker
    assert marker is not None
    counts = Counter(record.key for record in SOURCE if record.offset <= marker.offset)
    assert {key: int(value) for key, value in owner.store.items.items()} == counts
