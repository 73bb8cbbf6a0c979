"""Laws 2 and 5 of docs/concepts.md: order, repeats and crashes do not matter; what is taken back leaves no trace."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.incident import IncidentV1
from schemas.report import ReportV1
from schemas.vocabulary import IncidentStatus
from streams.core.fusion import Fusion
from streams.core.fusion.places import spot
from tests.core.fusion.histories import TEXT, Records, histories, interleaved, records_of
from tests.core.fusion.wire import POLICY, a_report, a_strike, an_outage, at, store, told, withdrawal
from tests.laws import law

NOW = at("2025-10-23 10:00")
ENDED = {IncidentStatus.RETRACTED, IncidentStatus.SUPERSEDED, IncidentStatus.MERGED}


def fused(order: list[Records]) -> Fusion:
    """Return the fusion of records taken one report at a time."""
    fusion = Fusion(POLICY)
    for records in order:
        fusion.take(records)
        fusion.step(NOW)
    return fusion


def at_once(order: list[Records]) -> Fusion:
    fusion = Fusion(POLICY)
    for records in order:
        fusion.take(records)
    fusion.step(NOW)
    return fusion


def numbers(fusion: Fusion) -> dict[str, object]:
    """Return the counters of every region that has any, and its reported totals."""
    found = {region: fusion.counters(region, NOW).model_dump() for region in fusion.regions()}
    return {
        region: (said, sorted(map(repr, fusion.reported_totals(region))))
        for region, said in found.items()
        if said["last_published_at"] is not None or fusion.reported_totals(region)
    }


def assert_same(one: Fusion, other: Fusion) -> None:
    assert told(one) == told(other)
    assert numbers(one) == numbers(other)


@law(120)
@given(st.data())
def test_any_order_that_keeps_each_source_s_own_ends_the_same(data: st.DataObject) -> None:
    history = data.draw(histories())
    first = data.draw(interleaved(history))
    second = data.draw(interleaved(history))
    assert_same(fused(first), fused(second))


@law(60)
@given(st.data())
def test_blocks_of_any_size_end_the_same(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    assert_same(fused(order), at_once(order))


@law(60)
@given(st.data())
def test_any_repeats_change_nothing(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    # A crash upstream repeats a stretch of records from anywhere, any number of times.
    repeated = list(order)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(repeated) - 1))
        end = data.draw(st.integers(start, len(repeated)))
        repeated[end:end] = repeated[start:end]
    assert_same(fused(order), fused(repeated))


@law(60)
@given(st.data())
def test_a_crash_at_any_point_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    crash = data.draw(st.integers(0, len(order)))
    lost = data.draw(st.integers(0, 2))
    items: dict[bytes, bytes] = {}
    fusion = Fusion(POLICY)
    for records in order[:crash]:
        fusion.take(records)
        store(items, fusion.step(NOW).changes)
    # Records taken, even worked, but not stored: they are lost with the process and come again.
    for records in order[crash : crash + lost]:
        fusion.take(records)
        fusion.step(NOW)
    recovered = Fusion.restore(items, POLICY)
    for records in order[crash:]:
        recovered.take(records)
        store(items, recovered.step(NOW).changes)
    plain = fused(order)
    assert_same(recovered, plain)
    assert_same(Fusion.restore(items, POLICY), plain)


@law(60)
@given(st.data())
def test_what_caches_forget_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    forgetful = Fusion(POLICY)
    for records in order:
        spot.cache_clear()
        forgetful.take(records)
        forgetful.step(NOW)
    assert_same(forgetful, fused(order))


@law(60)
@given(st.data())
def test_what_is_stored_gives_the_state_again(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    items: dict[bytes, bytes] = {b"a:other": b"not mine"}
    fusion = Fusion(POLICY)
    for records in order:
        fusion.take(records)
        store(items, fusion.step(NOW).changes)
    recovered = Fusion.restore(items, POLICY)
    assert_same(recovered, fusion)
    assert by_id(recovered) == by_id(fusion)
    # And it goes on alike: nothing is due at once, the same is due later.
    assert recovered.step(NOW).incidents == []
    later = NOW + timedelta(days=40)
    before, after = fusion.step(later), recovered.step(later)
    assert sorted(before.dropped) == sorted(after.dropped)
    assert before.changes == after.changes


@law(60)
@given(st.data())
def test_a_reader_of_the_topics_knows_what_stands(data: st.DataObject) -> None:
    """Nothing changes unsaid: the newest record of each key is the state, and revisions grow one by one."""
    order = data.draw(interleaved(data.draw(histories())))
    crash = data.draw(st.integers(0, len(order)))
    fusion, items = Fusion(POLICY), dict[bytes, bytes]()
    incidents: dict[str, IncidentV1] = {}
    counters: dict[str, dict[str, object]] = {}
    for number, records in enumerate(order):
        if number == crash:
            fusion = Fusion.restore(items, POLICY)
        fusion.take(records)
        step = fusion.step(NOW)
        store(items, step.changes)
        for said in step.incidents:
            held = incidents.get(said.incident_id)
            assert said.revision == (held.revision + 1 if held else 1)
            incidents[said.incident_id] = said
        for dropped in step.dropped:
            del incidents[dropped]
        counters |= {said.region: said.model_dump(exclude={"as_of"}) for said in step.counters}
    standing = {incident.incident_id: incident for incident in fusion.incidents()}
    assert {key: held for key, held in incidents.items() if held.status not in ENDED} == standing
    for region, numbers_said in counters.items():
        assert numbers_said == fusion.counters(region, NOW).model_dump(exclude={"as_of"})


@law(60)
@given(st.data())
def test_taking_back_all_that_a_source_said_equals_its_silence(data: st.DataObject) -> None:
    history = data.draw(histories())
    order = data.draw(interleaved(history))
    silenced = data.draw(st.integers(0, len(history) - 1))
    fusion = fused(order)
    fusion.take([withdrawal(report) for report in unique(history[silenced])])
    fusion.step(NOW)
    others = [records for n, said in enumerate(history) if n != silenced for records in records_of(said)]
    assert_same(fusion, fused(others))


@law(60)
@given(st.data())
def test_a_retraction_may_come_before_what_it_retracts(data: st.DataObject) -> None:
    history = data.draw(histories())
    retracted = data.draw(st.sampled_from([report for said in history for report in unique(said)]))
    order = data.draw(interleaved(history))
    assert_same(fused([Records([withdrawal(retracted)]), *order]), fused([*order, Records([withdrawal(retracted)])]))


def unique(said: list[ReportV1]) -> list[ReportV1]:
    return list({report.report_id: report for report in said}.values())


def by_id(fusion: Fusion) -> list[IncidentV1]:
    return sorted(fusion.incidents(), key=lambda incident: incident.incident_id)


def test_a_version_that_differs_in_its_text_alone_is_matched_anew() -> None:
    text = TEXT
    strike = a_report("r1", "s0", "2025-10-22 12:00", text=text, claims=[a_strike(when=None)])
    versions = [
        a_report("r0", "s1", "2025-10-22 12:00", text=said, claims=[an_outage(when=None)]) for said in (None, text)
    ]
    order = records_of([strike]) + records_of(versions)
    assert_same(fused(order), at_once(order))
    assert told(fused(order))[0]["why"][0].endswith("same text")
