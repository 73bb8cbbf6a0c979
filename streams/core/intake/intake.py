"""The state of one partition of reports, and what a block of them causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from schemas.base import EARLIEST, LATEST
from schemas.fields import ReportFields
from streams.core.intake.dead_letter import dead_letter
from streams.core.intake.delivery import Delivery, IntakeStep, Misplaced, OutgoingClaim
from streams.core.intake.enrich import Extractor, Origin, enrich, withdrawal
from streams.core.intake.ledger import (
    PREFIX,
    Entry,
    Seen,
    Verdict,
    admit,
    arrived_ms_of,
)
from streams.core.intake.place import Resolve
from streams.core.intake.policy import IntakePolicy
from streams.core.intake.reading import reading_of
from streams.core.intake.usable import UnusableReport, check_children, check_times
from streams.core.mistakes import Mistake

SENT_ON: Final = "sitrep-sent-on-from"
"""Header of a misplaced report that was sent on: it is never sent on twice."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_MS: Final = int(EARLIEST.timestamp() * 1_000)
_LATEST_MS: Final = int(LATEST.timestamp() * 1_000)


class Intake:
    """Validates, drops exact repeats, follows versions and retractions, and enriches; for one partition.

    ``items`` is what is stored, seen through to the last commit; ``home`` gives the partition where all versions
    of a report meet, by its key. After :meth:`step` the caller stores the step's changes before it takes more.
    """

    def __init__(
        self,
        items: Mapping[bytes, bytes],
        home: Callable[[bytes], int],
        resolve: Resolve,
        extractor: Extractor | None,
        policy: IntakePolicy,
    ) -> None:
        self._items = items
        self._home = home
        self._resolve = resolve
        self._extractor = extractor
        self._policy = policy
        self._step = IntakeStep()
        self._next_sweep: datetime | None = None
        self._to_sweep: list[bytes] = []

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Work deliveries in order; what is wrong with one never touches the others."""
        for delivery in deliveries:
            arrived = _arrival(delivery.timestamp)
            try:
                self._take(delivery, arrived)
            except UnusableReport as unusable:
                self._bury(delivery, unusable.first, arrived)

    def step(self, now: datetime) -> IntakeStep:
        """Return what the taken deliveries caused, and a slice of the sweep of what is past the horizon."""
        step, self._step = self._step, IntakeStep()
        self._sweep(now, step.changes)
        return step

    def _take(self, delivery: Delivery, arrived: datetime | None) -> None:
        reading = reading_of(delivery.value, delivery.headers, self._policy)
        report, step = reading.report, self._step
        if self._home(reading.key) != delivery.partition and not _was_sent_on(delivery):
            step.misplaced.append(Misplaced(reading.key, delivery))
            step.tally.misplaced += 1
            return
        check_times(report["published_at"], report["claims"], arrived, self._policy)
        check_children(report["claims"])
        seen = Seen(reading.digest, delivery.partition, delivery.offset)
        before = self._entry(reading.state_key)
        published_us = reading.published_us
        verdict, entry = admit(before, published_us, max(0, delivery.timestamp), seen, retracted=report["retracted"])
        if verdict is Verdict.DUPLICATE:
            _count(step.tally.duplicates, report["source"]["id"])
            return
        revision = 1 if verdict is Verdict.NEW else _revision(entry, seen)
        origin = Origin(reading, revision, delivery, arrived or report["published_at"])
        is_stale = _is_stale(verdict, entry, published_us)
        outgoing = _supersession(origin) if is_stale else self._emitted(origin, before)
        regions = dict.fromkeys(entry.regions)
        for record in outgoing:
            if record.region is not None:
                regions[record.region] = None
        if entry is not before or len(regions) > len(entry.regions):
            step.changes[reading.state_key] = entry.pack(regions)
        step.claims += outgoing
        self._accept(report)

    def _emitted(self, origin: Origin, before: Entry | None) -> list[OutgoingClaim]:
        report = origin.reading.report
        # Enriched first: it may find the report unusable, and then nothing of it may go out.
        claims = [] if report["retracted"] else enrich(origin, self._extractor, self._resolve, self._policy)
        outgoing = _supersession(origin)
        reason = "retracted" if report["retracted"] else "revised"
        if before is not None:
            outgoing += [withdrawal(origin, report["report_id"], reason, region) for region in before.regions]
        if report["retracted"] and (before is None or not before.regions):
            # Not known here: forgotten since, or read before the topic was laid out anew. Tell everybody.
            outgoing.append(withdrawal(origin, report["report_id"], reason, None))
        for claim in claims:
            if claim.region is None:
                _count(self._step.tally.unlocated, report["source"]["id"])
        return outgoing + claims

    def _accept(self, report: ReportFields) -> None:
        tally, source_id, published_at = self._step.tally, report["source"]["id"], report["published_at"]
        _count(tally.accepted, source_id)
        last = tally.last_published.get(source_id)
        if last is None or published_at > last:
            tally.last_published[source_id] = published_at

    def _bury(self, delivery: Delivery, mistake: Mistake, arrived: datetime | None) -> None:
        letter = dead_letter(delivery, mistake, arrived, self._policy)
        self._step.dead_letters.append(letter)
        dead = self._step.tally.dead
        dead[letter.source_id, letter.code] = dead.get((letter.source_id, letter.code), 0) + 1

    def _entry(self, state_key: bytes) -> Entry | None:
        changes = self._step.changes
        packed = changes[state_key] if state_key in changes else self._items.get(state_key)
        return None if packed is None else Entry.unpack(packed)

    def _sweep(self, now: datetime, changes: dict[bytes, bytes | None]) -> None:
        """Forget reports past the horizon, a slice at a time, counted from their latest arrival."""
        if not self._to_sweep:
            if self._next_sweep is not None and now < self._next_sweep:
                return
            self._next_sweep = now + self._policy.sweep_every
            self._to_sweep = [key for key in self._items if key.startswith(PREFIX)]
        oldest_ms = (now - self._policy.horizon - _EPOCH) // timedelta(milliseconds=1)
        for key in self._to_sweep[-self._policy.sweep_slice :]:
            packed = self._items.get(key)
            if packed is not None and key not in changes and arrived_ms_of(packed) < oldest_ms:
                changes[key] = None
        del self._to_sweep[-self._policy.sweep_slice :]


@lru_cache(maxsize=1_024)
def _arrival(timestamp: int) -> datetime | None:
    # A producer may send any timestamp, or none; one outside the era says nothing.
    return _EPOCH + timedelta(milliseconds=timestamp) if _EARLIEST_MS <= timestamp < _LATEST_MS else None


def _was_sent_on(delivery: Delivery) -> bool:
    return any(name == SENT_ON for name, _ in delivery.headers)


def _is_stale(verdict: Verdict, entry: Entry, published_us: int) -> bool:
    """A newer version has been emitted: of an older one delivered late, or again, only whom it replaces counts."""
    return verdict is Verdict.OLDER or (verdict is Verdict.AGAIN and published_us < entry.published_us)


def _supersession(origin: Origin) -> list[OutgoingClaim]:
    report = origin.reading.report
    replaced = report["supersedes"]
    if replaced is None or replaced == report["report_id"]:
        return []
    return [withdrawal(origin, replaced, "superseded", None, whole=True)]


def _revision(entry: Entry, seen: Seen) -> int:
    """Versions are numbered by arrival; the last one kept has the entry's own number."""
    digests = [version.digest for version in entry.versions]
    return entry.revision - (len(digests) - 1 - digests.index(seen.digest))


def _count(tally: dict[str, int], source_id: str) -> None:
    tally[source_id] = tally.get(source_id, 0) + 1
