"""The life of an alert: raised once, updated in place, resolved or cancelled; never a hundred for one situation."""

from __future__ import annotations

import pytest

from schemas.alert import AlertEvent
from streams.core.alerting.life import EVENTS, IllegalMove, Phase, follow
from tests.core.alerting.scene import NOON, Scene, after, an_incident, counters, newest, rules, strikes_rule


def test_an_alert_is_raised_once_and_resolved_under_one_id() -> None:
    scene = Scene(rules(strikes_rule()))
    [raised] = scene.tell(NOON, counters(strikes=12))
    assert scene.tell(after(minutes=1), counters(strikes=12)) == []
    [resolved] = scene.tell(after(hours=2), counters(strikes=3))
    assert (raised.event, raised.status, raised.revision) == ("raised", "firing", 1)
    assert (resolved.event, resolved.status, resolved.revision) == ("resolved", "resolved", 2)
    assert raised.alert_id == resolved.alert_id
    assert resolved.raised_at == raised.raised_at == NOON
    assert resolved.resolved_at == after(hours=2)


def test_a_condition_that_does_not_last_is_never_told() -> None:
    scene = Scene(rules(strikes_rule(**{"for": "10m"})))
    assert scene.tell(NOON, counters(strikes=12)) == []
    assert scene.tell(after(minutes=9), counters(strikes=4)) == []
    assert scene.tell(after(minutes=30)) == []


def test_a_condition_that_lasts_is_raised_by_time_alone() -> None:
    scene = Scene(rules(strikes_rule(**{"for": "10m"})))
    scene.tell(NOON, counters(strikes=12))
    assert scene.tell(after(minutes=9)) == []
    [raised] = scene.tell(after(minutes=10))
    assert raised.raised_at == after(minutes=10)


def test_a_value_on_the_brink_does_not_flap() -> None:
    # level 10 ────────╮    ╭──╮    ╭─
    #                  ╰────╯  ╰────╯      9, 10, 9, 10 …: within the band down to 7
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=10))
    for minute in range(1, 60):
        scene.tell(after(minutes=minute), counters(strikes=9 + minute % 2))
    assert scene.told() == ["raised"]


def test_without_the_band_the_same_value_would_flap() -> None:
    scene = Scene(rules(strikes_rule(clear=1)))
    for minute in range(60):
        scene.tell(after(minutes=minute), counters(strikes=10 - minute % 2))
    assert scene.told() == ["raised", "resolved"] * 30


def test_an_alert_ends_only_when_it_has_stayed_below_for_long_enough() -> None:
    scene = Scene(rules(strikes_rule(resolve_after="30m")))
    scene.tell(NOON, counters(strikes=12))
    scene.tell(after(minutes=10), counters(strikes=2))
    scene.tell(after(minutes=30), counters(strikes=11))
    scene.tell(after(minutes=40), counters(strikes=2))
    assert scene.tell(after(minutes=69)) == []
    [resolved] = scene.tell(after(minutes=70))
    assert resolved.event is AlertEvent.RESOLVED
    assert resolved.changed == "no longer so for 30 minutes; strikes from 12 to 2"


def test_a_higher_severity_is_told_at_once_and_only_the_first_time() -> None:
    scene = Scene(rules(strikes_rule(update_every="30m")))
    scene.tell(NOON, counters(strikes=12))
    [promoted] = scene.tell(after(minutes=1), counters(strikes=21))
    assert (promoted.event, promoted.severity, promoted.threshold) == ("promoted", "severe", 20)
    assert promoted.changed == "strikes from 12 to 21; severity from moderate to severe"
    for minute in range(2, 30):
        scene.tell(after(minutes=minute), counters(strikes=19 + minute % 2 * 3))
    assert scene.told() == ["raised", "promoted"]


def test_updates_are_gathered() -> None:
    scene = Scene(rules(strikes_rule(update_every="30m", levels={"moderate": 10})))
    scene.tell(NOON, counters(strikes=10))
    for minute in range(1, 61):
        scene.tell(after(minutes=minute), counters(strikes=10 + minute))
    assert scene.told() == ["raised", "updated", "updated"]
    assert [alert.value.low for alert in scene.history] == [10, 40, 70]


