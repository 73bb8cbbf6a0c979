"""Incidents without news, packed: a fifth of the memory, and nothing of them lost.

What is packed together is what holds each other: incidents, their reports, the other incidents of those reports, and
those that a roughly located mention looked at. Numbers and texts are written to bytes; what many hold alike (sources,
places, figures, what a claim is about, what an incident adds to the windows) is referred to. What matching compares is
written first, so that who only looks need not read the rest. Nothing here leaves the process.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from schemas.vocabulary import Group, OutageStatus, Party, Scope, Utility
from streams.core.estimates import Range
from streams.core.fusion.facts import NOT_ADMITTED, Fact, Figures, Older, Report, report_id_of
from streams.core.fusion.mentions import INFINITELY_BAD, NOBODY, Mention, Packed, quarters
from streams.core.fusion.places import Spot
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


class Traits(NamedTuple):
    """What matching compares of a mention beside place and moment; of these there are few different ones, too."""

    region: str
    rank: tuple[int, ...]
    """The first of its place in the canonical order, as far as neither moment nor report come into it."""
    lasts: int
    """How far it reaches back before its start, in microseconds."""
    assumed: bool
    weapons: int
    targets: int
    actor: Party | None
    killed: Range | None
    wounded: Range | None
    utilities: int


@lru_cache(maxsize=8_192)
def _shared_what(*parts: Any) -> What:
    return What(*parts)


@lru_cache(maxsize=8_192)
def _shared_spots(*spots: Spot) -> tuple[Spot, ...]:
    return spots


@lru_cache(maxsize=8_192)
def _shared_traits(*parts: Any) -> Traits:
    return Traits(*parts)


def pack(bundle: Bundle, policy: FusionPolicy) -> Packed:
    """Return the bundle packed. All its mentions have an incident, and all claims of its reports are of mentions."""
    everything = [mention for mentions in bundle.mentions for mention in mentions]
    numbers = {id(mention): number for number, mention in enumerate(everything)}
    reach, end = min(mention.reach for mention in everything), max(mention.end for mention in everything)
    if reach == end:
        end = reach
    shared: list[Any] = []
    own = [*zip(bundle.reports, bundle.mentions, strict=True)]
    # Tuples: a short one is written in two bytes, a list in five.
    looks = tuple([_pack_looks(report, mentions, reach, shared) for report, mentions in own])
    clusters = tuple([_pack_members(record, numbers) for record in bundle.records])
    reports = tuple([_pack_report(report, mentions, reach, shared) for report, mentions in own])
    records = tuple([_pack_record(record, reach, shared) for record in bundle.records])
    watching = tuple(
        [
            (number, tuple([numbers[id(witness)] for witness in mention.witnesses]))
            for number, mention in enumerate(everything)
            if mention.witnesses
        ]
    )
    settled = all(is_settled(mention, policy) for mention in everything if mention.is_vague)
    rest = marshal.dumps((reports, records, watching))
    # Copied: what marshal returns was cut down from a larger block of memory, which leaves gaps that nothing fills.
    written = bytes(memoryview(marshal.dumps((looks, clusters, rest))))
    spots = _shared_spots(*{mention.spot: None for mention in everything if not mention.is_vague})
    return Packed(reach, end, spots, settled, written, tuple(shared))


def look(packed: Packed) -> list[Mention]:
    """Return copies of the mentions, with no more than matching compares: without reports, claims and witnesses."""
    return _read(packed, packed).mentions


def unpack(packed: Packed, policy: FusionPolicy) -> Bundle:
    """Return what :func:`pack` was given, in objects of their own."""
    everything, counts, clusters, rest, shared = _read(packed)
    base = packed.reach
    written_reports, written_records, watching = marshal.loads(rest)  # noqa: S302 - as below
    reports, by_report, position = [], [], 0
    for fields, count in zip(written_reports, counts, strict=True):
        own = everything[position : position + count]
        position += count
        by_report.append(own)
        reports.append(_unpack_report(fields, own, base, shared))
    slack = policy.slack_us
    for mention in everything:
        mention.buckets = quarters(mention.reach - slack, mention.end + slack)
    for number, witnesses in watching:
        watcher = everything[number]
        watcher.witnesses = tuple(everything[witness] for witness in witnesses)
        for witness in watcher.witnesses:
            witness.watched_by(watcher)
    records = [
        _unpack_record(fields, everything[members[0]], base, shared, policy)
        for fields, members in zip(written_records, clusters, strict=True)
    ]
    return Bundle(reports, by_report, records)


def let_go(mentions: Sequence[Mention]) -> None:
    """Undo the references in circles of mentions that nobody needs: they are freed at once, without the collector."""
    for mention in mentions:
        mention.leader = mention.members = None
        mention.witnesses, mention.watchers = (), NOBODY


class _Read(NamedTuple):
    """What is packed, read as far as it takes to compare with it."""

    mentions: list[Mention]
    counts: list[int]
    """Of mentions, by report."""
    clusters: Sequence[Sequence[int]]
    """The members of each incident by number, in their order."""
    rest: bytes
    shared: Iterator[Any]
    """What ``rest`` leaves out."""


def _read(packed: Packed, of: Packed | None = None) -> _Read:
    """Return the mentions; ``of`` says what they are copies out of."""
    looks, clusters, rest = marshal.loads(packed.written)  # noqa: S302 - this process wrote it, for itself
    shared, base = iter(packed.shared), packed.reach
    mentions: list[Mention] = []
    counts: list[int] = []
    for key, first, signature, own in looks:
        counts.append(len(own))
        for number, start, end, state in own:
            region, rank, lasts, assumed, weapons, targets, actor, killed, wounded, utilities = next(shared)
            standing, level, is_torn = _FOLLOWS_NOBODY if state is None else state
            began = base + start
            # By position, as it takes a third less time, and this is done for every look at what is packed.
            mentions.append(
                Mention(
                    NOT_ADMITTED,
                    number,
                    region,
                    (),
                    (*rank, base + first, key, number),
                    next(shared),
                    began,
                    base + end,
                    began - lasts,
                    assumed,
                    weapons,
                    targets,
                    actor,
                    killed,
                    wounded,
                    utilities,
                    signature,
                    _NOWHERE,
                    None,
                    None,
                    (),
                    level,
                    is_torn,
                    NOBODY,
                    standing,
                    next(shared),
                    None,
                    False,
                    of,
                )
            )
    for numbers in clusters:
        members = [mentions[number] for number in numbers]
        leader = members[0]
        leader.members = members
        for member in members:
            member.leader = leader
    return _Read(mentions, counts, clusters, rest, shared)


_NOWHERE: Final = range(0)
_FOLLOWS_NOBODY: Final = (INFINITELY_BAD, 0, False)


def _pack_looks(report: Report, mentions: Sequence[Mention], base: int, shared: list[Any]) -> tuple[Any, ...]:
    looks = []
    for mention in mentions:
        traits = _shared_traits(
            mention.region,
            mention.order[:4],
            mention.start - mention.reach,
            mention.assumed,
            mention.weapons,
            mention.targets,
            mention.actor,
            mention.killed,
            mention.wounded,
            mention.utilities,
        )
        shared += (traits, mention.spot, mention.reason)
        state = mention.standing, mention.level, mention.is_torn
        looks.append(
            (mention.number, mention.start - base, mention.end - base, None if state == _FOLLOWS_NOBODY else state)
        )
    return report.key, report.first - base, report.signature, tuple(looks)


def _pack_members(record: Record, numbers: dict[int, int]) -> tuple[int, ...]:
    leader = record.leader
    assert leader is not None
    assert leader.members is not None
    return tuple([numbers[id(mention)] for mention in leader.members])


def _pack_report(report: Report, mentions: Sequence[Mention], base: int, shared: list[Any]) -> tuple[Any, ...]:
    published, revision = report.version
    shared.append(report.source)
    facts = tuple([_pack_fact(fact, mentions[0], base, shared) for fact in report.facts])
    rare = None
    if report.below != (0, 0) or report.older or report.former or report.superseded or report.tombstone_at:
        older = [(*held[:4], _plain(held.figures)) for held in report.older]
        rare = (report.below, older, report.superseded, report.tombstone_at, report.replaced_by, report.former)
    groups = None
    if len(mentions) > 1 or mentions[0].facts != report.facts:
        places = {id(fact): place for place, fact in enumerate(report.facts)}
        groups = tuple([tuple([places[id(fact)] for fact in mention.facts]) for mention in mentions])
    return published - base, revision, report.url, report.language, rare, facts, groups


def _unpack_report(fields: Sequence[Any], own: Sequence[Mention], base: int, shared: Iterator[Any]) -> Report:
    published, revision, url, language, rare, facts, groups = fields
    order = own[0].order
    key = order[5]
    report = Report(
        key,
        next(shared),
        report_id_of(key),
        (base + published, revision),
        order[4],
        url=url,
        language=language,
        signature=own[0].signature,
    )
    if rare is not None:
        report.below, older, report.superseded, report.tombstone_at, report.replaced_by, report.former = rare
        report.older = tuple(Older(at, version, n, kind, _figures(plain)) for at, version, n, kind, plain in older)
    report.facts = tuple([_unpack_fact(written, report, own[0], base, shared) for written in facts])
    for position, mention in enumerate(own):
        mention.report = report
        # Mostly a report tells of one event, and both hold one tuple.
        mention.facts = report.facts if groups is None else tuple([report.facts[n] for n in groups[position]])
    return report


def _pack_fact(fact: Fact, first: Mention, base: int, shared: list[Any]) -> tuple[Any, ...]:
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
    shared += (fact.figures, what)
    # Mostly all claims of a report are about one time and place.
    if fact.spot is first.spot and fact.start == first.start and fact.end == first.end:
        return fact.number, None, None, fact.quote, fact.attribution
    shared.append(fact.spot)
    return fact.number, fact.start - base, fact.end - base, fact.quote, fact.attribution


def _unpack_fact(written: Sequence[Any], report: Report, first: Mention, base: int, shared: Iterator[Any]) -> Fact:
    number, start, end, quote, attribution = written
    figures = next(shared)
    kind, region, assumed, weapons, target, actor, group, utility, status, scheduled, hedged = next(shared)
    spot, start, end = (
        (first.spot, first.start, first.end) if start is None else (next(shared), base + start, base + end)
    )
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


def _pack_record(record: Record, base: int, shared: list[Any]) -> tuple[Any, ...]:
    shared.append(record.status)
    shared += record.entries
    moments = record.updated_at - base, record.last_published - base
    return record.incident_id, record.revision, record.split_from, *moments, len(record.entries)


def _unpack_record(
    written: Sequence[Any], leader: Mention, base: int, shared: Iterator[Any], policy: FusionPolicy
) -> Record:
    incident_id, revision, split_from, updated, published, entries = written
    status = next(shared)
    record = Record(incident_id, leader.region, revision, status, base + updated, leader, split_from, base + published)
    record.entries = tuple([next(shared) for _ in range(entries)])
    record.note_times(policy)
    for mention in leader.members or ():
        mention.incident = incident_id
    return record


def _plain(figures: Figures) -> list[tuple[int | None, ...]]:
    # Named tuples cannot be written; all else that a report holds of its own is plain already.
    return [(number, *value) for number, value in figures]


def _figures(plain: Sequence[tuple[int, int, int | None, int | None]]) -> Figures:
    return tuple((number, Range(low, best, high)) for number, low, best, high in plain)
