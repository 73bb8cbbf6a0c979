"""Rules over a set of regions, whose members live in different partitions.

Every region's partition sends what a set needs of it, keyed by the set, to one topic; so all members of a set
meet in one partition there, and the newest record of each member is the whole truth about it: the sum is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Self

import orjson

from schemas.alert import Measure
from schemas.vocabulary import WindowName
from streams.core.alerting.area_rules import judge_area
from streams.core.alerting.briefs import Brief
from streams.core.alerting.findings import Finding, Look, View, silenced, weightiest
from streams.core.alerting.held import RegionBriefs
from streams.core.alerting.life import Phase, Withdrawal
from streams.core.alerting.lives import SLOT, AlertStep, Lives
from streams.core.alerting.policy import AlertPolicy
from streams.core.alerting.readings import Readings, pack, summed, unpack
from streams.core.alerting.rules import RuleSet, SetRule, SurgeRule
from streams.core.kept_json import kept_json
from streams.core.moments import micros
from streams.core.windows import WINDOWS

_MEMBER: Final = b"a:m:"
_RULES: Final = b"a:d"


class Member(NamedTuple):
    """A region as a set sees it."""

    region: str
    readings: Readings
    """Of the windows and measures that a rule of the set looks at."""
    observed_since: int | None
    briefs: tuple[Brief, ...]
    """Its weightiest incidents, as evidence."""
    withdrawn: str | None
    """Why incidents were withdrawn since the record before."""
    told: Mapping[str, int]
    """By rule of the set: how much of its counter the live alerts of the rules in its ``unless`` tell of."""

    def pack(self) -> bytes:
        briefs = [orjson.Fragment(brief.pack()) for brief in self.briefs]
        readings = orjson.Fragment(pack(self.readings))
        return kept_json((self.region, readings, self.observed_since, briefs, self.withdrawn, self.told))

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Return what :meth:`pack` packed; what others may have written goes through :func:`read_member` first."""
        region, readings, observed_since, briefs, withdrawn, *told = orjson.loads(packed)
        held = tuple(Brief.unpack(brief) for brief in briefs)
        # Records of before rules over sets had `unless` do not say it.
        return cls(region, unpack(readings), observed_since, held, withdrawn, told[0] if told else {})


def lent(briefs: RegionBriefs, rules: Sequence[SetRule], now: int, most: int) -> tuple[Brief, ...]:
    """Return the incidents that a region lends a set as evidence: at most ``most`` for each rule, by id."""
    found: dict[str, Brief] = {}
    for measure, window in {(Measure(rule.measure), WINDOWS[rule.window]) for rule in rules}:
        inside = (brief for brief in briefs.after(now - window) if brief.start <= now)
        found |= {brief.incident_id: brief for brief in weightiest(inside, measure)[:most]}
    return tuple(brief for _, brief in sorted(found.items()))


def looked_at(rules: Sequence[SetRule]) -> set[tuple[WindowName, Measure]]:
    """Return which figures the rules look at."""
    pairs = {(rule.window, Measure(rule.measure)) for rule in rules}
    return pairs | {(rule.baseline, Measure(rule.measure)) for rule in rules if isinstance(rule, SurgeRule)}


class SetAlerting:
    """The state of one partition of sets; pure, no clock. It is used as ``Alerting`` is."""

    def __init__(self, rules: RuleSet, policy: AlertPolicy) -> None:
        self._rules = rules
        self._policy = policy
        self._lives = Lives(policy)
        self._members: dict[str, dict[str, Member]] = {}
        self._lost: dict[str, str] = {}
        self._touched: set[str] = set()
        self._changes: dict[bytes, bytes | None] = {}
        self._digest = rules.digest()
        self._judged_by = b""

    @classmethod
    def restore(cls, items: Mapping[bytes, bytes], rules: RuleSet, policy: AlertPolicy | None = None) -> Self:
        """Return the state that was stored."""
        alerting = cls(rules, policy or AlertPolicy())
        own = dict(items.items())
        alerting._lives.restore({key: value for key, value in own.items() if key.startswith(SLOT)})
        for key, value in own.items():
            if key.startswith(_MEMBER):
                name, region = key[len(_MEMBER) :].decode().split("/", 1)
                alerting._members.setdefault(name, {})[region] = Member.unpack(value)
        alerting._judged_by = own.get(_RULES, b"")
        return alerting

    def reload(self, rules: RuleSet) -> None:
        """Put other rules in force with the next step."""
        self._rules = rules
        self._digest = rules.digest()

    def take(self, records: Iterable[tuple[str, bytes]]) -> None:
        """Take ``(set, record)`` pairs as a member packs itself."""
        for name, record in records:
            member = Member.unpack(record)
            self._members.setdefault(name, {})[member.region] = member
            self._changes[_MEMBER + f"{name}/{member.region}".encode()] = record
            self._touched.add(name)
            if member.withdrawn is not None:
                self._lost[name] = member.withdrawn

    def step(self, now: datetime, *, caught_up: bool = True) -> AlertStep:
        """Return the alerts that follow from what was taken and from the passing of time up to ``now``."""
        at = micros(now)
        if self._digest != self._judged_by:
            self._lives.end_without_rule(self._rules, at)
            self._touched.update(self._members)
            self._judged_by = self._digest
            self._changes[_RULES] = self._digest
        self._touched.update(self._lives.due(at))
        touched, self._touched = sorted(self._touched), set()
        for name in touched:
            self._judge(name, at, may_end=caught_up)
        self._lives.refresh(at, self._rules)
        step = self._lives.finished()
        step.changes |= self._changes
        self._changes, self._lost = {}, {}
        return step

    def _judge(self, name: str, now: int, *, may_end: bool) -> None:
        known = self._rules.sets.get(name)
        if known is None:
            return
        members = {code: member for code, member in sorted(self._members.get(name, {}).items()) if known.has(code)}
        rules = self._rules.of_set(name)
        watched = [member.observed_since for member in members.values() if member.observed_since is not None]
        view = View(
            name,
            known.names,
            None,
            summed((member.readings for member in members.values()), looked_at(rules)),
            RegionBriefs(brief for member in members.values() for brief in member.briefs),
            min(watched, default=None),
            members=tuple(members),
            set_name=name,
        )
        reason = self._lost.get(name)
        withdrawn = None if reason is None else Withdrawal(reason, is_retraction=True)
        for rule in rules:
            told = sum(member.told.get(rule.name, 0) for member in members.values()) if rule.unless else 0
            for finding in judge_area(rule, view, now):
                said = self._unless_said(rule, name, finding, told)
                self._lives.apply(Look(rule, view, now, may_end), said, withdrawn)

    def _unless_said(self, rule: SetRule, name: str, finding: Finding, told: int) -> Finding:
        """Leave out, before an alert is raised, what live alerts about single incidents have told already."""
        if not told or finding.severity is None:
            return finding
        if self._lives.slot(name, rule.name, finding.subject).phase is Phase.FIRING:
            return finding
        return finding if rule.levels.reached(finding.number - told) is not None else silenced(finding)
