"""Reading alerts in Python: an async iterator with filters, that goes on where it left off.

    async with subscribe(group="my-service", regions=["UA-74"], min_severity="severe") as alerts:
        async for received in alerts:
            print(received.alert.headline)

A record counts as read when the loop asks for the next one; what was being worked when the program died comes again.
"""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import blake2b
from types import TracebackType
from typing import Any, Final, Literal, Self

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from pydantic import ValidationError

from schemas.alert import AlertEvent, AlertV1
from schemas.base import REGION_PATTERN
from schemas.topics import ALERTS
from schemas.vocabulary import Severity
from streams.client.connection import admin_client, kafka_options, reach, topics_of
from streams.client.errors import TopicMissing
from streams.kafka.fetching import PatientConsumer
from streams.settings import Settings, load_settings

_REGION: Final = re.compile(REGION_PATTERN)
_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}
_FETCH_WAIT_MS: Final = 50
_COMMIT_SECONDS: Final = 1.0
_REMEMBERED: Final = 20_000
"""Alerts whose last record is remembered, to leave out what the broker delivers twice."""
_LONGEST_WORK_MS: Final = 24 * 3_600_000
"""A reader may take a day over one alert before the group takes its partitions away."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which records a reader wants; empty means all."""

    regions: tuple[str, ...] = ()
    """Codes or patterns: ``UA-74``, ``RU-*``; a country takes all of its regions."""
    min_severity: Severity = Severity.MINOR
    """Of the worst that the alert has been: who heard of it hears of its end."""
    rules: tuple[str, ...] = ()
    events: frozenset[AlertEvent] = frozenset()

    def wants(self, alert: AlertV1) -> bool:
        """Return whether the record is wanted."""
        if self.events and alert.event not in self.events:
            return False
        if self.rules and alert.rule not in self.rules:
            return False
        if _RANKS[alert.worst] < _RANKS[self.min_severity]:
            return False
        codes = (alert.region, *alert.regions)
        return not self.regions or any(_about(code, pattern) for code in codes for pattern in self.regions)


def _about(code: str, pattern: str) -> bool:
    return fnmatchcase(code, pattern) or code.startswith(f"{pattern}-")


@dataclass(frozen=True, slots=True)
class Received:
    """An alert's record, and where it lay."""

    alert: AlertV1
    partition: int
    offset: int


def subscribe(
    settings: Settings | None = None,
    *,
    group: str | None = None,
    regions: Iterable[str] = (),
    min_severity: Severity | str = Severity.MINOR,
    rules: Iterable[str] = (),
    events: Iterable[AlertEvent | str] = (),
    start: Literal["beginning", "end"] = "end",
    positions: Mapping[int, int] | None = None,
) -> AlertSubscription:
    """Return a subscription to ``sitrep.alerts``, to be used with ``async with`` and ``async for``.

    :param settings: how to reach the broker; without them the ``SITREP_*`` variables.
    :param group: a name under which the broker remembers how far you have read. Several readers of one group share
        the alerts. Without a group, keep :attr:`AlertSubscription.positions` yourself.
    :param start: where to begin when nothing is remembered.
    :param positions: the next offset of each partition, as ``positions`` gave it earlier; not with a group.
    :raises ValueError: ``positions`` and ``group`` together, an unknown severity or event, or a region that is no code.
    """
    if group is not None and positions is not None:
        raise ValueError("give either a group or positions")
    wanted = AlertFilter(
        _codes(regions), Severity(min_severity), tuple(rules), frozenset(AlertEvent(event) for event in events)
    )
    return AlertSubscription(settings or load_settings(), wanted, group=group, start=start, positions=positions)


def _codes(regions: Iterable[str]) -> tuple[str, ...]:
    # Else the subscription would wait for ever, and seem to say that nothing happens there.
    codes = (regions,) if isinstance(regions, str) else tuple(regions)
    for code in codes:
        if not _REGION.fullmatch(code):
            raise ValueError(f"{code!r} is no region code such as UA-74, UA or UA-*")
    return codes


@dataclass(slots=True)
class _Progress:
    """What is read but not yet committed."""

    positions: dict[int, int] = field(default_factory=dict)
    dirty: bool = False
    committed_at: float = 0.0


