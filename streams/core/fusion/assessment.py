"""From the mentions of one incident to what it amounts to: place, time, figures, outages, voices.

A pure function of the mentions; what it gives is folded into the counters and rendered for the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas.vocabulary import Credibility, Group, IncidentStatus, OutageStatus, Party, Utility
from streams.core.estimates import Range, total, whole
from streams.core.fusion.choice import may_be_another
from streams.core.fusion.facts import (
    CASUALTIES,
    CHILDREN_KILLED,
    CHILDREN_WOUNDED,
    CUSTOMERS,
    KILLED,
    MISSING,
    OUTAGE,
    STRIKE,
    WOUNDED,
    Fact,
    shared_figures,
)
from streams.core.fusion.figures import (
    Figure,
    Said,
    after_deaths,
    at_least,
    beyond,
    fuse,
    is_disputed,
    outranks,
    overtake,
    together,
)
from streams.core.fusion.lifecycle import Move
from streams.core.fusion.mentions import Mention
from streams.core.fusion.outages import Course, course, size_from_restored
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.times import When, when
from streams.core.fusion.voices import WORST_GRADE, Voices, credibility, grade, hear
from streams.core.sums import Entry

_PARTS: Final = (Group.CIVILIAN, Group.MILITARY)
Facet = Group | Utility | None
"""Which facet a figure belongs to: a group of people, a utility, or None for the strike."""


class OutageFinding(NamedTuple):
    utility: Utility
    course: Course
    customers: Figure | None


@dataclass(slots=True)
class Assessment:
    """What an incident amounts to. Times are microseconds; ``at`` is its place in the windows."""

    leader: Mention
    mentions: list[Mention]
    """Oldest first."""
    voices: Voices
    is_strike: bool
    weapons: int
    targets: int
    actor: Party | None
    figures: dict[tuple[Facet, int], Figure]
    outages: list[OutageFinding]
    disputed: bool
    may_be_another: bool
    credibility: Credibility
    best_grade: int
    when: When
    at: int
    first_published: int
    last_published: int

    def move(self, now: int, policy: FusionPolicy) -> Move:
        """Return what the incident is at ``now``, as a move in its life."""
        if now >= self.closes_at(policy):
            return Move.CLOSE
        if self.disputed:
            return Move.DISPUTE
        return Move.CORROBORATE if self.voices.count > 1 else Move.REPORT

    def closes_at(self, policy: FusionPolicy) -> int:
        return max(self.last_published, self.at) + policy.closes_after_us

    def entries(self) -> tuple[Entry, ...]:
        """Return what the incident adds to its region's counters."""
        figures = []
        if self.is_strike:
            for (facet, number), figure in self.figures.items():
                if facet is None:
                    figures.append((number, figure.value))
        for number in sorted({number for facet, number in self.figures if isinstance(facet, Group)}):
            value = self._over_groups(number)
            if value is not None:
                figures.append((number, value))
        stated = shared_figures(tuple(figures)) if figures else ()
        head = Entry(self.at, self.when.start, self.is_strike, stated, may_be_another=self.may_be_another)
        if not self.outages:
            return (head,)
        return (head, *(self._outage_entry(outage) for outage in self.outages if outage.course.began is not None))

    def _over_groups(self, number: int) -> Range | None:
        held = self.figures
        parts = [figure for group in _PARTS if (figure := held.get((group, number)))]
        stated = held.get((Group.UNKNOWN, number))
        if stated is None or not parts:
            return stated.value if stated else total(figure.value for figure in parts)
        bests = [figure.best for figure in parts]
        hold = all(best is not None and (stated.best is None or outranks(best, stated.best)) for best in bests)
        return whole(total(figure.value for figure in parts), stated.value, parts_hold=hold)

    def _outage_entry(self, outage: OutageFinding) -> Entry:
        began = outage.course.began
        assert began is not None
        at = When(began.start, began.end, began.assumed).told_by(self.first_published).latest
        customers = ((CUSTOMERS, outage.customers.value),) if outage.customers else ()
        return Entry(
            at,
            began.start,
            False,
            customers,
            outage=True,
            ends=outage.course.ends,
            may_be_another=self.may_be_another,
        )


def assess(leader: Mention, policy: FusionPolicy) -> Assessment:
    """Return what the incident that ``leader`` leads amounts to."""
    members = leader.members
    assert members is not None
    mentions = sorted(members, key=_by_age) if len(members) > 1 else [*members]
    voices = hear(mentions, policy.echo)
    echo_of = voices.echo_of
    said: dict[tuple[Facet, int], list[Said]] = {}
    ending: dict[tuple[Facet, int], list[Said]] = {}
    words: dict[Utility, list[Fact]] = {}
    weapons = targets = 0
    actor = leader.actor or next((mention.actor for mention in mentions if mention.actor), None)
    is_strike = False
    hedged = True
    first, last, best_grade = mentions[0].report.first, 0, WORST_GRADE
    for position, mention in enumerate(mentions):
        original = echo_of.get(position) if echo_of else None
        report = mention.report
        first = min(first, report.first)
        last = max(last, report.version[0])
        is_strike = is_strike or mention.is_strike
        weapons |= mention.weapons
        targets |= mention.targets
        own_grade = grade(mention if original is None else original)
        # A repost lends its original nothing of its own grade.
        if original is None and own_grade < best_grade:
            best_grade = own_grade
        _collect(mention, original, own_grade, actor, said, ending, words)
        if hedged:
            for fact in mention.facts:
                hedged = hedged and fact.hedged
    for key, statements in ending.items():
        said[key] = [*said.get(key, ()), *beyond(said.get(key, ()), statements)]
    figures = _fuse_all(said)
    outages = [
        OutageFinding(utility, course(held, policy), figures.get((utility, CUSTOMERS)))
        for utility, held in sorted(words.items())
    ]
    within = policy.dispute_within_us
    disputed = len(mentions) > 1 and any(is_disputed(figure, within) for figure in figures.values())
    happened = when(leader, mentions, echo_of).told_by(first)
    return Assessment(
        leader=leader,
        mentions=mentions,
        voices=voices,
        is_strike=is_strike,
        weapons=weapons,
        targets=targets,
        actor=actor,
        figures=figures,
        outages=outages,
        disputed=disputed,
        may_be_another=may_be_another(leader),
        credibility=credibility(voices, best_grade, hedged, disputed),
        best_grade=best_grade,
        when=happened,
        at=happened.latest,
        first_published=first,
        last_published=last,
    )


