"""The stage intake binds, calls and publishes: which record goes to which topic, under which key."""

from __future__ import annotations

from collections.abc import Iterable

from schemas import ClaimV1, DeadLetterV1
from schemas.topics import CLAIMS, DEAD_LETTERS, REPORTS
from streams.core.intake import SENT_ON, IntakePolicy
from streams.engine.partitioning import partition_for
from streams.engine.stage import EVERY_PARTITION, Output, Step
from streams.processors.intake import IntakeStage
from streams.processors.metrics import MAX_SOURCES, Metrics
from tests.builders import NOON, ADelivery, FewPlaces, a_delivery, a_report, a_strike


def worked(*deliveries: ADelivery, partitions: int = 1, metrics: Metrics | None = None) -> Step:
    stage = IntakeStage(FewPlaces(), None, IntakePolicy(), metrics or Metrics())
    state = stage.open(0, partitions, {})
    state.take(deliveries)
    step = state.step(NOON)
    stage.committed(0, step)
    return step


def brief(outputs: Iterable[Output]) -> list[tuple[str, bytes | None, int | None]]:
    return [(output.topic, output.key, output.partition) for output in outputs]


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_claim_goes_to_its_region_with_cloudevents_headers() -> None:
    step = worked(a_delivery(a_report(claims=[a_strike("UA-30"), {"kind": "strike"}])))
    assert brief(step.outputs) == [(CLAIMS.name, b"UA-30", None), (CLAIMS.name, b"-", None)]
    assert ClaimV1.model_validate_json(step.outputs[0].value or b"").claim_id == "tidings/r-1#0"
    headers = dict(step.outputs[0].headers)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == CLAIMS.type.encode()
    assert headers["ce_id"] == b"tidings/r-1#0@0/0"


def test_no_two_different_claims_or_withdrawals_have_one_id() -> None:
    """Who stores (ce_source, ce_id) sees each once: also a correction, and what two others withdraw."""
    told = worked(
        a_delivery(a_report(claims=[a_strike("UA-30", launched=4)])),
        a_delivery(a_report(claims=[a_strike("UA-30", launched=7)], published_at="2025-10-22T09:30:00Z"), offset=1),
        a_delivery(a_report("r-2", supersedes="r-1"), offset=2),
        a_delivery(a_report("r-3", supersedes="r-1"), offset=3),
    ).outputs
    claims = [output for output in told if output.topic == CLAIMS.name]
    assert len({(output.partition, dict(output.headers)["ce_id"]) for output in claims}) == len(claims) >= 4


def test_what_supersedes_another_report_is_told_to_every_partition() -> None:
    step = worked(a_delivery(a_report("r-2", supersedes="r-1")))
    assert [output.partition for output in step.outputs] == [EVERY_PARTITION, None]


def test_a_dead_letter_is_keyed_by_its_report_where_that_is_known() -> None:
    step = worked(a_delivery(a_report(colour="red")), ADelivery(b"?", offset=1, key=b"k"))
    assert brief(step.outputs) == [(DEAD_LETTERS.name, b"tidings/r-1", None), (DEAD_LETTERS.name, b"k", None)]
    assert DeadLetterV1.model_validate_json(step.outputs[1].value or b"").value == b"?"


def test_a_misplaced_report_is_sent_on_whole_to_the_partition_of_its_key() -> None:
    home = partition_for(b"tidings/r-1", 64)
    assert home != 0
    delivery = a_delivery(a_report(), headers=(("trace", b"1"),))
    (sent,) = worked(delivery, partitions=64).outputs
    assert (sent.topic, sent.key, sent.value) == (REPORTS.name, b"tidings/r-1", delivery.value)
    assert dict(sent.headers) == {"trace": b"1", SENT_ON: b"sitrep.reports/0/0"}


def test_nothing_taken_is_nothing_to_send_store_or_measure() -> None:
    step = worked()
    assert (step.outputs, step.changes, step.measures) == ([], {}, None)


def test_the_metrics_account_for_every_record() -> None:
    metrics = Metrics()
    worked(
        a_delivery(a_report(), offset=0),
        a_delivery(a_report(), offset=1),
        a_delivery(a_report("r-2", colour="red"), offset=2),
        a_delivery(a_report("r-3", claims=[{"kind": "strike"}]), offset=3),
        ADelivery(b"?", offset=4),
        metrics=metrics,
    )
    assert sample(metrics, "sitrep_reports_in_total", source="tidings") == 4
    assert sample(metrics, "sitrep_reports_accepted_total", source="tidings") == 2
    assert sample(metrics, "sitrep_reports_duplicate_total", source="tidings") == 1
    assert sample(metrics, "sitrep_dead_letters_total", source="tidings", reason="unknown_field") == 1
    assert sample(metrics, "sitrep_dead_letters_total", source="unknown", reason="not_json") == 1
    assert sample(metrics, "sitrep_claims_without_region_total", source="tidings") == 1
    assert sample(metrics, "sitrep_source_last_report_timestamp_seconds", source="tidings") == 1761123600


def test_a_sender_that_invents_sources_cannot_exhaust_the_labels() -> None:
    metrics = Metrics()
    labels = {metrics.source_label(f"source-{number}") for number in range(MAX_SOURCES + 50)}
    assert len(labels) == MAX_SOURCES + 1
    assert metrics.source_label("source-0") == "source-0"


def test_a_dead_letter_of_a_record_with_an_enormous_key_and_headers_is_of_ordinary_size() -> None:
    million = b"x" * 1_000_000
    headers = tuple((f"name {number}", million) for number in range(7))
    (letter,) = worked(ADelivery(b"?", key=million * 7, headers=headers)).outputs
    assert len(letter.key or b"") + len(letter.value or b"") < 400_000


def test_a_misplaced_report_with_enormous_headers_is_sent_on_without_them() -> None:
    headers = (("trace", b"x" * 7_000_000),)
    (sent,) = worked(a_delivery(a_report(), headers=headers), partitions=64).outputs
    assert [name for name, _ in sent.headers] == [SENT_ON]
