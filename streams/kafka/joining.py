"""Consumers that find their group also where the broker names no brokers yet."""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import NoBrokersAvailable


def await_brokers(consumer: AIOKafkaConsumer) -> None:
    """Have a consumer that is not started ask again for its group's coordinator while no broker is known.

    A broker that has just started, or that is found dead and alive again, may answer with an empty list of brokers.
    At this aiokafka gives up: its task for the group ends with an ``AssertionError``, nobody hears of it, and the
    consumer waits for its partitions for good. What is raised here in its place it takes for something that passes.
    """
    client = consumer._client
    lookup = client.coordinator_lookup

    async def patient_lookup(kind: Any, group: str) -> Any:
        if not client.cluster.brokers():
            raise NoBrokersAvailable("the broker names no brokers yet")
        return await lookup(kind, group)

    client.coordinator_lookup = patient_lookup
