"""The stage ``fusion``: ``sitrep.claims`` → incidents → counters, alerts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from schemas.claim import ClaimRecord, ClaimV1, WithdrawalV1
from schemas.cloudevents import headers_for
from schemas.counters import RegionCountersV1
from schemas.keys import region_key
from schemas.topics import CLAIMS, COUNTERS, DEAD_LETTERS, INCIDENTS
from streams.core.alerting import Alerting, AlertStep, Regions
from streams.core.fusion import MISREAD, Document, Fusion, FusionPolicy, FusionStep, Telling, read_record, telling_of
from streams.core.kept_json import kept_json
from streams.core.mistakes import mistakes_of
from streams.core.moments import SECOND, moment
from streams.core.pieces import Pieces, finished, pieces_of
from streams.engine.stage import Output, Step
from streams.kafka.record import Record
from streams.processors.alerting import RulesInForce, alert_outputs, measure_alerts
from streams.processors.backlog import Backlog
from streams.processors.intake import BY_INTAKE
from streams.processors.letters import buried
from streams.processors.metrics import Metrics

_FUSION: Final = "/sitrep/fusion"
_RECORD: Final[TypeAdapter[ClaimV1 | WithdrawalV1]] = TypeAdapter(ClaimRecord)


@dataclass(slots=True)
class FusionMeasures:
    """What a step is to be measured by, once it is safe."""

    fused: FusionStep
    counters: Sequence[RegionCountersV1]
    alerts: AlertStep
    arrivals: list[int] = field(default_factory=list)
    """When the report behind each claim of the step reached the broker, in microseconds."""
    too_late: dict[str, int] = field(default_factory=dict)
    unusable: int = 0


class FusionStage:
    """Opens a :class:`~streams.core.fusion.Fusion` for every partition of claims this worker owns."""

    name = "fusion"
    source = CLAIMS.name
    announces = True  # An incident is named after the best report known at the end of a block.
    gathers = False  # Intake has.

    def __init__(
        self, policy: FusionPolicy, rules: RulesInForce, regions: Regions, backlog: Backlog, metrics: Metrics
    ) -> None:
        self._policy = policy
        self._rules = rules
        self._regions = regions
        self._backlog = backlog
        self._metrics = metrics

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> FusionPartition:
        fusion = Fusion.restore(items, self._policy)
        alerting = Alerting.restore(items, self._rules.current, self._regions)

        def caught_up() -> bool:
            return self._backlog.caught_up(self.name, partition)

        return FusionPartition(fusion, alerting, self._rules, self._policy, caught_up)

    def committed(self, partition: int, step: Step) -> None:
        if isinstance(step.measures, FusionMeasures):
            _measure(partition, step.measures, self._metrics)

    def closed(self, partition: int) -> None:
        self._metrics.counters.drop(partition)
        self._backlog.forget(self.name, partition)


def _read(value: bytes, policy: FusionPolicy, *, by_intake: bool) -> Telling | WithdrawalV1:
    if by_intake:
        try:
            return read_record(value, policy)
        except MISREAD:
            pass  # the header is forged: the models say what is wrong
    record = _RECORD.validate_json(value)
    return telling_of(record, policy) if isinstance(record, ClaimV1) else record


class FusionPartition:
    """The engine's view of a fusion, and of the alerts that are judged beside it."""

    def __init__(
        self,
        fusion: Fusion,
        alerting: Alerting,
        rules: RulesInForce,
        policy: FusionPolicy,
        caught_up: Callable[[], bool],
    ) -> None:
        self._fusion = fusion
        self._policy = policy
        self._alerting = alerting
        self._rules = rules
        self._generation = rules.generation
        self._caught_up = caught_up
        self._arrivals: list[int] = []
        self._unusable: list[Output] = []
        self._shown = False

    def take(self, records: Sequence[Record]) -> None:
        claims = []
        for record in records:
            value = record.value or b""
            try:
                claim = _read(value, self._policy, by_intake=BY_INTAKE in record.headers)
            except ValidationError as error:
                # Intake writes none such: somebody else writes to the topic of claims.
                self._unusable.append(buried(record, mistakes_of(error, value)[0]._replace(code="bad_claim")))
                continue
            claims.append(claim)
            if isinstance(claim, Telling):
                self._arrivals.append(claim.ingested_at)
        self._fusion.take(claims)

    def step(self, now: datetime) -> Step:
        return finished(self.stepping(now))

    def stepping(self, now: datetime) -> Pieces[Step]:
        fused = yield from self._fusion.stepping(now)
        self._renew_rules()
        for published in pieces_of(fused.published):
            self._alerting.take(published, ())
            yield
        self._alerting.take((), fused.counters)
        alerts = self._alerting.step(now, caught_up=self._caught_up())
        outputs: list[Output] = []
        for published in pieces_of(fused.published):
            outputs += [_incident(document) for document in published]
            yield
        outputs += [Output(INCIDENTS.name, incident_id.encode(), None) for incident_id in fused.dropped]
        outputs += [_counters(counters) for counters in fused.counters]
        outputs += [_too_late(claim, now) for claim in fused.too_late]
        outputs += self._unusable
        outputs += alert_outputs(alerts, now, self._rules.current)
        changes = fused.changes | alerts.changes
        if not (outputs or changes or self._arrivals) and self._shown:
            return Step()
        counters: Sequence[RegionCountersV1] = fused.counters
        if not self._shown:
            # A partition that has just arrived: show all its regions, not only those that change.
            counters = [self._fusion.counters(region, now) for region in self._fusion.regions()]
            self._shown = True
        measures = FusionMeasures(fused, counters, alerts, self._arrivals, unusable=len(self._unusable))
        for claim in fused.too_late:
            source = claim.source.id
            measures.too_late[source] = measures.too_late.get(source, 0) + 1
        self._arrivals, self._unusable = [], []
        return Step(outputs, changes, measures)

    def _renew_rules(self) -> None:
        if self._generation != self._rules.generation:
            self._alerting.reload(self._rules.current)
            self._generation = self._rules.generation


