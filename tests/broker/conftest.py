"""A running broker for live tests, of either kind, and topics of their own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from streams.engine.embedded import EmbeddedBroker
from tests.broker.live import LiveBroker, Topics, create_topics

_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=["embedded", "apache"])
def broker(request: pytest.FixtureRequest) -> Iterator[LiveBroker]:
    """A broker for the whole run: what holds on the embedded one must hold on Apache Kafka."""
    if request.param == "embedded":
        with EmbeddedBroker() as embedded:
            yield LiveBroker(embedded.address, idempotent=False)
    else:
        yield LiveBroker(request.getfixturevalue("apache").address, idempotent=True)


@pytest.fixture
async def topics(broker: LiveBroker) -> Topics:
    """A source, an output and a changelog topic with four partitions each."""
    made = Topics(broker.address, f"test{next(_numbers)}", broker.idempotent)
    await create_topics(made.broker, made.source, made.output, made.changelog)
    return made
