"""The parts of Faust's aiokafka driver that block mode overrides.

What of Faust 0.15.3 and mode 0.7.1 each of them relies on is named in ``tests/engine/test_engine_relied_on.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.protocol.group import LeaveGroupRequest
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver

from streams.engine.blocks import BlockMessage, chunks
from streams.engine.offsets import OffsetLedger
from streams.engine.producer import new_producer
from streams.engine.tolerant import tolerate_odd_headers
from streams.kafka.fetching import Patience
from streams.kafka.joining import await_brokers

SCHEME: Final = "sitrepblocks"
"""URL scheme under which Faust finds this transport."""

_GATED_POLL_SECONDS: Final = 0.1
_MAX_POLL_INTERVAL_MS: Final = 3_600_000


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Builds the consumer with our settings."""

    logger = driver.logger
    _fetching_since = 0.0
    """When the fetch under way was begun, by the loop's clock."""
    _patience: Patience | None = None

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        # Faust hard-codes a long poll of 1.5 s and passes on only some of the security settings.
        config = self.app.config
        self._assignor = RoundRobinPartitionAssignor
        settings = {
            **config.client_settings(),
            "group_id": self.app.conf.id,
            "client_id": self.app.conf.id,
            "partition_assignment_strategy": [self._assignor],
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "fetch_max_wait_ms": int(config.fetch_max_wait_seconds * 1000),
            "max_partition_fetch_bytes": config.fetch_partition_bytes,
            "max_poll_records": 4 * config.block_records,
            # No fetch happens while a partition recovers; whether the worker is alive our own watchdog judges.
            "max_poll_interval_ms": _MAX_POLL_INTERVAL_MS,
            "session_timeout_ms": int(config.session_timeout_seconds * 1000),
            "heartbeat_interval_ms": int(config.session_timeout_seconds * 1000 / 4),
            "rebalance_timeout_ms": int(config.rebalance_timeout_seconds * 1000),
        }
        tolerate_odd_headers()
        consumer = AIOKafkaConsumer(**settings)
        await_brokers(consumer)
        self._patience = Patience(consumer)
        return consumer

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109 (Faust's signature)
        max_records: int | None = None,
    ) -> Mapping[Any, Any]:
        fetched: Mapping[Any, Any] = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        if self._patience is not None:
            self._patience.after(fetched, active_partitions)
        if fetched:
            # Nothing was awaited since the records were taken: the next fetch has not begun.
            self._rest(consumer, sum(len(records) for records in fetched.values()))
        return fetched

    def _rest(self, consumer: AIOKafkaConsumer, records: int) -> None:
        """Let the next fetch begin ``gather_seconds`` after the one before, unless there is much to be fetched."""
        config, loop = self.app.config, asyncio.get_running_loop()
        now = loop.time()
        left = self._fetching_since + config.gather_seconds - now
        subscription = consumer._subscription.subscription
        if left <= 0 or records >= config.block_records or subscription is None or subscription.assignment is None:
            self._fetching_since = now
            return
        assignment = subscription.assignment
        states = [assignment.state_value(tp) for tp in assignment.tps]
        for state in states:
            state.pause()
        loop.call_later(left, self._fetch_again, states)

    def _fetch_again(self, states: Iterable[Any]) -> None:
        self._fetching_since = asyncio.get_running_loop().time()
        for state in states:
            state.resume()

    async def on_thread_stop(self) -> None:
        # Kafka counts a group's generations from 1; the embedded broker counts from 0, and aiokafka does not leave
        # a generation 0: the next worker would wait until the session of this one expires.
        coordinator = self._consumer._coordinator if self._consumer is not None else None
        if coordinator is not None and coordinator.generation == 0:
            with contextlib.suppress(KafkaError):
                await coordinator._send_req(LeaveGroupRequest(coordinator.group_id, coordinator.member_id))
        try:
            await super().on_thread_stop()
        except asyncio.CancelledError:
            # aiokafka's fetcher, told to close while it waits to try again, hands its own task's cancellation on: the
            # thread would be taken for crashed, and the stop would wait for it.
            task = asyncio.current_task()
            if self._consumer is None or (task is not None and task.cancelling()):
                raise
            await self._consumer._client.close()


