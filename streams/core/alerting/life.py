"""The life of an alert: pending, firing, resolved or cancelled; one table of what follows what.

A slot holds the present life of one rule about one subject. :func:`advance` is the whole of hysteresis, cooldown
and update policy; it publishes nothing itself, it says which event the next record tells of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

import orjson

from schemas.alert import AlertEvent, AlertV1
from schemas.vocabulary import AlertStatus, Severity
from streams.core.alerting.findings import Finding, Look
from streams.core.alerting.rules import RANKS, CorrectionRule, Rule
from streams.core.estimates import Range, range_of
from streams.core.kept_json import kept_json
from streams.core.moments import span

FOREVER: Final = 1 << 62


class Phase(StrEnum):
    IDLE = "idle"
    """Nothing holds, and nothing did of late."""
    PENDING = "pending"
    """It holds, not yet for long enough."""
    FIRING = "firing"
    RESOLVED = "resolved"
    """It was so and is over; the cooldown counts from here."""
    CANCELLED = "cancelled"
    """It never was so; what is true is raised without waiting."""


EVENTS: Final[dict[tuple[Phase, AlertEvent], Phase]] = {
    (Phase.IDLE, AlertEvent.RAISED): Phase.FIRING,
    (Phase.PENDING, AlertEvent.RAISED): Phase.FIRING,
    (Phase.RESOLVED, AlertEvent.RAISED): Phase.FIRING,
    (Phase.CANCELLED, AlertEvent.RAISED): Phase.FIRING,
    (Phase.FIRING, AlertEvent.PROMOTED): Phase.FIRING,
    (Phase.FIRING, AlertEvent.UPDATED): Phase.FIRING,
    (Phase.FIRING, AlertEvent.RESOLVED): Phase.RESOLVED,
    (Phase.FIRING, AlertEvent.CANCELLED): Phase.CANCELLED,
}
_GRADES_THAT_ARE_NEWS: Final = 2
_WAITING: Final = (Phase.PENDING, Phase.FIRING)
STATUS: Final = {
    Phase.FIRING: AlertStatus.FIRING,
    Phase.RESOLVED: AlertStatus.RESOLVED,
    Phase.CANCELLED: AlertStatus.CANCELLED,
}


class IllegalMove(ValueError):
    """The event is not in the table: a fault of this code, never of a source or a rule."""


def follow(phase: Phase, event: AlertEvent) -> Phase:
    """Return the phase after an event.

    :raises IllegalMove: for instance when an alert that was never raised is to be resolved.
    """
    try:
        return EVENTS[phase, event]
    except KeyError:
        raise IllegalMove(f"an alert that is {phase} cannot be {event}") from None


@dataclass(frozen=True, slots=True)
class Slot:
    """One rule about one subject. Times are microseconds."""

    phase: Phase = Phase.IDLE
    episode: int = 0
    """How many lives it has had; with rule and subject it makes the alert's id."""
    since: int = 0
    """Since when it is pending, or firing."""
    held: bool = False
    """The last finding reached a level."""
    peak: int = -1
    """Rank of the highest severity told in this life, or in the last one."""
    under: int | None = None
    """Since when a firing alert has been below its clear level."""
    cause: str | None = None
    """Why it fell below, where that was no passing of time."""
    told_at: int = 0
    told_number: float = 0.0
    cool_until: int = 0
    due: int | None = None
    """When time alone may move it on."""
    reference: Range | None = None
    """The figure that the last correction announced."""
    alert: AlertV1 | None = None
    """The last record published."""

    def pack(self) -> bytes:
        plain = (
            self.phase,
            self.episode,
            self.since,
            self.held,
            self.peak,
            self.under,
            self.cause,
            self.told_at,
            self.told_number,
            self.cool_until,
            self.due,
            self.reference,
            None if self.alert is None else orjson.Fragment(self.alert.model_dump_json(exclude_defaults=True)),
        )
        return kept_json(plain, default=tuple)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        phase, episode, since, held, peak, under, cause, told_at, told_number, *rest = orjson.loads(packed)
        cool_until, due, reference, alert = rest
        return cls(
            Phase(phase),
            episode,
            since,
            held,
            peak,
            under,
            cause,
            told_at,
            told_number,
            cool_until,
            due,
            None if reference is None else Range(*reference),
            # Through JSON, as it was written: the model is strict about types.
            None if alert is None else AlertV1.model_validate_json(orjson.dumps(alert)),
        )


class Advance(NamedTuple):
    """The slot after a finding, and what to publish of it, if anything."""

    slot: Slot
    event: AlertEvent | None


class Withdrawal(NamedTuple):
    """Facts behind a subject that count no longer, and whether they were withdrawn or only revised."""

    reason: str
    is_retraction: bool


def advance(slot: Slot, finding: Finding, look: Look, withdrawn: Withdrawal | None) -> Advance:
    """Return what follows from a finding; pure, and the same for the same arguments."""
    timeless = slot if slot.due is None else replace(slot, due=None)
    if slot.phase is Phase.FIRING:
        moved = _firing(timeless, finding, look, withdrawn)
    else:
        moved = _raising(timeless, finding, look.rule, look.now)
    if moved.slot.phase in _WAITING and finding.look_again is not None:
        due = moved.slot.due
        again = finding.look_again if due is None else min(due, finding.look_again)
        return moved._replace(slot=replace(moved.slot, due=again))
    return moved


