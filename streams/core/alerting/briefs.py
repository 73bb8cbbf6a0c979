"""What alerting keeps of an incident: enough to judge it and to show it as evidence, a few hundred bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import orjson

from schemas.alert import Evidence, Measure
from schemas.incident import CasualtiesFacet, FusedFigure, IncidentSource, IncidentV1, OutageFacet
from schemas.vocabulary import Credibility, Group, OutageStatus, Party, Reliability
from streams.core.alerting.policy import AlertPolicy
from streams.core.estimates import Range, range_of, total, whole
from streams.core.moments import micros, span

ENDED: Final = frozenset({"retracted", "superseded", "merged"})
"""Statuses of an incident that counts no longer."""
_HARM: Final = (
    Measure.KILLED,
    Measure.WOUNDED,
    Measure.MISSING,
    Measure.CHILDREN_KILLED,
    Measure.CHILDREN_WOUNDED,
)
_MUNITIONS: Final = (Measure.LAUNCHED, Measure.INTERCEPTED, Measure.HIT)


class Voice(NamedTuple):
    """A source as evidence shows it."""

    source_id: str
    reliability: str
    party: str | None
    url: str | None


class Outage(NamedTuple):
    """One utility's outage of an incident; microseconds."""

    utility: str
    scheduled: bool
    start: int
    ends: int
    customers: Range | None


class Gap(NamedTuple):
    """Current statements that no number reconciles: one says at least ``most``, another at most ``least``."""

    least: int
    most: int

    @property
    def width(self) -> int:
        return self.most - self.least


@dataclass(frozen=True, slots=True)
class Brief:
    """An incident in brief. Times are microseconds; ``at`` is its place in the windows, as in ``core.windows``."""

    incident_id: str
    region: str
    at: int
    start: int
    last_published: int
    credibility: int
    is_strike: bool
    figures: Mapping[Measure, Range]
    told: Mapping[Measure, Range]
    """Each figure as it was first published."""
    gaps: Mapping[Measure, Gap]
    outages: tuple[Outage, ...]
    voices: tuple[Voice, ...]
    place: str | None

    def contributes(self, measure: Measure) -> int:
        """Return how much, at least, the incident adds to a counter."""
        if measure is Measure.STRIKES:
            return int(self.is_strike)
        if measure in (Measure.OUTAGES_STARTED, Measure.OUTAGES_ACTIVE):
            return len(self.outages)
        figure = self.figures.get(measure)
        return 0 if figure is None else figure.low

    def concerns(self, measure: Measure) -> bool:
        """Return whether the incident says anything about a counter: an explicit zero does."""
        return measure in self.figures or self.contributes(measure) > 0

    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(
                incident_id=self.incident_id,
                source_id=voice.source_id,
                reliability=Reliability(voice.reliability),
                credibility=Credibility(self.credibility),
                party=None if voice.party is None else Party(voice.party),
                url=voice.url,
            )
            for voice in self.voices
        )

    def pack(self) -> bytes:
        return orjson.dumps(
            (
                self.incident_id,
                self.region,
                self.at,
                self.start,
                self.last_published,
                self.credibility,
                self.is_strike,
                self.figures,
                self.told,
                self.gaps,
                self.outages,
                self.voices,
                self.place,
            ),
            default=tuple,
            option=orjson.OPT_NON_STR_KEYS,
        )

    @classmethod
    def unpack(cls, packed: Any) -> Self:
        """Return what :meth:`pack` packed, from bytes or from their parsed JSON."""
        held: Any = orjson.loads(packed) if isinstance(packed, bytes) else packed
        incident_id, region, at, start, last_published, credibility, is_strike, *rest = held
        figures, told, gaps, outages, voices, place = rest
        return cls(
            incident_id,
            region,
            at,
            start,
            last_published,
            credibility,
            is_strike,
            {Measure(measure): Range(*figure) for measure, figure in figures.items()},
            {Measure(measure): Range(*figure) for measure, figure in told.items()},
            {Measure(measure): Gap(*gap) for measure, gap in gaps.items()},
            tuple(
                Outage(utility, scheduled, begun, ends, None if customers is None else Range(*customers))
                for utility, scheduled, begun, ends, customers in outages
            ),
            tuple(Voice(*voice) for voice in voices),
            place,
        )


