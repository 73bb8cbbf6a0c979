"""What the watchdog takes for a standstill, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.config import EngineConfig
from streams.engine.health import Health
from streams.engine.observer import SilentObserver
from streams.engine.running_time import RunningTime
from streams.engine.watchdog import Watchdog
from tests.laws import law

PATIENCE: Final = 60.0
ENDLESS: Final = 600.0


class Stopwatch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_watchdog(health: Health, watch: Stopwatch | RunningTime) -> Watchdog:
    config = EngineConfig(
        bootstrap_servers=("broker:9092",), stuck_after_seconds=PATIENCE, endless_after_seconds=ENDLESS
    )
    return Watchdog("fusion", config, SilentObserver(), health, now=watch)


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


def test_a_block_that_gets_on_without_an_end_is_stuck_at_last() -> None:
    health, watch = Health(), Stopwatch()
    dog = a_watchdog(health, watch)
    dog.begin(0, 40)
    for now in range(0, 620, 10):
        assert not dog.stuck
        watch.now = now
        dog.at_work(0, slices=now)
        dog.see(0, lag=5)
    assert dog.stuck
    assert health.reasons() == [
        "fusion: partition 0 has, at work all the while, not been committed for 610 s though 5 records wait"
    ]


def test_from_a_long_block_on_its_commit_has_as_long_as_any_standstill() -> None:
    watch = Stopwatch()
    dog = a_watchdog(Health(), watch)
    dog.begin(0, 40)
    dog.delivered(0, 40)
    watch.now = 59
    dog.acknowledged(0)
    watch.now = 118
    dog.acknowledged(0)  # another block: where a commit is missing it is no sign of life
    dog.see(0, lag=5)
    assert not dog.stuck
    watch.now = 120
    dog.see(0, lag=5)
    assert dog.stuck


# -- the process's own time ------------------------------------------------------------------------------------------


@dataclass
class Machine:
    """A process that wants to look every second: how late it comes and how much it worked meanwhile is ours to say."""

    wall: float = 0.0
    used: float = 0.0
    clock: RunningTime = field(init=False)

    def __post_init__(self) -> None:
        self.clock = RunningTime(1.0, now=lambda: self.wall, used=lambda: self.used)

    def pass_by(self, seconds: float, *, working: float = 0.0) -> None:
        self.wall += seconds
        self.used += working
        self.clock.look()


def test_the_clock_is_that_on_the_wall_for_who_looks_in_time() -> None:
    machine = Machine()
    for _ in range(10):
        machine.pass_by(1.0, working=0.25)
    assert machine.clock() == 10


def test_who_is_kept_from_running_loses_no_patience() -> None:
    machine = Machine()
    machine.pass_by(107.0, working=0.25)
    assert machine.clock() == 1.25


def test_who_keeps_itself_from_looking_is_not_starved() -> None:
    machine = Machine()
    machine.pass_by(30.0, working=29.5)
    assert machine.clock() == 30


LOOKS: Final = st.lists(
    st.tuples(
        st.floats(0.0, 500.0).map(lambda late: round(1.0 + late, 3)),
        st.floats(0.0, 1.0),
        st.sampled_from(["nothing", "slice", "delivered", "done", "committed", "no lag"]),
    ),
    max_size=60,
)
"""Looks of a process: after how many seconds, at work for which part of them, and what has happened in between."""


def a_life(looks: list[tuple[float, float, str]]) -> tuple[Machine, Watchdog, list[bool]]:
    """Live through ``looks``; return also whether the watchdog took the partition for stuck at each."""
    machine = Machine()
    dog = a_watchdog(Health(), machine.clock)
    dog.begin(0, 0)
    verdicts = []
    for number, (seconds, share, happened) in enumerate(looks, 1):
        machine.pass_by(seconds, working=seconds * share)
        if happened == "slice":
            dog.at_work(0, slices=number)
        elif happened == "delivered":
            dog.delivered(0, 0)
        elif happened == "done":
            dog.acknowledged(0)
        elif happened == "committed":
            dog.note_commit(0, number)
        dog.see(0, lag=0 if happened == "no lag" else 5)
        verdicts.append(dog.stuck)
    return machine, dog, verdicts


@given(LOOKS)
@law(200)
def test_nobody_is_stuck_who_had_no_time_to_get_on(looks: list[tuple[float, float, str]]) -> None:
    """However late the looks come: what a process had of them is a second each, and what it worked."""
    had = list(accumulate(min(seconds, 1.0 + seconds * share) for seconds, share, _ in looks))
    since = 0.0
    for (_, _, happened), now, stuck in zip(looks, had, a_life(looks)[2], strict=True):
        if happened in {"committed", "no lag"}:
            since = now
        assert not (stuck and now - since <= PATIENCE)


@given(LOOKS)
@law(200)
def test_whatever_went_before_a_standstill_is_noticed_in_time(looks: list[tuple[float, float, str]]) -> None:
    machine, dog, _ = a_life(looks)
    for _ in range(round(PATIENCE) + 1):
        machine.pass_by(1.0)
        dog.see(0, lag=5)
    assert dog.stuck


@given(st.lists(st.sampled_from(["slice", "delivered", "done"]), min_size=1, max_size=5))
@law(50)
def test_without_a_commit_it_ends_however_it_gets_on(signs: list[str]) -> None:
    looks = [(1.0, 1.0, signs[number % len(signs)]) for number in range(round(ENDLESS) + 1)]
    assert a_life(looks)[2][-1]
