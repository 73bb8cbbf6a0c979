"""Rules about one incident: mass casualty, correction, disagreement."""

from __future__ import annotations

from dataclasses import replace

from schemas.alert import Bound, Measure
from streams.core.alerting.briefs import Brief
from streams.core.alerting.findings import Finding
from streams.core.alerting.readings import number_at
from streams.core.alerting.rules import CorrectionRule, DisagreementRule, MassCasualtyRule
from streams.core.estimates import Range
from streams.core.moments import span

IncidentRule = MassCasualtyRule | CorrectionRule | DisagreementRule


def judge_incident(
    rule: IncidentRule, brief: Brief, now: int, raised_at: int | None, reference: Range | None
) -> Finding:
    """Return what the rule finds about an incident.

    ``raised_at`` is when its live alert was raised, None without one; ``reference`` is the figure that the last
    correction announced, None where there was none.
    """
    match rule:
        case MassCasualtyRule():
            found = _mass_casualty(rule, brief)
        case CorrectionRule():
            found = _correction(rule, brief, reference)
        case DisagreementRule():
            found = _disagreement(rule, brief)
    return _while_news(rule, brief, now, raised_at, found)


def may_concern(rule: IncidentRule, brief: Brief, now: int) -> bool:
    """Return whether the rule could raise an alert about an incident it has none about; cheap and generous.

    False only where :func:`judge_incident` reaches no level: most incidents concern no rule.
    """
    if brief.at < now - span(rule.within):
        return False
    match rule:
        case MassCasualtyRule():
            figure = brief.figures.get(rule.measure)
            return figure is not None and number_at(figure, rule.bound) >= rule.levels.lowest()
        case CorrectionRule():
            told = brief.told.get(rule.measure)
            return told is not None and told != brief.figures.get(rule.measure)
        case DisagreementRule():
            return brief.gaps.get(rule.measure) is not None


def _while_news(rule: IncidentRule, brief: Brief, now: int, raised_at: int | None, found: Finding) -> Finding:
    """Old incidents raise nothing, and an alert is over when there has been no news for long."""
    if raised_at is None and brief.at < now - span(rule.within):
        return replace(found, severity=None, in_band=False)
    since = now if raised_at is None else raised_at
    until = max(brief.last_published, brief.at, since) + span(rule.hold)
    if now >= until:
        return replace(found, severity=None, in_band=False)
    return replace(found, look_again=until)


def _mass_casualty(rule: MassCasualtyRule, brief: Brief) -> Finding:
    found = _about(brief, rule.measure)
    number = 0 if found.value is None else number_at(found.value, rule.bound)
    severity = rule.levels.reached(number)
    return replace(
        found,
        severity=severity,
        in_band=number >= rule.clear * rule.levels.lowest(),
        number=number,
        threshold=rule.levels.lowest() if severity is None else rule.levels.of(severity),
    )


def _correction(rule: CorrectionRule, brief: Brief, reference: Range | None) -> Finding:
    """The new number lies outside what had been published, by more than the rule's least change.

    "At least 4" followed by 9 corrects nothing; "4" followed by 9 does.
    """
    found, old = _about(brief, rule.measure), reference or brief.told.get(rule.measure)
    if found.value is None or old is None:
        return replace(found, threshold=rule.by)
    number = number_at(found.value, Bound.BEST)
    change = 0
    if number < old.low:
        change = number - old.low
    elif old.high is not None and number > old.high:
        change = number - old.high
    published = number_at(old, Bound.BEST)
    least = max(rule.by, rule.by_share * published)
    holds = abs(change) >= least and rule.direction in ("any", "down" if change < 0 else "up")
    return replace(
        found,
        severity=rule.severity if holds else None,
        in_band=holds,
        number=abs(change),
        threshold=least,
        baseline=float(published),
    )


def _disagreement(rule: DisagreementRule, brief: Brief) -> Finding:
    found = _about(brief, rule.measure)
    if found.gap is None:
        return replace(found, threshold=rule.by)
    least = max(rule.by, rule.by_share * found.gap.least)
    holds = found.gap.width >= least
    return replace(
        found, severity=rule.severity if holds else None, in_band=holds, number=found.gap.width, threshold=least
    )


def _about(brief: Brief, measure: Measure) -> Finding:
    """Return a finding that nothing holds, with all that is known of the incident's figure."""
    gap = brief.gaps.get(measure)
    return Finding(
        brief.incident_id,
        None,
        False,
        brief.figures.get(measure),
        0,
        0,
        measure=measure,
        gap=gap,
        disputed=gap is not None,
        incident=brief,
        grounds=lambda: (brief,),
    )