def _incident(document: Document) -> Output:
    incident_id: str = document["incident_id"]
    event_id = f"{incident_id}@{document['revision']}"
    headers = headers_for(INCIDENTS.type, event_id, _FUSION, document["updated_at"])
    return Output(INCIDENTS.name, incident_id.encode(), kept_json(document), headers)


def _counters(counters: RegionCountersV1) -> Output:
    value = counters.__pydantic_serializer__.to_json(counters)
    headers = headers_for(COUNTERS.type, f"{counters.region}@{counters.as_of:%s%f}", _FUSION, counters.as_of)
    return Output(COUNTERS.name, region_key(counters.region), value, headers)


def _too_late(claim: Telling, now: datetime) -> Output:
    """A claim for a time that is no longer held is kept, counted and explained, not dropped."""
    source_id, report_id = claim.source.id, claim.report_id
    document = {
        "schema_version": 1,
        "position": dict(zip(("topic", "partition", "offset"), claim.position, strict=True)),
        "timestamp": moment(claim.ingested_at),
        "key": None,
        "value": None,
        "source_id": source_id,
        "report_id": report_id,
        "code": "too_late",
        "field": f"claims.{claim.fact.number}.occurred",
        "reason": f"the event ended at {moment(claim.fact.end):%Y-%m-%dT%H:%M:%SZ}, past the horizon: "
        "no longer counted",
    }
    headers = headers_for(DEAD_LETTERS.type, f"{claim.claim_id}@{claim.position[1]}/{claim.position[2]}", _FUSION, now)
    key = f"{source_id}/{report_id}".encode()
    return Output(DEAD_LETTERS.name, key, orjson.dumps(document, option=orjson.OPT_UTC_Z), headers)


def _measure(partition: int, measures: FusionMeasures, metrics: Metrics) -> None:
    metrics.counters.update(partition, measures.counters)
    metrics.counters.update_totals(partition, measures.fused.reported_totals)
    metrics.incidents_published.inc(len(measures.fused.published))
    metrics.counters_published.inc(len(measures.fused.counters))
    metrics.bad_claims.inc(measures.unusable)
    measure_alerts(measures.alerts, metrics)
    for source, number in measures.too_late.items():
        metrics.claims_too_late.labels(metrics.source_label(source)).inc(number)
    present = time.time()
    for arrived in measures.arrivals:
        metrics.end_to_end.observe(max(0.0, present - arrived / SECOND))