class AlertSubscription:
    """An open place in ``sitrep.alerts``; made by :func:`subscribe`.

    Every alert comes as its records: raised, promoted, updated, and at last resolved or cancelled. Keep the highest
    revision of each ``alert_id`` and you hold the alerts as they are. Records that somebody else wrote to the topic
    and that are no alerts are passed over and logged.
    """

    def __init__(
        self,
        settings: Settings,
        wanted: AlertFilter,
        *,
        group: str | None = None,
        start: Literal["beginning", "end"] = "end",
        positions: Mapping[int, int] | None = None,
    ) -> None:
        self._settings = settings
        self._wanted = wanted
        self._group = group
        self._start = start
        self._given = dict(positions or {})
        self._progress = _Progress()
        self._seen: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._consumer: Any = None

    @property
    def positions(self) -> dict[int, int]:
        """The next offset of each partition, to go on from later."""
        return dict(self._progress.positions)

    async def __aenter__(self) -> Self:
        """Connect.

        :raises BrokerAway: no broker answered in time.
        :raises Refused: the broker refused the credentials.
        :raises TopicMissing: there is no topic of alerts yet.
        """
        async with admin_client(self._settings) as admin:
            if ALERTS.name not in await topics_of(admin):
                raise TopicMissing(ALERTS.name, self._settings.bootstrap_servers)
            [described] = await admin.describe_topics([ALERTS.name])
        partitions = sorted(found["partition"] for found in described["partitions"])
        self._consumer = await reach(self._settings, self._connect)
        if self._group is None:
            await self._assign(partitions)
        return self

    async def _connect(self) -> Any:
        consumer = PatientConsumer(
            *([ALERTS.name] if self._group is not None else []),
            **kafka_options(self._settings),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest" if self._start == "beginning" else "latest",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            session_timeout_ms=int(self._settings.session_timeout_seconds * 1_000),
            heartbeat_interval_ms=int(self._settings.session_timeout_seconds * 1_000 / 5),
            max_poll_interval_ms=_LONGEST_WORK_MS,
            rebalance_timeout_ms=int(self._settings.session_timeout_seconds * 1_000),
        )
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _assign(self, partitions: Iterable[int]) -> None:
        places = [TopicPartition(ALERTS.name, number) for number in partitions]
        self._consumer.assign(places)
        for place in places:
            if place.partition in self._given:
                self._consumer.seek(place, self._given[place.partition])
            elif self._start == "beginning":
                await self._consumer.seek_to_beginning(place)
            else:
                await self._consumer.seek_to_end(place)
            self._progress.positions[place.partition] = await self._consumer.position(place)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._commit(now=True)
        finally:
            await self._consumer.stop()

    async def __aiter__(self) -> AsyncIterator[Received]:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=200, max_records=500)
            for place, records in fetched.items():
                for record in records:
                    alert = self._read(record)
                    if alert is not None and self._wanted.wants(alert):
                        yield Received(alert, record.partition, record.offset)
                    if self._group is not None and place not in self._consumer.assignment():
                        # Another reader of the group has taken over, from what was committed.
                        self._progress.positions.pop(place.partition, None)
                        break
                    self._progress.positions[place.partition] = record.offset + 1
                    self._progress.dirty = True
                    await self._commit(now=False)
            await self._commit(now=not fetched)

    def _read(self, record: Any) -> AlertV1 | None:
        """Return the record's alert; None for what is none, and for what was delivered before."""
        try:
            alert = AlertV1.model_validate_json(record.value or b"")
        except ValidationError:
            log.warning("%s/%s@%s is no alert: passed over", record.topic, record.partition, record.offset)
            return None
        digest = blake2b(record.value, digest_size=8).digest()
        before = self._seen.get(alert.alert_id)
        # Of equal revisions the later record holds, unless it is the same.
        if before is not None and (alert.revision < before[0] or (alert.revision, digest) == before):
            return None
        self._seen[alert.alert_id] = alert.revision, digest
        self._seen.move_to_end(alert.alert_id)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return alert

    async def _commit(self, *, now: bool) -> None:
        """Tell the broker how far has been read; now and then, or ``now``."""
        progress = self._progress
        if self._group is None or not progress.dirty:
            return
        if not now and time.monotonic() - progress.committed_at < _COMMIT_SECONDS:
            return
        owned = {place.partition for place in self._consumer.assignment()}
        offsets = {
            TopicPartition(ALERTS.name, partition): OffsetAndMetadata(offset, "")
            for partition, offset in progress.positions.items()
            if partition in owned
        }
        try:
            if offsets:
                await self._consumer.commit(offsets)
            progress.dirty = False
        except (CommitFailedError, IllegalStateError):
            # The partitions have moved on: what was read since the last commit comes again, to whoever has them.
            progress.positions.clear()
            progress.dirty = False
        except KafkaError as error:
            # The broker may be away for a moment; the next commit says it all again.
            log.warning("positions not committed yet: %s", error)
        progress.committed_at = time.monotonic()