def test_a_gathered_update_is_told_when_its_time_comes_and_nothing_else_happens() -> None:
    scene = Scene(rules(strikes_rule(update_every="30m")))
    scene.tell(NOON, counters(strikes=10))
    scene.tell(after(minutes=5), counters(strikes=15))
    [updated] = scene.tell(after(minutes=30))
    assert updated.value.low == 15


def test_a_small_move_is_no_news() -> None:
    scene = Scene(rules(strikes_rule(update_by=0.2)))
    scene.tell(NOON, counters(strikes=10))
    assert scene.tell(after(minutes=1), counters(strikes=11)) == []
    [updated] = scene.tell(after(minutes=2), counters(strikes=12))
    assert updated.event is AlertEvent.UPDATED


def test_after_its_end_an_alert_rests_unless_it_comes_back_worse() -> None:
    scene = Scene(rules(strikes_rule(cooldown="6h")))
    scene.tell(NOON, counters(strikes=12))
    scene.tell(after(hours=1), counters(strikes=0))
    assert scene.tell(after(hours=2), counters(strikes=12)) == []
    [worse] = scene.tell(after(hours=3), counters(strikes=25))
    assert (worse.event, worse.severity, worse.revision) == ("raised", "severe", 1)
    assert len({alert.alert_id for alert in scene.history}) == 2


def test_what_still_holds_after_the_rest_is_raised_anew() -> None:
    scene = Scene(rules(strikes_rule(cooldown="6h")))
    scene.tell(NOON, counters(strikes=12))
    scene.tell(after(hours=1), counters(strikes=0))
    scene.tell(after(hours=2), counters(strikes=12))
    [again] = scene.tell(after(hours=7))
    assert again.event is AlertEvent.RAISED


def test_a_retraction_cancels_at_once_whatever_the_patience() -> None:
    scene = Scene(rules(strikes_rule(levels={"moderate": 2}, resolve_after="1h", clear=0.5)))
    scene.tell(NOON, an_incident("i-1"), an_incident("i-2"), counters(strikes=2))
    [cancelled] = scene.tell(after(minutes=5), an_incident("i-2", status="retracted"), counters(strikes=1))
    assert (cancelled.event, cancelled.status) == ("cancelled", "cancelled")
    assert cancelled.changed == "the reports behind it were retracted; strikes from 2 to 1"
    assert cancelled.headline.startswith("Withdrawn: Chernihiv Oblast: 2 strikes")


def test_what_is_true_after_a_cancellation_is_raised_without_rest() -> None:
    scene = Scene(rules(strikes_rule(levels={"moderate": 2}, cooldown="6h")))
    scene.tell(NOON, an_incident("i-1"), an_incident("i-2"), counters(strikes=2))
    scene.tell(after(minutes=5), an_incident("i-2", status="retracted"), counters(strikes=1))
    scene.tell(after(minutes=6), an_incident("i-3"), counters(strikes=2))
    assert scene.told() == ["raised", "cancelled", "raised"]


def test_a_retraction_that_leaves_ground_enough_cancels_nothing() -> None:
    scene = Scene(rules(strikes_rule(levels={"moderate": 2})))
    three = [an_incident(f"i-{number}") for number in range(3)]
    scene.tell(NOON, *three, counters(strikes=3))
    scene.tell(after(minutes=5), an_incident("i-0", status="retracted"), counters(strikes=2))
    assert scene.told() == ["raised", "updated"]


def test_time_that_took_it_into_the_band_is_not_undone_by_a_later_retraction() -> None:
    scene = Scene(rules(strikes_rule(resolve_after="1h")))
    scene.tell(NOON, an_incident("i-1"), counters(strikes=12))
    scene.tell(after(hours=1), counters(strikes=9))
    scene.tell(after(hours=2), an_incident("i-1", status="retracted"), counters(strikes=8))
    assert "cancelled" not in scene.told()


