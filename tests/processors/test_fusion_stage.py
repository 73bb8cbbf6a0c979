"""The stage fusion publishes what changed, shows only what it owns, and continues from what was stored."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas import ClaimRecord, DeadLetterV1, IncidentV1, RegionCountersV1
from schemas.alert import RegionNames
from schemas.examples import EXAMPLES
from schemas.topics import CLAIMS, COUNTERS, DEAD_LETTERS, INCIDENTS
from streams.core.fusion import FusionPolicy
from streams.core.intake import IntakePolicy
from streams.engine.stage import Output, Step
from streams.processors.alerting import RulesInForce
from streams.processors.backlog import Backlog
from streams.processors.fusion import FusionStage
from streams.processors.intake import BY_INTAKE, IntakeStage
from streams.processors.metrics import Metrics
from streams.settings.rules_file import default_rules, load_rules
from tests.builders import NOON, ADelivery, FewPlaces, a_delivery, a_report, casualties
from tests.schemas.wire import nodes, replaced

RULES = load_rules(default_rules())


class NoNames:
    """Regions that have a code and nothing else."""

    def names(self, region: str) -> RegionNames:
        return RegionNames(en=region)

    def place_names(self, region: str, place: str) -> RegionNames:
        return RegionNames(en=place)

    def population(self, region: str) -> int | None:
        del region
        return None


class APartition:
    """Intake and fusion of one partition with their stores, as the engine would drive them."""

    def __init__(self, metrics: Metrics | None = None, items: dict[bytes, bytes] | None = None) -> None:
        self.metrics = metrics or Metrics()
        self.items = {} if items is None else items
        self.intake = IntakeStage(FewPlaces(), None, IntakePolicy(), self.metrics).open(0, 1, {})
        rules = RulesInForce(RULES)
        self.stage = FusionStage(FusionPolicy(), rules, NoNames(), Backlog(), self.metrics)
        self.state = self.stage.open(0, 1, self.items)
        self._offset = 0

    def report(self, *reports: dict[str, Any], now: Any = NOON) -> Step:
        deliveries = [a_delivery(report, offset=self._offset + number) for number, report in enumerate(reports)]
        self._offset += len(reports)
        self.intake.take(deliveries)
        outputs = self.intake.step(NOON).outputs
        return self.take(*(ADelivery(output.value, topic=output.topic) for output in outputs), now=now)

    def take(self, *records: ADelivery, now: Any = NOON) -> Step:
        self.state.take(records)
        step = self.state.step(now)
        for key, value in step.changes.items():
            if value is None:
                self.items.pop(key, None)
            else:
                self.items[key] = value
        self.stage.committed(0, step)
        return step

    def gauge(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def of(step: Step, topic: str) -> list[Output]:
    return [output for output in step.outputs if output.topic == topic]


def test_a_block_gives_one_record_per_changed_incident_and_region() -> None:
    step = APartition().report(
        a_report("a", claims=[casualties(killed=1)]),
        a_report("b", source="gazette", claims=[casualties(killed=2)]),
    )
    (counters,) = of(step, COUNTERS.name)
    (incident,) = of(step, INCIDENTS.name)
    told = RegionCountersV1.model_validate_json(counters.value or b"")
    assert counters.key == b"UA-74"
    assert told.windows["24h"].casualties.killed is not None
    assert (told.windows["24h"].casualties.killed.low, told.windows["24h"].casualties.killed.high) == (1, 2)
    fused = IncidentV1.model_validate_json(incident.value or b"")
    assert incident.key == fused.incident_id.encode()
    assert {source.source.id for source in fused.sources} == {"tidings", "gazette"}


def test_a_repeated_claim_changes_nothing_and_says_nothing() -> None:
    partition = APartition()
    partition.report(a_report(claims=[casualties(killed=4)]))
    again = APartition(items=dict(partition.items))
    again.take()
    step = again.report(a_report(claims=[casualties(killed=4)]))
    assert (step.outputs, step.changes) == ([], {})


def test_time_alone_publishes_counters_that_fall() -> None:
    partition = APartition()
    partition.report(a_report(claims=[casualties(killed=4)]))
    assert partition.gauge("sitrep_casualties", region="UA-74", window="24h", outcome="killed", bound="best") == 4
    later = partition.take(now=NOON + timedelta(days=2))
    assert len(of(later, COUNTERS.name)) == 1
    assert partition.gauge("sitrep_casualties", region="UA-74", window="24h", outcome="killed", bound="best") is None
    assert partition.gauge("sitrep_casualties", region="UA-74", window="7d", outcome="killed", bound="best") == 4


def test_unknown_and_open_figures_are_absent_and_zero_is_shown() -> None:
    partition = APartition()
    partition.report(a_report(claims=[casualties(killed=0, wounded={"low": 3})]))
    shown = {"region": "UA-74", "window": "24h"}
    assert partition.gauge("sitrep_casualties", outcome="killed", bound="high", **shown) == 0
    assert partition.gauge("sitrep_casualties", outcome="wounded", bound="low", **shown) == 3
    assert partition.gauge("sitrep_casualties", outcome="wounded", bound="high", **shown) is None
    assert partition.gauge("sitrep_casualties", outcome="missing", bound="low", **shown) is None


def test_a_partition_that_is_given_up_vanishes_from_the_metrics() -> None:
    partition = APartition()
    partition.report(a_report(claims=[casualties(killed=4)]))
    assert partition.gauge("sitrep_strikes", region="UA-74", window="24h") is not None
    partition.stage.closed(0)
    assert partition.gauge("sitrep_strikes", region="UA-74", window="24h") is None


def test_a_partition_that_arrives_is_shown_at_its_first_tick() -> None:
    before = APartition()
    before.report(a_report(claims=[casualties(killed=4)]))
    after = APartition(items=dict(before.items))
    after.take()
    assert after.gauge("sitrep_casualties", region="UA-74", window="24h", outcome="killed", bound="best") == 4


def test_a_claim_past_the_horizon_becomes_a_counted_letter() -> None:
    partition = APartition()
    long_ago = {"start": "2025-08-01T00:00:00Z", "end": "2025-08-01T01:00:00Z"}
    step = partition.report(a_report(claims=[casualties(killed=4, occurred=long_ago)]))
    (letter,) = of(step, DEAD_LETTERS.name)
    buried = DeadLetterV1.model_validate_json(letter.value or b"")
    assert (buried.code, buried.field, buried.report_id) == ("too_late", "claims.0.occurred", "r-1")
    assert partition.gauge("sitrep_claims_too_late_total", source="tidings") == 1


def test_a_record_that_intake_did_not_write_is_buried() -> None:
    partition = APartition()
    step = partition.take(
        ADelivery(b'{"record":"claim"}', topic="sitrep.claims"), ADelivery(None, topic="sitrep.claims")
    )
    letters = [DeadLetterV1.model_validate_json(letter.value or b"") for letter in of(step, DEAD_LETTERS.name)]
    assert [letter.code for letter in letters] == ["bad_claim", "bad_claim"]
    assert partition.gauge("sitrep_claims_unusable_total") == 2


@pytest.mark.parametrize("value", [b'{"record":"claim"}', b"[]", b"\xff", b'{"record":"claim","claim":[]}', None])
def test_a_record_that_bears_intakes_name_falsely_is_buried_all_the_same(value: bytes | None) -> None:
    partition = APartition()
    step = partition.take(ADelivery(value, topic="sitrep.claims", headers=(BY_INTAKE,)))
    (letter,) = of(step, DEAD_LETTERS.name)
    assert DeadLetterV1.model_validate_json(letter.value or b"").code == "bad_claim"


@pytest.mark.parametrize("headers", [(), (BY_INTAKE,)])
def test_no_number_or_name_on_the_topic_of_claims_ends_the_worker(headers: tuple[tuple[str, bytes], ...]) -> None:
    """What state and letters cannot hold is refused as it comes in: it would end the worker at every start."""
    claim, withdrawal = EXAMPLES[CLAIMS.name]
    over = [
        *(replaced(claim, ("report", "revision"), number) for number in (2**53, 2**64, 2**70, 10**400, 0, 0.5)),
        *(replaced(claim, ("claim_id",), name) for name in ("a/b", "a/b#x", "a/b#-1", "a/b#" + "9" * 390)),
        *(replaced(claim, ("report", "position", "offset"), number) for number in (2**63, 2**70) if not headers),
        *(replaced(withdrawal, ("revision",), number) for number in (2**53, 2**70)),
        replaced(withdrawal, ("source_id",), "with/slash"),
    ]
    largest = [
        replaced(replaced(claim, ("claim_id",), "a/b#999999999"), ("report", "revision"), 2**53 - 1),
        replaced(withdrawal, ("revision",), 2**53 - 1),
    ]
    partition = APartition()
    records = [
        ADelivery(json.dumps(document).encode(), topic=CLAIMS.name, headers=headers) for document in over + largest
    ]
    step = partition.take(*records)
    assert [DeadLetterV1.model_validate_json(letter.value or b"").code for letter in of(step, DEAD_LETTERS.name)] == [
        "bad_claim"
    ] * len(over)
    APartition(items=dict(partition.items)).take()


FORGED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from([[], {}, "a/b#5", "1991-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(EXAMPLES[CLAIMS.name]), FORGED, st.data())
def test_a_forged_claim_is_taken_or_buried_and_ends_no_worker(
    genuine: dict[str, Any], value: Any, data: st.DataObject
) -> None:
    where = data.draw(st.sampled_from([path for path, _ in nodes(genuine) if path]))
    record = json.dumps(replaced(genuine, where, value)).encode()
    try:
        TypeAdapter[Any](ClaimRecord).validate_json(record)
        refused = False
    except ValidationError:
        refused = True
    for headers in ((), (BY_INTAKE,)):
        partition = APartition()
        step = partition.take(ADelivery(record, topic=CLAIMS.name, headers=headers))
        letters = [DeadLetterV1.model_validate_json(letter.value or b"") for letter in of(step, DEAD_LETTERS.name)]
        buried = "bad_claim" in {letter.code for letter in letters}
        # What bears intake's name is read without the models: it may pass with what they refuse, never the reverse.
        assert buried <= refused if headers else buried is refused
        APartition(items=dict(partition.items)).take()
