"""The fusion of one partition: facts in, changed incidents and counters out. Pure: the clock is passed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Self

import orjson

from schemas.claim import ClaimV1, WithdrawalV1
from schemas.counters import RegionCountersV1
from schemas.incident import IncidentV1
from schemas.vocabulary import IncidentStatus, Scope
from streams.core.fusion.calendar import NEVER, Calendar, Due, Kind
from streams.core.fusion.facts import Report, pack, unpack
from streams.core.fusion.ledger import Ledger
from streams.core.fusion.mentions import Mention, mentions_of
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.publication import Publisher
from streams.core.fusion.records import INCIDENT_PREFIX, REPORT_PREFIX, Record, report_state_key
from streams.core.fusion.region import Region
from streams.core.fusion.rendering import Document
from streams.core.fusion.shelf import Shelf
from streams.core.fusion.telling import Telling, telling_of
from streams.core.fusion.totals import ReportedTotal, reported_totals
from streams.core.moments import micros, span
from streams.core.pieces import Pieces, finished, pieces_of
from streams.core.sums import Sums


@dataclass(slots=True)
class FusionStep:
    """What the taken records and the passing of time caused since the last step."""

    published: list[Document] = field(default_factory=list)
    """Each incident that changed, once, as it is now; ended ones with their last word."""
    dropped: list[str] = field(default_factory=list)
    """Ids of incidents that left the horizon: tombstones for the output topic."""
    counters: list[RegionCountersV1] = field(default_factory=list)
    """Each region whose numbers changed."""
    too_late: list[Telling] = field(default_factory=list)
    """Claims about a time whose state is given up: they change nothing and must be counted."""
    reported_totals: list[ReportedTotal] = field(default_factory=list)
    """What roundups say of the regions whose numbers or roundups changed, beside what is counted."""
    changes: dict[bytes, bytes | None] = field(default_factory=dict)
    """What to store; None deletes. ``Fusion.restore`` of everything stored gives this state again."""

    @property
    def incidents(self) -> list[IncidentV1]:
        """What is published, as models."""
        return [_model(document) for document in self.published]


class Fusion:
    """The incidents and counters of the regions of one partition.

    ``take`` notes records, ``step`` merges them and says what changed. Taking a record twice, or in another order,
    leaves the same incidents and counters: facts are merged by id, and incidents are a function of the facts.
    """

    def __init__(self, policy: FusionPolicy) -> None:
        self.policy = policy
        self._horizon = policy.horizon_us
        self._totals_every = span(policy.totals_every)
        self._ledger = Ledger(policy, self._find)
        self._calendar = Calendar()
        self._publisher = Publisher(policy, self._calendar)
        self._taken: list[Telling | WithdrawalV1] = []
        self._mentions: dict[str, list[Mention]] = {}
        self._totals: dict[str, list[str]] = {}
        """The regions about whose whole periods a report tells, by report."""
        self._regions: dict[str, Region] = {}
        self._shelf = Shelf(
            policy,
            self._ledger.reports,
            self._mentions,
            self._publisher.records,
            self._publisher.ready,
            self._totals,
            self._region,
        )
        self._orphans: list[str] = []
        self._next = -NEVER

    @classmethod
    def restore(cls, items: Mapping[bytes, bytes], policy: FusionPolicy) -> Self:
        """Return the state that was stored as ``items``; keys of other owners are passed over.

        Incidents are formed anew from the facts. If a newer policy forms them otherwise, the next step says so.
        """
        fusion = cls(policy)
        records = fusion._publisher.records
        for key, value in items.items():
            if key.startswith(INCIDENT_PREFIX):
                incident_id = key[len(INCIDENT_PREFIX) :].decode()
                records[incident_id] = Record.unpack(incident_id, value)
            elif key.startswith(REPORT_PREFIX):
                report = unpack(value, policy.near_km)
                fusion._ledger.restore(report)
        for report in fusion._ledger.reports.values():
            fusion._refresh(report, {})
            fusion._schedule(report)
        for region in fusion._regions.values():
            region.clusters.form(fusion._mentions)
            fusion._publisher.recover(region)
        for record in records.values():
            if record.leader is None:
                fusion._calendar.evict(record.evicts_at, record.incident_id)
                if record.status in _LIVE:
                    fusion._orphans.append(record.incident_id)
        fusion._shelf.put_away(policy.at_hand)
        return fusion

    def take(self, records: Iterable[Telling | ClaimV1 | WithdrawalV1]) -> None:
        """Note records for the next step. Claims without a region cannot be fused and are passed over."""
        policy = self.policy
        self._taken += [telling_of(held, policy) if isinstance(held, ClaimV1) else held for held in records]

    def step(self, now: datetime) -> FusionStep:
        """Merge what was taken, let time pass until ``now``, and return what that changed.

        Cheap when nothing was taken and nothing is due.
        """
        return finished(self.stepping(now))

    def stepping(self, now: datetime) -> Pieces[FusionStep]:
        """Do :meth:`step` in pieces of some milliseconds, or of what one region has to settle."""
        at = micros(now)
        step = FusionStep()
        if not self._taken and at < self._next:
            return step
        changed: dict[str, Report] = {}
        for records in pieces_of(self._taken):
            self._merge(records, at, changed, step)
            yield
        self._taken.clear()
        closing = [self._pass(due, at, changed, step) for due in self._calendar.due(at)]
        removed: dict[str, list[Mention]] = {}
        for reports in pieces_of(changed.values()):
            for report in reports:
                self._refresh(report, removed)
            yield
        for region in self._regions.values():
            region.clusters.settle(self._mentions)
            yield
            gone = removed.get(region.code, ())
            if gone or region.clusters.touched:
                step.published += self._publisher.publish(region, gone, at, step.changes)
                yield
        self._close(closing, at, step)
        for reports in pieces_of(changed.values()):
            for report in reports:
                self._store(report, at, step)
            yield
        self._count(now, at, step)
        self._shelf.put_away(self.policy.at_hand)
        return step

    def counters(self, region: str, now: datetime) -> RegionCountersV1:
        """Return a region's counters as of ``now``; zeros for a region never heard of."""
        held = self._regions.get(region)
        return (held or Region(region, self.policy)).count(now)

    def adds(self, incident: IncidentV1) -> Sums:
        """Return what an incident that stands adds to the sums of its region."""
        record = self._record(incident.incident_id)
        return self._regions[incident.region].windows.adds(incident.incident_id, record.entries if record else ())

    def regions(self) -> Collection[str]:
        """Return the regions that reports told of."""
        return self._regions.keys()

    def incidents(self, region: str | None = None) -> Iterator[IncidentV1]:
        """Yield the incidents that stand, in one region or in all, as they were last published."""
        for record, _ in self._standing():
            if region in (None, record.region):
                yield _model(self._publisher.current(record))

    def clusters(self) -> Iterator[tuple[str, list[str]]]:
        """Yield every incident's id with the ids of the claims behind it, to see what was joined."""
        for record, leader in self._standing():
            yield (
                record.incident_id,
                [
                    f"{fact.report.source.id}/{fact.report.report_id}#{fact.number}"
                    for mention in leader.members or ()
                    for fact in mention.facts
                ],
            )

    def reported_totals(self, region: str) -> list[ReportedTotal]:
        """Return what roundups say of a region, newest first, beside what is counted for the same periods."""
        held = self._regions.get(region)
        if held is None or not held.totals:
            return []
        facts = (fact for facts in held.totals.values() for fact in facts)
        return reported_totals(region, facts, held.windows, self.policy.shown_totals)

    def _standing(self) -> Iterator[tuple[Record, Mention]]:
        packed = (record for bundle in self._shelf.bundles() for record in bundle.records)
        for record in chain(self._publisher.records.values(), packed):
            if record.leader is not None:
                yield record, record.leader

    def _find(self, name: str) -> None:
        self._shelf.find(name)

    def _record(self, incident_id: str) -> Record | None:
        record = self._publisher.records.get(incident_id)
        if record is None:
            self._find(incident_id)
            record = self._publisher.records.get(incident_id)
        return record

    def _merge(
        self, records: Iterable[Telling | WithdrawalV1], at: int, changed: dict[str, Report], step: FusionStep
    ) -> None:
        oldest = at - self._horizon
        for record in records:
            if isinstance(record, WithdrawalV1):
                for withdrawn in self._ledger.withdraw(record):
                    changed[withdrawn.key] = withdrawn
                continue
            if record.region is None:
                continue
            if record.latest < oldest:
                step.too_late.append(record)
                continue
            report = self._ledger.admit(record)
            if report is not None:
                changed[report.key] = report

    def _pass(self, due: Due, at: int, changed: dict[str, Report], step: FusionStep) -> str | None:
        """Do what is due; return the id of an incident to close."""
        if due.kind is Kind.FORGET:
            report = self._ledger.held(due.key)
            if report is not None:
                report.facts = tuple(
                    fact for fact in report.facts if fact.scope is Scope.INCIDENT or fact.end + self._horizon > at
                )
                changed[report.key] = report
            return None
        if due.kind is Kind.CLOSE:
            return due.key
        record = self._record(due.key)
        if record is None or record.evicts_at > at:
            return None
        for mention in record.leader.members or () if record.leader is not None else ():
            report = mention.report
            report.facts = tuple(fact for fact in report.facts if fact not in mention.facts)
            mention.incident = None
            changed[report.key] = report
        self._publisher.evict(self._region(record.region), record, step.changes)
        step.dropped.append(due.key)
        return None

    def _close(self, closing: Sequence[str | None], at: int, step: FusionStep) -> None:
        for incident_id in closing:
            record = self._record(incident_id) if incident_id else None
            if record is None or record.leader is None or record.status is IncidentStatus.CLOSED:
                continue
            if record.closes_at <= at:
                region = self._region(record.region)
                step.published.append(self._publisher.close(region, record, at, step.changes))
        for incident_id in self._orphans:
            record = self._publisher.records.get(incident_id)
            if record is not None and record.leader is None:
                self._publisher.evict(self._region(record.region), record, step.changes)
                step.dropped.append(incident_id)
        self._orphans = []

    def _refresh(self, report: Report, removed: dict[str, list[Mention]]) -> None:
        """Bring the mentions of a changed report up to date; note those that go, by region."""
        before = self._mentions.get(report.key)
        after = mentions_of(report, self.policy) if report.facts else []
        self._refresh_totals(report)
        if before is None:
            if after:
                self._mentions[report.key] = after
            for mention in after:
                self._region(mention.region).clusters.add(mention)
            return
        held = {mention.number: mention for mention in before}
        kept: list[Mention] = []
        fresh: list[Mention] = []
        for mention in after:
            old = held.get(mention.number)
            if old is not None and old.region == mention.region:
                if old.same_features(mention):
                    old.facts = mention.facts
                    self._region(old.region).clusters.touch(old)
                    kept.append(old)
                    del held[mention.number]
                    continue
                mention.incident, old.incident = old.incident, None
            fresh.append(mention)
        for mention in held.values():
            self._region(mention.region).clusters.remove(mention, before)
            if mention.incident is not None:
                removed.setdefault(mention.region, []).append(mention)
        if after:
            self._mentions[report.key] = kept + fresh
        else:
            self._mentions.pop(report.key, None)
        for mention in fresh:
            self._region(mention.region).clusters.add(mention)

    def _refresh_totals(self, report: Report) -> None:
        for code in self._totals.pop(report.key, ()):
            region = self._region(code)
            if region.totals.pop(report.key, None) is not None:
                region.dirty, region.totals_due = True, 0
        for fact in report.facts:
            if fact.scope is not Scope.INCIDENT:
                region = self._region(fact.region)
                region.totals.setdefault(report.key, []).append(fact)
                self._totals.setdefault(report.key, []).append(fact.region)
                region.dirty, region.totals_due = True, 0

    def _store(self, report: Report, at: int, step: FusionStep) -> None:
        key = report_state_key(report.key)
        if report.facts or self._is_tombstone(report, at):
            step.changes[key] = pack(report)
            self._schedule(report)
        else:
            self._ledger.forget(report)
            step.changes[key] = None

    def _is_tombstone(self, report: Report, at: int) -> bool:
        return report.tombstone_at > 0 and report.tombstone_at + self._horizon > at

    def _schedule(self, report: Report) -> None:
        if not report.facts:
            self._calendar.forget(report.tombstone_at + self._horizon, report.key)
            return
        if report.key in self._totals:
            ends = [fact.end for fact in report.facts if fact.scope is not Scope.INCIDENT]
            self._calendar.forget(min(ends) + self._horizon, report.key)

    def _count(self, now: datetime, at: int, step: FusionStep) -> None:
        upcoming = self._calendar.next
        for region in self._regions.values():
            if region.dirty or region.next_at <= at:
                said = region.recount(now)
                if said is not None:
                    step.counters.append(said)
                region.totals_moved = bool(region.totals)
            upcoming = min(upcoming, region.next_at)
            if region.totals_moved and region.totals_due <= at:
                step.reported_totals += self.reported_totals(region.code)
                region.totals_due, region.totals_moved = at + self._totals_every, False
            elif region.totals_moved:
                upcoming = min(upcoming, region.totals_due)
        self._next = upcoming

    def _region(self, code: str) -> Region:
        region = self._regions.get(code)
        if region is None:
            region = self._regions[code] = Region(code, self.policy, self._shelf)
        return region


_LIVE = (
    IncidentStatus.REPORTED,
    IncidentStatus.CORROBORATED,
    IncidentStatus.DISPUTED,
    IncidentStatus.CLOSED,
)


def _model(document: Document) -> IncidentV1:
    return IncidentV1.model_validate_json(orjson.dumps(document))
