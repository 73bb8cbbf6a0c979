"""One aiokafka producer with the settings that losing nothing needs, and an end that cannot hang."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaConnectionError,
)

from schemas.cloudevents import Headers
from schemas.topics import MAX_MESSAGE_BYTES
from streams.client.connection import admin_client, kafka_options, reach, topics_of
from streams.client.errors import TopicMissing
from streams.kafka.idempotence import NO_IDEMPOTENCE, asking_for_idempotence
from streams.settings import Settings

_log: Final = logging.getLogger(__name__)
_BATCH_BYTES: Final = 256 * 2**10
"""Largest batch of a partition: what keeps round trips rare without holding much memory."""
_NEW_BROKER_SECONDS: Final = 2.0
"""A broker that has only just started answers before its topics are there: ``sitrep broker & sitrep publish``."""
_LOOK_AGAIN_SECONDS: Final = 0.1
_CLOSE_SECONDS: Final = 2.0
_RETRY_MS: Final = 250


class Producer:
    """A started producer. ``idempotent`` says whether the broker drops repeated sends by itself."""

    def __init__(self, raw: Any, *, idempotent: bool) -> None:
        self._raw = raw
        self.idempotent = idempotent

    async def send(
        self, topic: str, key: bytes, value: bytes, headers: Headers, timestamp_ms: int | None
    ) -> asyncio.Future[Any]:
        """Hand a record over; the partition follows from the key (murmur2, as in Kafka's own clients)."""
        sent: asyncio.Future[Any] = await self._raw.send(
            topic, value, key, timestamp_ms=timestamp_ms, headers=list(headers)
        )
        return sent

    async def close(self, *, abandon: bool = False) -> None:
        """Close within a few seconds. With ``abandon``, what is not acknowledged yet is given up first."""
        if abandon:
            self._abandon()
        stopping = asyncio.ensure_future(self._raw.stop())
        done, _ = await asyncio.wait({stopping}, timeout=_CLOSE_SECONDS)
        if not done:
            # A request to a broker that hangs: closing the connections ends it.
            _log.warning("the broker does not answer: closing the connections")
            await self._raw.client.close()
            done, _ = await asyncio.wait({stopping}, timeout=_CLOSE_SECONDS)
        if not done:
            stopping.cancel()
        # A stop that failed or was cut short has not closed the connections.
        await self._raw.client.close()
        if done and (error := stopping.exception()) is not None and not abandon:
            raise error

    def _abandon(self) -> None:
        # An idempotent producer would try for ever; aiokafka has no public way to make it stop.
        waiting = self._raw._message_accumulator
        batches = [*waiting._pending_batches, *(batch for queue in waiting._batches.values() for batch in queue)]
        waiting.fail_all(KafkaConnectionError("given up"))
        for batch in batches:
            # Nobody waits for room in these any more: without a look asyncio would complain on the log.
            if batch._drain_waiter.done():
                batch._drain_waiter.exception()


async def open_producer(settings: Settings, topic: str) -> Producer:
    """Return a producer that is connected to a broker which has ``topic``.

    :raises BrokerAway: no broker answered in time.
    :raises TopicMissing: the broker has no such topic.
    :raises Refused: the credentials or the TLS files are no good.
    """
    async with admin_client(settings) as admin:
        deadline = time.monotonic() + _NEW_BROKER_SECONDS
        while topic not in await topics_of(admin):
            if time.monotonic() >= deadline:
                raise TopicMissing(topic, settings.bootstrap_servers)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def start(idempotent: bool) -> Producer:
        raw = AIOKafkaProducer(
            **kafka_options(settings),
            acks="all",
            enable_idempotence=idempotent,
            retry_backoff_ms=_RETRY_MS,
            linger_ms=settings.publish_linger_ms,
            max_batch_size=_BATCH_BYTES,
            max_request_size=MAX_MESSAGE_BYTES,
            # Also how long a batch is tried again; the publisher's own alarm is the bound that counts.
            request_timeout_ms=int(settings.publish_timeout_seconds * 1000),
        )
        try:
            await raw.start()
        except BaseException:
            await raw.stop()
            raise
        return Producer(raw, idempotent=idempotent)

    try:
        with asking_for_idempotence():
            return await reach(settings, lambda: start(True))
    except NO_IDEMPOTENCE as error:
        _log.info("the broker has no idempotent producers (%r): a repeated send may be stored twice", error)
    return await reach(settings, lambda: start(False))
