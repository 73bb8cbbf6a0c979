"""The short form of ``make chaos``: a quarter of a minute in which every kind of fault happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.faults import DISK_SHARES, SHARES, plan
from tests.chaos.rehearsal import Rehearsal, rehearse
from tests.kafka.fixture import demand_kafka

SHORT = Rehearsal(seed=2024, seconds=10, per_second=120, mean_gap=0.8, workers=2, session_seconds=2.0, on_disk=True)


def test_a_seed_plans_the_same_faults_and_leaves_none_out() -> None:
    planned = plan(SHORT.seed, SHORT.seconds, SHORT.mean_gap, on_disk=True)
    assert planned == plan(SHORT.seed, SHORT.seconds, SHORT.mean_gap, on_disk=True)
    assert {fault.kind for fault in planned} == {*SHARES, *DISK_SHARES}
    assert all(0 < fault.at < SHORT.seconds for fault in planned)


@pytest.mark.broker
async def test_after_every_kind_of_fault_the_numbers_are_those_of_the_reports_alone(tmp_path: Path) -> None:
    demand_kafka()
    outcome = await rehearse(SHORT, tmp_path)
    verdict = outcome.verdict
    assert outcome.wrong == []
    assert verdict.largest_difference == 0
    assert sum(verdict.fates.values()) == verdict.records_in >= outcome.published > 500
    assert outcome.faults["kill"] + outcome.faults["damage"] > 0
    assert outcome.faults["broker"] > 0
    assert outcome.starts > SHORT.workers
