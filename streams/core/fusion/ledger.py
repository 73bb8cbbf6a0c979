"""The merge of facts by id: versions, withdrawals, tombstones. The same records in any amount leave the same ledger.

Versions of a report are ordered by ``(published_at, revision)``, so what arrives late or twice finds its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from schemas.claim import WithdrawalV1
from schemas.vocabulary import Reliability, SourceKind
from streams.core.fusion.facts import Fact, Figures, Older, Report, older_of, report_key, shared_source
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.telling import Telling
from streams.core.moments import micros

_UNGRADED: Final = (SourceKind.OTHER, Reliability.F, None)


def _at_hand(_key: str) -> None:
    """Every report is in ``reports``."""


class Ledger:
    """The reports of one partition, by key."""

    __slots__ = ("_find", "_policy", "reports")

    def __init__(self, policy: FusionPolicy, find: Callable[[str], None] = _at_hand) -> None:
        self._policy = policy
        self._find = find
        """Brings a report into ``reports``, by its key, if it is kept elsewhere."""
        self.reports: dict[str, Report] = {}

    def held(self, key: str) -> Report | None:
        """Return a report that is known, wherever it is kept."""
        report = self.reports.get(key)
        if report is None:
            self._find(key)
            report = self.reports.get(key)
        return report

    def admit(self, told: Telling) -> Report | None:
        """Merge a claim. Return its report if that changed in any way, else None."""
        key = report_key(told.source.id, told.report_id)
        report = self.held(key)
        if report is None:
            report = self.reports[key] = Report(key, told.source, told.report_id)
        elif report.withdrawn:
            return None
        version = told.version
        if version != report.version:
            if version < report.version or version < report.below:
                return self._note_older(report, told)
            self._begin_version(report, told)
        elif version < report.below:
            return self._note_older(report, told)
        fact, facts = told.fact, report.facts
        number = fact.number
        for held in facts:
            if held.number == number:
                return None
        fact.report = report
        if facts and facts[-1].number > number:
            report.facts = tuple(sorted((*facts, fact), key=_number))
        else:
            report.facts = (*facts, fact)
        return report

    def _begin_version(self, report: Report, told: Telling) -> None:
        if report.facts:
            self._shelve(report, older_of(report))
            report.facts = ()
        report.version = told.version
        report.superseded = False
        report.source = told.source
        published = told.version[0]
        report.first = min(report.first, published) if report.first else published
        report.url, report.language, report.signature = told.url, told.language, told.signature

    def withdraw(self, record: WithdrawalV1) -> Report | None:
        """Merge a withdrawal. Return its report if that changed in any way, else None."""
        key = report_key(record.source_id, record.report_id)
        report = self.held(key)
        published = micros(record.published_at)
        if report is None:
            report = Report(key=key, source=shared_source(record.source_id, *_UNGRADED), report_id=record.report_id)
            self.reports[key] = report
        elif report.withdrawn:
            return None
        if record.revision is None:
            report.withdrawn = True
            report.superseded = record.reason == "superseded"
            report.tombstone_at = max(report.tombstone_at, published)
            # What it was stays in memory for the last word on its incidents; the changelog keeps the tombstone.
            report.facts, report.older = (), ()
            return report
        below = (published, record.revision)
        if below <= report.below:
            return None
        report.below = below
        report.tombstone_at = max(report.tombstone_at, published)
        if report.facts and report.version < below:
            self._shelve(report, older_of(report))
            report.facts = ()
            report.superseded = record.reason != "retracted"
        return report

    def _note_older(self, report: Report, told: Telling) -> Report | None:
        # Arrived after what replaced it: it changes nothing but the report's history and its first publication.
        fact, (published, revision) = told.fact, told.version
        before = (report.older, report.first)
        report.first = min(report.first, published) if report.first else published
        if fact.figures:
            self._shelve(report, [Older(published, revision, fact.number, fact.kind, fact.figures)])
        return report if (report.older, report.first) != before else None

    def _shelve(self, report: Report, digests: Iterable[Older]) -> None:
        # The newest are kept; which ones those are depends on their versions, never on the order of arrival.
        held = sorted({*report.older, *digests}, key=_newest_first)
        report.older = tuple(held[: self._policy.kept_versions])


def _number(fact: Fact) -> int:
    return fact.number


def _newest_first(digest: Older) -> tuple[int, int, int, Figures]:
    return -digest.published, -digest.revision, digest.number, ()
