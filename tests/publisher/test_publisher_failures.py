"""Whose fault it was decides what happens next: what a producer may answer, without a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    ProducerClosed,
    TopicAuthorizationFailedError,
)
from aiokafka.structs import RecordMetadata, TopicPartition

from streams.client import BrokerAway, Refused, ReportPublisher
from streams.settings import Settings

Answer = Callable[[bytes, asyncio.Future[Any]], None]


class AProducer:
    """Answers every send as it is told to."""

    idempotent = False

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.abandoned: bool | None = None

    async def send(self, _topic: str, key: bytes, *_: Any) -> asyncio.Future[Any]:
        sent: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answer(key, sent)
        return sent

    async def close(self, *, abandon: bool = False) -> None:
        self.abandoned = abandon


def acknowledge(_key: bytes, sent: asyncio.Future[Any]) -> None:
    sent.set_result(RecordMetadata("sitrep.reports", 0, TopicPartition("sitrep.reports", 0), 1, 0, 0, 0))


def report(number: int) -> dict[str, Any]:
    return {
        "report_id": f"r{number}",
        "source": {"id": "s"},
        "published_at": "2025-10-22T09:00:00Z",
        "title": "x",
    }


@pytest.fixture
def publisher_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[ReportPublisher, AProducer]]:
    def make(answer: Answer, **given: Any) -> tuple[ReportPublisher, AProducer]:
        producer = AProducer(answer)

        async def opened(*_: Any) -> AProducer:
            return producer

        monkeypatch.setattr("streams.client.publisher.open_producer", opened)
        return ReportPublisher(Settings(**given)), producer

    return make


@pytest.mark.parametrize(
    "error", [KafkaTimeoutError(), KafkaConnectionError("cut"), ProducerClosed(), NotLeaderForPartitionError()]
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_the_worlds_fault_ends_the_publisher_and_names_what_is_open(
    publisher_of: Any, error: Exception, at_once: bool
) -> None:
    def answer(key: bytes, sent: asyncio.Future[Any]) -> None:
        if key != b"s/r2":
            acknowledge(key, sent)
        elif at_once:
            raise error
        else:
            sent.set_exception(error)

    publisher, producer = publisher_of(answer)
    with pytest.raises(BrokerAway) as caught:  # noqa: PT012  leaving the block raises
        async with publisher:
            for number in range(2):
                await (await publisher.publish(report(number)))
            lost = await publisher.publish(report(2))
            with pytest.raises(BrokerAway):
                await publisher.flush()
            # To go on would leave a hole in the order.
            with pytest.raises(BrokerAway):
                await publisher.publish(report(3))
    assert (caught.value.acknowledged, caught.value.unacknowledged) == (2, ("s/r2",))
    assert lost.exception() is caught.value
    assert producer.abandoned is True


@pytest.mark.parametrize("error", [MessageSizeTooLargeError(), TopicAuthorizationFailedError("sitrep.reports")])
async def test_a_refusal_for_good_is_told_of_its_record_alone(publisher_of: Any, error: Exception) -> None:
    def answer(key: bytes, sent: asyncio.Future[Any]) -> None:
        if key == b"s/r1":
            sent.set_exception(error)
        else:
            acknowledge(key, sent)

    publisher, _ = publisher_of(answer)
    async with publisher:
        acks = [await publisher.publish(report(number)) for number in range(3)]
        with pytest.raises(Refused) as caught:
            await publisher.flush()
        assert caught.value.refused == ("s/r1",)
        assert [ack.exception() is None for ack in acks] == [True, False, True]
        # It was told; the rest of the block is not spoiled by it.
        await publisher.flush()
    assert publisher.acknowledged == 2


async def test_silence_is_given_up_within_the_stated_time(publisher_of: Any) -> None:
    publisher, producer = publisher_of(lambda _key, _sent: None, publish_timeout_seconds=0.2, publish_max_records=2)
    with pytest.raises(BrokerAway) as caught:  # noqa: PT012  leaving the block raises
        async with publisher:
            async with asyncio.timeout(60):
                for number in range(3):
                    await publisher.publish(report(number))
    assert caught.value.unacknowledged == ("s/r0", "s/r1")
    assert producer.abandoned is True


async def test_a_publisher_is_used_inside_its_block(publisher_of: Any) -> None:
    publisher, _ = publisher_of(acknowledge)
    with pytest.raises(RuntimeError, match="inside its `async with` block"):
        await publisher.publish(report(0))


async def test_callers_are_served_in_their_order(publisher_of: Any) -> None:
    order: list[bytes] = []

    def answer(key: bytes, sent: asyncio.Future[Any]) -> None:
        order.append(key)
        # Later, so that with room for one everybody has to wait for a turn.
        asyncio.get_running_loop().call_soon(acknowledge, key, sent)

    publisher, _ = publisher_of(answer, publish_max_records=1)

    async def overtake() -> None:
        while publisher.in_flight:  # noqa: ASYNC110  every turn of the loop is what is wanted
            await asyncio.sleep(0)
        await publisher.publish(report(99))

    async with publisher:
        await publisher.publish(report(0))
        # Five wait for room when a sixth comes along, just as there is some.
        await asyncio.gather(*(publisher.publish(report(number)) for number in range(1, 6)), overtake())
    assert order == [f"s/r{number}".encode() for number in (0, 1, 2, 3, 4, 5, 99)]
