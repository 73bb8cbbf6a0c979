"""An event loop that hangs is noticed from outside it; one that is starved is not taken for one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from streams.engine.loop_watch import LoopJudge
from tests.broker.live import DEADLINE_SECONDS

LIMIT, ENDLESS = 60.0, 600.0

_A_LOOP_THAT: Final = """
import asyncio, itertools, threading
from streams.engine.config import EngineConfig
from streams.engine.loop_watch import LoopWatch

def {name}():
    {body}

async def main():
    async with LoopWatch(EngineConfig(bootstrap_servers=("b:1",), stuck_after_seconds=0.5)):
        await asyncio.sleep(0.1)
        {name}()

asyncio.run(main())
"""


def a_judge() -> LoopJudge:
    """A judge that has just seen a beat."""
    judge = LoopJudge(LIMIT, ENDLESS)
    judge.beat()
    assert judge.look(0.0, 0.0) is None
    return judge


def test_a_loop_that_comes_round_never_hangs() -> None:
    judge = a_judge()
    for second in range(1, 1_000):
        judge.beat()
        assert judge.look(float(second), 0.9 * second) is None


def test_a_loop_that_goes_in_circles_hangs() -> None:
    judge = a_judge()
    assert judge.look(60.0, 59.0) is None
    assert judge.look(62.0, 61.0) == "it has computed for 61 s without coming round"


def test_a_loop_that_waits_in_a_call_hangs() -> None:
    judge = a_judge()
    assert judge.look(59.0, 0.0) is None
    assert judge.look(61.0, 0.0) == "it has waited for 61 s in a call that does not return"


def test_a_starved_loop_does_not_hang_while_it_runs_now_and_then() -> None:
    judge = a_judge()
    for second in range(1, 600):
        assert judge.look(float(second), second // 10 * 0.003) is None  # a slice of 3 ms in ten seconds


def test_a_loop_that_never_comes_round_hangs_at_last_whatever_it_does() -> None:
    judge = a_judge()
    verdicts = [judge.look(float(second), second // 10 * 0.003) for second in range(1, 602)]
    assert verdicts[-1] == "it has not come round for 601 s"


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("waits_for_good", "threading.Event().wait()", "it has waited for"),
        ("goes_in_circles", "sum(0 for _ in itertools.count())", "it has computed for"),
    ],
)
def test_a_process_whose_loop_hangs_ends_with_code_1_and_says_where(name: str, body: str, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _A_LOOP_THAT.format(name=name, body=body)],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert ended.returncode == 1
    assert f"the event loop hangs: {said}" in ended.stderr
    assert f"in {name}" in ended.stderr


def test_a_loop_that_ends_in_order_is_left_alone() -> None:
    code = _A_LOOP_THAT.format(name="returns", body="pass")
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