def brief_of(incident: IncidentV1, before: Brief | None, policy: AlertPolicy) -> Brief:
    """Return the incident in brief; ``before`` is what was kept of its earlier revision."""
    first, last = micros(incident.first_published_at), micros(incident.last_published_at)
    start, end = micros(incident.occurred.start), micros(incident.occurred.end)
    fused = _fused(incident)
    figures = {measure: figure for measure, found in fused.items() if (figure := _joined(found)) is not None}
    told = dict(figures) if before is None else {**figures, **before.told}
    gaps = {measure: gap for measure, found in fused.items() if (gap := _gap(found)) is not None}
    outages = tuple(
        Outage(
            facet.utility.value,
            facet.scheduled,
            micros(facet.started.start),
            _ends(facet, last, span(policy.outage_lapses_after)),
            None if facet.customers is None else range_of(facet.customers.value),
        )
        for facet in incident.outages
        # Where only the end was told, the beginning is unknown: nothing is out now.
        if facet.started is not None
    )
    return Brief(
        incident.incident_id,
        incident.region,
        max(start, min(end, first)),
        start,
        last,
        int(incident.credibility),
        incident.strike is not None,
        figures,
        told,
        gaps,
        outages,
        _voices(incident.sources, policy.kept_sources),
        incident.place.name,
    )


def _ends(facet: OutageFacet, last: int, lapse: int) -> int:
    if facet.status is OutageStatus.RESTORED:
        return last if facet.restored_at is None else micros(facet.restored_at)
    return last + lapse if facet.lapses_at is None else micros(facet.lapses_at)


def _fused(incident: IncidentV1) -> dict[Measure, dict[Group | None, FusedFigure]]:
    """Return every stated figure by measure, and by group of people where it has one."""
    found: dict[Measure, dict[Group | None, FusedFigure]] = {}
    if incident.strike is not None:
        for measure in _MUNITIONS:
            figure = getattr(incident.strike, measure.value)
            if figure is not None:
                found[measure] = {None: figure}
    for facet in incident.casualties:
        for measure, figure in _harm(facet):
            found.setdefault(measure, {})[facet.group] = figure
    customers = [outage.customers for outage in incident.outages if outage.customers is not None]
    if len(customers) == 1:
        found[Measure.CUSTOMERS] = {None: customers[0]}
    return found


def _harm(facet: CasualtiesFacet) -> Iterable[tuple[Measure, FusedFigure]]:
    for measure in _HARM:
        figure: FusedFigure | None = getattr(facet, measure.value)
        if figure is not None:
            yield measure, figure


def _joined(found: Mapping[Group | None, FusedFigure]) -> Range | None:
    """Return one figure over the groups: civilian and military add up, a toll without a group is the whole."""
    ranges = {group: figure for group, fused in found.items() if (figure := range_of(fused.value)) is not None}
    parts = total(ranges[group] for group in (Group.CIVILIAN, Group.MILITARY) if group in ranges)
    return whole(parts, ranges.get(Group.UNKNOWN, ranges.get(None)))


def _gap(found: Mapping[Group | None, FusedFigure]) -> Gap | None:
    """Return the widest gap among the current statements of one group; None where some number fits them all."""
    widest: Gap | None = None
    for fused in found.values():
        current = [statement.value for statement in fused.statements if statement.superseded_by is None]
        highs = [value.high for value in current if value.high is not None]
        if not highs:
            continue
        gap = Gap(min(highs), max(value.low for value in current))
        if gap.width > 0 and (widest is None or gap.width > widest.width):
            widest = gap
    return widest


def _voices(sources: Iterable[IncidentSource], kept: int) -> tuple[Voice, ...]:
    """Return the best-graded sources, each once; those that only repeat another's text come last."""
    ordered = sorted(
        sources,
        key=lambda found: (found.echo_of is not None, found.source.reliability, found.source.id, found.report_id),
    )
    voices: dict[str, Voice] = {}
    for found in ordered:
        source = found.source
        party = None if source.party is None else source.party.value
        voices.setdefault(source.id, Voice(source.id, source.reliability.value, party, found.url))
    return tuple(voices.values())[:kept]
