"""A generated month with known truth, through intake, fusion and the rules that ship."""

from __future__ import annotations

import pytest

from benchmarks.alert_month import Outcome, judge, play, with_noise
from seeds.month import Situation, a_month
from streams.processors.world import World
from streams.settings.rules_file import default_rules, load_rules


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    found = Outcome()
    month = a_month(seed=3, incidents=250)
    judge(month, *play(month, with_noise(load_rules(default_rules())), World.load()), found)
    return found


@pytest.mark.parametrize("situation", Situation)
def test_every_planted_situation_is_alerted_exactly_once(outcome: Outcome, situation: Situation) -> None:
    assert outcome.planted[situation] == 5
    assert outcome.alerted_once[situation] == 5, outcome.wrong


def test_no_quiet_region_is_alerted(outcome: Outcome) -> None:
    assert outcome.in_quiet_regions == 0


def test_a_rate_that_does_not_change_is_no_surge(outcome: Outcome) -> None:
    assert outcome.false_surges == 0


def test_patience_spares_most_records_and_no_situation(outcome: Outcome) -> None:
    records, impatient = sum(outcome.patient.values()), sum(outcome.impatient.values())
    assert outcome.findings > 2 * impatient, "a life alone spares most"
    assert records < 0.75 * impatient, "and patience spares more"
    assert outcome.patient["raised"] < outcome.impatient["raised"]
    assert outcome.patient["raised"] <= 0.15 * outcome.region_days
