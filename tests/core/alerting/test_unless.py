"""One situation, one alert: a rule keeps silent where the live alert of another one says enough."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from streams.core.alerting import RuleSet
from streams.settings.rules_file import default_rules, load_rules
from tests.core.alerting.scene import NOON, Scene, SetScene, after, an_incident, counters, rules

AT_ONCE: dict[str, Any] = {"resolve_after": 0, "cooldown": 0, "update_every": 0}
KILLED = {"name": "killed", "kind": "mass_casualty", "levels": {"moderate": 5, "severe": 10}, **AT_ONCE}
WOUNDED = {
    "name": "wounded",
    "kind": "mass_casualty",
    "measure": "wounded",
    "levels": {"moderate": 20, "severe": 50},
    "unless": ["killed"],
    **AT_ONCE,
}
IN_A_DAY = {
    "name": "in-a-day",
    "kind": "threshold",
    "measure": "killed",
    "levels": {"moderate": 10, "severe": 25},
    "unless": ["killed"],
    **AT_ONCE,
}


@pytest.mark.parametrize(
    ("killed", "wounded", "raised"),
    [
        (6, 30, ["killed"]),
        (2, 30, ["wounded"]),
        (6, 60, ["killed", "wounded"]),  # severe beside moderate: worse news than what was told
        (12, 60, ["killed"]),
    ],
)
def test_an_incident_has_one_alert_unless_another_is_more_severe(killed: int, wounded: int, raised: list[str]) -> None:
    scene = Scene(rules(KILLED, WOUNDED))
    scene.tell(NOON, an_incident(killed=killed, wounded=wounded))
    assert [alert.rule for alert in scene.history] == raised


def test_an_alert_that_was_there_first_goes_on() -> None:
    scene = Scene(rules(KILLED, WOUNDED))
    scene.tell(NOON, an_incident(killed=1, wounded=30))
    scene.tell(after(hours=1), an_incident(killed=6, wounded=30, published=after(hours=1)))
    scene.tell(after(hours=2), an_incident(killed=6, wounded=45, published=after(hours=2)))
    assert [(alert.rule, alert.event.value) for alert in scene.history] == [
        ("wounded", "raised"),
        ("killed", "raised"),
        ("wounded", "updated"),
    ]


def test_when_what_kept_it_silent_is_withdrawn_it_speaks() -> None:
    scene = Scene(rules(KILLED, WOUNDED))
    scene.tell(NOON, an_incident(killed=6, wounded=30))
    scene.tell(after(hours=1), an_incident(killed=0, wounded=30, published=after(hours=1)))
    assert [(alert.rule, alert.event.value) for alert in scene.history] == [
        ("killed", "raised"),
        ("killed", "cancelled"),
        ("wounded", "raised"),
    ]


@pytest.mark.parametrize(
    ("tolls", "raised"),
    [
        ((12,), ["killed"]),
        ((12, 3), ["killed"]),  # 3 are left
        ((4, 4, 4), ["in-a-day"]),  # none is told of by itself
        ((12, 4, 4, 4), ["in-a-day", "killed"]),
    ],
)
def test_a_day_is_told_of_for_what_single_alerts_leave_out(tolls: tuple[int, ...], raised: list[str]) -> None:
    scene = Scene(rules(KILLED, IN_A_DAY))
    incidents = [an_incident(f"i-{number}", killed=toll) for number, toll in enumerate(tolls)]
    scene.tell(NOON, *incidents, counters(killed=sum(tolls)))
    assert sorted(alert.rule for alert in scene.history) == raised


def test_silence_survives_a_restart() -> None:
    scene = Scene(rules(KILLED, WOUNDED, IN_A_DAY))
    scene.tell(NOON, an_incident(killed=12, wounded=60), counters(killed=12))
    scene.restart()
    scene.tell(after(minutes=5), an_incident(killed=12, wounded=61, published=after(minutes=5)), counters(killed=12))
    assert scene.told() == ["raised"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ([WOUNDED, KILLED], "there is no rule killed above this one"),
        ([IN_A_DAY | {"unless": []}, WOUNDED | {"unless": ["in-a-day"]}], "in-a-day is not about single incidents"),
        ([KILLED, {"name": "n", "kind": "surge", "measure": "strikes", "unless": ["killed"]}], "of kind surge"),
    ],
)
def test_what_could_not_keep_it_silent_is_refused(written: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        RuleSet.model_validate({"rules": written})


SETS = {"all": {"names": {"en": "All"}, "regions": ["UA-*"]}}


@pytest.mark.parametrize(
    ("tolls", "raised"),
    [
        ({"UA-74": 12, "UA-46": 3}, []),  # 3 are left
        ({"UA-74": 12, "UA-46": 12}, []),
        ({"UA-74": 4, "UA-46": 4, "UA-14": 4}, ["raised"]),  # none is told of by itself
        ({"UA-74": 12, "UA-46": 4, "UA-14": 4, "UA-09": 3}, ["raised"]),
    ],
)
def test_a_set_leaves_out_what_its_regions_were_told_of(tolls: dict[str, int], raised: list[str]) -> None:
    rule_set = rules(KILLED, IN_A_DAY | {"set": "all"}, sets=SETS)
    scene, sets = Scene(rule_set), SetScene(rule_set)
    for number, (region, toll) in enumerate(tolls.items()):
        scene.tell(NOON, an_incident(f"i-{number}", region=region, killed=toll), counters(region, killed=toll))
        sets.tell(NOON, scene.last)
        sets.restart()
    assert [alert.event.value for alert in sets.history] == raised


def test_a_set_speaks_when_what_kept_it_silent_has_ended() -> None:
    rule_set = rules({**KILLED, "hold": "1h"}, IN_A_DAY | {"set": "all"}, sets=SETS)
    scene, sets = Scene(rule_set), SetScene(rule_set)
    scene.tell(NOON, an_incident(killed=12), counters(killed=12))
    sets.tell(NOON, scene.last)
    assert sets.history == []
    scene.tell(after(hours=2))
    [raised] = sets.tell(after(hours=2), scene.last)
    assert (raised.rule, raised.value.low) == ("in-a-day", 12)


@pytest.mark.parametrize(("tolls", "told"), [([30], False), ([4] * 7, True), ([30] + [4] * 7, True)])
def test_the_donbas_as_shipped_is_no_second_alert_about_one_attack(tolls: list[int], *, told: bool) -> None:
    rule_set = load_rules(default_rules())
    scene, sets = Scene(rule_set), SetScene(rule_set)
    incidents = [an_incident(f"i-{number}", region="UA-14", killed=toll) for number, toll in enumerate(tolls)]
    scene.tell(NOON, *incidents, counters("UA-14", killed=sum(tolls)))
    sets.tell(NOON, scene.last)
    assert ("donbas-killed-in-a-day" in [alert.rule for alert in sets.history]) == told
