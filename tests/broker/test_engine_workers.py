"""Several workers, ordinary clients: workers come, go, are killed and come back from the dead."""

from __future__ import annotations

import signal

import pytest

from tests.broker.feeding import assert_exact, counted, feeding
from tests.broker.live import (
    NOT_TAKEN_FOR_DEAD,
    LiveBroker,
    Topics,
    WorkerProcess,
    create_topics,
    eventually,
    publish,
    read_all,
)

pytestmark = pytest.mark.broker


async def test_state_is_exact_while_workers_join_leave_and_are_killed(
    topics: Topics, workers: list[WorkerProcess]
) -> None:
    def a_worker() -> WorkerProcess:
        workers.append(WorkerProcess(topics, block_records=200))
        return workers[-1]

    async def more_counted() -> None:
        before = await counted(topics)

        async def moved() -> bool:
            return await counted(topics) > before

        await eventually(moved, "the workers that are left do not go on")

    async with feeding(topics) as feed:
        one = a_worker()
        await more_counted()
        two, three = a_worker(), a_worker()
        await two.ready()
        await three.ready()
        await more_counted()
        one.kill()
        await more_counted()
        assert two.stop() == 0
        await more_counted()
        four = a_worker()
        await four.ready()
        three.kill()
        await more_counted()
    await assert_exact(topics, feed)
    assert four.exit_code is None


async def test_a_worker_that_comes_back_from_the_dead_spoils_nothing(
    topics: Topics, workers: list[WorkerProcess]
) -> None:
    """A stopped process (a paused virtual machine) wakes up amid a block that another worker has done by now."""
    workers.append(WorkerProcess(topics, block_records=50))
    sleeper = workers[0]
    async with feeding(topics) as feed:

        async def working() -> bool:
            return await counted(topics) > 0

        await eventually(working, "the first worker does not begin")
        sleeper.signal(signal.SIGSTOP)
        asleep = await counted(topics)
        workers.append(WorkerProcess(topics, block_records=50))

        async def taken_over() -> bool:
            return await counted(topics) > asleep + 1_000

        await eventually(taken_over, "the second worker does not take over")
        sleeper.signal(signal.SIGCONT)
        awake = await counted(topics)

        async def going_on() -> bool:
            return await counted(topics) > awake + 1_000

        await eventually(going_on, "work does not go on with the sleeper awake")
    await assert_exact(topics, feed)


async def test_sigterm_ends_a_worker_cleanly_and_its_work_is_committed(
    topics: Topics, workers: list[WorkerProcess]
) -> None:
    await publish(topics.broker, topics.source, [(b"key-%d" % n, b"%d" % n) for n in range(500)])
    workers.append(WorkerProcess(topics, **NOT_TAKEN_FOR_DEAD))

    async def done() -> bool:
        return await counted(topics) == 500

    await eventually(done, "the records are not counted")
    await workers[0].ready()
    assert workers[0].stop() == 0
    outputs = len(await read_all(topics.broker, topics.output))

    workers.append(WorkerProcess(topics, **NOT_TAKEN_FOR_DEAD))
    await publish(topics.broker, topics.source, [(b"last", b"last")])

    async def last_counted() -> bool:
        return await counted(topics) == 501

    await eventually(last_counted, "the second worker does not begin")
    assert len(await read_all(topics.broker, topics.output)) == outputs + 1


async def test_a_missing_topic_is_an_error_before_anything_starts(
    broker: LiveBroker, workers: list[WorkerProcess]
) -> None:
    topics = Topics(broker.address, "nothing-there")
    await create_topics(topics.broker, topics.source)
    workers.append(WorkerProcess(topics))
    await eventually(lambda: workers[0].exit_code is not None, "the worker starts without its changelog topic")
    assert workers[0].exit_code == 1
