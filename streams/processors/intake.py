"""The stage ``intake``: ``sitrep.reports`` → validate, deduplicate, enrich → ``sitrep.claims``, dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from schemas.cloudevents import headers_for
from schemas.keys import region_key
from schemas.topics import CLAIMS, DEAD_LETTERS, REPORTS
from streams.core.intake import (
    SENT_ON,
    Extractor,
    Intake,
    IntakePolicy,
    IntakeStep,
    Misplaced,
    OutgoingClaim,
    OutgoingDeadLetter,
    Places,
    Tally,
    resolver,
)
from streams.engine.partitioning import partition_for
from streams.engine.stage import EVERY_PARTITION, Output, Step
from streams.kafka.record import Record
from streams.processors.metrics import Metrics

_INTAKE: Final = "/sitrep/intake"
_MOST_HEADER_BYTES: Final = 64 * 1024
BY_INTAKE: Final = ("ce_source", _INTAKE.encode())
"""The header of every record that intake wrote: what it validated need not be validated again."""


class IntakeStage:
    """Opens an :class:`~streams.core.intake.Intake` for every partition of reports this worker owns."""

    name = "intake"
    source = REPORTS.name
    announces = False  # Each report brings forth its own claims, whatever stands beside it.
    gathers = True  # Scrapers send reports one by one.

    def __init__(self, places: Places, extractor: Extractor | None, policy: IntakePolicy, metrics: Metrics) -> None:
        self._resolve = resolver(places)
        self._extractor = extractor
        self._policy = policy
        self._metrics = metrics

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> IntakePartition:
        def home(key: bytes) -> int:
            return partition_for(key, partitions)

        return IntakePartition(Intake(items, home, self._resolve, self._extractor, self._policy))

    def committed(self, partition: int, step: Step) -> None:
        if isinstance(step.measures, IntakeStep):
            _measure(step.measures, self._metrics)

    def closed(self, partition: int) -> None:
        """Nothing outlives the partition's state."""


class IntakePartition:
    """The engine's view of an intake."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def take(self, records: Sequence[Record]) -> None:
        self._intake.take(records)

    def step(self, now: datetime) -> Step:
        done = self._intake.step(now)
        outputs = [_claim(record) for record in done.claims]
        outputs += [_dead_letter(letter, now) for letter in done.dead_letters]
        outputs += [_sent_on(misplaced) for misplaced in done.misplaced]
        return Step(outputs, done.changes, done if outputs or done.tally != Tally() else None)


def _claim(record: OutgoingClaim) -> Output:
    headers = headers_for(CLAIMS.type, record.record_id, _INTAKE, record.said_at)
    if record.everywhere:
        return Output(CLAIMS.name, record.record_id.encode(), record.value, headers, EVERY_PARTITION)
    return Output(CLAIMS.name, region_key(record.region), record.value, headers)


def _dead_letter(letter: OutgoingDeadLetter, now: datetime) -> Output:
    headers = headers_for(DEAD_LETTERS.type, letter.letter_id, _INTAKE, now)
    return Output(DEAD_LETTERS.name, letter.key, letter.value, headers)


def _sent_on(misplaced: Misplaced) -> Output:
    delivery = misplaced.delivery
    origin = f"{delivery.topic}/{delivery.partition}/{delivery.offset}".encode()
    # Headers may be as large as the topic takes: with ours, or a longer key, the record would be larger than that.
    theirs = delivery.headers if _size(delivery.headers) <= _MOST_HEADER_BYTES else ()
    headers = (*theirs, (SENT_ON, origin))
    return Output(REPORTS.name, misplaced.key, delivery.value, headers)


def _size(headers: Sequence[tuple[str, bytes]]) -> int:
    return sum(len(name) + len(value or b"") for name, value in headers)


def _measure(done: IntakeStep, metrics: Metrics) -> None:
    tally, label = done.tally, metrics.source_label
    for source, number in tally.accepted.items():
        metrics.reports_in.labels(label(source)).inc(number)
        metrics.accepted.labels(label(source)).inc(number)
    for source, number in tally.duplicates.items():
        metrics.reports_in.labels(label(source)).inc(number)
        metrics.duplicates.labels(label(source)).inc(number)
    for (source, code), number in tally.dead.items():
        metrics.reports_in.labels(label(source)).inc(number)
        metrics.dead_letters.labels(label(source), code).inc(number)
    for source, number in tally.unlocated.items():
        metrics.claims_without_region.labels(label(source)).inc(number)
    for source, published in tally.last_published.items():
        metrics.saw_report(label(source), published.timestamp())
    metrics.misplaced.inc(tally.misplaced)
    metrics.claims.inc(len(done.claims))
