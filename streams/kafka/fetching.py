"""Consumers that wait longer for a broker which needs longer to look.

The embedded broker looks through all batches of a partition for each fetch, half a microsecond each, and gives up when
the fetch's wait is over: with more than some ninety thousand batches a wait of 50 ms would never find anything again.
A longer wait for everybody is no answer, as that broker looks for new records only twice in a wait. Apache Kafka
answers as soon as there is something, whatever the wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from streams.kafka.joining import await_brokers

STARVED_SECONDS: Final = 1.0
"""For so long nothing has come although there is something, before a fetch may wait longer."""
LONGEST_WAIT_MS: Final = 5_000


class Patience:
    """Doubles the wait of a consumer's fetches while they find nothing although the broker says that there is more."""

    def __init__(self, consumer: AIOKafkaConsumer, clock: Callable[[], float] = time.monotonic) -> None:
        self._consumer = consumer
        self._clock = clock
        self._since: float | None = None

    def after(self, fetched: Mapping[Any, Any], partitions: Collection[Any] = ()) -> None:
        """Note what a poll of ``partitions`` (without any: of all that are assigned) has brought."""
        if fetched or not any(map(self._is_behind, partitions or self._consumer.assignment())):
            self._since = None
            return
        now = self._clock()
        if self._since is None:
            self._since = now
        elif now - self._since >= STARVED_SECONDS:
            fetcher = self._consumer._fetcher
            fetcher._fetch_max_wait_ms = min(2 * fetcher._fetch_max_wait_ms, LONGEST_WAIT_MS)
            self._since = now

    def _is_behind(self, partition: Any) -> bool:
        subscription = self._consumer._subscription.subscription
        if subscription is None or subscription.assignment is None or partition not in subscription.assignment.tps:
            return False
        state = subscription.assignment.state_value(partition)
        if state.paused or not state.has_valid_position or state.highwater is None:
            return False
        return bool(state.position < state.highwater)


class PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """aiokafka's consumer with :class:`Patience`, also with brokers; for those who read by :meth:`getmany`."""

    def __init__(self, *topics: str, **settings: Any) -> None:
        super().__init__(*topics, **settings)
        await_brokers(self)
        self._patience = Patience(self)

    async def getmany(
        self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[Any, Sequence[Any]]:
        fetched: Mapping[Any, Sequence[Any]] = await super().getmany(
            *partitions, timeout_ms=timeout_ms, max_records=max_records
        )
        self._patience.after(fetched, partitions)
        return fetched
