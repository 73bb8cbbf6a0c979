"""What each kind of rule finds."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.vocabulary import Credibility
from tests.core.alerting.scene import NOON, Scene, after, an_incident, counters, fused, rules, strikes_rule

AT_ONCE: dict[str, Any] = {"resolve_after": 0, "cooldown": 0, "update_every": 0}


@pytest.mark.parametrize(
    ("bound", "killed", "raised"),
    [
        ("low", (4, 12), False),
        ("low", (10, None), True),
        ("best", {"low": 4, "best": 11, "high": 12}, True),
        ("best", (4, 12), False),  # no best is stated: only the low is certain
        ("high", (4, 12), True),
        ("high", (4, None), False),  # an open high is no reason to think of a thousand
    ],
)
def test_a_threshold_compares_the_bound_it_names(bound: str, killed: Any, raised: bool) -> None:
    scene = Scene(rules(strikes_rule(measure="killed", bound=bound)))
    assert bool(scene.tell(NOON, counters(killed=killed))) is raised


def test_a_figure_nobody_stated_reaches_no_level() -> None:
    scene = Scene(rules(strikes_rule(measure="killed", levels={"minor": 1})))
    assert scene.tell(NOON, counters(strikes=50)) == []


def test_a_rule_looks_only_where_it_is_told_to() -> None:
    scene = Scene(rules(strikes_rule(regions=["UA-*"], except_regions=["UA-74"])))
    raised = scene.tell(NOON, counters("UA-74", strikes=12), counters("UA-46", strikes=12), counters("UA", strikes=99))
    assert [alert.region for alert in raised] == ["UA-46"]


def test_the_evidence_names_incidents_sources_and_grades() -> None:
    scene = Scene(rules(strikes_rule(levels={"minor": 2})))
    [raised] = scene.tell(
        NOON,
        an_incident("i-1", credibility=2),
        an_incident("i-2", credibility=6),
        an_incident("i-old", at=after(days=-2)),
        counters(strikes=2),
    )
    assert [(found.incident_id, found.source_id, found.reliability) for found in raised.evidence] == [
        ("i-1", "tidings", "B"),
        ("i-2", "tidings", "B"),
    ]
    assert raised.evidence[0].url == "https://tidings.example/r"


def test_the_certainty_is_the_grade_at_which_the_level_is_reached() -> None:
    scene = Scene(rules(strikes_rule(levels={"minor": 2})))
    [raised] = scene.tell(
        NOON,
        *(an_incident(f"i-{grade}", credibility=grade) for grade in (1, 3, 6)),
        counters(strikes=3),
    )
    assert raised.certainty is Credibility.POSSIBLY_TRUE


QUIET = {"kind": "first_after_quiet", "quiet_days": 14, "window": "24h", "credible": 3, **AT_ONCE}


def quiet_scene() -> Scene:
    """A partition watched for 35 days, in which this region saw nothing since a strike 20 days ago."""
    scene = Scene(rules(QUIET))
    scene.tell(after(days=-1), an_incident("elsewhere", region="UA-46", at=after(days=-35)))
    scene.tell(after(days=-1), an_incident("before", at=after(days=-20)))
    return scene


def test_the_first_strike_after_quiet_days_is_told_and_over_after_its_window() -> None:
    scene = quiet_scene()
    [raised] = scene.tell(after(hours=1), an_incident("first"), counters(strikes=1))
    assert raised.headline == "Chernihiv Oblast: first strike after 14 quiet days or more"
    assert [found.incident_id for found in raised.evidence] == ["first"]
    scene.tell(after(hours=5), an_incident("second", at=after(hours=4)), counters(strikes=2))
    [resolved] = scene.tell(after(hours=24), counters(strikes=1))
    assert resolved.event == "resolved"
    assert scene.tell(after(hours=30), an_incident("third", at=after(hours=29)), counters(strikes=2)) == []


def test_a_region_with_a_strike_in_the_quiet_days_is_not_quiet() -> None:
    scene = quiet_scene()
    scene.tell(after(days=-1), an_incident("recent", at=after(days=-5)))
    assert scene.tell(after(hours=1), an_incident("now"), counters(strikes=1)) == []


def test_a_report_no_one_can_judge_breaks_no_quiet() -> None:
    scene = quiet_scene()
    assert scene.tell(after(hours=1), an_incident("rumour", credibility=6), counters(strikes=1)) == []
    [raised] = scene.tell(after(hours=2), an_incident("rumour", credibility=2), counters(strikes=1))
    assert raised.event == "raised"


def test_before_so_many_days_were_watched_no_region_counts_as_quiet() -> None:
    scene = Scene(rules(QUIET))
    scene.tell(after(days=-1), an_incident("elsewhere", region="UA-46", at=after(days=-10)))
    assert scene.tell(after(hours=1), an_incident("first"), counters(strikes=1)) == []


def test_an_earlier_strike_that_comes_to_light_cancels_the_first() -> None:
    scene = quiet_scene()
    scene.tell(after(hours=1), an_incident("first"), counters(strikes=1))
    [cancelled] = scene.tell(after(hours=2), an_incident("late", at=after(days=-3)), counters(strikes=1))
    assert cancelled.event == "cancelled"
    assert cancelled.changed == "an earlier strike at Nizhyn within the quiet days came to light"


OUTAGE = {"kind": "mass_outage", "customers": {"moderate": 50_000, "severe": 200_000}, **AT_ONCE}


def test_customers_of_all_outages_of_a_utility_add_up() -> None:
    scene = Scene(rules(OUTAGE))
    assert scene.tell(NOON, an_incident("i-1", power=30_000)) == []
    [raised] = scene.tell(after(minutes=5), an_incident("i-2", power=25_000))
    assert (raised.value.low, raised.severity, raised.threshold) == (55_000, "moderate", 50_000)
    assert raised.headline == "Chernihiv Oblast: 55,000 customers without power (at least 6% of the population)"
    assert raised.headline_uk is not None
    assert "споживачів без світла" in raised.headline_uk


def test_a_share_of_the_population_is_enough() -> None:
    scene = Scene(rules({"kind": "mass_outage", "share": {"severe": 0.1}, **AT_ONCE}))
    [raised] = scene.tell(NOON, an_incident(power=120_000))
    assert (raised.severity, raised.threshold) == ("severe", 100_000)


def test_power_that_is_back_resolves() -> None:
    scene = Scene(rules(OUTAGE))
    scene.tell(NOON, an_incident(power=80_000))
    back = an_incident(power=80_000, power_status="restored", restored_at=after(hours=5))
    [resolved] = scene.tell(after(hours=5), back)
    assert resolved.event == "resolved"


def test_an_outage_nobody_ends_is_over_after_three_days() -> None:
    scene = Scene(rules(OUTAGE))
    scene.tell(NOON, an_incident(power=80_000))
    assert scene.tell(after(hours=71)) == []
    [resolved] = scene.tell(after(hours=73))
    assert resolved.event == "resolved"


def test_scheduled_outages_are_no_situation_unless_asked_for() -> None:
    scheduled = an_incident(power=80_000, scheduled=True)
    assert Scene(rules(OUTAGE)).tell(NOON, scheduled) == []
    assert Scene(rules({**OUTAGE, "scheduled": True})).tell(NOON, scheduled)


CASUALTIES = {"kind": "mass_casualty", "levels": {"moderate": 5, "severe": 10}, "update_every": 0, "resolve_after": 0}


def test_a_mass_casualty_incident_is_told_once_with_its_toll_growing() -> None:
    scene = Scene(rules(CASUALTIES))
    [raised] = scene.tell(NOON, an_incident(killed=5))
    scene.tell(after(hours=1), an_incident(killed=8, published=after(hours=1)))
    [promoted] = scene.tell(after(hours=2), an_incident(killed=12, published=after(hours=2)))
    assert raised.headline == "Nizhyn, Chernihiv Oblast: one strike, 5 killed"
    assert raised.headline_uk == "Ніжин, Чернігівська область: один удар, 5 загиблих"
    assert promoted.event == "promoted"
    assert scene.told() == ["raised", "updated", "promoted"]
    assert {alert.incident_id for alert in scene.history} == {"i-1"}


def test_sources_that_disagree_are_said_to() -> None:
    scene = Scene(rules({**CASUALTIES, "levels": {"severe": 4}}))
    [raised] = scene.tell(NOON, an_incident(killed=fused((4, 7), [4, 7])))
    assert raised.headline.endswith("at least 4 killed, sources disagree: 4–7")
    assert raised.headline_uk is not None
    assert raised.headline_uk.endswith("щонайменше 4 загиблі, джерела розходяться: 4–7")


def test_civilian_and_military_dead_of_one_incident_add_up() -> None:
    scene = Scene(rules(CASUALTIES))
    both = an_incident(
        casualties=[{"group": "civilian", "killed": fused(3)}, {"group": "military", "killed": fused(2)}]
    )
    [raised] = scene.tell(NOON, both)
    assert raised.value.low == 5


def test_without_news_for_a_day_the_alert_is_over_and_not_raised_again() -> None:
    scene = Scene(rules(CASUALTIES))
    scene.tell(NOON, an_incident(killed=6))
    for hour in range(1, 80):
        scene.tell(after(hours=hour))
    scene.tell(after(hours=81), an_incident(killed=7, published=after(hours=81)))
    assert scene.told() == ["raised", "resolved"]


def test_what_happened_long_ago_is_history_and_no_alert() -> None:
    scene = Scene(rules(CASUALTIES))
    assert scene.tell(NOON, an_incident(killed=40, at=after(days=-20))) == []


def test_an_incident_that_proves_to_be_another_one_keeps_its_alert() -> None:
    scene = Scene(rules(CASUALTIES))
    [raised] = scene.tell(NOON, an_incident("i-1", killed=6))
    merged = an_incident("i-1", status="merged", merged_into="i-2")
    scene.tell(after(hours=1), merged, an_incident("i-2", killed=6, published=after(hours=1)))
    [promoted] = scene.tell(after(hours=2), an_incident("i-2", killed=11, published=after(hours=2)))
    assert promoted.alert_id == raised.alert_id
    assert promoted.incident_id == "i-2"
    assert scene.told() == ["raised", "promoted"]


def test_two_alerted_incidents_that_prove_to_be_one_leave_one_alert() -> None:
    scene = Scene(rules(CASUALTIES))
    scene.tell(NOON, an_incident("i-1", killed=6), an_incident("i-2", killed=6))
    [cancelled] = scene.tell(after(hours=1), an_incident("i-1", status="merged", merged_into="i-2"))
    assert (cancelled.event, cancelled.incident_id) == ("cancelled", "i-1")
    assert cancelled.changed == "the incident is the same as another one"


@pytest.mark.parametrize(
    ("heir", "events"),
    [
        ({}, ["raised", "promoted"]),
        ({"at": after(hours=-20)}, ["raised", "raised", "cancelled"]),
        ({"source": "another"}, ["raised", "raised", "cancelled"]),
        ({"place": {"name": "Pryluky", "region": "UA-74"}}, ["raised", "raised", "cancelled"]),
    ],
)
def test_a_report_that_replaces_another_tells_of_the_same_situation(heir: dict[str, Any], events: list[str]) -> None:
    scene = Scene(rules(CASUALTIES))
    scene.tell(NOON, an_incident("i-1", killed=6))
    scene.tell(after(hours=1), an_incident("i-1", status="superseded"), an_incident("i-2", killed=11, **heir))
    scene.tell(after(hours=1, seconds=30))
    assert sorted(scene.told()) == sorted(events)


@pytest.mark.parametrize(
    ("other", "events"),
    [
        ({"killed": 6}, ["raised"]),
        ({"killed": 12}, ["raised", "promoted"]),
        ({"killed": 6, "source": "another"}, ["raised", "raised", "cancelled"]),
        ({"killed": 1}, ["raised", "cancelled"]),
    ],
)
def test_a_toll_that_moves_to_another_incident_takes_its_alert_along(other: dict[str, Any], events: list[str]) -> None:
    scene = Scene(rules({**CASUALTIES, "resolve_after": 0}))
    scene.tell(NOON, an_incident("i-1", killed=6), an_incident("i-2", at=after(hours=-4)))
    scene.tell(after(hours=1), an_incident("i-1"), an_incident("i-2", at=after(hours=-4), **other))
    assert sorted(scene.told()) == sorted(events)


def test_a_report_replaced_by_one_without_the_toll_cancels_at_once() -> None:
    scene = Scene(rules({**CASUALTIES, "resolve_after": "30m"}))
    scene.tell(NOON, an_incident("i-1", killed=6))
    [cancelled] = scene.tell(
        after(hours=1), an_incident("i-1", status="superseded"), an_incident("i-2", killed=1, published=after(hours=1))
    )
    assert (cancelled.event, cancelled.revision) == ("cancelled", 2)
    assert cancelled.changed == "the reports behind it were replaced; killed from 6 to 1"


def test_an_incident_that_proves_to_be_a_smaller_one_cancels_at_once() -> None:
    scene = Scene(rules({**CASUALTIES, "resolve_after": "30m"}))
    scene.tell(NOON, an_incident("i-1", killed=6), an_incident("i-2", killed=1))
    [cancelled] = scene.tell(after(hours=1), an_incident("i-1", status="merged", merged_into="i-2"))
    assert cancelled.event == "cancelled"


def test_a_report_that_replaces_another_corrects_what_that_one_published() -> None:
    scene = Scene(rules(CORRECTION))
    scene.tell(NOON, an_incident("i-1", killed=12))
    scene.restart()
    [raised] = scene.tell(after(hours=1), an_incident("i-1", status="superseded"), an_incident("i-2", killed=4))
    assert (raised.baseline, raised.value.low) == (12, 4)
    # What had been published is remembered with the state, not only in the step.
    scene.restart()
    [updated] = scene.tell(after(hours=2), an_incident("i-2", killed=1, published=after(hours=2)))
    assert updated.baseline == 12


@pytest.mark.parametrize(("published", "told"), [((12, 19), 1), ((12, 13), 0), ((12, None), 1)])
def test_sources_that_begin_to_disagree_are_news_of_an_incident(published: tuple[int, int | None], told: int) -> None:
    scene = Scene(rules({**CASUALTIES, "update_by": 0.2}))
    scene.tell(NOON, an_incident(killed=12))
    assert len(scene.tell(after(hours=2), an_incident(killed=published, published=after(hours=2)))) == told


@pytest.mark.parametrize(("grade", "told"), [(4, False), (2, False), (1, True), (5, True)])
def test_a_grade_of_certainty_more_or_less_is_no_news_and_two_are(grade: int, told: bool) -> None:
    scene = Scene(rules(CASUALTIES))
    scene.tell(NOON, an_incident(killed=6, credibility=3))
    assert bool(scene.tell(after(hours=2), an_incident(killed=6, credibility=grade))) is told


CORRECTION = {"kind": "correction", "by": 5, "by_share": 0.5, **AT_ONCE}


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (4, 12, True),
        (12, 4, True),
        (4, 8, False),  # by 4 only
        (100, 110, False),  # by a tenth only
        ((4, None), 12, False),  # "at least 4" is not contradicted
        ((4, 14), 12, False),  # within what was said
    ],
)
def test_a_correction_contradicts_what_was_published_by_much(first: Any, then: Any, told: bool) -> None:
    scene = Scene(rules(CORRECTION))
    scene.tell(NOON, an_incident(killed=first))
    assert bool(scene.tell(after(hours=1), an_incident(killed=then))) is told


def test_a_correction_says_from_what_to_what() -> None:
    scene = Scene(rules(CORRECTION))
    scene.tell(NOON, an_incident(killed=12))
    [raised] = scene.tell(after(hours=1), an_incident(killed=4))
    assert raised.headline == "Nizhyn, Chernihiv Oblast: figure changed from 12 to 4 killed"
    assert raised.headline_uk == "Ніжин, Чернігівська область: цифру змінено з 12 на: 4 загиблі"
    assert (raised.baseline, raised.value.low) == (12, 4)


def test_the_next_correction_is_measured_from_the_last_one() -> None:
    scene = Scene(rules(CORRECTION))
    scene.tell(NOON, an_incident(killed=4))
    scene.tell(after(hours=1), an_incident(killed=12, published=after(hours=1)))
    scene.tell(after(hours=30))
    assert scene.told() == ["raised", "resolved"]
    scene.tell(after(hours=31), an_incident(killed=14, published=after(hours=31)))
    scene.tell(after(hours=32), an_incident(killed=30, published=after(hours=32)))
    assert scene.told() == ["raised", "resolved", "raised"]
    assert scene.history[-1].baseline == 12


def test_sources_that_no_number_reconciles_are_a_disagreement_told_once() -> None:
    scene = Scene(rules({"kind": "disagreement", "by": 5, **AT_ONCE}))
    scene.tell(NOON, an_incident(killed=fused((4, 7), [4, 7])))
    assert scene.told() == []
    [raised] = scene.tell(after(hours=1), an_incident(killed=fused((4, 12), [4, 12])))
    assert raised.headline.endswith("sources contradict each other: at most 4, or at least 12 killed")
    for hour in range(2, 60):
        scene.tell(after(hours=hour))
    assert scene.told() == ["raised", "resolved"]


def test_at_least_and_exactly_more_do_not_contradict_each_other() -> None:
    scene = Scene(rules({"kind": "disagreement", "by": 5, **AT_ONCE}))
    assert scene.tell(NOON, an_incident(killed=fused((4, 12), [(4, None), 12]))) == []


def test_what_an_attacker_claims_of_soldiers_is_contradicted_by_more_and_not_by_fewer() -> None:
    scene = Scene(rules({"kind": "disagreement", "by": 5, **AT_ONCE}))
    told = fused((4, 30), [30, 4])
    told["statements"][0]["counts_as"] = "at_most"
    assert scene.tell(NOON, an_incident(killed=told, group="military")) == []
    told = fused((60, 60), [30, 60])
    told["statements"][0]["counts_as"] = "at_most"
    [raised] = scene.tell(after(hours=1), an_incident(killed=told, group="military"))
    assert raised.headline.endswith("sources contradict each other: at most 30, or at least 60 killed")


def test_rules_put_in_force_later_see_what_is_known() -> None:
    scene = Scene(rules())
    scene.tell(NOON, counters(strikes=12))
    scene.alerting.reload(rules(strikes_rule()))
    [raised] = scene.tell(after(minutes=1))
    assert raised.event == "raised"


def test_a_live_alert_survives_other_rules_and_ends_with_its_own() -> None:
    other = {"kind": "mass_casualty", "name": "other", "levels": {"severe": 10}}
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    scene.alerting.reload(rules(strikes_rule(), other))
    assert scene.tell(after(minutes=1)) == []
    scene.alerting.reload(rules(other))
    [resolved] = scene.tell(after(minutes=2))
    assert (resolved.event, resolved.changed) == ("resolved", "the rule is no longer in force")


def test_rules_that_changed_while_no_worker_ran_are_noticed() -> None:
    scene = Scene(rules(strikes_rule()))
    scene.tell(NOON, counters(strikes=12))
    scene.restart(rules(strikes_rule(name="renamed")))
    assert [(alert.rule, alert.event) for alert in scene.tell(after(minutes=1))] == [
        ("rule-1", "resolved"),
        ("renamed", "raised"),
    ]


def test_a_rule_put_in_force_later_tells_of_what_is_known_and_others_tell_of_nothing_twice() -> None:
    scene = Scene(rules(CASUALTIES))
    scene.tell(
        NOON,
        an_incident("i-1", killed=12),
        an_incident("i-2", killed=2),
        an_incident("i-3", at=after(days=-9), killed=9),
    )
    scene.alerting.reload(rules(CASUALTIES, {**CASUALTIES, "name": "few", "levels": {"minor": 2}}))
    told = scene.tell(after(minutes=1))
    assert sorted((alert.rule, alert.incident_id) for alert in told) == [("few", "i-1"), ("few", "i-2")]
    scene.restart(rules(CASUALTIES, {**CASUALTIES, "name": "few", "levels": {"minor": 1}}))
    assert scene.tell(after(minutes=2)) == []
