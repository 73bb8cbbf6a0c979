"""Ready and healthy tell the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.engine.config import EngineConfig
from streams.engine.health import Health, Phase
from streams.engine.observer import SilentObserver
from streams.engine.watchdog import Watchdog


class Stopwatch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_config(**settings: Any) -> EngineConfig:
    return EngineConfig(bootstrap_servers=("broker:9092",), **settings)


def a_watchdog(health: Health, watch: Stopwatch) -> Watchdog:
    return Watchdog("fusion", a_config(stuck_after_seconds=60), SilentObserver(), health, now=watch)


def test_ready_only_when_every_stage_is_running() -> None:
    health = Health()
    assert not health.ready
    health.phases = {"intake": Phase.RUNNING, "fusion": Phase.RECOVERING}
    assert not health.ready
    assert health.reasons() == ["fusion: recovering"]
    health.phases["fusion"] = Phase.RUNNING
    assert health.ready
    assert health.healthy


def test_a_failed_stage_is_not_healthy() -> None:
    assert not Health({"fusion": Phase.FAILED}).healthy


def test_an_offset_that_stands_still_with_lag_is_stuck_after_the_limit_and_no_sooner() -> None:
    health, watch = Health(), Stopwatch()
    dog = a_watchdog(health, watch)
    dog.see(0, lag=5)
    watch.now = 59
    dog.see(0, lag=5)
    assert health.healthy
    watch.now = 61
    dog.see(0, lag=9)
    assert dog.stuck
    assert health.reasons() == ["fusion: partition 0 has not been committed for 61 s though 9 records wait"]


@pytest.mark.parametrize("relief", ["commit", "no lag", "revoked"])
def test_a_stuck_partition_is_freed(relief: str) -> None:
    health, watch = Health(), Stopwatch()
    dog = a_watchdog(health, watch)
    dog.see(0, lag=5)
    watch.now = 100
    dog.see(0, lag=5)
    assert not health.healthy
    if relief == "commit":
        dog.note_commit(0, 7)
    elif relief == "no lag":
        dog.see(0, lag=0)
    else:
        dog.forget(0)
    assert health.healthy
    assert not dog.stuck


def test_committing_the_same_offset_again_is_no_progress() -> None:
    health, watch = Health(), Stopwatch()
    dog = a_watchdog(health, watch)
    dog.note_commit(0, 7)
    for now in (30, 61):
        watch.now = now
        dog.note_commit(0, 7)
        dog.see(0, lag=5)
    assert dog.stuck


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"bootstrap_servers": ()}, "at least one broker"),
        ({"store": "rocksdb"}, "needs a folder"),
        ({"session_timeout_seconds": 60.0}, "must not be shorter"),
        ({"block_records": 0}, "block_records"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        EngineConfig(**{"bootstrap_servers": ("b:1",), **settings})


def test_security_settings_reach_every_client() -> None:
    config = a_config(security={"security_protocol": "SASL_SSL"}, folder=Path("state"))
    assert config.client_settings()["security_protocol"] == "SASL_SSL"


def test_reading_begins_at_the_committed_offset_or_at_the_first_block() -> None:
    dog = a_watchdog(Health(), Stopwatch())
    dog.begin(0, 40)
    dog.delivered(0, 45)
    assert dog.committed(0) == 40
    dog.begin(1, None)
    assert dog.committed(1) is None
    dog.delivered(1, 7)
    dog.delivered(1, 9)
    assert dog.committed(1) == 7


def test_a_heavy_block_that_gets_on_is_not_stuck_but_one_whose_commit_fails_is() -> None:
    watch = Stopwatch()
    dog = a_watchdog(Health(), watch)
    dog.begin(0, 40)
    for now in range(0, 600, 10):
        watch.now = now
        dog.at_work(0, slices=now)
        dog.see(0, lag=5)
    assert not dog.stuck
    dog.acknowledged(0)
    for now in range(600, 670, 10):  # the next block gets on, the commit of the one before it does not
        watch.now = now
        dog.at_work(0, slices=now)
        dog.see(0, lag=5)
    assert dog.stuck


def test_a_block_that_takes_nothing_is_stuck() -> None:
    watch = Stopwatch()
    dog = a_watchdog(Health(), watch)
    for now in range(0, 80, 10):
        watch.now = now
        dog.at_work(0, slices=3)
        dog.see(0, lag=5)
    assert dog.stuck


def test_a_recovering_partition_is_not_stuck_however_long_it_takes() -> None:
    watch = Stopwatch()
    dog = a_watchdog(Health(), watch)
    dog.begin(0, 40)
    for now in range(0, 600, 10):
        watch.now = now
        dog.wait(0)
    dog.see(0, lag=5)
    assert not dog.stuck


def test_a_rebalance_that_never_ends_is_stuck_and_one_that_does_is_not() -> None:
    health, watch = Health(), Stopwatch()
    dog = a_watchdog(health, watch)
    dog.rebalancing(True)
    watch.now = 119  # 60 s of a rebalance's own, 60 s of standstill
    dog.rebalancing(True)
    assert health.healthy
    watch.now = 121
    dog.rebalancing(True)
    assert dog.stuck
    assert health.reasons() == ["fusion: the rebalance has not ended for 121 s"]
    dog.rebalancing(False)
    assert health.healthy
