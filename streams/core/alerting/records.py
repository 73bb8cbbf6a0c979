"""From a life and a finding to the record subscribers read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import chain, islice
from typing import Final

from schemas.alert import MAX_EARLIER, MAX_REGIONS, AlertEvent, AlertKind, AlertV1, Evidence
from schemas.estimate import Estimate
from schemas.vocabulary import AlertStatus, Credibility, Severity, WindowName
from streams.core.alerting.briefs import Brief
from streams.core.alerting.findings import Finding, Look, certainty
from streams.core.alerting.headlines import changes, headlines
from streams.core.alerting.life import STATUS, Slot, severity_of
from streams.core.alerting.policy import AlertPolicy
from streams.core.alerting.rules import (
    CorrectionRule,
    DisagreementRule,
    FirstAfterQuietRule,
    MassCasualtyRule,
    Rule,
    SurgeRule,
    ThresholdRule,
)
from streams.core.alerting.words import certainty_en
from streams.core.estimates import Range, bounded, estimate_of, range_of
from streams.core.moments import moment
from streams.core.wording import written

SEVERAL_COUNTRIES: Final = "ZZ"
"""CLDR's code of an unknown region, for a set whose members share no country."""
_SEVERITIES: Final = tuple(Severity)
_ENDS: Final = (AlertEvent.RESOLVED, AlertEvent.CANCELLED)
_NONE: Final = Estimate(low=0, best=0, high=0)
_LAST_STATUS: Final = {AlertEvent.RESOLVED: AlertStatus.RESOLVED, AlertEvent.CANCELLED: AlertStatus.CANCELLED}
_ENDED_WORDS: Final = {
    AlertEvent.RESOLVED: ("Over", "Завершено"),
    AlertEvent.CANCELLED: ("Withdrawn", "Відкликано"),
}
_LONGEST: Final = 1_000


def alert_id(rule: str, code: str, subject: str, episode: int) -> str:
    """Return the id of one life of a rule about a subject: the same after any crash, replay or rebalance."""
    what = "\0".join((rule, code, subject, str(episode))).encode()
    return f"{rule}.{code}.{blake2b(what, digest_size=6).hexdigest()}"


def country_of(members: tuple[str, ...]) -> str:
    """Return the country that all regions share; :data:`SEVERAL_COUNTRIES` where there is none."""
    countries = {member[:2] for member in members}
    return countries.pop() if len(countries) == 1 else SEVERAL_COUNTRIES


def record(look: Look, slot: Slot, finding: Finding, event: AlertEvent, policy: AlertPolicy) -> AlertV1:
    """Return the record that tells of ``event``; ``slot`` is the one after it, still with the record before."""
    rule, view, now = look.rule, look.view, look.now
    before = slot.alert if event is not AlertEvent.RAISED else None
    if event in _ENDS and before is not None:
        why = (_why_ended(rule, slot, event), changes(rule, finding, range_of(before.value)))
        return _last(before, event, now, why, finding.value)
    grounds = finding.grounds()
    severity = severity_of(finding, before)
    en, uk = headlines(rule, view, finding)
    # Clocks of two workers may differ a little: an alert's times never go back.
    updated = max(moment(now), before.updated_at) if before is not None else moment(now)
    grade = _certainty(rule, finding, grounds)
    return AlertV1(
        alert_id=before.alert_id
        if before is not None
        else alert_id(rule.name, view.code, finding.subject, slot.episode),
        revision=1 if before is None else before.revision + 1,
        event=event,
        rule=rule.name,
        kind=AlertKind(rule.kind),
        status=STATUS[slot.phase],
        severity=severity,
        peak=_SEVERITIES[slot.peak],
        certainty=grade,
        region=view.code if view.set_name is None else country_of(view.members),
        region_names=view.names,
        regions=view.members[:MAX_REGIONS],
        region_set=view.set_name,
        incident_id=None if finding.incident is None else finding.incident.incident_id,
        window=_window(rule),
        headline=en,
        headline_uk=uk,
        measure=finding.measure,
        bound=getattr(rule, "bound", None),
        value=_NONE if finding.value is None else estimate_of(bounded(finding.value)),
        threshold=finding.threshold,
        baseline=finding.baseline,
        earlier=() if before is None else _earlier(before),
        raised_at=updated if before is None else before.raised_at,
        updated_at=updated,
        changed=None if before is None else _changed(rule, finding, before, severity, grade),
        evidence=_evidence(grounds, policy),
    )


def _why_ended(rule: Rule, slot: Slot, event: AlertEvent) -> str:
    if event is AlertEvent.CANCELLED:
        return slot.cause or "its ground is gone"
    if isinstance(rule, MassCasualtyRule | CorrectionRule | DisagreementRule):
        return f"no news of it for {written(rule.hold)}"
    return f"no longer so for {written(rule.resolve_after)}" if rule.resolve_after else "no longer so"


def without_rule(alert: AlertV1, now: int) -> AlertV1:
    """Return the last record of an alert whose rule was taken out of the rules file."""
    return _last(alert, AlertEvent.RESOLVED, now, ("the rule is no longer in force",), None)


def _last(before: AlertV1, event: AlertEvent, now: int, why: Sequence[str | None], value: Range | None) -> AlertV1:
    """The last record of a life keeps what the alert was about, with the value that ended it where it is known."""
    updated = max(moment(now), before.updated_at)
    en, uk = _ENDED_WORDS[event]
    return before.model_copy(
        update={
            "revision": before.revision + 1,
            "event": event,
            "status": _LAST_STATUS[event],
            "headline": f"{en}: {before.headline}"[:_LONGEST],
            "headline_uk": f"{uk}: {before.headline_uk}"[:_LONGEST] if before.headline_uk else None,
            "value": before.value if value is None else estimate_of(bounded(value)),
            "earlier": _earlier(before),
            "updated_at": updated,
            "resolved_at": updated,
            "changed": "; ".join(filter(None, why))[:_LONGEST],
        }
    )


def _earlier(before: AlertV1) -> tuple[datetime, ...]:
    return (*before.earlier, before.updated_at)[-MAX_EARLIER:]


def _certainty(rule: Rule, finding: Finding, grounds: Sequence[Brief]) -> Credibility:
    if finding.incident is not None:
        return Credibility(finding.incident.credibility)
    measure = None if isinstance(rule, FirstAfterQuietRule) else finding.measure
    return certainty(grounds, measure, finding.threshold)


def _window(rule: Rule) -> WindowName | None:
    return rule.window if isinstance(rule, ThresholdRule | SurgeRule | FirstAfterQuietRule) else None


def _changed(rule: Rule, finding: Finding, before: AlertV1, severity: Severity, grade: Credibility) -> str | None:
    parts = [changes(rule, finding, range_of(before.value))]
    if severity is not before.severity:
        parts.append(f"severity from {before.severity} to {severity}")
    if grade is not before.certainty:
        parts.append(f"now {certainty_en(grade)}, before {certainty_en(before.certainty)}")
    if isinstance(rule, DisagreementRule) and finding.gap is not None:
        parts.append(f"apart by {finding.gap.width:,}")
    return "; ".join(filter(None, parts))[:_LONGEST] or None


def _evidence(grounds: Sequence[Brief], policy: AlertPolicy) -> tuple[Evidence, ...]:
    """Return the sources to show: first the best one of every incident, then their further ones."""
    shown = [brief.evidence() for brief in grounds[: policy.max_evidence]]
    best = [sources[0] for sources in shown if sources]
    further = chain.from_iterable(sources[1:] for sources in shown)
    return tuple(islice(chain(best, further), policy.max_evidence))