def test_figures_corrected_down_cancel_after_the_patience() -> None:
    killed = {"kind": "mass_casualty", "levels": {"severe": 10}, "resolve_after": "30m"}
    scene = Scene(rules(killed))
    scene.tell(NOON, an_incident(killed=12))
    assert scene.tell(after(minutes=5), an_incident(killed=2)) == []
    [cancelled] = scene.tell(after(minutes=35))
    assert cancelled.event is AlertEvent.CANCELLED
    assert cancelled.changed == "figures were corrected (killed); killed from 12 to 2"


def test_a_figure_that_was_mistyped_for_a_moment_changes_nothing() -> None:
    scene = Scene(rules({"kind": "mass_casualty", "levels": {"severe": 10}, "resolve_after": "30m"}))
    scene.tell(NOON, an_incident(killed=12))
    scene.tell(after(minutes=5), an_incident(killed=2))
    scene.tell(after(minutes=10), an_incident(killed=12))
    scene.tell(after(hours=2))
    assert scene.told() == ["raised"]


def test_while_the_input_lags_nothing_is_resolved() -> None:
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    assert scene.tell(after(hours=1), counters(strikes=0), caught_up=False) == []
    assert scene.tell(after(hours=2), caught_up=False) == []
    [resolved] = scene.tell(after(hours=3))
    assert resolved.event is AlertEvent.RESOLVED


def test_once_the_input_is_read_what_is_over_ends_at_the_next_look_however_short_the_time() -> None:
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    assert scene.tell(after(hours=1), counters(strikes=0), caught_up=False) == []
    [resolved] = scene.tell(after(hours=1))
    assert resolved.event is AlertEvent.RESOLVED


def test_a_worker_that_takes_over_after_a_pause_reads_its_backlog_before_it_ends_anything() -> None:
    # 12:00 raised … 14:00 taken over: counters have fallen for want of reports … 14:02 the backlog is read
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    scene.restart()
    assert scene.tell(after(hours=2), counters(strikes=0)) == []
    assert scene.tell(after(hours=2, minutes=2), counters(strikes=12)) == []
    scene.tell(after(hours=3))
    assert scene.told() == ["raised"]


def test_after_the_backlog_it_does_end() -> None:
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    scene.restart()
    scene.tell(after(hours=2), counters(strikes=0))
    [resolved] = scene.tell(after(hours=2, minutes=10))
    assert resolved.event is AlertEvent.RESOLVED


def test_live_alerts_are_refreshed_without_becoming_news() -> None:
    scene = Scene(rules(strikes_rule(), refresh_every="5m", valid_for="15m"))
    scene.tell(NOON, counters(strikes=12))
    refreshed = []
    for minute in range(1, 16):
        assert scene.tell(after(minutes=minute)) == []
        refreshed += scene.last.refreshed
    assert [alert.event for alert in refreshed] == [AlertEvent.REFRESHED] * 3
    assert {alert.revision for alert in refreshed} == {1}


def test_a_restarted_worker_refreshes_its_live_alerts_first_of_all() -> None:
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    scene.restart()
    scene.tell(after(minutes=1))
    assert [alert.event for alert in scene.last.refreshed] == [AlertEvent.REFRESHED]


def test_an_idempotent_reader_holds_one_record_of_each_alert() -> None:
    scene = Scene(rules(strikes_rule()))
    for hour, strikes in enumerate([12, 25, 30, 0, 11, 0]):
        scene.tell(after(hours=hour), counters(strikes=strikes))
    assert [alert.status.value for alert in newest(scene.history).values()] == ["resolved", "resolved"]


def test_the_table_of_events_refuses_what_is_not_in_it() -> None:
    for phase in Phase:
        for event in AlertEvent:
            if (phase, event) in EVENTS:
                assert follow(phase, event) is EVENTS[phase, event]
            else:
                with pytest.raises(IllegalMove):
                    follow(phase, event)
