"""Which records a reader wants."""

from __future__ import annotations

import pytest

from schemas.alert import AlertEvent
from schemas.vocabulary import Severity
from streams.client import AlertFilter, subscribe
from streams.settings import Settings
from tests.delivery.scene import an_alert


@pytest.mark.parametrize(
    ("regions", "wanted"),
    [((), True), (("UA-74",), True), (("UA",), True), (("UA-*",), True), (("RU-*", "UA-7?"), True), (("RU",), False)],
)
def test_regions_are_codes_patterns_or_countries(regions: tuple[str, ...], wanted: bool) -> None:
    assert AlertFilter(regions=regions).wants(an_alert()) is wanted


def test_an_alert_about_a_set_is_about_each_member() -> None:
    alert = an_alert(region="UA", region_set="donbas", regions=["UA-09", "UA-14"])
    assert AlertFilter(regions=("UA-14",)).wants(alert)
    assert not AlertFilter(regions=("UA-74",)).wants(alert)


def test_whoever_heard_of_an_alert_hears_of_its_end() -> None:
    wanted = AlertFilter(min_severity=Severity.SEVERE)
    assert not wanted.wants(an_alert(severity="moderate"))
    assert wanted.wants(an_alert(severity="moderate", peak="severe", event="resolved", status="resolved"))


def test_events_and_rules_choose_too() -> None:
    assert not AlertFilter(events=frozenset({AlertEvent.RESOLVED})).wants(an_alert())
    assert not AlertFilter(rules=("surge",)).wants(an_alert())


def test_what_makes_no_sense_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match="either a group or positions"):
        subscribe(Settings(), group="g", positions={0: 1})
    with pytest.raises(ValueError, match="dire"):
        subscribe(Settings(), min_severity="dire")
    with pytest.raises(ValueError, match="'Chernihiv' is no region code such as UA-74"):
        subscribe(Settings(), regions=["Chernihiv"])


def test_one_region_may_be_given_as_it_is() -> None:
    """Else its letters would be taken for regions, and nothing would ever come."""
    assert subscribe(Settings(), regions="UA-74")._wanted.regions == ("UA-74",)
