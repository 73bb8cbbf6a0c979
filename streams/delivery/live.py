"""The alerts that fire now, read from the topic of live alerts: the newest record of each key, until it expires."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import TopicPartition
from pydantic import ValidationError

from schemas.alert import AlertV1
from schemas.topics import ALERTS_LIVE
from streams.client.connection import admin_client, kafka_options, reach, topics_of
from streams.client.errors import TopicMissing
from streams.kafka.fetching import PatientConsumer
from streams.settings import Settings

_FETCH_WAIT_MS: Final = 50


class LiveAlerts:
    """What is live, by key. Feed it records in order; it forgets what has expired."""

    def __init__(self) -> None:
        self._held: dict[bytes, AlertV1] = {}

    def take(self, key: bytes, value: bytes | None) -> None:
        """Take a record; null and what is no live alert end the key's alert."""
        alert = None
        if value is not None:
            try:
                alert = AlertV1.model_validate_json(value)
            except ValidationError:
                # Somebody else wrote it; what was known of the key still holds until it expires.
                return
        if alert is None or not alert.is_live:
            self._held.pop(key, None)
        else:
            self._held[key] = alert

    def now(self, present: datetime) -> tuple[AlertV1, ...]:
        """Return the alerts that hold at ``present``, and forget the others: their worker is gone."""
        gone = [key for key, alert in self._held.items() if alert.expires_at is None or alert.expires_at <= present]
        for key in gone:
            del self._held[key]
        return tuple(self._held.values())


class LiveReader:
    """Reads the topic from its beginning, without a group: what is live is known again after every start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer: Any = None

    async def __aenter__(self) -> Self:
        """Connect.

        :raises BrokerAway: no broker answered in time.
        :raises TopicMissing: there is no such topic yet.
        """
        async with admin_client(self._settings) as admin:
            if ALERTS_LIVE.name not in await topics_of(admin):
                raise TopicMissing(ALERTS_LIVE.name, self._settings.bootstrap_servers)
            [described] = await admin.describe_topics([ALERTS_LIVE.name])
        self._consumer = await reach(self._settings, self._connect)
        places = [TopicPartition(ALERTS_LIVE.name, found["partition"]) for found in described["partitions"]]
        self._consumer.assign(places)
        await self._consumer.seek_to_beginning(*places)
        return self

    async def _connect(self) -> Any:
        consumer = PatientConsumer(
            **kafka_options(self._settings), enable_auto_commit=False, fetch_max_wait_ms=_FETCH_WAIT_MS
        )
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def batches(self) -> AsyncIterator[list[tuple[bytes, bytes | None]]]:
        """Yield what has come, key and value, at least every 200 ms; an empty list when nothing has."""
        while True:
            fetched = await self._consumer.getmany(timeout_ms=200, max_records=2_000)
            yield [(record.key or b"", record.value) for records in fetched.values() for record in records]
