"""The alerting of one partition: what fusion published goes in, alerts come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, Self

import orjson

from schemas.counters import RegionCountersV1
from schemas.vocabulary import IncidentStatus
from streams.core.alerting.area_rules import AreaRule, judge_area
from streams.core.alerting.briefs import ENDED, Brief, Incident, brief_of
from streams.core.alerting.findings import Finding, Look, Regions, View, silenced
from streams.core.alerting.held import Held
from streams.core.alerting.in_force import InForce
from streams.core.alerting.incident_rules import IncidentRule, judge_incident, may_concern
from streams.core.alerting.life import Phase, Withdrawal
from streams.core.alerting.lives import UNUSED, AlertStep, Lives
from streams.core.alerting.losses import REPLACED, Loss, less, lost_of, why_ended
from streams.core.alerting.members import Member, lent, looked_at
from streams.core.alerting.policy import AlertPolicy
from streams.core.alerting.readings import Readings, chosen, pack, readings_of, unpack
from streams.core.alerting.replaced import Replaced
from streams.core.alerting.rules import RANKS, Rule, RuleSet, SetRule, ThresholdRule
from streams.core.kept_json import kept_json
from streams.core.moments import micros, micros_of, span
from streams.core.windows import WINDOWS

PREFIX: Final = b"a:"
"""All state keys of the alerting begin with it."""
_BRIEF: Final = b"a:b:"
_READINGS: Final = b"a:r:"
_PARTITION: Final = b"a:p"
_NOTHING: Final[Readings] = {}


class Alerting:
    """The state of one partition of regions; pure, no clock.

    After :meth:`step` the caller stores the step's changes; :meth:`restore` from them goes on as if nothing had
    happened. What is taken again after a crash changes nothing.
    """

    def __init__(self, rules: RuleSet, regions: Regions, policy: AlertPolicy) -> None:
        self._rules = InForce(rules)
        self._regions = regions
        self._policy = policy
        self._lives = Lives(policy)
        self._held = Held()
        self._replaced = Replaced()
        self._readings: dict[str, Readings] = {}
        self._observed_since: int | None = None
        self._seen: int | None = None
        self._judged_by = b""
        self._restored = False
        self._settled_at = 0
        self._next_sweep: int | None = None
        self._touched: set[str] = set()
        self._changed: dict[str, set[str]] = {}
        self._lost: dict[str, dict[str, Loss]] = {}
        self._superseded: list[Brief] = []
        self._new: list[str] = []
        self._reduced: list[Brief] = []
        self._changes: dict[bytes, bytes | None] = {}
        self._sent: dict[tuple[str, str], bytes] = {}
        """The last record of each region that went to a set since the state was opened."""

    @classmethod
    def restore(
        cls, items: Mapping[bytes, bytes], rules: RuleSet, regions: Regions, policy: AlertPolicy | None = None
    ) -> Self:
        """Return the state that was stored; only keys that begin with :data:`PREFIX` are looked at."""
        alerting = cls(rules, regions, policy or AlertPolicy())
        own = {key: value for key, value in items.items() if key.startswith(PREFIX)}
        alerting._restore(own)
        return alerting

    def _restore(self, items: Mapping[bytes, bytes]) -> None:
        self._lives.restore(items)
        self._replaced.restore(items)
        for key, value in items.items():
            if key.startswith(_BRIEF):
                self._held.put(Brief.unpack(value))
            elif key.startswith(_READINGS):
                self._readings[key[len(_READINGS) :].decode()] = unpack(orjson.loads(value))
        if _PARTITION in items:
            self._observed_since, self._seen, judged_by = orjson.loads(items[_PARTITION])
            self._judged_by = judged_by.encode()
            self._restored = True

    def reload(self, rules: RuleSet) -> None:
        """Put other rules in force with the next step: no alert that still has its rule is lost or raised anew."""
        self._rules = InForce(rules)

    def take(self, incidents: Iterable[Incident], counters: Iterable[RegionCountersV1]) -> None:
        """Take what fusion published in this step, incidents as JSON: only what changed need be there."""
        for incident in incidents:
            self._take_incident(incident)
        for region in counters:
            self._take_counters(region)

    def step(self, now: datetime, *, caught_up: bool = True) -> AlertStep:
        """Return the alerts that follow from what was taken and from the passing of time up to ``now``.

        With ``caught_up`` false (the input lags behind) nothing is resolved; cheap when nothing is due.
        """
        at = micros(now)
        may_end = self._may_end(at) and caught_up
        self._follow_superseded(at)
        self._follow_moved(at)
        anew = self._rules.digest != self._judged_by
        if anew:
            self._touched.update(self._readings, self._held.regions(), self._lives.places())
            self._lives.end_without_rule(self._rules.all, at)
        self._touched.update(self._lives.due(at))
        touched, self._touched = sorted(self._touched), set()
        for region in touched:
            self._judge(region, at, may_end=may_end, anew=anew)
        members = [member for region in touched for member in self._members(region, at)]
        self._lives.refresh(at, self._rules.all)
        self._sweep(at)
        self._note(at, any_change=bool(touched))
        step = self._lives.finished()
        step.members += members
        step.changes |= self._changes | self._replaced.taken()
        self._changes = {}
        self._changed, self._lost = {}, {}
        return step

    def live(self) -> tuple[str, ...]:
        """Return the ids of the alerts that fire now."""
        return tuple(alert.alert_id for alert in self._lives.live())

    def _take_incident(self, incident: Incident) -> None:
        before = self._held.get(incident["incident_id"])
        if incident["status"] in ENDED:
            if before is not None:
                self._end(before, incident)
            return
        brief = brief_of(incident, before, self._policy)
        if brief == before:
            return
        if before is not None and before.region != brief.region:
            self._lose(before, Withdrawal(f"the incident was in {brief.region}", is_retraction=True))
            self._drop(before)
        elif before is not None and (what := less(before, brief)) is not None:
            self._lose(before, Withdrawal(what, is_retraction=False))
            self._reduced.append(before)
        published = micros_of(incident["first_published_at"])
        if self._observed_since is None or published < self._observed_since:
            self._observed_since = published
        self._keep(brief)
        if before is None:
            self._new.append(brief.incident_id)
            self._replaced.remove(brief.incident_id)
        self._changed.setdefault(brief.region, set()).add(brief.incident_id)
        self._touched.add(brief.region)

    def _end(self, before: Brief, incident: Incident) -> None:
        why = Withdrawal(why_ended(incident["status"]), is_retraction=True)
        self._drop(before)
        if "merged_into" in incident:
            self._carry_on(before, incident["merged_into"], why)
        elif incident["status"] == IncidentStatus.SUPERSEDED:
            # What replaces it may be in the next block: until then its source has but corrected itself.
            self._superseded.append(before)
            why = why._replace(is_retraction=False)
        self._lose(before, why)

    def _keep(self, brief: Brief) -> None:
        self._held.put(brief)
        self._changes[_brief_key(brief)] = brief.pack()

    def _take_counters(self, counters: RegionCountersV1) -> None:
        readings = readings_of(counters)
        self._touched.add(counters.region)
        if self._readings.get(counters.region) != readings:
            self._readings[counters.region] = readings
            self._changes[_READINGS + counters.region.encode()] = pack(readings)

    def _carry_on(self, ended: Brief, into: str, why: Withdrawal) -> None:
        """An alert about an incident that turned out to be another one goes on as that one's, if there is ground."""
        rules = [rule.name for rule in self._rules.of_region(ended.region) if isinstance(rule, IncidentRule)]
        renamed = [name for name in rules if self._lives.rename(ended.region, name, ended.incident_id, into)]
        if renamed:
            loss = Loss(why, ended.at, bool(ended.outages))
            self._lost.setdefault(ended.region, {})[into] = loss
            self._changed.setdefault(ended.region, set()).add(into)

    def _follow_superseded(self, now: int) -> None:
        """A source that replaced its report tells of the same situation, mostly, under a new incident.

        Its alerts go on as the new one's, and the figures that had been published stay what is corrected.
        """
        for ended in self._superseded:
            self._replaced.add(ended, REPLACED, now + span(self._policy.replaced_within))
        new = [brief for incident_id in self._new if (brief := self._held.get(incident_id)) is not None]
        for ended, reason, until in self._replaced:
            heirs = [brief for brief in new if self._is_heir(brief, ended)]
            if not heirs and now < until:
                continue
            why = Withdrawal(reason, is_retraction=True)
            self._replaced.remove(ended.incident_id)
            if len(heirs) == 1:
                self._carry_on(ended, heirs[0].incident_id, why)
                self._keep(replace(heirs[0], told={**heirs[0].told, **ended.told}))
            self._lose(ended, why)
        self._superseded, self._new = [], []

    def _follow_moved(self, now: int) -> None:
        """What sources say of one situation may move to another incident as their times and places are corrected."""
        for before in self._reduced:
            held = self._held.of(before.region)
            left = held.get(before.incident_id)
            changed = [
                held[found]
                for found in sorted(self._changed.get(before.region, ()))
                if found != before.incident_id and found in held
            ]
            near = [brief for brief in changed if self._is_heir(brief, before)]
            for rule in self._rules.of_region(before.region) if near else ():
                if not isinstance(rule, IncidentRule) or (left is not None and may_concern(rule, left, now)):
                    continue
                heirs = [brief for brief in near if may_concern(rule, brief, now)]
                if len(heirs) == 1:
                    self._lives.rename(before.region, rule.name, before.incident_id, heirs[0].incident_id)
        self._reduced = []

    def _is_heir(self, brief: Brief, ended: Brief) -> bool:
        return (
            brief.region == ended.region
            and brief.place == ended.place
            and abs(brief.at - ended.at) <= span(self._policy.same_situation)
            and not {voice.source_id for voice in brief.voices}.isdisjoint(voice.source_id for voice in ended.voices)
        )

    def _lose(self, brief: Brief, withdrawal: Withdrawal) -> None:
        loss = Loss(withdrawal, brief.at, bool(brief.outages))
        self._lost.setdefault(brief.region, {})[brief.incident_id] = loss
        self._touched.add(brief.region)

    def _drop(self, brief: Brief) -> None:
        self._held.remove(brief)
        self._changes[_brief_key(brief)] = None

    def _judge(self, region: str, now: int, *, may_end: bool, anew: bool) -> None:
        """Judge a region by every rule, in the order of the file: what one says may keep a later one silent."""
        view = View(
            region,
            self._regions.names(region),
            self._regions.population(region),
            self._readings.get(region, _NOTHING),
            self._held.of(region),
            self._observed_since,
            frozenset(self._changed.get(region, ())),
            place_names=partial(self._regions.place_names, region),
        )
        lost = self._lost.get(region, {})
        for rule in self._rules.of_region(region):
            look = Look(rule, view, now, may_end)
            if isinstance(rule, IncidentRule):
                self._judge_incidents(rule, look, lost, anew=anew)
                continue
            for finding in judge_area(rule, view, now):
                self._lives.apply(look, self._unless_said(rule, view, finding), lost_of(rule, lost, now))

    def _judge_incidents(self, rule: IncidentRule, look: Look, lost: Mapping[str, Loss], *, anew: bool) -> None:
        """Judge the incidents about which anything may be different: news, a loss, another rule's word, or time."""
        view, now = look.view, look.now
        subjects = {*view.changed, *lost, *self._lives.stirred(view.code, rule.name, now)}
        if anew:
            subjects.update(self._lives.subjects(view.code, rule.name), view.briefs)
        for incident_id in sorted(subjects):
            slot = self._lives.slot(view.code, rule.name, incident_id)
            brief = view.briefs.get(incident_id)
            if slot is UNUSED and (brief is None or not may_concern(rule, brief, now)):
                continue
            if brief is None:
                if incident_id in self._replaced:
                    continue
                finding = Finding(incident_id, None, False, None, 0, 0)
            else:
                raised = slot.since if slot.phase is Phase.FIRING else None
                finding = judge_incident(rule, brief, now, raised, slot.reference)
                if slot.phase is not Phase.FIRING and self._is_said(rule, view.code, finding):
                    finding = silenced(finding)
            loss = lost.get(incident_id)
            withdrawn = None if loss is None else loss.withdrawal
            self._lives.apply(look, finding, withdrawn)

    def _is_said(self, rule: Rule, place: str, finding: Finding) -> bool:
        """Return whether a live alert of another rule says of the incident all that this one would."""
        if finding.severity is None:
            return False
        rank = RANKS[finding.severity]
        slots = (self._lives.slot(place, name, finding.subject) for name in rule.unless)
        return any(slot.phase is Phase.FIRING and slot.peak >= rank for slot in slots)

    def _unless_said(self, rule: AreaRule, view: View, finding: Finding) -> Finding:
        """Leave out, before an alert is raised, what live alerts about single incidents have told already."""
        if not rule.unless or not isinstance(rule, ThresholdRule) or finding.severity is None:
            return finding
        if self._lives.slot(view.code, rule.name, finding.subject).phase is Phase.FIRING:
            return finding
        counted = self._told(rule, view.code, finding.grounds())
        return finding if rule.levels.reached(finding.number - counted) is not None else silenced(finding)

    def _told(self, rule: ThresholdRule, region: str, grounds: Iterable[Brief]) -> int:
        """Return how much of a counter comes from incidents that have a live alert of their own."""
        told = {
            subject
            for name in rule.unless
            for subject in self._lives.subjects(region, name)
            if self._lives.slot(region, name, subject).phase is Phase.FIRING
        }
        return sum(brief.contributes(rule.measure) for brief in grounds if brief.incident_id in told)

    def _members(self, region: str, now: int) -> Iterable[tuple[str, bytes]]:
        """Yield what the sets see of a region, where that is not what they were sent last."""
        lost = self._lost.get(region, {}).values()
        withdrawn = next((loss.withdrawal.reason for loss in lost if loss.withdrawal.is_retraction), None)
        for name, rules in self._rules.of_sets_with(region):
            member = Member(
                region,
                chosen(self._readings.get(region, _NOTHING), looked_at(rules)),
                self._observed_since,
                lent(self._held.of(region), rules, now, self._policy.member_evidence),
                withdrawn,
                {rule.name: told for rule in rules if (told := self._told_to_set(rule, region, now))},
            )
            packed = member.pack()
            if self._sent.get((name, region)) != packed:
                self._sent[name, region] = packed
                yield name, packed

    def _told_to_set(self, rule: SetRule, region: str, now: int) -> int:
        if not rule.unless or not isinstance(rule, ThresholdRule):
            return 0
        inside = self._held.of(region).after(now - WINDOWS[rule.window])
        return self._told(rule, region, (brief for brief in inside if brief.start <= now))

    def _may_end(self, now: int) -> bool:
        """A worker that takes over after a pause has a backlog to read before it ends anything."""
        if self._restored:
            self._restored = False
            if self._seen is not None and now - self._seen > span(self._policy.gap):
                self._settled_at = now + span(self._policy.settle)
        return now >= self._settled_at

    def _note(self, now: int, *, any_change: bool) -> None:
        """Store, now and then, that this partition is being worked."""
        due = self._seen is None or now - self._seen >= span(self._policy.gap) // 2
        if not due and self._rules.digest == self._judged_by and not (any_change and self._changes):
            return
        self._seen = max(now, self._seen or now)
        self._judged_by = self._rules.digest
        self._changes[_PARTITION] = kept_json((self._observed_since, self._seen, self._rules.digest.decode()))

    def _sweep(self, now: int) -> None:
        """Forget incidents past the horizon, and the ended lives about them."""
        if self._next_sweep is None:
            self._next_sweep = now + span(self._policy.sweep_every)
        if now < self._next_sweep:
            return
        self._next_sweep = now + span(self._policy.sweep_every)
        oldest = now - span(self._policy.horizon)
        for region, briefs in self._held.regions().items():
            for brief in [brief for brief in briefs.values() if max(brief.at, brief.last_published) < oldest]:
                self._drop(brief)
            for rule in self._rules.of_region(region):
                if isinstance(rule, IncidentRule):
                    for subject in self._lives.subjects(region, rule.name):
                        if subject not in briefs:
                            self._lives.forget(region, rule.name, subject, oldest)


def _brief_key(brief: Brief) -> bytes:
    return _BRIEF + f"{brief.region}/{brief.incident_id}".encode()
