"""A report is withdrawn and replaced by two records: where a block ends between them, subscribers see no difference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.alerting.scene import NOON, Scene, after, an_incident, counters, newest, rules

AT_ONCE: dict[str, Any] = {"resolve_after": 0, "cooldown": 0, "update_every": 0}
CASUALTIES = {"name": "dead", "kind": "mass_casualty", "levels": {"moderate": 5, "severe": 10}, **AT_ONCE}
CORRECTION = {"name": "changed", "kind": "correction", "by": 5, **AT_ONCE}
IN_A_DAY = {"name": "day", "kind": "threshold", "measure": "killed", "levels": {"moderate": 5}, "resolve_after": "30m"}
GONE = {"status": "superseded"}


@given(
    st.sampled_from([1, 6, 11, 30]),
    st.sampled_from(["tidings", "another"]),
    st.integers(0, 29),
    st.booleans(),
)
def test_the_history_is_the_same_wherever_the_block_ends(killed: int, source: str, seconds: int, restart: bool) -> None:
    """In one block, and in two that are worked ``seconds`` apart with or without a restart between them."""
    whole, split = Scene(rules(CASUALTIES, CORRECTION)), Scene(rules(CASUALTIES, CORRECTION))
    replacing = an_incident("i-2", killed=killed, source=source)
    for scene in (whole, split):
        scene.tell(NOON, an_incident("i-1", killed=6))
    later = after(hours=1, seconds=seconds)
    whole.tell(later, an_incident("i-1", **GONE), replacing)
    split.tell(after(hours=1), an_incident("i-1", **GONE))
    if restart:
        split.restart()
    split.tell(later, replacing)
    for scene in (whole, split):
        scene.tell(after(hours=2))
    assert {key: told(alert) for key, alert in newest(split.history).items()} == {
        key: told(alert) for key, alert in newest(whole.history).items()
    }


def told(alert: Any) -> Any:
    return alert.rule, alert.status, alert.revision, alert.value, alert.incident_id, alert.changed


def test_an_alert_whose_report_is_replaced_by_nothing_of_the_kind_is_cancelled_soon() -> None:
    scene = Scene(rules({**CASUALTIES, "resolve_after": "30m"}))
    scene.tell(NOON, an_incident("i-1", killed=6))
    assert scene.tell(after(hours=1), an_incident("i-1", **GONE)) == []
    assert scene.tell(after(hours=1, seconds=29)) == []
    [cancelled] = scene.tell(after(hours=1, seconds=30))
    assert (cancelled.event, cancelled.changed) == ("cancelled", "the reports behind it were replaced")
    assert not any(key.startswith(b"a:w:") for key in scene.stored), "what waits no longer is forgotten"


def test_a_retraction_waits_for_nobody() -> None:
    scene = Scene(rules(CASUALTIES))
    scene.tell(NOON, an_incident("i-1", killed=6))
    [cancelled] = scene.tell(after(hours=1), an_incident("i-1", status="retracted"))
    assert cancelled.event == "cancelled"


@pytest.mark.parametrize("wait", [timedelta(seconds=1), timedelta(minutes=20)])
def test_a_sum_that_falls_and_rises_again_while_reports_are_replaced_has_one_alert(wait: timedelta) -> None:
    scene = Scene(rules(IN_A_DAY))
    scene.tell(NOON, an_incident("i-1", killed=6), counters(killed=6))
    scene.tell(after(hours=1), an_incident("i-1", **GONE), counters(killed=0))
    scene.tell(after(hours=1) + wait, an_incident("i-2", killed=6), counters(killed=6))
    scene.tell(after(hours=3))
    assert scene.told() == ["raised"]


def test_a_sum_that_stays_low_after_a_report_was_replaced_is_cancelled_as_corrected() -> None:
    scene = Scene(rules(IN_A_DAY))
    scene.tell(NOON, an_incident("i-1", killed=6), counters(killed=6))
    scene.tell(after(hours=1), an_incident("i-1", **GONE), counters(killed=0))
    [cancelled] = scene.tell(after(hours=1, minutes=30))
    assert cancelled.event == "cancelled"
    assert cancelled.changed.startswith("the reports behind it were replaced")
