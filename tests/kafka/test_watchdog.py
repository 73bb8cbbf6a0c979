"""A consumer that gets nowhere ends its process, for a supervisor to start it anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.broker.feeding import assert_exact, feeding, until_counted
from tests.broker.live import Topics, Workers, create_topics, eventually
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
    proxied: tuple[ApacheCluster, Proxy], through: Proxy, app: str, workers: Workers, swallowed: int
) -> None:
    topics = Topics(proxied[0].address, app, idempotent=True)
    await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
    proxied_topics = Topics(f"127.0.0.1:{through.port}", app, idempotent=True)
    worker = workers.start(proxied_topics, block_records=200, stuck_after_seconds=4.0)
    async with feeding(topics) as feed:
        await until_counted(topics, 1)
        through.swallow(swallowed)
        await eventually(lambda: worker.exit_code is not None, "nobody notices that the worker stands still")
        assert worker.exit_code == 1
        through.swallow()
        workers.start(proxied_topics, block_records=200)
    await assert_exact(topics, feed)
