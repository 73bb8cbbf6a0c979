"""Apache Kafka for the tests of what only the real broker does."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.broker.live import WorkerProcess, kill_all
from tests.chaos.proxy import Proxy
from tests.kafka.cluster import ApacheCluster, free_ports
from tests.kafka.fixture import apache_kafka

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def apache(request: pytest.FixtureRequest) -> Iterator[ApacheCluster]:
    """One broker for the whole run."""
    with apache_kafka(request) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def proxied(request: pytest.FixtureRequest) -> Iterator[tuple[ApacheCluster, Proxy]]:
    """A broker that is also reached through a proxy."""
    [port] = free_ports(1)
    with apache_kafka(request, proxied=port) as cluster, Proxy(port, cluster.brokers[0].proxied_port) as proxy:
        yield cluster, proxy


@pytest.fixture
def app() -> str:
    """A prefix for topics and groups that no other test uses."""
    return f"kafka{next(_numbers)}"


@pytest.fixture
async def workers() -> AsyncIterator[list[WorkerProcess]]:
    """A list for worker processes; whatever still runs at the end of the test is killed."""
    started: list[WorkerProcess] = []
    yield started
    kill_all(started)
