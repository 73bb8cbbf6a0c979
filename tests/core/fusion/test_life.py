"""An incident's life on the output topic: revisions, ids, merging and splitting, closing, eviction, late claims."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import pytest

from schemas.incident import IncidentV1
from schemas.vocabulary import IncidentStatus, WindowName
from streams.core.fusion import Fusion
from streams.core.fusion.lifecycle import IllegalMove
from streams.core.moments import micros
from tests.core.fusion.wire import (
    POLICY,
    Wire,
    a_report,
    a_strike,
    an_outage,
    at,
    casualties,
    claims_of,
    fuse,
    store,
    withdrawal,
)

NOW = at("2025-10-22 18:00")


class Partition:
    """A fusion with its stored items and the newest record of every incident, as a reader of the topic has them."""

    def __init__(self) -> None:
        self.fusion = Fusion(POLICY)
        self.wire = Wire()
        self.items: dict[bytes, bytes] = {}
        self.topic: dict[str, IncidentV1] = {}

    def hear(self, *reports: object, now: datetime = NOW) -> list[IncidentV1]:
        for report in reports:
            self.fusion.take(self.wire.records(report))  # type: ignore[arg-type]
        step = self.fusion.step(now)
        store(self.items, step.changes)
        for incident in step.incidents:
            held = self.topic.get(incident.incident_id)
            assert incident.revision == (held.revision + 1 if held else 1), "revisions grow one by one"
            self.topic[incident.incident_id] = incident
        for dropped in step.dropped:
            del self.topic[dropped]
        return step.incidents

    def crash(self) -> None:
        self.fusion = Fusion.restore(self.items, POLICY)

    def standing(self) -> dict[str, IncidentV1]:
        return {incident.incident_id: incident for incident in self.fusion.incidents()}


def test_nothing_taken_and_nothing_due_gives_an_empty_step() -> None:
    fusion, _ = fuse([a_report(claims=[a_strike()])])
    step = fusion.step(NOW + timedelta(seconds=1))
    assert (step.incidents, step.dropped, step.counters, step.changes) == ([], [], [], {})


def test_a_repeated_claim_publishes_nothing() -> None:
    report = a_report(claims=[a_strike(), casualties(killed=2)])
    fusion, _ = fuse([report])
    fusion.take(claims_of(report))
    step = fusion.step(NOW)
    assert (step.incidents, step.counters, step.changes) == ([], [], {})


def test_what_the_topic_holds_is_what_stands() -> None:
    partition = Partition()
    partition.hear(a_report("r1", claims=[a_strike(weapons=["drone"])]))
    partition.hear(a_report("r2", "wire", claims=[a_strike("2025-10-22 10:00", weapons=["drone"])]))
    partition.crash()
    partition.hear(a_report("r2", "wire", "2025-10-22 16:00", claims=[a_strike("2025-10-22 14:05", weapons=["drone"])]))
    live = {key: held for key, held in partition.topic.items() if held.merged_into is None}
    assert live == partition.standing()


def test_merging_points_to_the_survivor_and_splitting_to_the_origin() -> None:
    partition = Partition()
    apart = a_strike("2025-10-22 10:00", weapons=["drone"])
    partition.hear(a_report("r1", claims=[a_strike(weapons=["drone"])]), a_report("r2", "wire", claims=[apart]))
    first, second = sorted(partition.standing().values(), key=lambda held: held.occurred.start, reverse=True)
    joined = a_strike(weapons=["drone"])
    partition.hear(a_report("r2", "wire", "2025-10-22 16:00", claims=[joined]))
    [survivor] = partition.standing()
    [gone] = {first.incident_id, second.incident_id} - {survivor}
    assert partition.topic[gone].status is IncidentStatus.MERGED
    assert partition.topic[gone].merged_into == survivor
    assert partition.topic[gone].strike is None, "an ended incident carries no figures that could be added up"
    partition.crash()
    partition.hear(a_report("r2", "wire", "2025-10-22 17:00", claims=[apart]))
    assert set(partition.standing()) == {survivor, gone}
    assert partition.topic[gone].status is IncidentStatus.REPORTED


def test_an_incident_that_splits_off_for_the_first_time_names_its_origin() -> None:
    partition = Partition()
    partition.hear(a_report("r1", claims=[a_strike(weapons=["drone"])]))
    partition.hear(a_report("r2", "wire", claims=[a_strike(weapons=["drone"])]))
    [origin] = partition.standing()
    moved = a_strike("2025-10-22 10:00", weapons=["drone"])
    later = partition.hear(a_report("r2", "wire", "2025-10-22 16:00", claims=[moved]))
    [split] = [incident for incident in later if incident.incident_id != origin]
    assert split.split_from == origin


def test_a_retracted_incident_said_anew_goes_on_with_its_revisions() -> None:
    partition = Partition()
    report = a_report("r1", claims=[a_strike()])
    partition.hear(report)
    partition.fusion.take([withdrawal(report, 2, "revised")])
    store(partition.items, (step := partition.fusion.step(NOW)).changes)
    [ended] = step.incidents
    assert ended.status is IncidentStatus.SUPERSEDED
    partition.topic[ended.incident_id] = ended
    partition.crash()
    newer = a_report("r1", published="2025-10-22 15:00", claims=[a_strike(weapons=["drone"])])
    partition.fusion.take(claims_of(newer, revision=2))
    [again] = partition.fusion.step(NOW).incidents
    assert (again.incident_id, again.revision, again.status) == (ended.incident_id, 3, IncidentStatus.REPORTED)


def test_an_incident_closes_after_a_week_without_news_and_a_late_report_opens_it() -> None:
    partition = Partition()
    partition.hear(a_report("r1", published="2025-10-22 15:00", claims=[a_strike(weapons=["drone"])]))
    assert partition.hear(now=at("2025-10-29 14:59")) == []
    [closed] = partition.hear(now=at("2025-10-29 15:00"))
    assert closed.status is IncidentStatus.CLOSED
    late = a_report("r2", "wire", "2025-10-29 16:00", claims=[a_strike(weapons=["drone"])])
    [opened] = partition.hear(late, now=at("2025-10-29 16:01"))
    assert opened.status is IncidentStatus.CORROBORATED


@pytest.mark.parametrize("reason", ["retracted", "superseded"])
@pytest.mark.parametrize("status", [IncidentStatus.RETRACTED, IncidentStatus.SUPERSEDED, IncidentStatus.MERGED])
def test_an_illegal_move_raises_and_changes_nothing_that_is_published_or_counted(
    status: IncidentStatus, reason: Literal["retracted", "superseded"]
) -> None:
    partition = Partition()
    report = a_report("r1", claims=[a_strike(), casualties(killed=2)])
    partition.hear(report, a_report("r2", "wire", claims=[a_strike("2025-10-22 09:00")]))
    counted = partition.fusion.counters("UA-63", NOW)
    stored, topic = dict(partition.items), dict(partition.topic)
    # What has ended cannot end again: only a fault of our own can leave such a record beside mentions that stand.
    record = partition.fusion._record(incident_of(topic, "r1"))
    assert record is not None
    record.status = status
    partition.fusion.take([withdrawal(report, reason=reason, by="r3")])
    with pytest.raises(IllegalMove, match=status):
        partition.fusion.step(NOW)
    assert (record.status, record.revision, record.updated_at) == (status, 1, micros(NOW))
    assert partition.fusion.counters("UA-63", NOW) == counted
    # The worker ends loudly here. What it stored and said before is whole, and is taken up again.
    partition.crash()
    assert (partition.items, partition.standing()) == (stored, topic)


def test_a_step_over_several_incidents_that_fails_is_done_again_whole_from_what_is_stored() -> None:
    first, other = a_report("r1", claims=[a_strike()]), a_report("r2", "wire", claims=[a_strike("2025-10-22 09:00")])
    failing, plain = Partition(), Partition()
    for partition in (failing, plain):
        partition.hear(first, other)
    block = [
        withdrawal(first),
        *claims_of(a_report("r3", "third", claims=[a_strike("2025-10-22 09:05", weapons=["drone"], target="energy")])),
        *claims_of(a_report("r2", "wire", "2025-10-22 16:00", claims=[a_strike("2025-10-22 09:10")]), revision=2),
    ]
    stored, topic = dict(failing.items), dict(failing.topic)
    record = failing.fusion._record(incident_of(topic, "r1"))
    assert record is not None
    record.status = IncidentStatus.MERGED
    failing.fusion.take(block)
    # The incident of r2 comes before that of r1 and has its next revision, in memory alone.
    with pytest.raises(IllegalMove):
        failing.fusion.step(NOW)
    assert {held.revision for held in failing.fusion._publisher.records.values()} == {1, 2}
    failing.crash()
    assert (failing.items, failing.standing()) == (stored, topic)
    for partition in (failing, plain):
        partition.fusion.take(block)
        partition.hear()
    assert failing.topic == plain.topic != topic
    assert failing.items == plain.items


def incident_of(topic: dict[str, IncidentV1], report_id: str) -> str:
    [found] = [key for key, held in topic.items() if report_id in {source.report_id for source in held.sources}]
    return found


def test_past_the_horizon_everything_goes_and_leaves_nothing_behind() -> None:
    partition = Partition()
    partition.hear(
        a_report("r1", claims=[a_strike(), casualties(killed=1), an_outage()]),
        a_report("r2", "wire", claims=[casualties("2025-10-22 00:00 .. 2025-10-22 12:00", killed=1, scope="period")]),
    )
    retracted = a_report("r3", "wire", claims=[a_strike("2025-10-22 09:00")])
    partition.hear(retracted)
    partition.hear(a_report("r3", "wire", "2025-10-22 16:00", retracted=True))
    assert partition.items
    partition.hear(now=NOW + POLICY.horizon + timedelta(hours=1))
    assert partition.items == {}
    assert partition.topic == {}
    assert list(partition.fusion.incidents()) == []
    assert partition.fusion.reported_totals("UA-63") == []


def test_the_day_before_the_horizon_everything_is_there() -> None:
    partition = Partition()
    partition.hear(a_report("r1", published="2025-10-22 15:00", claims=[a_strike()]))
    partition.hear(now=at("2025-10-22 13:59") + POLICY.horizon)
    assert len(partition.topic) == 1


def test_a_claim_about_a_time_given_up_is_handed_back_and_changes_nothing() -> None:
    fusion = Fusion(POLICY)
    old = a_report("r1", published="2025-10-22 15:00", claims=[a_strike("2025-09-01 10:00"), a_strike()])
    fusion.take(claims_of(old))
    step = fusion.step(NOW)
    assert [claim.claim_id for claim in step.too_late] == ["desk/r1#0"]
    assert len(step.incidents) == 1


def test_a_claim_without_a_region_is_passed_over() -> None:
    fusion = Fusion(POLICY)
    fusion.take(claims_of(a_report(claims=[a_strike(place={"name": "Nowhere known"})])))
    step = fusion.step(NOW)
    assert (step.incidents, step.changes, step.too_late) == ([], {}, [])


def test_counters_are_said_only_when_a_number_changes() -> None:
    fusion, step = fuse([a_report(published="2025-10-22 15:00", claims=[a_strike("2025-10-22 14:00")])])
    assert [said.region for said in step.counters] == ["UA-63"]
    assert fusion.step(at("2025-10-22 19:59")).counters == []
    [said] = fusion.step(at("2025-10-22 20:00")).counters
    assert said.windows[WindowName.H6].strikes.incidents == 0
    assert said.windows[WindowName.H24].strikes.incidents == 1


@pytest.mark.parametrize("reports", [1_000])
def test_a_thousand_reports_on_one_incident_make_no_large_record(reports: int) -> None:
    partition = Partition()
    told = [
        a_report(
            f"r{n}", f"s{n % 100}", text=f"{n} " * 40, claims=[a_strike(weapons=["drone"]), casualties(killed=n % 9)]
        )
        for n in range(reports)
    ]
    largest = written = 0
    for first in range(0, reports, 50):
        before = dict(partition.items)
        [incident] = partition.hear(*told[first : first + 50])
        fresh = {key: value for key, value in partition.items.items() if before.get(key) != value}
        largest = max(largest, *(len(value) for value in fresh.values()))
        written += len(fresh)
    assert largest < 1_000, "every changelog value is about one report or one revision"
    assert written == reports + reports // 50, "each report is written once, whatever incident it is about"
    assert len(incident.model_dump_json()) < 32_000
    assert incident.sources_omitted == reports - len(incident.sources)
    [facet] = incident.casualties
    assert facet.killed is not None
    assert len(facet.killed.statements) + facet.killed.omitted == reports


def test_versions_of_a_report_are_kept_as_a_bounded_digest() -> None:
    partition = Partition()
    for version in range(50):
        published = f"2025-10-22 15:{version:02}"
        partition.hear(a_report("r1", published=published, claims=[a_strike(), casualties(killed=version)]))
    [value] = [value for key, value in partition.items.items() if key.startswith(b"r:")]
    assert len(value) < 2_000
    [incident] = partition.fusion.incidents()
    [facet] = incident.casualties
    assert facet.killed is not None
    assert facet.killed.value.best == 49
    assert len(facet.killed.statements) == 1 + POLICY.kept_versions
