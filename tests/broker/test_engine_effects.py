"""What a stage may ask for (ticks, outputs to every partition, headers) and what a broker may refuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from streams.engine.errors import ChangesTooLargeError, RecordTooLargeError, TopicError
from streams.engine.health import Health
from streams.engine.observer import SilentObserver
from streams.engine.running import Worker, WorkerFailedError
from streams.engine.stage import EVERY_PARTITION, Output, Step
from streams.kafka.record import Record
from tests.broker.counting import CountingStage
from tests.broker.live import (
    DEADLINE_SECONDS,
    NOT_TAKEN_FOR_DEAD,
    PARTITIONS,
    Topics,
    counts_in,
    eventually,
    publish,
    read_all,
)

pytestmark = pytest.mark.broker

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class AState:
    """Collects what it takes; what a step does with it the test says."""

    def __init__(self, steps: Callable[[list[Record], datetime, Mapping[bytes, bytes]], Step], items: Any) -> None:
        self._steps = steps
        self._items = items
        self._taken: list[Record] = []

    def take(self, records: Sequence[Record]) -> None:
        self._taken += records

    def step(self, now: datetime) -> Step:
        taken, self._taken = self._taken, []
        return self._steps(taken, now, self._items)


class AStage(CountingStage):
    """A stage made of one function: (records taken, now, stored items) -> step."""

    def __init__(self, topics: Topics, steps: Callable[[list[Record], datetime, Mapping[bytes, bytes]], Step]) -> None:
        super().__init__("count", topics.source)
        self._steps = steps
        self.opened: list[int] = []
        self.measured: list[object] = []

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> AState:
        assert partitions == PARTITIONS
        self.opened.append(partition)
        return AState(self._steps, items)

    def committed(self, partition: int, step: Step) -> None:
        self.measured.append(step.measures)


@asynccontextmanager
async def running(topics: Topics, stage: AStage, **settings: Any) -> AsyncIterator[Worker]:
    async with Worker([stage], topics.config(**settings)) as worker:
        failing = asyncio.create_task(worker.until_stopped(asyncio.Event()))
        try:
            yield worker
        finally:
            failing.cancel()
            await asyncio.gather(failing, return_exceptions=True)


async def failure_of(topics: Topics, stage: AStage, **settings: Any) -> BaseException | None:
    """Run a worker until it fails and return the cause."""
    with pytest.raises(WorkerFailedError) as failed:
        async with Worker([stage], topics.config(**settings)) as worker:
            await asyncio.wait_for(worker.until_stopped(asyncio.Event()), DEADLINE_SECONDS)
    return failed.value.__cause__


async def test_a_tick_sends_and_stores_what_time_causes(topics: Topics) -> None:
    times = iter([NOON] * 3)

    def clock() -> datetime:
        return next(times, NOON.replace(hour=13))

    def note_the_hour(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        hour = b"%d" % now.hour
        if items.get(b"hour") == hour:
            return Step()
        return Step([Output(topics.output, b"hour", hour)], {b"hour": hour}, measures=hour)

    stage = AStage(topics, note_the_hour)

    async def stored_hours() -> list[bytes]:
        return [r.value for r in await read_all(topics.broker, topics.changelog) if r.key == b"hour"]

    async def the_later_hour_is_stored_everywhere() -> bool:
        return (await stored_hours()).count(b"13") >= PARTITIONS

    async with running(topics, stage, clock=clock, **NOT_TAKEN_FOR_DEAD):
        await eventually(the_later_hour_is_stored_everywhere, "the ticks do not send what time causes")
    stored = await stored_hours()
    # How many partitions are there for the first ticks depends on how long their recovery takes.
    assert stored.count(b"13") == PARTITIONS
    assert 1 <= stored.count(b"12") <= 3
    assert len(stored) == len(await read_all(topics.broker, topics.output)) == len(stage.measured)

    seen: list[Record] = []

    def note_what_comes(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        seen.extend(taken)
        return note_the_hour(taken, now, items)

    await publish(topics.broker, topics.source, [(b"%d" % n, b"go on") for n in range(50)])
    async with running(
        topics, AStage(topics, note_what_comes), clock=lambda: NOON.replace(hour=13), **NOT_TAKEN_FOR_DEAD
    ):
        await eventually(lambda: len(seen) == 50, "the second worker does not begin")
    again = [r.value for r in await read_all(topics.broker, topics.changelog) if r.key == b"hour"]
    assert sorted(again) == sorted(stored), "a recovered hour is not news"


async def test_an_output_reaches_every_partition_with_its_headers(topics: Topics) -> None:
    def retract(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        return Step([Output(topics.output, b"k", r.value, (("kind", b"x"),), EVERY_PARTITION) for r in taken])

    await publish(topics.broker, topics.source, [(b"a", b"1"), (b"b", b"2")])

    async def all_there() -> bool:
        return len(await read_all(topics.broker, topics.output)) == 2 * PARTITIONS

    async with running(topics, AStage(topics, retract), **NOT_TAKEN_FOR_DEAD):
        await eventually(all_there, "the outputs are not in every partition")
    found = await read_all(topics.broker, topics.output)
    assert {(r.partition, r.value) for r in found} == {(p, v) for p in range(PARTITIONS) for v in (b"1", b"2")}
    assert all(r.headers == (("kind", b"x"),) for r in found)


@pytest.mark.parametrize(
    ("output", "error"),
    [
        (("no-such-topic", b"k", b"v"), TopicError),
        (("{output}", b"k", bytes(1_000_000)), RecordTooLargeError),
    ],
)
async def test_an_output_that_cannot_be_sent_commits_nothing(
    topics: Topics, output: tuple[str, bytes, bytes], error: type[Exception]
) -> None:
    topic, key, value = output
    bad = Output(topic.format(output=topics.output), key, value)
    await publish(topics.broker, topics.source, [(b"a", b"1")])

    def send_it(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        return Step([Output(topics.output, b"k", b"good"), bad], {b"a": b"1"}) if taken else Step()

    assert isinstance(await failure_of(topics, AStage(topics, send_it)), error)
    assert await counts_in(topics) == {}

    def count_it(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        return Step(changes={b"a": b"%d" % (int(items.get(b"a", b"0")) + len(taken))}) if taken else Step()

    async def counted() -> bool:
        return await counts_in(topics) == {b"a": 1}

    async with running(topics, AStage(topics, count_it)):
        await eventually(counted, "the record is not delivered again")


async def test_changes_that_exceed_a_batch_are_stored_in_smaller_blocks(topics: Topics) -> None:
    def fat(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        return Step(changes={b"%s-%d" % (r.value, n): b"1" + b" " * 9_000 for r in taken for n in range(3)})

    await publish(topics.broker, topics.source, [(b"same", b"%d" % n) for n in range(40)])

    async def all_there() -> bool:
        return len(await counts_in(topics)) == 120

    async with running(topics, AStage(topics, fat), batch_bytes=100_000):
        await eventually(all_there, "not all changes are stored")
    markers = [r for r in await read_all(topics.broker, topics.changelog) if r.key == b"@engine/marker"]
    assert len(markers) > 10


async def test_one_record_with_too_many_changes_fails_with_its_position(topics: Topics) -> None:
    def fat(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        return Step(changes={b"%d" % n: bytes(9_000) for n in range(20)}) if taken else Step()

    await publish(topics.broker, topics.source, [(b"k", b"v")])
    cause = await failure_of(topics, AStage(topics, fat), batch_bytes=100_000)
    assert isinstance(cause, ChangesTooLargeError)
    assert "offset 0" in str(cause)


async def test_no_record_whatever_it_holds_stops_consumption(topics: Topics) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=topics.broker.split(","), acks="all", compression_type="gzip", max_request_size=8 << 20
    )
    await producer.start()
    odd: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
        (b"\xff\xfe", b"\x00" * 10, []),
        (b"k", None, []),
        (None, b"{", [("h", b"\xff")]),
        (b"", b"", [("", b"")]),
        (b"big", bytes(900_000), []),
    ]
    try:
        for key, value, headers in odd:
            await producer.send_and_wait(topics.source, value, key=key, partition=1, headers=headers)
        await producer.send_and_wait(topics.source, b"after", key=b"after", partition=1)
    finally:
        await producer.stop()
    seen: list[tuple[bytes | None, int]] = []

    def note(taken: list[Record], now: datetime, items: Mapping[bytes, bytes]) -> Step:
        seen.extend((r.key, len(r.value or b"")) for r in taken)
        return Step()

    async with running(topics, AStage(topics, note), **NOT_TAKEN_FOR_DEAD):
        await eventually(lambda: len(seen) == len(odd) + 1, "a record stopped consumption")
    assert seen == [*((key, len(value or b"")) for key, value, _ in odd), (b"after", 5)]


async def test_the_observer_and_health_tell_what_happens(topics: Topics) -> None:
    told: list[str] = []

    class Ear(SilentObserver):
        def owned(self, stage: str, partitions: Any) -> None:
            told.append(f"owned {sorted(partitions)}")

        def recovery_finished(self, stage: str, partitions: Any, *, records: int, seconds: float) -> None:
            told.append(f"recovered {sorted(partitions)}")

        def block_done(
            self, stage: str, partition: int, *, records: int, size: int, seconds: float, lag: int | None
        ) -> None:
            told.append(f"block of {records} records, {size} bytes, lag {lag}")

        def committed(self, stage: str, partition: int, *, offset: int, at: datetime) -> None:
            told.append(f"committed {offset}")

        def lag(self, stage: str, partition: int, *, records: int) -> None:
            told.append(f"lag {records}")

    await publish(topics.broker, topics.source, [(b"a", b"12345")])
    health = Health()
    stage = CountingStage("count", topics.source, topics.output)
    async with Worker([stage], topics.config(**NOT_TAKEN_FOR_DEAD), observer=Ear(), health=health):
        assert not health.ready or "recovered [0, 1, 2, 3]" in told
        wanted = [
            "owned [0, 1, 2, 3]",
            "recovered [0, 1, 2, 3]",
            "block of 1 records, 5 bytes, lag 0",
            "committed 1",
            "lag 0",
        ]
        await eventually(lambda: all(line in told for line in wanted), f"not all of {wanted} is told")
        assert health.ready
        assert health.healthy
    assert not health.ready
