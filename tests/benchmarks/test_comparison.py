"""What the comparison with other systems rests on: one definition of the work, and a stage that does it."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.comparison import __main__ as comparison
from benchmarks.comparison import page
from benchmarks.comparison.figures_file import RESULTS
from benchmarks.comparison.topics import task
from tests.builders import NOON

run_engine = __import__("run_engine")  # beside the task, on the path that the import above has set


class _Record:
    key, headers, topic, partition, timestamp = None, (), "reports", 0, 0

    def __init__(self, offset: int, value: bytes) -> None:
        self.offset, self.value = offset, value


def _records(reports: list[task.Sent]) -> list[Any]:
    return [_Record(offset, report.value) for offset, report in enumerate(reports)]


@given(st.lists(st.integers(0, 60), max_size=80))
def test_a_rolling_count_is_the_count_of_the_24_hours_up_to_the_newest(hours: list[int]) -> None:
    rolling = task.Hours()
    for hour in sorted(hours):
        rolling.add(1_000 + hour)
    newest = max(hours, default=0)
    assert rolling.total == sum(newest - task.WINDOW_HOURS < hour for hour in hours)
    assert task.Hours(dict(rolling.counts)).total == rolling.total


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(20, 60), min_size=3, max_size=8), st.sets(st.integers(0, 7)), st.integers(1, 9))
def test_the_stage_counts_right_whenever_it_is_opened_anew(sizes: list[int], crashes: set[int], days: int) -> None:
    reports = list(task.generate(sum(sizes), span=timedelta(days=days), repeats=0.2))
    items: dict[bytes, bytes] = {}
    told: dict[str, tuple[int, int]] = {}
    state, records = run_engine.RegionCounts(items, "results"), _records(reports)
    for number, size in enumerate(sizes):
        block, records = records[:size], records[size:]
        state.take(block)
        if number in crashes:  # what was taken and not stored is gone, and the block comes again
            state = run_engine.RegionCounts(items, "results")
            state.take(block)
        step = state.step(NOON)
        for key, value in step.changes.items():
            if value is None:
                items.pop(key, None)
            else:
                items[key] = value
        told |= {output.key.decode(): _result(output.value) for output in step.outputs}
        if number in crashes:
            state = run_engine.RegionCounts(items, "results")
    assert told == task.expected(iter(reports))


def test_a_report_that_is_none_is_refused_alone() -> None:
    reports = list(task.generate(20, repeats=0.0))
    state = run_engine.RegionCounts({}, "results")
    state.take([*_records(reports), _Record(20, b"{}"), _Record(21, reports[0].value + b"," + reports[1].value)])
    assert state.refused == 2
    counts = [_result(output.value)[1] for output in state.step(NOON).outputs]
    assert sum(counts) == sum(count for _, count in task.expected(iter(reports)).values())


def test_the_page_says_what_was_measured() -> None:
    written = page.PAGE.read_text()
    assert page.filled(written, json.loads(RESULTS.read_text())) == written


def _result(value: bytes) -> tuple[int, int]:
    told = json.loads(value)
    return told["hour"], told["count"]


def test_a_section_that_fails_does_not_end_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(*_: object) -> dict[str, int]:
        raise RuntimeError("3 workers were never at work at the same time")

    scratch = tmp_path / "figures.json"
    arguments = ["comparison", "workers", "recovery", "--broker", "embedded", "--scratch", str(scratch)]
    monkeypatch.setattr(sys, "argv", arguments)
    monkeypatch.setattr(comparison, "PEERS_PYTHON", tmp_path)
    monkeypatch.setattr(comparison, "prefer", lambda: None)
    monkeypatch.setattr(comparison.workers, "measure", refuses)
    monkeypatch.setattr(comparison.recovery, "measure", lambda scale: {"scale": scale})

    assert comparison.main() == 1
    assert "NOT MEASURED: workers embedded" in capsys.readouterr().err
    assert json.loads(scratch.read_text()).keys() == {"recovery"}
