"""Rules over a set of regions: the sum over partitions is exact, and its alert has one life."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import MAX_COUNT
from schemas.counters import RegionCountersV1
from streams.core.alerting import RuleSet
from tests.core.alerting.scene import NOON, Scene, SetScene, after, an_incident, counters, rules, strikes_rule

DONBAS = {"names": {"en": "Donbas", "uk": "Донбас"}, "regions": ["UA-14", "UA-09"]}


def donbas(**fields: Any) -> RuleSet:
    return rules(strikes_rule(set="donbas", **fields), sets={"donbas": DONBAS})


class TwoPartitions:
    """UA-14 in one partition, UA-09 in another, the set in a third."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.partitions = {"UA-14": Scene(rule_set), "UA-09": Scene(rule_set)}
        self.sets = SetScene(rule_set)

    def tell(self, at: Any, *published: Any) -> list[Any]:
        steps = []
        for found in published:
            scene = self.partitions[found.region]
            assert scene.tell(at, found) == [], "a rule over a set says nothing of its members"
            steps.append(scene.last)
        return self.sets.tell(at, *steps)


def test_members_in_different_partitions_add_up() -> None:
    world = TwoPartitions(donbas())
    assert world.tell(NOON, counters("UA-14", strikes=7)) == []
    [raised] = world.tell(after(minutes=1), counters("UA-09", strikes=4))
    assert raised.value.low == 11
    assert (raised.region, raised.region_set, raised.regions) == ("UA", "donbas", ("UA-09", "UA-14"))
    assert raised.headline == "Donbas: 11 strikes in 24 hours"
    assert raised.headline_uk == "Донбас: 11 ударів за 24 години"


def test_a_member_s_newer_record_replaces_its_older_one() -> None:
    world = TwoPartitions(donbas())
    for _ in range(5):
        world.tell(NOON, counters("UA-14", strikes=7))
    assert world.sets.history == []


def test_the_evidence_comes_from_all_members() -> None:
    world = TwoPartitions(donbas(levels={"minor": 2}))
    world.tell(NOON, an_incident("east", region="UA-09"), an_incident("west", region="UA-14"))
    world.tell(NOON, counters("UA-14", strikes=1))
    [raised] = world.tell(NOON, counters("UA-09", strikes=1))
    assert {found.incident_id for found in raised.evidence} == {"east", "west"}


def test_a_retraction_in_one_member_cancels() -> None:
    world = TwoPartitions(donbas(levels={"minor": 2}))
    world.tell(NOON, an_incident("east", region="UA-09"))
    world.tell(NOON, counters("UA-14", strikes=1), counters("UA-09", strikes=1))
    scene = world.partitions["UA-09"]
    scene.tell(after(hours=1), an_incident("east", region="UA-09", status="retracted"), counters("UA-09", strikes=0))
    [cancelled] = world.sets.tell(after(hours=1), scene.last)
    assert cancelled.event == "cancelled"


def test_a_region_outside_the_set_is_not_counted() -> None:
    scene = Scene(donbas())
    scene.tell(NOON, counters("UA-74", strikes=50))
    assert scene.last.members == []


def test_members_of_several_countries_have_no_country() -> None:
    border = {"names": {"en": "Border"}, "regions": ["UA-14", "RU-*"]}
    rule_set = rules(strikes_rule(set="border"), sets={"border": border})
    scene, sets = Scene(rule_set), SetScene(rule_set)
    scene.tell(NOON, counters("RU-BEL", strikes=9), counters("UA-14", strikes=9))
    [raised] = sets.tell(NOON, scene.last)
    assert raised.region == "ZZ"


def test_a_set_put_in_force_later_is_told_of_all_its_members() -> None:
    scene = Scene(rules())
    scene.tell(NOON, counters("UA-14", strikes=7), counters("UA-09", strikes=4))
    scene.alerting.reload(donbas())
    scene.tell(after(minutes=1))
    [raised] = SetScene(donbas()).tell(after(minutes=1), scene.last)
    assert raised.value.low == 11


def test_a_set_is_sent_only_what_is_new_to_it() -> None:
    scene = Scene(donbas())
    scene.tell(NOON, counters("UA-14", by={"24h": 7}))
    assert len(scene.last.members) == 1
    scene.tell(after(minutes=1), counters("UA-14", by={"24h": 7, "30d": 90}))
    assert scene.last.members == [], "no rule looks at 30 days"
    scene.restart()
    scene.tell(after(minutes=2), counters("UA-14", by={"24h": 7}))
    assert len(scene.last.members) == 1, "who starts anew does not know what was sent"


def test_a_sum_beyond_what_a_figure_may_be_is_open() -> None:
    rule_set = rules(strikes_rule(set="donbas", measure="killed"), sets={"donbas": DONBAS})
    scene, sets = Scene(rule_set), SetScene(rule_set)
    scene.tell(NOON, counters("UA-14", killed=MAX_COUNT), counters("UA-09", killed=MAX_COUNT))
    [raised] = sets.tell(NOON, scene.last)
    assert (raised.value.low, raised.value.high) == (MAX_COUNT, None)


COUNTS = st.lists(st.tuples(st.sampled_from(["UA-14", "UA-09"]), st.integers(0, 20)), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(COUNTS, st.data())
def test_the_sum_is_exact_and_a_restart_or_a_redelivery_changes_nothing(
    counts: list[tuple[str, int]], data: st.DataObject
) -> None:
    rule_set = donbas(levels={"minor": 10}, clear=1)
    partition, whole, restarted = Scene(rule_set), SetScene(rule_set), SetScene(rule_set)
    held: dict[str, int] = {}
    for minute, (region, strikes) in enumerate(counts):
        held[region] = strikes
        told: RegionCountersV1 = counters(region, strikes=strikes)
        partition.tell(after(minutes=minute), told)
        whole.tell(after(minutes=minute), partition.last)
        times = 1 + data.draw(st.integers(0, 1), label="redelivered")
        restarted.tell(after(minutes=minute), *[partition.last] * times)
        if data.draw(st.booleans(), label="restart"):
            restarted.restart()
        live = bool(whole.history) and whole.history[-1].is_live
        assert live is (sum(held.values()) >= 10)
    assert restarted.history == whole.history
