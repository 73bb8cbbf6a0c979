"""Several workers, ordinary clients: workers come, go, are killed and come back from the dead."""

from __future__ import annotations

import signal

import pytest

from tests.broker.feeding import assert_exact, counted, feeding, until_counted, until_more_counted
from tests.broker.live import (
    NOT_TAKEN_FOR_DEAD,
    LiveBroker,
    Topics,
    Workers,
    create_topics,
    eventually,
    publish,
    read_all,
)

pytestmark = pytest.mark.broker


async def test_state_is_exact_while_workers_join_leave_and_are_killed(topics: Topics, workers: Workers) -> None:
    async with feeding(topics) as feed:
        one = workers.start(topics, block_records=200)
        await until_more_counted(topics)
        two, three = (workers.start(topics, block_records=200) for _ in range(2))
        await two.ready()
        await three.ready()
        await until_more_counted(topics)
        one.kill()
        await until_more_counted(topics)
        assert two.stop() == 0
        await until_more_counted(topics)
        four = workers.start(topics, block_records=200)
        await four.ready()
        three.kill()
        await until_more_counted(topics)
    await assert_exact(topics, feed)
    assert four.exit_code is None


async def test_a_worker_that_comes_back_from_the_dead_spoils_nothing(topics: Topics, workers: Workers) -> None:
    """A stopped process (a paused virtual machine) wakes up amid a block that another worker has done by now."""
    sleeper = workers.start(topics, block_records=50)
    async with feeding(topics) as feed:
        await until_counted(topics, 1)
        sleeper.signal(signal.SIGSTOP)
        asleep = await counted(topics)
        workers.start(topics, block_records=50)
        await until_counted(topics, asleep + 1_000)
        sleeper.signal(signal.SIGCONT)
        await until_more_counted(topics, 1_000)
    await assert_exact(topics, feed)


async def test_sigterm_ends_a_worker_cleanly_and_its_work_is_committed(topics: Topics, workers: Workers) -> None:
    await publish(topics.broker, topics.source, [(b"key-%d" % n, b"%d" % n) for n in range(500)])
    worker = workers.start(topics, **NOT_TAKEN_FOR_DEAD)
    await until_counted(topics, 500)
    await worker.ready()
    assert worker.stop() == 0
    outputs = len(await read_all(topics.broker, topics.output))

    workers.start(topics, **NOT_TAKEN_FOR_DEAD)
    await publish(topics.broker, topics.source, [(b"last", b"last")])
    await until_counted(topics, 501)
    assert await counted(topics) == 501
    assert len(await read_all(topics.broker, topics.output)) == outputs + 1


async def test_a_missing_topic_is_an_error_before_anything_starts(broker: LiveBroker, workers: Workers) -> None:
    topics = Topics(broker.address, "nothing-there")
    await create_topics(topics.broker, topics.source)
    worker = workers.start(topics)
    await eventually(lambda: worker.exit_code is not None, "the worker starts without its changelog topic")
    assert worker.exit_code == 1
