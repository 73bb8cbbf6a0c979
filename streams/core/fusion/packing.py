"""Incidents without news, packed: a fifth of the memory, and nothing of them lost.

What is packed together is what holds each other: incidents, their reports, the other incidents of those reports, and
those that a roughly located mention looked at. Numbers and texts are written to bytes; what many hold alike (sources,
places, figures, what a claim is about, what an incident adds to the windows) is referred to. What mentions are matched
by is not kept: it follows from the claims, as it did when they came in. Nothing here leaves the process.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.vocabulary import Group, OutageStatus, Party, Scope, Utility
from streams.core.estimates import Range
from streams.core.fusion.facts import Fact, Figures, Older, Report, report_key
from streams.core.fusion.mentions import NOBODY, Mention, Packed, mention_of
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.records import Record
from streams.core.fusion.watching import is_settled


class Bundle(NamedTuple):
    """Incidents that hold each other, with all that belongs to them."""

    reports: Sequence[Report]
    mentions: Sequence[list[Mention]]
    """Of each report, by number."""
    records: Sequence[Record]


class What(NamedTuple):
    """What a claim is about; wars are told in few different ones."""

    kind: int
    region: str
    assumed: bool
    weapons: int
    target: int
    actor: Party | None
    group: Group | None
    utility: Utility | None
    status: OutageStatus | None
    scheduled: bool
    hedged: bool


@lru_cache(maxsize=8_192)
def _shared_what(*parts: Any) -> What:
    return What(*parts)


def pack(bundle: Bundle, policy: FusionPolicy) -> Packed:
    """Return the bundle packed. All its mentions have an incident, and all claims of its reports are of mentions."""
    shared: list[Any] = []
    numbers: dict[int, int] = {}
    for mentions in bundle.mentions:
        for mention in mentions:
            numbers[id(mention)] = len(numbers)
    reports = [
        _pack_report(report, mentions, numbers, shared)
        for report, mentions in zip(bundle.reports, bundle.mentions, strict=True)
    ]
    records = [_pack_record(record, numbers, shared) for record in bundle.records]
    everything = [mention for mentions in bundle.mentions for mention in mentions]
    reach, end = min(mention.reach for mention in everything), max(mention.end for mention in everything)
    if reach == end:
        end = reach
    settled = all(is_settled(mention, policy) for mention in everything if mention.is_vague)
    return Packed(reach, end, settled, marshal.dumps((reports, records)), tuple(shared))


def unpack(packed: Packed, policy: FusionPolicy) -> Bundle:
    """Return what :func:`pack` was given, in objects of their own."""
    written_reports, written_records = marshal.loads(packed.written)  # noqa: S302 - written by this process, for itself
    shared = iter(packed.shared)
    reports, mentions, states = [], [], []
    for *fields, groups, held in written_reports:
        report = _unpack_report(fields, shared)
        own = [mention_of(report, facts, policy) for facts in _groups(report, groups)]
        for mention in own:
            mention.reason = next(shared)
        reports.append(report)
        mentions.append(own)
        states.append(held)
    everything = [mention for own in mentions for mention in own]
    records = [_unpack_record(written, everything, shared, policy) for written in written_records]
    for mention, state in zip(everything, (state for held in states for state in held), strict=True):
        if not isinstance(state, tuple):
            mention.standing = state
            continue
        mention.standing, mention.level, mention.is_torn, witnesses = state
        mention.witnesses = tuple(everything[number] for number in witnesses)
        for witness in mention.witnesses:
            witness.watched_by(mention)
    return Bundle(reports, mentions, records)


def let_go(bundle: Bundle) -> None:
    """Undo the references in circles of a bundle that nobody needs: it is freed at once, without the collector."""
    for report in bundle.reports:
        report.facts = ()
    for mentions in bundle.mentions:
        for mention in mentions:
            mention.leader = mention.members = None
            mention.witnesses, mention.watchers = (), NOBODY
    for record in bundle.records:
        record.leader = None


def _pack_report(
    report: Report, mentions: Sequence[Mention], numbers: dict[int, int], shared: list[Any]
) -> tuple[Any, ...]:
    published, revision = report.version
    shared.append(report.source)
    facts = [_pack_fact(fact, shared) for fact in report.facts]
    shared.extend(mention.reason for mention in mentions)
    rare = None
    if report.below != (0, 0) or report.older or report.superseded or report.tombstone_at:
        older = [(*held[:4], _plain(held.figures)) for held in report.older]
        rare = (report.below, older, report.superseded, report.tombstone_at)
    states = [
        (
            mention.standing,
            mention.level,
            mention.is_torn,
            tuple(numbers[id(witness)] for witness in mention.witnesses),
        )
        if mention.level or mention.witnesses
        else mention.standing
        for mention in mentions
    ]
    named = report.report_id, published, revision, report.first, report.url, report.language, report.signature
    groups = None
    if len(mentions) > 1 or mentions[0].facts != report.facts:
        places = {id(fact): place for place, fact in enumerate(report.facts)}
        groups = [[places[id(fact)] for fact in mention.facts] for mention in mentions]
    return (*named, rare, facts, groups, states)


def _groups(report: Report, groups: Sequence[Sequence[int]] | None) -> list[list[Fact]]:
    """Return the claims of each mention, in the order in which the mention was made of them."""
    facts = report.facts
    return [[*facts]] if groups is None else [[facts[place] for place in group] for group in groups]


def _unpack_report(fields: Sequence[Any], shared: Iterator[Any]) -> Report:
    report_id, published, revision, first, url, language, signature, rare, facts = fields
    source = next(shared)
    report = Report(
        report_key(source.id, report_id),
        source,
        report_id,
        (published, revision),
        first,
        url=url,
        language=language,
        signature=signature,
    )
    if rare is not None:
        report.below, older, report.superseded, report.tombstone_at = rare
        report.older = tuple(Older(at, version, n, kind, _figures(plain)) for at, version, n, kind, plain in older)
    report.facts = tuple([_unpack_fact(written, report, shared) for written in facts])
    return report


def _pack_fact(fact: Fact, shared: list[Any]) -> tuple[Any, ...]:
    what = _shared_what(
        fact.kind,
        fact.region,
        fact.assumed,
        fact.weapons,
        fact.target,
        fact.actor,
        fact.group,
        fact.utility,
        fact.status,
        fact.scheduled,
        fact.hedged,
    )
    shared += (fact.spot, fact.figures, what)
    return fact.number, fact.start, fact.end, fact.quote, fact.attribution


def _unpack_fact(written: Sequence[Any], report: Report, shared: Iterator[Any]) -> Fact:
    number, start, end, quote, attribution = written
    spot, figures = next(shared), next(shared)
    kind, region, assumed, weapons, target, actor, group, utility, status, scheduled, hedged = next(shared)
    return Fact(
        report,
        number,
        kind,
        region,
        spot,
        start,
        end,
        assumed,
        Scope.INCIDENT,
        figures,
        weapons,
        target,
        actor,
        group,
        utility,
        status,
        scheduled,
        hedged,
        quote,
        attribution,
    )


def _pack_record(record: Record, numbers: dict[int, int], shared: list[Any]) -> tuple[Any, ...]:
    leader = record.leader
    assert leader is not None
    assert leader.members is not None
    shared.append(record.status)
    shared += record.entries
    members = tuple([numbers[id(mention)] for mention in leader.members])
    named = record.incident_id, record.revision, record.updated_at, record.split_from, record.last_published
    return (*named, len(record.entries), members)


def _unpack_record(
    written: Sequence[Any], everything: Sequence[Mention], shared: Iterator[Any], policy: FusionPolicy
) -> Record:
    incident_id, revision, updated_at, split_from, last_published, entries, members = written
    own = [everything[number] for number in members]
    leader = own[0]
    leader.members = own
    record = Record(incident_id, leader.region, revision, next(shared), updated_at, leader, split_from, last_published)
    record.entries = tuple([next(shared) for _ in range(entries)])
    record.note_times(policy)
    for mention in own:
        mention.leader, mention.incident = leader, incident_id
    return record


def _plain(figures: Figures) -> list[tuple[int | None, ...]]:
    # Named tuples cannot be written; all else that a report holds of its own is plain already.
    return [(number, *value) for number, value in figures]


def _figures(plain: Sequence[tuple[int, int, int | None, int | None]]) -> Figures:
    return tuple((number, Range(low, best, high)) for number, low, best, high in plain)


def _number(mention: Mention) -> int:
    return mention.number
