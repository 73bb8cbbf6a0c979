"""Three brokers, three replicas of every topic: one may be away, and all may come back under other addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.broker.feeding import assert_exact, counted, feeding
from tests.broker.live import Topics, WorkerProcess, Workers, create_topics, eventually
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import apache_kafka

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def three(request: pytest.FixtureRequest) -> Iterator[ApacheCluster]:
    """Three brokers that acknowledge what two of them have."""
    with apache_kafka(request, brokers=3, properties={"min.insync.replicas": "2"}) as cluster:
        yield cluster


@pytest.fixture
async def topics(three: ApacheCluster, app: str) -> Topics:
    made = Topics(",".join(three.addresses), app, idempotent=True)
    await create_topics(made.broker, made.source, made.output, made.changelog, replicas=3)
    return made


class Supervised:
    """Two workers under a supervisor that starts anew whichever ended, as a service manager does."""

    def __init__(self, topics: Topics, workers: Workers) -> None:
        self._topics = topics
        self._workers = workers
        self._current: list[WorkerProcess | None] = [None, None]
        self.restarts = -len(self._current)

    def see_to_it(self) -> None:
        for place, worker in enumerate(self._current):
            if worker is None or worker.exit_code is not None:
                self._current[place] = self._workers.start(self._topics, block_records=200, session_timeout_seconds=3.0)
                self.restarts += 1

    async def goes_on(self, what: str) -> None:
        """Wait until a thousand more records are counted."""
        before = await counted(self._topics)

        async def more() -> bool:
            self.see_to_it()
            return await counted(self._topics) > before + 1_000

        await eventually(more, what)


async def test_one_broker_stops_and_comes_back_and_two_change_places(
    three: ApacheCluster, topics: Topics, workers: Workers
) -> None:
    first, second, third = three.brokers
    supervised = Supervised(topics, workers)
    async with feeding(topics) as feed:
        await supervised.goes_on("the workers do not begin")
        await asyncio.to_thread(three.stop_broker, first)
        await supervised.goes_on("one of three brokers is away and work does not go on")
        await asyncio.to_thread(three.start_brokers, [first])
        await supervised.goes_on("the broker is back and work does not go on")
        assert supervised.restarts == 0, "an orderly stop of a broker must not cost a worker"

        # Every address now leads to another broker than the clients remember.
        await asyncio.to_thread(three.kill_broker, second)
        await asyncio.to_thread(three.stop_broker, third)
        three.swap_ports(second, third)
        await asyncio.to_thread(three.start_brokers, [second, third])
        await supervised.goes_on("two brokers changed places and work does not go on")
    await assert_exact(topics, feed)