class Consumer(driver.Consumer):  # type: ignore[misc]
    """Turns fetched records into blocks and commits only acknowledged prefixes of them."""

    logger = driver.logger

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.ledger: OffsetLedger[Any] = OffsetLedger()
        super().__init__(*args, **kwargs)

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, active_partitions: Any, timeout: float) -> Mapping[Any, Any]:  # noqa: ASYNC109 (Faust's signature)
        # While rebalancing, Faust resumes the streams before it clears their queues: what is delivered in between
        # is lost, and the offset would never move again. And a block whose state is not recovered would only wait.
        open_now = (
            set() if self.app.rebalancing else {tp for tp in active_partitions if self.app.runtime.may_deliver(tp)}
        )
        if len(open_now) < len(active_partitions):
            timeout = min(timeout, _GATED_POLL_SECONDS)
        if not open_now:  # an empty set means "all" to aiokafka
            await asyncio.sleep(timeout)
            return {}
        fetched = await super()._getmany(open_now, timeout)
        self.app.runtime.on_fetched(fetched)
        config = self.app.config
        return {tp: list(chunks(records, config.block_records, config.block_bytes)) for tp, records in fetched.items()}

    def _to_message(self, tp: Any, record: Any) -> BlockMessage:
        block, last, read = record, record[-1], self._read_offset[tp]
        position = self.ledger.position(tp)
        block.start = read if position is None else position
        # A block that _drain_messages is going to drop (it is behind a seek) must leave no trace in the ledger.
        if read is None or last.offset >= read:
            token = self.ledger.deliver(tp, last.offset + 1)
        else:
            token = OffsetLedger[Any]().deliver(tp, last.offset + 1)
        return BlockMessage(
            token,
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000.0,
            last.timestamp_type,
            None,
            None,
            block,
            None,
            0,
            0,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    @property
    def group_failure(self) -> BaseException | None:
        """Why aiokafka has given up on the group, if so. Who polls is told; who waits for partitions is not."""
        consumer = self._thread._consumer if self._thread is not None else None
        task = getattr(consumer and consumer._coordinator, "_coordination_task", None)
        return task.exception() if task is not None and task.done() and not task.cancelled() else None

    def abandon(self, message: BlockMessage) -> None:
        """Give a block up without acknowledging it, so that a stop or rebalance does not wait for it."""
        self._unacked_messages.discard(message)
        waiting = self._waiting_for_ack
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _new_offset(self, tp: Any) -> int | None:
        # Faust's own books would grow without end; ours are the ledger.
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        return self.ledger.committable(tp)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterable[Any]:
        return [tp for tp in self.ledger.sources() if topics is None or tp in topics or tp.topic in topics]

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        """Do nothing: Faust's gap filling would mark the offsets inside a block as done."""

    def on_buffer_full(self, tp: Any) -> None:
        """Do nothing: put() waits for room. Faust would pause the partition, and with all paused sleep a second."""

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        done: bool = await super()._commit(offsets)
        if done:
            self.app.runtime.on_commit(offsets)
        return done

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await super().on_partitions_revoked(revoked)  # waits for the running block and commits it
        self.ledger.forget(revoked)

    async def perform_seek(self) -> None:
        self.ledger.forget(self.ledger.sources())
        await super().perform_seek()
        self.app.runtime.on_seek(dict(self._read_offset))

    def outstanding(self, tp: Any, committed: int | None, known_end: int | None = None) -> int | None:
        """Return how many records follow the committed offset; None while that cannot be known.

        ``known_end`` is where the partition ends by another account than the fetches'. Nothing is outstanding where
        all there is has been read and what was delivered is committed, even if the committed offset is below the
        end: retention may have removed what was in between.
        """
        consumer = self._thread._ensure_consumer()
        if tp not in consumer.assignment():
            return None
        state = consumer._subscription.subscription.assignment.state_value(tp)
        ends = [end for end in (state and state.highwater, known_end) if end is not None]
        if state is None or not ends:
            return None
        end, position = max(ends), state.position if state.has_valid_position else None
        delivered = self.ledger.position(tp)
        all_committed = delivered is None or (committed is not None and committed >= delivered)
        if position is not None and position >= end and all_committed:
            return 0
        start = position if committed is None else committed
        return None if start is None else max(0, end - start)


class Producer(driver.Producer):  # type: ignore[misc]
    """Builds the producer with our settings."""

    logger = driver.logger

    def _new_producer(self, transactional_id: str | None = None) -> AIOKafkaProducer:
        assert transactional_id is None, "the engine uses no transactions"
        return new_producer(self.app.config, self.app.conf.id)


class Transport(driver.Transport):  # type: ignore[misc]
    """The aiokafka transport in block mode."""

    Consumer = Consumer
    Producer = Producer


TRANSPORTS.aliases[SCHEME] = f"{__name__}:Transport"
