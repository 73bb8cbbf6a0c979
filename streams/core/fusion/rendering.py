"""From an assessment to the JSON of ``IncidentV1``: bounded lists, every figure with who said it, and why it is so.

Written directly: this runs for every incident that a block changes, and building and dumping the models took twice
as long. A property test holds each document equal, to the byte, to what its model writes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from schemas.claim import ResolvedPlace
from schemas.report import Source
from schemas.vocabulary import Credibility, Group, IncidentStatus, Party, Reliability, SourceKind, TimePrecision
from streams.core.estimates import Range
from streams.core.fusion.assessment import Assessment, OutageFinding
from streams.core.fusion.facts import FIGURES, HIT, INTERCEPTED, LAUNCHED
from streams.core.fusion.figures import Figure
from streams.core.fusion.mentions import Mention
from streams.core.fusion.places import Spot
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.vocabulary import target_names, weapon_names
from streams.core.moments import text_of

Document = dict[str, Any]
"""What an ``IncidentV1`` is on the wire: null fields are left out. Parts are shared and must not be changed."""

# Members of enumerations are written by their values: orjson takes them, by a detour.
_GRADES: Final = tuple(grade.value for grade in Reliability)
_STATED: Final = TimePrecision.STATED.value
_ASSUMED: Final = TimePrecision.ASSUMED.value
_LAST_WORD_SOURCES: Final = 10


def render(
    *,
    found: Assessment,
    incident_id: str,
    revision: int,
    status: IncidentStatus,
    updated_at: int,
    split_from: str | None,
    policy: FusionPolicy,
) -> Document:
    """Return the incident for the wire."""
    leader, when = found.leader, found.when
    shown, omitted = _shown(found, policy)
    document = _head(leader, incident_id, revision, status) | {
        "occurred": _interval(when.start, when.end, when.assumed),
        "first_published_at": text_of(found.first_published),
        "last_published_at": text_of(found.last_published),
        "updated_at": text_of(updated_at),
    }
    if found.is_strike:
        document["strike"] = _strike(found, policy)
    document["outages"] = [_outage(outage, policy) for outage in found.outages]
    document["casualties"] = _casualties(found, policy)
    document["reliability"] = _GRADES[found.best_grade]
    document["credibility"] = int(found.credibility)
    document["voices"] = found.voices.count
    echo_of = found.voices.echo_of
    document["sources"] = [_source_of(mention, echo_of.get(position)) for position, mention in shown]
    document["sources_omitted"] = omitted
    document["why"] = _why(found, policy)
    document["may_be_another"] = found.may_be_another
    if split_from is not None:
        document["split_from"] = split_from
    return document


def render_ended(
    *,
    mentions: Sequence[Mention],
    incident_id: str,
    revision: int,
    status: IncidentStatus,
    updated_at: int,
    merged_into: str | None,
    why: str,
) -> Document:
    """Return the last word on an incident that is no more: where and when it was said to be, and by whom."""
    leader = min(mentions, key=lambda mention: mention.order)
    ordered = sorted(mentions, key=lambda mention: mention.name)
    sources = {mention.report.key: mention for mention in ordered[:_LAST_WORD_SOURCES]}
    document = _head(leader, incident_id, revision, status) | {
        "occurred": _interval(leader.start, leader.end, leader.assumed),
        "first_published_at": text_of(ordered[0].report.first),
        "last_published_at": text_of(max(mention.report.version[0] for mention in mentions)),
        "updated_at": text_of(updated_at),
        "outages": [],
        "casualties": [],
        "reliability": min(mention.report.source.reliability for mention in mentions).value,
        "credibility": int(Credibility.CANNOT_BE_JUDGED),
        "voices": 0,
        "sources": [_source_of(mention, None) for mention in sources.values()],
        "sources_omitted": max(0, len(ordered) - _LAST_WORD_SOURCES),
        "why": [why],
        "may_be_another": False,
    }
    if merged_into is not None:
        document["merged_into"] = merged_into
    return document


def _head(leader: Mention, incident_id: str, revision: int, status: IncidentStatus) -> Document:
    return {
        "schema_version": 1,
        "incident_id": incident_id,
        "revision": revision,
        "status": status._value_,
        "region": leader.region,
        "place": _place(leader.spot),
    }


@lru_cache(maxsize=4_096)
def _place(spot: Spot) -> Document:
    place: ResolvedPlace = spot.place
    return place.model_dump(mode="json", exclude_none=True)


def _interval(start: int, end: int, assumed: bool) -> Document:
    return {"start": text_of(start), "end": text_of(end), "precision": _ASSUMED if assumed else _STATED}


def _shown(found: Assessment, policy: FusionPolicy) -> tuple[Sequence[tuple[int, Mention]], int]:
    pairs = list(enumerate(found.mentions))
    if len(pairs) <= policy.shown_sources:
        return pairs, 0
    # The first to report and the newest: what began it and where it stands.
    kept = [*pairs[: policy.shown_sources // 4], *pairs[-(policy.shown_sources - policy.shown_sources // 4) :]]
    return kept, len(pairs) - len(kept)


def _source_of(mention: Mention, original: Mention | None) -> Document:
    report = mention.report
    source: Source = report.source
    document: Document = {
        "source": _source(source.id, source.kind, source.reliability, source.party),
        "report_id": report.report_id,
        "published_at": text_of(report.version[0]),
    }
    if report.url is not None:
        document["url"] = report.url
    for fact in mention.facts:
        if fact.quote:
            document["quote"] = fact.quote
            break
    if original is not None:
        document["echo_of"] = original.report.source.id
    return document


@lru_cache(maxsize=4_096)
def _source(id_: str, kind: SourceKind, reliability: Reliability, party: Party | None) -> Document:
    document: Document = {"id": id_, "kind": kind.value, "reliability": reliability.value}
    if party is not None:
        document["party"] = party.value
    return document


def _strike(found: Assessment, policy: FusionPolicy) -> Document:
    strike: Document = {"weapons": weapon_names(found.weapons), "targets": target_names(found.targets)}
    if found.actor is not None:
        strike["actor"] = found.actor._value_
    figures = found.figures
    for number in (LAUNCHED, INTERCEPTED, HIT):
        figure = figures.get((None, number))
        if figure is not None:
            strike[FIGURES[number]] = _figure(figure, policy)
    return strike


def _outage(outage: OutageFinding, policy: FusionPolicy) -> Document:
    course = outage.course
    began = course.began
    document: Document = {
        "utility": outage.utility._value_,
        "status": course.status._value_,
        "scheduled": course.scheduled,
    }
    if began is not None:
        document["started"] = _interval(began.start, began.end, began.assumed)
    if course.restored_at is not None:
        document["restored_at"] = text_of(course.restored_at)
    else:
        document["lapses_at"] = text_of(course.ends)
    if outage.customers is not None:
        document["customers"] = _figure(outage.customers, policy)
    return document


def _casualties(found: Assessment, policy: FusionPolicy) -> list[Document]:
    stated = sorted((number, facet) for facet, number in found.figures if isinstance(facet, Group))
    if not stated:
        return []
    facets: dict[Group, Document] = {}
    for number, group in stated:
        facet = facets.setdefault(group, {"group": group._value_})
        facet[FIGURES[number]] = _figure(found.figures[group, number], policy)
    return [facets[group] for group in Group if group in facets]


def _figure(figure: Figure, policy: FusionPolicy) -> Document:
    held = figure.held
    shown = held[: policy.shown_statements] if len(held) > policy.shown_statements else held
    document: Document = {"value": _estimate(figure.value)}
    if figure.best is not None:
        document["best_from"] = figure.best.source_id
    statements: list[Document] = []
    for said, superseded_by in shown:
        statement: Document = {
            "source_id": said.source_id,
            "report_id": said.report_id,
            "published_at": text_of(said.at[0]),
            "value": _estimate(said.value),
        }
        if superseded_by is not None:
            statement["superseded_by"] = superseded_by
        if said.at_most:
            statement["counts_as"] = "at_most"
        statements.append(statement)
    document["statements"] = statements
    document["omitted"] = len(held) - len(shown)
    return document


@lru_cache(maxsize=1_024)
def _estimate(value: Range) -> Document:
    return {name: number for name, number in zip(("low", "best", "high"), value, strict=True) if number is not None}


def _why(found: Assessment, policy: FusionPolicy) -> list[str]:
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
            f"graded {_GRADES[figure.best.grade]}, the best of {sum(not said.at_most for said in figure.current)}"
            for (_, number), figure in found.figures.items()
            if figure.best is not None and len(figure.held) > 1
        )
    for (facet, number), figure in found.figures.items():
        attacker = next((said for said in figure.current if said.at_most), None) if facet is Group.MILITARY else None
        if attacker is not None:
            reasons.append(
                f"{FIGURES[number]}, military: {attacker.source_id} speaks for the side that attacked, "
                "so its number is the most that there were, not the least"
            )
    return [reason[:1_000] for reason in reasons]
