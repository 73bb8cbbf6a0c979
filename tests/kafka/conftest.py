"""Apache Kafka for the tests of what only the real broker does."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.broker.live import WorkerProcess, kill_all
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import apache_kafka

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def apache(request: pytest.FixtureRequest) -> Iterator[ApacheCluster]:
    """One broker for the whole run."""
    with apache_kafka(request) as cluster:
        yield cluster


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
