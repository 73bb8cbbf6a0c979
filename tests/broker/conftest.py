"""The embedded broker for live tests, and topics of their own for each."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from streams.engine.embedded import EmbeddedBroker
from tests.broker.live import Topics, WorkerProcess, create_topics, kill_all

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker() -> Iterator[EmbeddedBroker]:
    """An embedded broker for the whole run."""
    with EmbeddedBroker() as running:
        yield running


@pytest.fixture
async def topics(broker: EmbeddedBroker) -> Topics:
    """A source, an output and a changelog topic with four partitions each."""
    made = Topics(broker.address, f"test{next(_numbers)}")
    await create_topics(made.broker, made.source, made.output, made.changelog)
    return made


@pytest.fixture
async def workers() -> AsyncIterator[list[WorkerProcess]]:
    """A list for worker processes; whatever still runs at the end of the test is killed."""
    started: list[WorkerProcess] = []
    yield started
    kill_all(started)
