"""Alerts on their way out, and the stage ``alerting``: rules over sets of regions, whose members meet there.

Rules about one region or incident are judged in the fusion stage, beside the incidents they are about; it hands
what they cause to :func:`alert_outputs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from schemas.alert import AlertV1, RegionNames
from schemas.cloudevents import headers_for
from schemas.keys import alert_key, live_alert_key
from schemas.topics import ALERTS, ALERTS_LIVE, SET_MEMBERS
from streams.core.alerting import AlertPolicy, AlertStep, RuleSet, SetAlerting, expiring
from streams.core.alerting.foreign import mistake_in
from streams.engine.stage import Output, Step
from streams.kafka.record import Record
from streams.processors.letters import buried
from streams.processors.metrics import Metrics
from streams.reference.gazetteer import Gazetteer

_SOURCE: Final = "/sitrep/alerting"


class RulesInForce:
    """The rules of this process, and how often they were changed: partitions take them up in their next step."""

    def __init__(self, rules: RuleSet) -> None:
        self.current = rules
        self.generation = 0

    def replace(self, rules: RuleSet) -> None:
        """Put other rules in force; called on SIGHUP, after the file was found to be right."""
        if rules != self.current:
            self.current = rules
            self.generation += 1


class GazetteerRegions:
    """What the alerting asks of regions, from the gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._regions = gazetteer.regions
        self._settlement = gazetteer.settlement
        self._names = {
            code: RegionNames(en=known.names.en, uk=known.names.uk or None) for code, known in gazetteer.regions.items()
        }

    def names(self, region: str) -> RegionNames:
        return self._names.get(region) or RegionNames(en=region)

    def place_names(self, region: str, place: str) -> RegionNames:
        found = self._settlement(place, region).settlement
        return RegionNames(en=place) if found is None else RegionNames(en=found.name, uk=found.uk or None)

    def population(self, region: str) -> int | None:
        known = self._regions.get(region)
        return None if known is None else known.population


def alert_outputs(done: AlertStep, now: datetime, rules: RuleSet) -> list[Output]:
    """Return the records of a step: the history, the live alerts, and what sets of regions need.

    The live topic's records say when they expire, and an ended alert leaves null there.
    """
    outputs: list[Output] = []
    for alert in done.alerts:
        headers = _headers(alert)
        key = alert_key(alert.region, alert.rule)
        outputs.append(Output(ALERTS.name, key, _json(alert), headers))
        outputs.append(_live(alert, now, rules))
    outputs += [_live(alert, now, rules) for alert in done.refreshed]
    outputs += [Output(SET_MEMBERS.name, name.encode(), record) for name, record in done.members]
    return outputs


def measure_alerts(done: AlertStep, metrics: Metrics) -> None:
    """Count what was published; refreshes are not news."""
    for alert in done.alerts:
        metrics.alerts_published.labels(alert.rule, alert.event.value).inc()


def _live(alert: AlertV1, now: datetime, rules: RuleSet) -> Output:
    key = live_alert_key(alert.region, alert.rule, alert.alert_id)
    if not alert.is_live:
        return Output(ALERTS_LIVE.name, key, None)
    live = expiring(alert, now, rules)
    # A refresh is another record of the same revision.
    until = "" if live.expires_at is None else f"/{live.expires_at:%Y%m%dT%H%M%SZ}"
    return Output(ALERTS_LIVE.name, key, _json(live), _headers(live, until))


def _headers(alert: AlertV1, further: str = "") -> tuple[tuple[str, bytes], ...]:
    return headers_for(ALERTS.type, f"{alert.alert_id}/{alert.revision}{further}", _SOURCE, alert.updated_at)


def _json(alert: AlertV1) -> bytes:
    return alert.model_dump_json(exclude_none=True).encode()


class AlertingStage:
    """Opens a :class:`~streams.core.alerting.SetAlerting` for every partition of sets this worker owns."""

    name = "alerting"
    source = SET_MEMBERS.name
    announces = True  # Whether an alert is raised depends on all that a block tells, and on the time.
    gathers = False  # Fusion tells of the members of sets block by block.

    def __init__(self, rules: RulesInForce, metrics: Metrics, policy: AlertPolicy | None = None) -> None:
        self._rules = rules
        self._metrics = metrics
        self._policy = policy or AlertPolicy()

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> AlertingPartition:
        return AlertingPartition(SetAlerting.restore(items, self._rules.current, self._policy), self._rules)

    def committed(self, partition: int, step: Step) -> None:
        if isinstance(step.measures, AlertingMeasures):
            measure_alerts(step.measures.alerts, self._metrics)
            self._metrics.bad_members.inc(step.measures.unusable)

    def closed(self, partition: int) -> None:
        """Nothing outlives the partition's state."""


class AlertingMeasures(NamedTuple):
    """What a step is to be measured by, once it is safe."""

    alerts: AlertStep
    unusable: int


class AlertingPartition:
    """The engine's view of the sets in one partition."""

    def __init__(self, alerting: SetAlerting, rules: RulesInForce) -> None:
        self._alerting = alerting
        self._rules = rules
        self._generation = rules.generation
        self._unusable: list[Output] = []

    def take(self, records: Sequence[Record]) -> None:
        for record in records:
            mistake = mistake_in(record.key, record.value)
            if mistake is None:
                assert record.key is not None
                assert record.value is not None
                self._alerting.take([(record.key.decode(), record.value)])
            else:
                # Fusion writes none such: somebody else writes to the topic of members.
                self._unusable.append(buried(record, mistake))

    def step(self, now: datetime) -> Step:
        if self._generation != self._rules.generation:
            self._alerting.reload(self._rules.current)
            self._generation = self._rules.generation
        done = self._alerting.step(now)
        letters, self._unusable = self._unusable, []
        outputs = alert_outputs(done, now, self._rules.current) + letters
        measures = AlertingMeasures(done, len(letters)) if done.alerts or letters else None
        return Step(outputs, done.changes, measures)
