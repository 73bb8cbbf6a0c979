"""From an assessment to ``IncidentV1``: bounded lists, every figure with who said it, and why it is so.

Built from checked parts, so the models are put together without checking them again: this runs for every incident
that a block changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from schemas.claim import ResolvedInterval
from schemas.incident import (
    CasualtiesFacet,
    FusedFigure,
    IncidentSource,
    IncidentV1,
    OutageFacet,
    Statement,
    StrikeFacet,
)
from schemas.vocabulary import Credibility, Group, IncidentStatus, Reliability, TimePrecision
from streams.core.estimates import estimate_of
from streams.core.fusion.assessment import Assessment, Facet, OutageFinding
from streams.core.fusion.facts import CASUALTY_FIGURES, FIGURES, HIT, INTERCEPTED, LAUNCHED
from streams.core.fusion.figures import Figure, Held
from streams.core.fusion.mentions import Mention
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.vocabulary import targets_of, weapons_of
from streams.core.moments import moment

_Model = TypeVar("_Model", bound=BaseModel)
_GRADES: Final = tuple(Reliability)
_LAST_WORD_SOURCES: Final = 10
_NO_CASUALTIES: Final = dict.fromkeys(FIGURES[number] for number in CASUALTY_FIGURES)
_at = lru_cache(maxsize=16_384)(moment)


def _made(model: type[_Model], fields: dict[str, Any]) -> _Model:
    # What ``model_construct`` does when every field is given, without its loops over them.
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", fields)
    object.__setattr__(made, "__pydantic_fields_set__", set(fields))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def render(
    *,
    found: Assessment,
    incident_id: str,
    revision: int,
    status: IncidentStatus,
    updated_at: int,
    split_from: str | None,
    policy: FusionPolicy,
) -> IncidentV1:
    """Return the incident for the wire."""
    leader = found.leader
    shown, omitted = _shown(found, policy)
    return _made(
        IncidentV1,
        {
            "schema_version": 1,
            "incident_id": incident_id,
            "revision": revision,
            "status": status,
            "region": leader.region,
            "place": leader.spot.place,
            "occurred": _interval(leader.start, found.at, leader.assumed),
            "first_published_at": _at(found.first_published),
            "last_published_at": _at(found.last_published),
            "updated_at": _at(updated_at),
            "strike": _strike(found, policy) if found.is_strike else None,
            "outages": tuple(_outage(outage, policy) for outage in found.outages),
            "casualties": _casualties(found, policy),
            "reliability": _GRADES[found.best_grade],
            "credibility": found.credibility,
            "voices": found.voices.count,
            "sources": tuple(_source_of(mention, found.voices.echo_of.get(position)) for position, mention in shown),
            "sources_omitted": omitted,
            "why": _why(found, policy),
            "may_be_another": found.may_be_another,
            "merged_into": None,
            "split_from": split_from,
        },
    )


def render_ended(
    *,
    mentions: Sequence[Mention],
    incident_id: str,
    revision: int,
    status: IncidentStatus,
    updated_at: int,
    merged_into: str | None,
    why: str,
) -> IncidentV1:
    """Return the last word on an incident that is no more: where and when it was said to be, and by whom."""
    leader = min(mentions, key=lambda mention: mention.order)
    ordered = sorted(mentions, key=lambda mention: mention.name)
    grades = [mention.report.source.reliability for mention in mentions]
    sources = {mention.report.key: mention for mention in ordered[:_LAST_WORD_SOURCES]}
    return _made(
        IncidentV1,
        {
            "schema_version": 1,
            "incident_id": incident_id,
            "revision": revision,
            "status": status,
            "region": leader.region,
            "place": leader.spot.place,
            "occurred": _interval(leader.start, leader.end, leader.assumed),
            "first_published_at": _at(ordered[0].report.first),
            "last_published_at": _at(max(mention.report.version[0] for mention in mentions)),
            "updated_at": _at(updated_at),
            "strike": None,
            "outages": (),
            "casualties": (),
            "reliability": min(grades),
            "credibility": Credibility.CANNOT_BE_JUDGED,
            "voices": 0,
            "sources": tuple(_source_of(mention, None) for mention in sources.values()),
            "sources_omitted": max(0, len(ordered) - _LAST_WORD_SOURCES),
            "why": (why,),
            "may_be_another": False,
            "merged_into": merged_into,
            "split_from": None,
        },
    )


def _interval(start: int, end: int, assumed: bool) -> ResolvedInterval:
    precision = TimePrecision.ASSUMED if assumed else TimePrecision.STATED
    return _made(ResolvedInterval, {"start": _at(start), "end": _at(end), "precision": precision})


def _shown(found: Assessment, policy: FusionPolicy) -> tuple[Sequence[tuple[int, Mention]], int]:
    pairs = list(enumerate(found.mentions))
    if len(pairs) <= policy.shown_sources:
        return pairs, 0
    # The first to report and the newest: what began it and where it stands.
    kept = [*pairs[: policy.shown_sources // 4], *pairs[-(policy.shown_sources - policy.shown_sources // 4) :]]
    return kept, len(pairs) - len(kept)


def _source_of(mention: Mention, original: Mention | None) -> IncidentSource:
    report = mention.report
    quote = None
    for fact in mention.facts:
        if fact.quote:
            quote = fact.quote
            break
    return _made(
        IncidentSource,
        {
            "source": report.source,
            "report_id": report.report_id,
            "published_at": _at(report.version[0]),
            "url": report.url,
            "quote": quote,
            "echo_of": None if original is None else original.report.source.id,
        },
    )


def _strike(found: Assessment, policy: FusionPolicy) -> StrikeFacet:
    return _made(
        StrikeFacet,
        {
            "weapons": weapons_of(found.weapons),
            "targets": targets_of(found.targets),
            "actor": found.actor,
            "launched": _fused(found, None, LAUNCHED, policy),
            "intercepted": _fused(found, None, INTERCEPTED, policy),
            "hit": _fused(found, None, HIT, policy),
        },
    )


def _outage(outage: OutageFinding, policy: FusionPolicy) -> OutageFacet:
    course = outage.course
    began = course.began
    return _made(
        OutageFacet,
        {
            "utility": outage.utility,
            "status": course.status,
            "scheduled": course.scheduled,
            "started": None if began is None else _interval(began.start, began.end, began.assumed),
            "restored_at": None if course.restored_at is None else _at(course.restored_at),
            "lapses_at": None if course.restored_at is not None else _at(course.ends),
            "customers": None if outage.customers is None else _figure(outage.customers, policy),
        },
    )


def _casualties(found: Assessment, policy: FusionPolicy) -> tuple[CasualtiesFacet, ...]:
    facets: dict[Group, dict[str, Any]] = {}
    for (facet, number), figure in found.figures.items():
        if isinstance(facet, Group):
            fields = facets.get(facet)
            if fields is None:
                fields = facets[facet] = {"group": facet, **_NO_CASUALTIES}
            fields[FIGURES[number]] = _figure(figure, policy)
    return tuple(_made(CasualtiesFacet, facets[group]) for group in Group if group in facets)


def _fused(found: Assessment, facet: Facet, number: int, policy: FusionPolicy) -> FusedFigure | None:
    figure = found.figures.get((facet, number))
    return None if figure is None else _figure(figure, policy)


def _figure(figure: Figure, policy: FusionPolicy) -> FusedFigure:
    held = figure.held
    shown = held[: policy.shown_statements]
    return _made(
        FusedFigure,
        {
            "value": estimate_of(figure.value),
            "best_from": None if figure.best is None else figure.best.source_id,
            "statements": tuple(_statement(one) for one in shown),
            "omitted": len(held) - len(shown),
        },
    )


def _statement(held: Held) -> Statement:
    said = held.said
    return _made(
        Statement,
        {
            "source_id": said.source_id,
            "report_id": said.report_id,
            "published_at": _at(said.at[0]),
            "value": estimate_of(said.value),
            "superseded_by": held.superseded_by,
        },
    )


def _why(found: Assessment, policy: FusionPolicy) -> tuple[str, ...]:
    leader = found.leader
    reasons = [leader.reason] if leader.reason else []
    for mention in found.mentions:
        if mention is leader:
            continue
        if len(reasons) >= policy.shown_reasons:
            break
        reasons.append(
            f"{mention.report.source.id} {mention.report.report_id} is with "
            f"{leader.report.source.id} {leader.report.report_id}: {mention.reason}"
        )
    if len(found.mentions) > 1:
        reasons.extend(
            f"best {FIGURES[number]} is {figure.best.value.best}: newest word of {figure.best.source_id}, "
            f"graded {_GRADES[figure.best.grade]}, the best of {len(figure.current)}"
            for (_, number), figure in found.figures.items()
            if figure.best is not None and len(figure.held) > 1
        )
    return tuple(reason[:1_000] for reason in reasons)
