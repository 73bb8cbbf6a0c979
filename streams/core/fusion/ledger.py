"""The merge of facts by id: versions, withdrawals, tombstones. The same records in any amount leave the same ledger.

Versions of a report are ordered by ``(published_at, revision)``, so what arrives late or twice finds its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from schemas.claim import WithdrawalV1
from schemas.vocabulary import Reliability, SourceKind
from streams.core.fusion.facts import (
    Fact,
    Figures,
    Older,
    Replacement,
    Report,
    Version,
    older_of,
    report_key,
    shared_source,
)
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.supersession import Supersessions
from streams.core.fusion.telling import Telling
from streams.core.moments import micros

_UNGRADED: Final = (SourceKind.OTHER, Reliability.F, None)
_REPLACED_BY: Final = 32
"""Reports that are kept of those that replace one: the last to say so."""


def _at_hand(_key: str) -> None:
    """Every report is in ``reports``."""


class Ledger:
    """The reports of one partition, by key."""

    __slots__ = ("_find", "_policy", "_supersessions", "reports")

    def __init__(self, policy: FusionPolicy, find: Callable[[str], None] = _at_hand) -> None:
        self._policy = policy
        self._find = find
        """Brings a report into ``reports``, by its key, if it is kept elsewhere."""
        self.reports: dict[str, Report] = {}
        self._supersessions = Supersessions()

    def restore(self, report: Report) -> None:
        """Enter a report that was stored."""
        self.reports[report.key] = report
        for by, said_at in report.replaced_by:
            self._supersessions.note(_sibling(report, by), report.key, said_at)

    def forget(self, report: Report) -> None:
        """Give up a report, and who replaced it."""
        self.reports.pop(report.key, None)
        for by, _ in report.replaced_by:
            self._supersessions.drop(_sibling(report, by), report.key)

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
            return self._admit_dormant(report, told)
        return self._admit(report, told)

    def _admit_dormant(self, report: Report, told: Telling) -> Report | None:
        report.facts = report.dormant
        changed = self._admit(report, told)
        report.facts, report.dormant, report.superseded = (), report.facts, _is_replaced(report)
        return changed

    def _admit(self, report: Report, told: Telling) -> Report | None:
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
        self._keep_text(report, report.version, report.signature)
        report.version = told.version
        report.superseded = False
        report.source = told.source
        published = told.version[0]
        report.first = min(report.first, published) if report.first else published
        report.url, report.language, report.signature = told.url, told.language, told.signature

    def withdraw(self, record: WithdrawalV1) -> Sequence[Report]:
        """Merge a withdrawal. Return the reports that it changed in any way."""
        key = report_key(record.source_id, record.report_id)
        report = self.held(key)
        published = micros(record.published_at)
        if report is None:
            report = Report(key=key, source=shared_source(record.source_id, *_UNGRADED), report_id=record.report_id)
            self.reports[key] = report
        if record.revision is None:
            return self._replace(report, record.by_report_id if record.reason == "superseded" else "", published)
        below = (published, record.revision)
        if below <= report.below:
            return ()
        report.below = below
        report.tombstone_at = max(report.tombstone_at, published)
        if report.version < below and (report.facts or report.dormant):
            if report.withdrawn:
                report.facts, report.dormant = report.dormant, ()
            self._shelve(report, older_of(report))
            report.facts = ()
            report.superseded = record.reason != "retracted" or (report.withdrawn and _is_replaced(report))
        return (report,)

    def _replace(self, report: Report, by: str, published: int) -> Sequence[Report]:
        """Enter that report ``by`` replaces this one; it may close a circle, of which another then stands."""
        held = dict(report.replaced_by)
        if published <= held.get(by, -1):
            return ()
        held[by] = published
        kept = sorted(held.items(), key=_last_said)[-_REPLACED_BY:]
        report.replaced_by = tuple(kept)
        report.tombstone_at = max(report.tombstone_at, published)
        known, sibling = self._supersessions, _sibling(report, by)
        known.note(sibling, report.key, published)
        concerned = {report.key} | known.circle(sibling)
        for one in held.keys() - dict(kept).keys():
            known.drop(_sibling(report, one), report.key)
        others = [self.held(key) for key in sorted(concerned - {report.key})]
        self._settle(report)
        return (report, *(other for other in others if other is not None and self._settle(other)))

    def _settle(self, report: Report) -> bool:
        """Let a report stand, or not, as the others of its source say now. Return whether that is new."""
        stands = self._supersessions.stands(report.key)
        if stands is not report.withdrawn:
            return False
        if stands:
            report.facts, report.dormant = report.dormant, ()
        else:
            # What it said stays in memory: it may be the last of a circle that is not closed yet.
            report.facts, report.dormant = (), report.facts
        report.withdrawn = not stands
        report.superseded = report.withdrawn and _is_replaced(report)
        return True

    def _note_older(self, report: Report, told: Telling) -> Report | None:
        # Arrived after what replaced it: it changes nothing but the report's history and its first publication.
        fact, (published, revision) = told.fact, told.version
        before = (report.older, report.first, report.former)
        report.first = min(report.first, published) if report.first else published
        if fact.figures:
            self._shelve(report, [Older(published, revision, fact.number, fact.kind, fact.figures)])
        self._keep_text(report, told.version, told.signature)
        return report if (report.older, report.first, report.former) != before else None

    def _keep_text(self, report: Report, version: Version, signature: bytes) -> None:
        if signature:
            held = sorted({*report.former, (*version, signature)}, reverse=True)
            report.former = tuple(held[: self._policy.kept_versions])

    def _shelve(self, report: Report, digests: Iterable[Older]) -> None:
        # The newest are kept; which ones those are depends on their versions, never on the order of arrival.
        held = sorted({*report.older, *digests}, key=_newest_first)
        report.older = tuple(held[: self._policy.kept_versions])


def _sibling(report: Report, report_id: str) -> str:
    return report_key(report.source.id, report_id)


def _is_replaced(report: Report) -> bool:
    return all(by for by, _ in report.replaced_by)


def _last_said(replacement: Replacement) -> tuple[int, str]:
    by, said_at = replacement
    return said_at, by


def _number(fact: Fact) -> int:
    return fact.number


def _newest_first(digest: Older) -> tuple[int, int, int, Figures]:
    return -digest.published, -digest.revision, digest.number, ()
