"""What alerting keeps of an incident: enough to judge it and to show it as evidence, a few hundred bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import orjson

from schemas.alert import Evidence, Measure
from schemas.vocabulary import Credibility, Group, OutageStatus, Party, Reliability
from streams.core.alerting.policy import AlertPolicy
from streams.core.estimates import Range, total, whole
from streams.core.kept_json import kept_json
from streams.core.moments import micros_of, span

ENDED: Final = frozenset({"retracted", "superseded", "merged"})
"""Statuses of an incident that counts no longer."""
Incident = Mapping[str, Any]
"""An ``IncidentV1`` (or a part of one) as it is on the wire: null fields are left out."""
_HARM: Final = tuple(
    (measure.value, measure)
    for measure in (
        Measure.KILLED,
        Measure.WOUNDED,
        Measure.MISSING,
        Measure.CHILDREN_KILLED,
        Measure.CHILDREN_WOUNDED,
    )
)
_MUNITIONS: Final = tuple((m.value, m) for m in (Measure.LAUNCHED, Measure.INTERCEPTED, Measure.HIT))


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
        return kept_json(
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


def brief_of(incident: Incident, before: Brief | None, policy: AlertPolicy) -> Brief:
    """Return the incident in brief; ``before`` is what was kept of its earlier revision."""
    first, last = micros_of(incident["first_published_at"]), micros_of(incident["last_published_at"])
    occurred = incident["occurred"]
    start, end = micros_of(occurred["start"]), micros_of(occurred["end"])
    fused = _fused(incident)
    figures, gaps = {}, {}
    for measure, found in fused.items():
        figure = _joined(found)
        if figure is not None:
            figures[measure] = figure
        gap = _gap(found)
        if gap is not None:
            gaps[measure] = gap
    return Brief(
        incident["incident_id"],
        incident["region"],
        max(start, min(end, first)),
        start,
        last,
        int(incident["credibility"]),
        "strike" in incident,
        figures,
        dict(figures) if before is None else {**figures, **before.told},
        gaps,
        _outages(incident["outages"], last, policy) if incident["outages"] else (),
        _voices(incident["sources"], policy.kept_sources),
        incident["place"].get("name"),
    )


def _outages(facets: Iterable[Incident], last: int, policy: AlertPolicy) -> tuple[Outage, ...]:
    return tuple(
        Outage(
            facet["utility"],
            facet["scheduled"],
            micros_of(facet["started"]["start"]),
            _ends(facet, last, span(policy.outage_lapses_after)),
            _range(facet["customers"]["value"]) if "customers" in facet else None,
        )
        for facet in facets
        # Where only the end was told, the beginning is unknown: nothing is out now.
        if "started" in facet
    )


def _ends(facet: Incident, last: int, lapse: int) -> int:
    if facet["status"] == OutageStatus.RESTORED:
        return micros_of(facet["restored_at"]) if "restored_at" in facet else last
    return micros_of(facet["lapses_at"]) if "lapses_at" in facet else last + lapse


def _range(value: Mapping[str, int]) -> Range:
    return Range(value["low"], value.get("best"), value.get("high"))


def _fused(incident: Incident) -> dict[Measure, dict[str | None, Incident]]:
    """Return every stated figure by measure, and by group of people where it has one."""
    found: dict[Measure, dict[str | None, Incident]] = {}
    strike = incident.get("strike")
    if strike is not None:
        for name, measure in _MUNITIONS:
            if name in strike:
                found[measure] = {None: strike[name]}
    for facet in incident["casualties"]:
        for name, measure in _HARM:
            if name in facet:
                found.setdefault(measure, {})[facet["group"]] = facet[name]
    if incident["outages"]:
        customers = [outage["customers"] for outage in incident["outages"] if "customers" in outage]
        if len(customers) == 1:
            found[Measure.CUSTOMERS] = {None: customers[0]}
    return found


def _joined(found: Mapping[str | None, Incident]) -> Range | None:
    """Return one figure over the groups: civilian and military add up, a toll without a group is the whole."""
    ranges = {group: _range(fused["value"]) for group, fused in found.items()}
    if len(ranges) == 1:
        return next(iter(ranges.values()))
    parts = total(ranges[group] for group in (Group.CIVILIAN, Group.MILITARY) if group in ranges)
    return whole(parts, ranges.get(Group.UNKNOWN, ranges.get(None)))


def _gap(found: Mapping[str | None, Incident]) -> Gap | None:
    """Return the widest gap among the current statements of one group; None where some number fits them all."""
    widest: Gap | None = None
    for fused in found.values():
        if len(fused["statements"]) < 2:
            continue
        current = [said for said in fused["statements"] if "superseded_by" not in said]
        highs = [said["value"]["high"] for said in current if "high" in said["value"]]
        if not highs:
            continue
        # An attacker's number of the enemy's soldiers says how many at most, and none that there were at least.
        gap = Gap(min(highs), max(0 if "counts_as" in said else said["value"]["low"] for said in current))
        if gap.width > 0 and (widest is None or gap.width > widest.width):
            widest = gap
    return widest


def _voices(sources: Sequence[Incident], kept: int) -> tuple[Voice, ...]:
    """Return the best-graded sources, each once; those that only repeat another's text come last."""
    if len(sources) > 1:
        sources = sorted(sources, key=_rank)
    voices: dict[str, Voice] = {}
    for found in sources:
        source = found["source"]
        if source["id"] not in voices:
            voices[source["id"]] = Voice(source["id"], source["reliability"], source.get("party"), found.get("url"))
            if len(voices) == kept:
                break
    return tuple(voices.values())


def _rank(found: Incident) -> tuple[bool, str, str, str]:
    source = found["source"]
    return "echo_of" in found, source["reliability"], source["id"], found["report_id"]
