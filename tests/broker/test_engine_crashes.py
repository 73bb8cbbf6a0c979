"""Laws 1 and 2: whatever step of a block fails, after a restart no output is missing and the state is exact."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from streams.engine.changelog import ChangelogWriter
from streams.engine.errors import SendRefusedError
from streams.engine.observer import Observer, SilentObserver
from streams.engine.outbox import Outbox
from streams.engine.running import Worker, WorkerFailedError
from streams.engine.stage import Output
from streams.engine.transport import Consumer
from tests.broker.counting import CountingStage
from tests.broker.live import NOT_TAKEN_FOR_DEAD, Topics, counts_in, eventually, publish, read_all

pytestmark = pytest.mark.broker

KEYS = 40


class InjectedError(Exception):
    """The failure a test asked for."""


class Fuse:
    """Lets some calls pass and then blows once; afterwards everything works, as after a restart."""

    def __init__(self, passes: int) -> None:
        self.left = passes
        self.blown = False

    def blows(self) -> bool:
        self.left -= 1
        if self.left == -1:
            self.blown = True
        return self.left == -1


def before_outputs(patch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    send = Outbox.send

    async def sending(self: Outbox, outputs: Sequence[Output]) -> None:
        if fuse.blows():
            raise InjectedError
        await send(self, outputs)

    patch.setattr(Outbox, "send", sending)


def amid_outputs(patch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    send = Outbox.send

    async def sending(self: Outbox, outputs: Sequence[Output]) -> None:
        if fuse.blows():
            await send(self, outputs[: len(outputs) // 2])
            raise SendRefusedError("the second half was refused")
        await send(self, outputs)

    patch.setattr(Outbox, "send", sending)


def after_outputs(patch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    append = ChangelogWriter.append

    async def appending(self: ChangelogWriter, batch: Any) -> int:
        if fuse.blows():
            raise SendRefusedError("the changelog was refused")
        return await append(self, batch)

    patch.setattr(ChangelogWriter, "append", appending)


def after_changelog(patch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    append = ChangelogWriter.append

    async def appending(self: ChangelogWriter, batch: Any) -> int:
        landed = await append(self, batch)
        if fuse.blows():
            raise SendRefusedError("the acknowledgement got lost")
        return landed

    patch.setattr(ChangelogWriter, "append", appending)


def after_store(patch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    def committed(self: CountingStage, partition: int, step: Any) -> None:
        if fuse.blows():
            raise InjectedError

    patch.setattr(CountingStage, "committed", committed)


def after_ack(patch: pytest.MonkeyPatch, fuse: Fuse) -> None:
    """Blocks are acknowledged, but the first worker never gets to commit an offset."""
    commit = Consumer._commit
    first: list[Any] = []

    async def committing(self: Consumer, offsets: Any) -> bool:
        if not first:
            first.append(self.app)
        return self.app is not first[0] and await commit(self, offsets)

    patch.setattr(Consumer, "_commit", committing)
    before_outputs(patch, fuse)


@pytest.mark.parametrize(
    "failing", [before_outputs, amid_outputs, after_outputs, after_changelog, after_store, after_ack]
)
async def test_a_failure_at_any_step_loses_no_output_and_counts_nothing_twice(
    topics: Topics, monkeypatch: pytest.MonkeyPatch, failing: Callable[[pytest.MonkeyPatch, Fuse], None]
) -> None:
    sent = [(b"key-%d" % (number % KEYS), b"%d" % number) for number in range(2_000)]
    await publish(topics.broker, topics.source, sent)
    fuse = Fuse(passes=5)
    failing(monkeypatch, fuse)

    with pytest.raises(WorkerFailedError):
        await _work(topics, until=lambda _: False)
    assert fuse.blown
    await _work(topics, until=lambda counted: sum(counted.values()) >= len(sent))

    assert await counts_in(topics) == Counter(key for key, _ in sent)
    outputs = {record.value for record in await read_all(topics.broker, topics.output)}
    assert outputs == {value for _, value in sent}


class _Told(SilentObserver):
    """How many records were worked."""

    def __init__(self) -> None:
        self.records = 0

    def block_done(
        self, stage: str, partition: int, *, records: int, size: int, seconds: float, lag: int | None
    ) -> None:
        self.records += records


async def _work(
    topics: Topics,
    *,
    until: Callable[[dict[bytes, int]], bool],
    observer: Observer | None = None,
    **settings: Any,
) -> None:
    """Run a worker with small blocks until the changelog holds what is wanted, or until it fails."""
    config = topics.config(block_records=100, **settings)
    stop = asyncio.Event()

    async def watch() -> None:
        async def reached() -> bool:
            return until(await counts_in(topics))

        try:
            await eventually(reached, "the records are not all counted")
        finally:
            stop.set()

    stages = [CountingStage("count", topics.source, topics.output)]
    async with Worker(stages, config, observer=observer or SilentObserver()) as worker:
        watching = asyncio.create_task(watch())
        try:
            await worker.until_stopped(stop)
            await watching
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def test_a_whole_block_delivered_again_changes_nothing(topics: Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [(b"key-%d" % (number % KEYS), b"%d" % number) for number in range(1_000)]
    await publish(topics.broker, topics.source, sent)

    async def never(self: Consumer, offsets: Any) -> bool:
        return False

    def all_counted(counted: dict[bytes, int]) -> bool:
        return sum(counted.values()) >= len(sent)

    with monkeypatch.context() as patch:
        patch.setattr(Consumer, "_commit", never)
        await _work(topics, until=all_counted, **NOT_TAKEN_FOR_DEAD)
    before = len(await read_all(topics.broker, topics.output))
    await publish(topics.broker, topics.source, [(b"one more", b"one more")])
    told = _Told()
    await _work(topics, until=lambda counted: b"one more" in counted, observer=told, **NOT_TAKEN_FOR_DEAD)

    assert await counts_in(topics) == Counter([*(key for key, _ in sent), b"one more"])
    assert len(await read_all(topics.broker, topics.output)) == before + 1
    assert told.records == 1, "what is skipped is not told as worked: it would be accounted for twice"
