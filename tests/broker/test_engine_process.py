"""A worker as a process: several stages in one, a broker that dies, commits that stand still."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Mapping

import pytest
from aiokafka.consumer.group_coordinator import GroupCoordinator

from streams.engine.changelog import changelog_topic
from streams.engine.embedded import EmbeddedBroker
from streams.engine.errors import BrokerAwayError, TopicError
from streams.engine.health import Health, Phase
from streams.engine.running import Worker, WorkerFailedError, serve
from streams.engine.sending import serves_idempotence
from streams.engine.stage import PartitionState
from tests.broker.counting import CountingStage
from tests.broker.feeding import until_counted
from tests.broker.live import (
    DEADLINE_SECONDS,
    NOT_TAKEN_FOR_DEAD,
    LiveBroker,
    Topics,
    Workers,
    counts_in,
    create_topics,
    eventually,
    publish,
    read_all,
)

pytestmark = pytest.mark.broker

ON_THE_EMBEDDED_ONE = pytest.mark.parametrize("broker", ["embedded"], indirect=True)
"""For what has nothing to do with the kind of broker."""


async def test_two_stages_in_one_process_feed_one_another_and_recover_after_a_restart(topics: Topics) -> None:
    await create_topics(topics.broker, changelog_topic(topics.app, "again"))

    async def run_until(outputs: int) -> None:
        stages = [
            CountingStage("count", topics.source, topics.output),
            CountingStage("again", topics.output),
        ]

        async def all_counted_twice() -> bool:
            changes = await read_all(topics.broker, changelog_topic(topics.app, "again"))
            latest = {r.key: r.value for r in sorted(changes, key=lambda r: (r.partition, r.offset))}
            return sum(int(v) for k, v in latest.items() if not k.startswith(b"@engine/")) == outputs

        async with Worker(stages, topics.config()) as worker:
            await eventually(lambda: worker.health.ready, "the stages are not ready")
            await eventually(all_counted_twice, "the second stage has not counted what the first one sent")

    sent = [(b"key-%d" % (n % 30), b"%d" % n) for n in range(1_500)]
    await publish(topics.broker, topics.source, sent)
    await run_until(1_500)
    await publish(topics.broker, topics.source, sent[:500])
    await run_until(2_000)

    changes = await read_all(topics.broker, changelog_topic(topics.app, "again"))
    latest = {r.key: int(r.value) for r in sorted(changes, key=lambda r: (r.partition, r.offset)) if b"@" not in r.key}
    assert latest == Counter(key for key, _ in [*sent, *sent[:500]])


async def test_a_worker_whose_broker_dies_stops_with_code_1(workers: Workers) -> None:
    with EmbeddedBroker() as broker:
        topics = Topics(broker.address, "dying")
        await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
        worker = workers.start(topics, request_timeout_seconds=2.0, stop_seconds=2.0, tick_sends=topics.output)
        await worker.ready()

        async def working() -> bool:
            return bool(await read_all(topics.broker, topics.output))

        await eventually(working, "the worker does not begin")
    await eventually(lambda: worker.exit_code is not None, "the worker outlives its broker")
    assert worker.exit_code == 1


async def test_a_worker_told_to_stop_when_its_broker_is_gone_leaves_in_order(workers: Workers) -> None:
    with EmbeddedBroker() as broker:
        topics = Topics(broker.address, "leaving")
        await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
        worker = workers.start(topics)
        await publish(topics.broker, topics.source, [(b"a", b"1")])
        await until_counted(topics, 1)
    assert worker.stop() == 0


async def test_a_broker_that_is_stopped_for_longer_than_a_request_costs_a_worker_and_no_record(
    workers: Workers,
) -> None:
    """It knows all that was acknowledged when it goes on: unlike one that dies, the embedded one remembers."""
    sent = [(b"key-%d" % (n % 30), b"%d" % n) for n in range(600)]
    with EmbeddedBroker() as broker:
        topics = Topics(broker.address, "pausing")
        await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
        first = workers.start(topics, request_timeout_seconds=2.0, stop_seconds=2.0, tick_sends=topics.output)
        await publish(topics.broker, topics.source, sent[:300])
        await until_counted(topics, 300)
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            await eventually(lambda: first.exit_code is not None, "the worker waits for its broker for good")
        finally:
            os.kill(broker.pid, signal.SIGCONT)
        assert first.exit_code == 1
        second = workers.start(topics)
        await publish(topics.broker, topics.source, sent[300:])
        await until_counted(topics, 600)
        assert second.stop() == 0
        assert await counts_in(topics) == Counter(key for key, _ in sent)


class SlowToOpen(CountingStage):
    """Opens no state before it is let."""

    def __init__(self, name: str, source: str) -> None:
        super().__init__(name, source)
        self.entered, self.let = threading.Event(), threading.Event()

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        self.entered.set()
        self.let.wait(DEADLINE_SECONDS)
        return super().open(partition, partitions, items)


@ON_THE_EMBEDDED_ONE
async def test_a_stop_amid_a_recovery_is_clean_and_loses_nothing(topics: Topics, workers: Workers) -> None:
    await publish(topics.broker, topics.source, [(b"a", b"1")])
    stage, stop = SlowToOpen("count", topics.source), asyncio.Event()
    serving = asyncio.create_task(serve([stage], topics.config(), stop=stop))
    assert await asyncio.to_thread(stage.entered.wait, DEADLINE_SECONDS)
    stop.set()
    stage.let.set()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await serving
    worker = workers.start(topics)
    await until_counted(topics, 1)
    assert worker.stop() == 0
    assert await counts_in(topics) == {b"a": 1}


async def test_a_worker_whose_commits_stand_still_stops_with_code_1(topics: Topics, workers: Workers) -> None:
    await publish(topics.broker, topics.source, [(b"a", b"1")])
    worker = workers.start(topics, stuck_after_seconds=5.0, never_commits=True, **NOT_TAKEN_FOR_DEAD)
    await eventually(lambda: worker.exit_code is not None, "the stuck worker goes on")
    assert worker.exit_code == 1
    assert len(await read_all(topics.broker, topics.output)) == 1


@ON_THE_EMBEDDED_ONE
async def test_a_worker_whose_loop_hangs_stops_with_code_1(topics: Topics, workers: Workers) -> None:
    await publish(topics.broker, topics.source, [(b"a", b"1")])
    worker = workers.start(topics, stuck_after_seconds=2.0, hangs=True)
    await eventually(lambda: worker.exit_code is not None, "the worker hangs for good")
    assert worker.exit_code == 1


@ON_THE_EMBEDDED_ONE
async def test_a_worker_that_is_slow_or_kept_from_running_goes_on(topics: Topics, workers: Workers) -> None:
    """It has a block that takes longer than its watchdog waits, and is stopped for as long amid it."""
    patience = 3.0
    await publish(topics.broker, topics.source, [(b"a", b"1")])
    worker = workers.start(topics, stuck_after_seconds=patience, step_seconds=patience + 1, **NOT_TAKEN_FOR_DEAD)
    await worker.ready()
    worker.signal(signal.SIGSTOP)
    await asyncio.sleep(patience + 1)
    worker.signal(signal.SIGCONT)
    await until_counted(topics, 1)
    assert worker.stop() == 0


async def test_a_stop_while_the_group_forms_is_clean(topics: Topics) -> None:
    health, stop = Health(), asyncio.Event()
    stage = CountingStage("count", topics.source)
    serving = asyncio.create_task(serve([stage], topics.config(), health=health, stop=stop))
    await eventually(lambda: health.phases.get("count", Phase.STARTING) is not Phase.STARTING, "it does not join")
    stop.set()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await serving
    assert not health.ready


async def test_a_worker_that_loses_its_group_while_it_joins_fails(
    topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gives_up(_: GroupCoordinator) -> None:
        raise RuntimeError("an odd answer")

    monkeypatch.setattr(GroupCoordinator, "ensure_coordinator_known", gives_up)
    with pytest.raises(WorkerFailedError, match=r"stage count failed: .*an odd answer"):
        async with asyncio.timeout(DEADLINE_SECONDS):
            await serve([CountingStage("count", topics.source)], topics.config(), stop=asyncio.Event())


async def test_without_a_broker_the_start_says_so() -> None:
    config = Topics("127.0.0.1:1", "nobody").config(request_timeout_seconds=1.5)
    with pytest.raises(BrokerAwayError, match=r"127\.0\.0\.1:1"):
        async with asyncio.timeout(DEADLINE_SECONDS), Worker([CountingStage("count", "in")], config):
            pass


async def test_a_changelog_with_other_partitions_than_its_source_is_refused(broker: LiveBroker) -> None:
    topics = Topics(broker.address, "uneven")
    await create_topics(topics.broker, topics.source)
    await create_topics(topics.broker, topics.changelog, partitions=2)
    with pytest.raises(TopicError, match=r"2 partitions but its source .* has 4"):
        await Worker([CountingStage("count", topics.source)], topics.config()).start()


async def test_the_broker_is_asked_whether_it_serves_idempotence(broker: LiveBroker) -> None:
    config = Topics(broker.address, "asking").config(idempotent=None)
    assert await serves_idempotence(config) is broker.idempotent
