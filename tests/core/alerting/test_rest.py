"""After its end an alert rests: an incident's for ever, a cancelled one not at all."""

from __future__ import annotations

import orjson
import pytest

from streams.core.alerting.foreign import mistake_in
from streams.core.alerting.readings import MEASURES
from tests.core.alerting.scene import NOON, Scene, after, an_incident, counters, rules, strikes_rule


def test_the_same_situation_is_not_raised_twice_however_long_after() -> None:
    scene = Scene(rules({"kind": "mass_casualty", "levels": {"severe": 4}, "cooldown": "1h", "resolve_after": 0}))
    scene.tell(NOON, an_incident(killed=5))
    scene.tell(after(days=2))
    assert scene.told() == ["raised", "resolved"]
    scene.tell(after(days=3), an_incident(killed=5, published=after(days=3), revision=2))
    scene.tell(after(days=3, hours=2))
    assert scene.told() == ["raised", "resolved"]


def test_what_was_cancelled_leaves_no_rest_behind_not_even_for_what_does_not_last() -> None:
    """
    ```
    raised ── cancelled ── holds for 5 of the 10 minutes asked for ── holds for 10 ── raised
    ```
    """
    scene = Scene(rules(strikes_rule(levels={"moderate": 2}, cooldown="6h", **{"for": "10m"})))
    scene.tell(NOON, an_incident("i-1"), an_incident("i-2"), counters(strikes=2))
    scene.tell(after(minutes=10))
    scene.tell(after(minutes=15), an_incident("i-2", status="retracted"), counters(strikes=1))
    assert scene.told() == ["raised", "cancelled"]
    scene.tell(after(minutes=20), counters(strikes=2))
    scene.tell(after(minutes=25), counters(strikes=1))
    scene.tell(after(minutes=30), counters(strikes=2))
    scene.tell(after(minutes=40))
    assert scene.told() == ["raised", "cancelled", "raised"]


def test_what_is_raised_after_a_cancellation_and_passes_by_itself_is_resolved() -> None:
    scene = Scene(rules(strikes_rule(levels={"moderate": 2})))
    scene.tell(NOON, an_incident("i-1"), an_incident("i-2"), counters(strikes=2))
    scene.tell(after(minutes=5), an_incident("i-2", status="retracted"), counters(strikes=1))
    scene.tell(after(minutes=6), an_incident("i-3"), counters(strikes=2))
    scene.tell(after(hours=24), counters(strikes=0))
    assert scene.told() == ["raised", "cancelled", "raised", "resolved"]


@pytest.mark.parametrize(
    ("figure", "fits"),
    [([2, 3, 4], True), ([2, None, None], True), ([2, None, 2], True), ([4, 3, 5], False), ([2, 3, 1], False)],
)
def test_a_member_s_figures_are_in_order(figure: list[int | None], fits: bool) -> None:
    figures = [figure, *[None] * (len(MEASURES) - 1)]
    mistake = mistake_in(b"ukraine", orjson.dumps(["UA-74", {"24h": figures}, None, [], None, {}]))
    assert (mistake is None) is fits
