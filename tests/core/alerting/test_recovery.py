"""A crash, a restart or a redelivery changes nothing that subscribers see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.counters import RegionCountersV1
from schemas.incident import IncidentV1
from streams.core.alerting import AlertPolicy
from tests.core.alerting.scene import NOON, Scene, after, an_incident, counters, newest, rules, strikes_rule

PATIENT: dict[str, Any] = {"resolve_after": "20m", "cooldown": "1h", "update_every": "10m"}
MANY = rules(
    strikes_rule(name="strikes", levels={"moderate": 3, "severe": 6}, **{**PATIENT, "for": "5m"}),
    {"name": "surge", "kind": "surge", "min_count": 4, "min_history": "1d", **PATIENT},
    {"name": "quiet", "kind": "first_after_quiet", "quiet_days": 2, **PATIENT},
    {"name": "outage", "kind": "mass_outage", "customers": {"moderate": 50_000, "severe": 100_000}, **PATIENT},
    {"name": "dead", "kind": "mass_casualty", "levels": {"moderate": 5, "severe": 10}, **PATIENT},
    {"name": "changed", "kind": "correction", "by": 4, **PATIENT},
    {"name": "apart", "kind": "disagreement", "by": 4, **PATIENT},
)
NO_PAUSES = AlertPolicy(gap=timedelta(days=300))
"""Restarts at once: what a longer pause changes is told in test_life."""

REGIONS = st.sampled_from(["UA-74", "UA-46"])
COUNTED = st.builds(
    lambda region, day, month: ("counters", region, day, max(day, month)),
    REGIONS,
    st.integers(0, 9),
    st.integers(0, 12),
)
HAPPENED = st.builds(
    lambda *fields: ("incident", *fields),
    st.integers(0, 5),
    REGIONS,
    st.integers(0, 80),
    st.sampled_from([None, 0, 3, 6, 12]),
    st.sampled_from([None, 20_000, 60_000, 150_000]),
    st.sampled_from(["reported", "reported", "reported", "disputed", "retracted", "merged"]),
    st.sampled_from([1, 3, 6]),
)
STEP = st.tuples(st.lists(st.one_of(COUNTED, HAPPENED), max_size=4), st.integers(1, 900))
STEPS = st.lists(STEP, min_size=1, max_size=12)


def published(what: tuple[Any, ...], now: datetime) -> IncidentV1 | RegionCountersV1:
    if what[0] == "counters":
        _, region, day, month = what
        return counters(region, now, by={"24h": day, "6h": day, "1h": day, "7d": month, "30d": month})
    _, number, region, hours_ago, killed, power, status, credibility = what
    facets: dict[str, Any] = {} if killed is None else {"killed": killed}
    if power is not None:
        facets["power"] = power
    return an_incident(
        f"i-{number}",
        region=region,
        at=now - timedelta(hours=hours_ago),
        published=now,
        status=status,
        credibility=credibility,
        merged_into=f"i-{(number + 1) % 6}" if status == "merged" else None,
        **facets,
    )


@settings(max_examples=150, deadline=None)
@given(STEPS, st.data())
def test_a_restart_between_any_two_steps_gives_the_same_history(steps: list[Any], data: st.DataObject) -> None:
    whole, restarted = Scene(MANY, NO_PAUSES), Scene(MANY, NO_PAUSES)
    now = NOON
    for found, minutes in steps:
        now += timedelta(minutes=minutes)
        records = [published(what, now) for what in found]
        whole.tell(now, *records)
        restarted.tell(now, *records)
        if data.draw(st.booleans(), label="restart"):
            restarted.restart()
    assert restarted.history == whole.history


@settings(max_examples=100, deadline=None)
@given(STEPS, st.data())
def test_a_crash_before_the_state_is_stored_repeats_alerts_and_raises_none_twice(
    steps: list[Any], data: st.DataObject
) -> None:
    """The outputs of a step are sent, then the worker dies before its changes are stored; the block comes again."""
    whole, crashed = Scene(MANY, NO_PAUSES), Scene(MANY, NO_PAUSES)
    seen = []
    now = NOON
    for found, minutes in steps:
        now += timedelta(minutes=minutes)
        records = [published(what, now) for what in found]
        whole.tell(now, *records)
        if data.draw(st.booleans(), label="crash"):
            crashed.take(*records)
            seen += crashed.alerting.step(now).alerts
            crashed.restart()
        seen += crashed.tell(now, *records)
    assert newest(seen) == newest(whole.history)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_what_is_taken_again_changes_nothing(steps: list[Any]) -> None:
    scene = Scene(MANY, NO_PAUSES)
    now = NOON
    for found, minutes in steps:
        now += timedelta(minutes=minutes)
        records = [published(what, now) for what in found]
        last = {(type(record), getattr(record, "incident_id", None) or record.region): record for record in records}
        scene.tell(now, *records)
        again = scene.tell(now, *last.values())
        assert [alert for alert in again if alert.event == "raised"] == []


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_every_history_is_a_life(steps: list[Any]) -> None:
    """Of each alert: revisions from 1 without a hole, raised first, ended at most once and last, times in order."""
    scene = Scene(MANY, NO_PAUSES)
    now = NOON
    for found, minutes in steps:
        now += timedelta(minutes=minutes)
        scene.tell(now, *(published(what, now) for what in found))
    lives: dict[str, list[Any]] = {}
    for alert in scene.history:
        lives.setdefault(alert.alert_id, []).append(alert)
    for life in lives.values():
        assert [alert.revision for alert in life] == list(range(1, len(life) + 1))
        events = [alert.event.value for alert in life]
        assert events[0] == "raised"
        assert not {"raised", "resolved", "cancelled"} & set(events[1:-1])
        assert [alert.updated_at for alert in life] == sorted(alert.updated_at for alert in life)
        assert len({(alert.region, alert.rule, alert.raised_at) for alert in life}) == 1
        peaks = [alert.severity for alert in life if alert.event.value in ("raised", "promoted")]
        assert len(peaks) == len(set(peaks)), "a severity is announced once in a life"


def test_old_incidents_and_the_lives_about_them_are_forgotten() -> None:
    scene = Scene(MANY, NO_PAUSES)
    scene.tell(NOON, an_incident(killed=12))
    assert any(b"i-1" in key for key in scene.stored)
    for day in range(1, 40):
        scene.tell(after(days=day))
    assert [alert.event.value for alert in scene.history] == ["raised", "resolved"]
    assert not any(b"i-1" in key for key in scene.stored)


def test_other_keys_of_the_store_are_left_alone() -> None:
    scene = Scene(MANY, NO_PAUSES)
    scene.tell(NOON, an_incident(killed=12))
    scene.stored[b"r:fusion"] = b"not ours"
    scene.restart()
    assert scene.tell(after(minutes=1)) == []
