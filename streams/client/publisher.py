"""``ReportPublisher``: reports in, acknowledgements out, nothing lost without a word.

What is promised:

* A report is checked before it is sent; what is wrong with it is said at once (``InvalidReport``).
* Memory is bounded: ``publish`` waits while too many records or bytes are unacknowledged.
* ``acks=all``. Failed sends are tried again until ``publish_timeout_seconds`` have passed; then the publisher
  gives up as a whole (``BrokerAway``) and says which reports were not acknowledged.
* Records of one key stay in the order of the ``publish`` calls, also when a send is tried again: calls are taken
  in turn, a key always goes to one partition, and aiokafka has one batch of a partition in flight at a time and
  puts a failed one back in front of the others.
* Where the broker knows idempotent producers (Apache Kafka), a repeated send is not stored twice. Where it does
  not (the embedded broker), it may be; intake drops exact repeats.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from types import TracebackType
from typing import Any, Final, Self

from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, ProducerClosed

from schemas import topics
from schemas.cloudevents import Headers, headers_for
from schemas.keys import report_key
from schemas.report import ReportV1
from streams.client.errors import BrokerAway, InvalidReport, PublishError, Refused
from streams.client.producer import Producer, open_producer
from streams.client.validation import Given, on_the_wire, validated
from streams.settings import Clock, Settings, clock_from

_log: Final = logging.getLogger(__name__)
_AWAY: Final = (KafkaTimeoutError, KafkaConnectionError, ProducerClosed)
_KEPT_REFUSALS: Final = 1_000
_BREATH: Final = 200
"""Reports after which the event loop gets a turn: handing over needs no waiting while there is room."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The broker's acknowledgement: where the report lies."""

    key: str
    topic: str
    partition: int
    offset: int


@dataclass(slots=True)
class _Pending:
    key: str
    size: int
    since: float
    ack: asyncio.Future[Receipt]