def _by_age(mention: Mention) -> tuple[int, str, int]:
    # By first publication: who corrects a text does not repeat those who repeated it.
    return mention.name


def _facet(fact: Fact) -> Facet:
    if fact.kind == STRIKE:
        return None
    return fact.group if fact.kind == CASUALTIES else fact.utility


def _collect(
    mention: Mention,
    original: Mention | None,
    own_grade: int,
    actor: Party | None,
    said: dict[tuple[Facet, int], list[Said]],
    ending: dict[tuple[Facet, int], list[Said]],
    words: dict[Utility, list[Fact]],
) -> None:
    """Add what the mention says to ``said``, or to ``ending`` what is told of an outage as it ends."""
    report = mention.report
    source_id = report.source.id
    # A repost says what its original said, when the original said it: before the repost, whatever was corrected since.
    speaking = original.report.source if original is not None else report.source
    speaker = speaking.id
    attacks = actor is not None and speaking.party is actor
    published, revision = report.version if original is None else min(original.report.version, report.version)
    several = _told_twice(mention.facts) if len(mention.facts) > 1 else ()
    for fact in mention.facts:
        facet = _facet(fact)
        if fact.kind == OUTAGE and fact.utility is not None:
            words.setdefault(fact.utility, []).append(fact)
        is_over = fact.status is OutageStatus.RESTORED
        kept = ending if is_over or fact.status is OutageStatus.PARTIAL else said
        at = published, revision, fact.number
        for number, stated in fact.figures:
            value = size_from_restored(stated) if is_over else stated
            if value is None:
                continue
            key = facet, number
            statement = Said(speaker, source_id, report.report_id, at, own_grade, value)
            if attacks and _is_claim_of_losses(facet, value):
                statement = statement._replace(at_most=True)
            if key in several:
                statement = statement._replace(withdrawn=True, overtaken_by=report.report_id)
            if key in kept:
                kept[key].append(statement)
            else:
                kept[key] = [statement]
        for older in report.older:
            if older.number != fact.number or older.kind != fact.kind:
                continue
            for number, value in older.figures:
                at = (older.published, older.revision, older.number)
                said.setdefault((facet, number), []).append(
                    Said(speaker, source_id, report.report_id, at, own_grade, value, withdrawn=True)
                )

    for key in several:
        told = [fact for fact in mention.facts if _facet(fact) == key[0] and any(n == key[1] for n, _ in fact.figures)]
        value = together([(dict(fact.figures)[key[1]], fact.weapons) for fact in told])
        at = published, revision, told[-1].number + 1
        at_most = attacks and _is_claim_of_losses(key[0], value)
        statement = Said(speaker, source_id, report.report_id, at, own_grade, value, at_most=at_most)
        said.setdefault(key, []).append(statement)


def _is_claim_of_losses(facet: Facet, value: Range) -> bool:
    """Return whether a figure of the side that attacked is one of the enemy's losses; that it hurt none is no claim."""
    return facet is Group.MILITARY and value.high != 0


def _told_twice(facts: Sequence[Fact]) -> set[tuple[Facet, int]]:
    """Return the figures of a strike and of people that one report states more than once of one event."""
    found: set[tuple[Facet, int]] = set()
    twice: set[tuple[Facet, int]] = set()
    for fact in facts:
        if fact.kind == OUTAGE:
            continue  # its claims tell of an outage's course: the later moment holds
        keys = {(_facet(fact), number) for number, _ in fact.figures}
        twice |= found & keys
        found |= keys
    return twice


def _fuse_all(said: dict[tuple[Facet, int], list[Said]]) -> dict[tuple[Facet, int], Figure]:
    _overtake(said)
    _count_children(said)
    figures = {}
    for key, statements in said.items():
        facet, number = key
        if number in (WOUNDED, MISSING):
            killed = said.get((facet, KILLED))
            figure = fuse(after_deaths(statements, killed) if killed else statements)
        else:
            figure = fuse(statements)
        if figure is not None:
            figures[key] = figure
    return figures


def _count_children(said: dict[tuple[Facet, int], list[Said]]) -> None:
    for children, number in ((CHILDREN_KILLED, KILLED), (CHILDREN_WOUNDED, WOUNDED)):
        told = [key for key in said if key[1] == children]
        if told and not any(key[1] == number for key in said):
            for facet, _ in told:
                counted = at_least(said[facet, children])
                if counted:
                    said[facet, number] = counted


def _overtake(said: dict[tuple[Facet, int], list[Said]]) -> None:
    for facet, number in [*said]:
        groups = [group for group in _PARTS if (group, number) in said]
        if facet is Group.UNKNOWN and groups:
            parts, said[facet, number] = overtake([said[group, number] for group in groups], said[facet, number])
            for group, statements in zip(groups, parts, strict=True):
                said[group, number] = statements


LIVE: Final = frozenset(
    {IncidentStatus.REPORTED, IncidentStatus.CORROBORATED, IncidentStatus.DISPUTED, IncidentStatus.CLOSED}
)
