"""All lives of one partition: the slots of every rule and subject, and what they publish and store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from schemas.alert import AlertEvent, AlertV1
from streams.core.alerting.findings import Finding, Look
from streams.core.alerting.life import Phase, Slot, Withdrawal, advance
from streams.core.alerting.policy import AlertPolicy
from streams.core.alerting.records import record, without_rule
from streams.core.alerting.rules import RuleSet
from streams.core.moments import span

SLOT: Final = b"a:s:"
_NEVER: Final = 1 << 62
UNUSED: Final = Slot()
"""The slot of a rule and subject that never had a life."""

SlotKey = tuple[str, str]
"""Rule and subject; with a region's code or a set's name it names one life after another."""


@dataclass(slots=True)
class AlertStep:
    """What one step causes.

    ``alerts`` is the history: every raise, update and end, in order. ``refreshed`` are live alerts that are
    unchanged and hold on: only the topic of live alerts needs them. ``members`` are this partition's regions as
    sets of regions see them, by ``(set, record)``.
    """

    alerts: list[AlertV1] = field(default_factory=list)
    changes: dict[bytes, bytes | None] = field(default_factory=dict)
    refreshed: list[AlertV1] = field(default_factory=list)
    members: list[tuple[str, bytes]] = field(default_factory=list)


class Lives:
    """The slots by place (a region's code or a set's name), kept in step with what is stored."""

    def __init__(self, policy: AlertPolicy) -> None:
        self._policy = policy
        self._slots: dict[str, dict[str, dict[str, Slot]]] = {}
        self._due: dict[str, int] = {}
        self._moved: dict[str, set[str]] = {}
        self._next_refresh: int | None = None
        self._step = AlertStep()

    def restore(self, items: Mapping[bytes, bytes]) -> None:
        """Take up the stored slots."""
        for key, value in items.items():
            if key.startswith(SLOT):
                place, rule, subject = key[len(SLOT) :].decode().split("/", 2)
                self._slots.setdefault(place, {}).setdefault(rule, {})[subject] = Slot.unpack(value)
        for place in self._slots:
            self._schedule(place)

    def finished(self) -> AlertStep:
        """Return what happened since the last call."""
        step, self._step = self._step, AlertStep()
        self._moved = {}
        return step

    def due(self, now: int) -> list[str]:
        """Return the places where time alone may move something on."""
        return [place for place, at in self._due.items() if at <= now]

    def places(self) -> list[str]:
        return list(self._slots)

    def subjects(self, place: str, rule: str) -> list[str]:
        """Return the subjects in which a rule has, or had, a life at a place."""
        return list(self._slots.get(place, {}).get(rule, ()))

    def stirred(self, place: str, rule: str, now: int) -> list[str]:
        """Return the subjects of a rule that are due, or about which another life has moved in this step."""
        lives = self._slots.get(place, {}).get(rule, {})
        moved = [subject for subject in self._moved.get(place, ()) if subject in lives]
        if self._due.get(place, _NEVER) > now:
            return moved
        return moved + [subject for subject, slot in lives.items() if slot.due is not None and slot.due <= now]

    def slot(self, place: str, rule: str, subject: str) -> Slot:
        return self._slots.get(place, {}).get(rule, {}).get(subject, UNUSED)

    def live(self) -> Iterator[AlertV1]:
        """Yield the alerts that fire, as last told."""
        for place in sorted(self._slots):
            for _, slot in self._sorted(place):
                if slot.phase is Phase.FIRING and slot.alert is not None:
                    yield slot.alert

    def _sorted(self, place: str) -> list[tuple[SlotKey, Slot]]:
        held = self._slots.get(place, {})
        found = [((rule, subject), slot) for rule, lives in held.items() for subject, slot in lives.items()]
        return sorted(found, key=lambda pair: pair[0])

    def apply(self, look: Look, finding: Finding, withdrawn: Withdrawal | None) -> None:
        """Move one life on by a finding."""
        place, key = look.view.code, (look.rule.name, finding.subject)
        before = self.slot(place, *key)
        if before is UNUSED and finding.severity is None:
            return
        after, event = advance(before, finding, look, withdrawn)
        if event is not None:
            alert = record(look, after, finding, event, self._policy)
            after = replace(after, alert=alert)
            self._step.alerts.append(alert)
        if after is not before and after != before:
            self._put(place, key, after)

    def end_without_rule(self, rules: RuleSet, now: int) -> None:
        """End what fires for a rule that is gone, disabled, of another kind, or no longer looks there."""
        for place in sorted(self._slots):
            by_name = {rule.name: rule.kind for rule in (*rules.of_region(place), *rules.of_set(place))}
            for key, slot in self._sorted(place):
                if slot.phase not in (Phase.FIRING, Phase.PENDING):
                    continue
                if slot.alert is None or slot.phase is Phase.PENDING:
                    if key[0] not in by_name:
                        self._put(place, key, replace(slot, phase=Phase.IDLE, held=False, due=None))
                elif by_name.get(key[0]) != slot.alert.kind:
                    last = without_rule(slot.alert, now)
                    ended = replace(slot, phase=Phase.RESOLVED, held=False, under=None, due=None, alert=last)
                    self._put(place, key, ended)
                    self._step.alerts.append(last)

    def rename(self, place: str, rule: str, subject: str, into: str) -> bool:
        """Let the live alert about ``subject`` carry on about ``into``; return whether it does."""
        mine, theirs = self.slot(place, rule, subject), self.slot(place, rule, into)
        if mine.phase is not Phase.FIRING or theirs.phase is Phase.FIRING:
            return False
        # The old subject may live again: then under an id of its own, not under the one that was carried on.
        self._put(place, (rule, subject), Slot(episode=mine.episode, told_at=mine.told_at))
        self._put(place, (rule, into), replace(mine, episode=max(mine.episode, theirs.episode)))
        return True

    def forget(self, place: str, rule: str, subject: str, before: int) -> None:
        """Drop a slot whose subject is gone, unless it fires or told of something since ``before``.

        Its number of lives goes with it: by then nothing can be told of the subject again.
        """
        slot = self.slot(place, rule, subject)
        if slot.phase is not Phase.FIRING and slot.told_at < before:
            self._drop(place, (rule, subject))

    def refresh(self, now: int, rules: RuleSet) -> None:
        """From time to time say of every live alert that it still holds."""
        if self._next_refresh is not None and now < self._next_refresh:
            return
        self._next_refresh = now + span(rules.refresh_every)
        told = {alert.alert_id for alert in self._step.alerts}
        self._step.refreshed += [
            alert.model_copy(update={"event": AlertEvent.REFRESHED, "changed": None})
            for alert in self.live()
            if alert.alert_id not in told
        ]

    def _put(self, place: str, key: SlotKey, slot: Slot) -> None:
        if slot.phase is Phase.IDLE and not slot.episode:
            self._drop(place, key)
            return
        rule, subject = key
        self._slots.setdefault(place, {}).setdefault(rule, {})[subject] = slot
        self._step.changes[_state_key(place, key)] = slot.pack()
        self._moved.setdefault(place, set()).add(subject)
        self._schedule(place)

    def _drop(self, place: str, key: SlotKey) -> None:
        rule, subject = key
        if self._slots.get(place, {}).get(rule, {}).pop(subject, None) is not None:
            self._step.changes[_state_key(place, key)] = None
            self._moved.setdefault(place, set()).add(subject)
            self._schedule(place)

    def _schedule(self, place: str) -> None:
        slots = (slot for lives in self._slots[place].values() for slot in lives.values())
        due = min((slot.due for slot in slots if slot.due is not None), default=_NEVER)
        if due == _NEVER:
            self._due.pop(place, None)
        else:
            self._due[place] = due


def _state_key(place: str, key: SlotKey) -> bytes:
    return SLOT + f"{place}/{key[0]}/{key[1]}".encode()


def expiring(alert: AlertV1, at: datetime, rules: RuleSet) -> AlertV1:
    """Return a live alert with the time at which it is over unless it is told of again."""
    return alert.model_copy(update={"expires_at": max(at, alert.updated_at) + rules.valid_for})