class ReportPublisher:
    """Publishes reports to ``sitrep.reports``; an async context manager.

    ``async with ReportPublisher(load_settings()) as p: await p.publish(report)``. Leaving the block waits until
    everything is acknowledged, and raises if something is not.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = topics.REPORTS
        self._clock: Clock = clock_from(settings)
        self._virtual = settings.clock_origin is not None
        self._producer: Producer | None = None
        self.idempotent = False
        """Whether the broker itself drops a repeated send; known once connected."""
        self._pending: dict[int, _Pending] = {}
        self._bytes = 0
        self._sent = 0
        self._acknowledged = 0
        self._refusals: list[tuple[str, str]] = []
        self._failure: PublishError | None = None
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def acknowledged(self) -> int:
        """Reports that the broker has acknowledged so far."""
        return self._acknowledged

    @property
    def in_flight(self) -> int:
        """Reports handed over and not yet acknowledged."""
        return len(self._pending)

    @property
    def bytes_in_flight(self) -> int:
        return self._bytes

    async def __aenter__(self) -> Self:
        """Connect.

        :raises BrokerAway: no broker answered in time.
        :raises TopicMissing: the topic of reports does not exist.
        :raises Refused: the credentials or the TLS files are no good.
        """
        self._producer = await open_producer(self._settings, self._topic.name)
        self.idempotent = self._producer.idempotent
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        problem: PublishError | None = None
        try:
            await self.flush()
        except PublishError as caught:
            problem = caught
        finally:
            if self._alarm is not None:
                self._alarm.cancel()
            if self._producer is not None:
                await self._producer.close(abandon=bool(self._pending))
                self._producer = None
        if problem is None:
            return
        if error is None:
            raise problem
        if error is not problem:
            error.add_note(str(problem))

    async def publish(self, report: Given, *, timestamp: datetime | None = None) -> asyncio.Future[Receipt]:
        """Check the report, wait for room, hand it over and return the future of its acknowledgement.

        Awaiting the future is optional: what fails is raised by :meth:`flush` and at the end of the block too.

        :param report: a ``ReportV1``, a mapping of its fields, or its JSON as bytes or text.
        :param timestamp: the record's time, where the topic takes it from the sender; by default now.
        :raises InvalidReport: with every mistake; nothing was sent and the publisher stays usable.
        :raises BrokerAway: the broker did not acknowledge in time; the publisher has given up.
        """
        checked = validated(report, self._clock())
        value = on_the_wire(checked)
        key = report_key(checked.source.id, checked.report_id)
        headers = _headers(checked, value)
        async with self._turn:
            await self._room_for(len(key) + len(value))
            if self._sent % _BREATH == 0:
                await asyncio.sleep(0)
            return await self._send(key, value, headers, timestamp)

    async def publish_many(self, reports: Iterable[Given] | AsyncIterable[Given]) -> int:
        """Publish them in order, wait for the acknowledgements and return how many there were.

        :raises InvalidReport: at the first invalid one, ``index`` says which; those before it are acknowledged.
        :raises BrokerAway: the broker did not acknowledge in time.
        """
        before = self._acknowledged
        index = 0
        try:
            if isinstance(reports, AsyncIterable):
                async for report in reports:
                    await self.publish(report)
                    index += 1
            else:
                for report in reports:
                    await self.publish(report)
                    index += 1
        except InvalidReport as error:
            await self.flush()
            raise InvalidReport(error.mistakes, index) from None
        await self.flush()
        return self._acknowledged - before

    async def flush(self) -> None:
        """Return once everything published so far is acknowledged.

        :raises BrokerAway: it was not, in time.
        :raises Refused: the broker turned some of it down for good.
        """
        while self._pending and self._failure is None:
            await self._wait()
        if self._failure is not None:
            raise self._failure
        if self._refusals:
            refused, self._refusals = self._refusals, []
            raise Refused(refused[0][1], refused=[key for key, _ in refused])

    async def _room_for(self, size: int) -> None:
        limits = self._settings
        # A single report larger than all the room still goes, alone.
        while (
            self._failure is None
            and self._pending
            and (len(self._pending) >= limits.publish_max_records or self._bytes + size > limits.publish_max_bytes)
        ):
            await self._wait()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _send(
        self, key: bytes, value: bytes, headers: Headers, timestamp: datetime | None
    ) -> asyncio.Future[Receipt]:
        if self._failure is not None:
            raise self._failure
        if self._producer is None:
            raise RuntimeError("the publisher is closed: use it inside its `async with` block")
        moment = timestamp or (self._clock() if self._virtual else None)
        loop = asyncio.get_running_loop()
        number, self._sent = self._sent, self._sent + 1
        pending = _Pending(key.decode(), len(key) + len(value), loop.time(), loop.create_future())
        self._pending[number] = pending
        self._bytes += pending.size
        if self._alarm is None:
            self._set_alarm(pending.since)
        try:
            sent = await self._producer.send(
                self._topic.name, key, value, headers, None if moment is None else int(moment.timestamp() * 1000)
            )
        except KafkaError as error:
            self._lost(number, error)
            return pending.ack
        except BaseException:
            self._settle(number)
            raise
        sent.add_done_callback(partial(self._answered, number))
        return pending.ack

    def _answered(self, number: int, sent: asyncio.Future[Any]) -> None:
        error = None if sent.cancelled() else sent.exception()
        if sent.cancelled() or error is not None:
            self._lost(number, error)
            return
        pending = self._settle(number)
        if pending is None or self._failure is not None:
            return
        self._acknowledged += 1
        if not pending.ack.done():
            where = sent.result()
            pending.ack.set_result(Receipt(pending.key, where.topic, where.partition, where.offset))

    def _lost(self, number: int, error: BaseException | None) -> None:
        if self._failure is not None:
            return
        if error is None or isinstance(error, _AWAY) or getattr(error, "retriable", False):
            # aiokafka has tried again for as long as it was told to.
            self._give_up(f"not acknowledged within {self._settings.publish_timeout_seconds:g} s: {error or 'closed'}")
            return
        pending = self._settle(number)
        if pending is None:
            return
        reason = str(error) or type(error).__name__
        if len(self._refusals) < _KEPT_REFUSALS:
            self._refusals.append((pending.key, reason))
        _fail(pending.ack, Refused(reason, refused=[pending.key]))

    def _settle(self, number: int) -> _Pending | None:
        pending = self._pending.pop(number, None)
        if pending is not None:
            self._bytes -= pending.size
            self._changed.set()
        return pending

    def _set_alarm(self, since: float) -> None:
        when = since + self._settings.publish_timeout_seconds
        self._alarm = asyncio.get_running_loop().call_at(when, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if not self._pending or self._failure is not None:
            return
        oldest = next(iter(self._pending.values())).since
        if oldest + self._settings.publish_timeout_seconds <= asyncio.get_running_loop().time():
            self._give_up(f"not acknowledged within {self._settings.publish_timeout_seconds:g} s")
        else:
            self._set_alarm(oldest)

    def _give_up(self, reason: str) -> None:
        # As a whole: to go on after a hole would break the order within a key.
        self._failure = BrokerAway(
            self._settings.bootstrap_servers,
            reason,
            acknowledged=self._acknowledged,
            unacknowledged=[pending.key for pending in self._pending.values()],
        )
        for pending in self._pending.values():
            _fail(pending.ack, self._failure)
        self._changed.set()
        _log.error("%s", self._failure)


def _fail(ack: asyncio.Future[Receipt], error: PublishError) -> None:
    if not ack.done():
        ack.set_exception(error)
        # Raised again by flush and at the end of the block: nobody has to await every acknowledgement.
        ack.exception()


def _headers(report: ReportV1, value: bytes) -> Headers:
    # The digest tells versions of one report apart; the same content sent again is the same event.
    digest = blake2b(value, digest_size=8).hexdigest()
    return headers_for(
        topics.REPORTS.type, f"{report.report_id}:{digest}", f"/sources/{report.source.id}", report.published_at
    )
