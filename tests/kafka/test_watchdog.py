"""A consumer that gets nowhere ends its process, for a supervisor to start it anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.broker.feeding import assert_exact, counted, feeding
from tests.broker.live import Topics, WorkerProcess, create_topics, eventually
from tests.chaos.proxy import FETCH, OFFSET_COMMIT, Proxy
from tests.kafka.cluster import ApacheCluster

pytestmark = pytest.mark.broker


@pytest.fixture
def through(proxied: tuple[ApacheCluster, Proxy]) -> Iterator[Proxy]:
    """The proxy; what it is told to swallow passes again after the test."""
    yield proxied[1]
    proxied[1].swallow()


@pytest.mark.parametrize(
    "swallowed",
    [
        pytest.param(OFFSET_COMMIT, id="commits"),
        pytest.param(FETCH, id="fetches"),
    ],
)
async def test_a_worker_that_stands_still_while_records_wait_is_noticed_and_replaced(
    proxied: tuple[ApacheCluster, Proxy], through: Proxy, app: str, workers: list[WorkerProcess], swallowed: int
) -> None:
    topics = Topics(proxied[0].address, app, idempotent=True)
    await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
    proxied_topics = Topics(f"127.0.0.1:{through.port}", app, idempotent=True)
    workers.append(WorkerProcess(proxied_topics, block_records=200, stuck_after_seconds=4.0))
    async with feeding(topics) as feed:

        async def begun() -> bool:
            return await counted(topics) > 0

        await eventually(begun, "the worker does not begin")
        through.swallow(swallowed)
        await eventually(lambda: workers[0].exit_code is not None, "nobody notices that the worker stands still")
        assert workers[0].exit_code == 1
        through.swallow()
        workers.append(WorkerProcess(proxied_topics, block_records=200))
    await assert_exact(topics, feed)