def _raising(slot: Slot, finding: Finding, rule: Rule, now: int) -> Advance:
    severity = finding.severity
    if severity is None:
        if slot.phase is not Phase.PENDING and not slot.held:
            return Advance(slot, None)
        # A pending one that did not last was never told of.
        return Advance(replace(slot, phase=_rest(slot), held=False), None)
    if slot.phase is Phase.RESOLVED and now < slot.cool_until and RANKS[severity] <= slot.peak:
        due = None if slot.cool_until >= FOREVER else slot.cool_until
        return Advance(replace(slot, held=True, due=due), None)
    wait = span(rule.for_)
    since = slot.since if slot.phase is Phase.PENDING else now
    if now < since + wait:
        # What rested keeps its peak, for the cooldown if the condition does not last.
        return Advance(replace(slot, phase=Phase.PENDING, since=since, held=True, due=since + wait), None)
    raised = replace(
        slot,
        phase=follow(slot.phase, AlertEvent.RAISED),
        episode=slot.episode + 1,
        since=now,
        held=True,
        under=None,
        cause=None,
        **_told(finding, now, RANKS[severity]),
    )
    return Advance(raised, AlertEvent.RAISED)


def _rest(slot: Slot) -> Phase:
    if slot.phase is not Phase.PENDING:
        return slot.phase
    return Phase.RESOLVED if slot.cool_until else Phase.IDLE


def _firing(slot: Slot, finding: Finding, look: Look, withdrawn: Withdrawal | None) -> Advance:
    rule, now = look.rule, look.now
    reason = finding.void or (withdrawn.reason if withdrawn is not None else None)
    gone = finding.void is not None or (withdrawn is not None and withdrawn.is_retraction)
    if finding.severity is None and slot.held and gone:
        # The ground it stood on until now was no ground: hysteresis is for what time does.
        return _ended(replace(slot, cause=reason), finding, rule, now, AlertEvent.CANCELLED)
    if finding.severity is None and not finding.in_band:
        cause = slot.cause or reason
        under = now if slot.under is None else slot.under
        falling = replace(slot, held=False, under=under, cause=cause)
        ends = under + span(rule.resolve_after)
        if now < ends or not look.may_end:
            return Advance(replace(falling, due=max(ends, now)), None)
        return _ended(falling, finding, rule, now, AlertEvent.CANCELLED if cause else AlertEvent.RESOLVED)
    standing = replace(slot, held=finding.severity is not None, under=None, cause=None)
    return _standing(standing, finding, rule, now)


def _ended(slot: Slot, finding: Finding, rule: Rule, now: int, event: AlertEvent) -> Advance:
    about_incident = finding.incident is not None
    if isinstance(rule, CorrectionRule):
        # The next change is measured against what this correction announced.
        ended = replace(slot, reference=finding.value or slot.reference)
        cool_until = now + span(rule.cooldown)
    else:
        ended = slot
        # An incident's figures do not decay: the same situation is not raised twice.
        cool_until = FOREVER if about_incident else now + span(rule.cooldown)
    if event is AlertEvent.CANCELLED:
        # What was cancelled never was: what comes is not a repeat of it.
        cool_until = 0
    ended = replace(ended, phase=follow(slot.phase, event), held=False, under=None, cool_until=cool_until, told_at=now)
    return Advance(ended, event)


def _standing(slot: Slot, finding: Finding, rule: Rule, now: int) -> Advance:
    severity = finding.severity
    rank = slot.peak if severity is None else RANKS[severity]
    if rank > slot.peak:
        return Advance(replace(slot, **_told(finding, now, rank)), AlertEvent.PROMOTED)
    if not _is_news(slot, finding, rule):
        return Advance(slot, None)
    due = slot.told_at + span(rule.update_every)
    if now < due:
        return Advance(replace(slot, due=due), None)
    return Advance(replace(slot, **_told(finding, now, slot.peak)), AlertEvent.UPDATED)


def _is_news(slot: Slot, finding: Finding, rule: Rule) -> bool:
    told = slot.alert
    if told is not None and finding.severity is not None and finding.severity is not told.severity:
        return True
    if finding.incident is not None and told is not None:
        # One grade up and down again as sources come in is no news; "possible" that becomes "confirmed" is.
        if abs(finding.incident.credibility - told.certainty) >= _GRADES_THAT_ARE_NEWS:
            return True
        if _moved(finding.value, range_of(told.value), rule.update_by):
            return True
    moved = abs(finding.number - slot.told_number)
    return moved > 0 and moved >= rule.update_by * abs(slot.told_number)


def _moved(value: Range | None, told: Range | None, by: float) -> bool:
    """Return whether the upper end moved: sources that begin to disagree, or to agree, are news of an incident."""
    if value is None or told is None or value.high == told.high:
        return False
    if value.high is None or told.high is None:
        return True
    return abs(value.high - told.high) >= by * told.high


def _told(finding: Finding, now: int, peak: int) -> dict[str, Any]:
    return {"told_at": now, "told_number": float(finding.number), "peak": peak}


def severity_of(finding: Finding, last: AlertV1 | None) -> Severity:
    """Return the severity to tell: the finding's own; in the band below all levels, the one told last."""
    if finding.severity is not None:
        return finding.severity
    return Severity.MINOR if last is None else last.severity
