"""The same core over a file, and the whole service in one command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from rich.console import Console

import seeds
from schemas.counters import RegionCountersV1
from schemas.vocabulary import WindowName
from streams.cli.application import main
from streams.cli.demo_board import board, has_something, layout_for, most_affected_first, packed
from streams.cli.demo_counts import Counts, counts_in
from streams.cli.demo_feed import founding_case, generated_day
from streams.cli.demo_stack import ORIGIN
from streams.client import InvalidReport
from streams.client.validation import validated
from tests.broker.live import DEADLINE_SECONDS

FOUNDING_CASE = Path(seeds.__file__).parent / "founding_case.jsonl"
NOON = "2025-10-22T12:00:00Z"


def counters(region: str, **h24: Any) -> RegionCountersV1:
    windows: dict[str, Any] = {name.value: {} for name in WindowName}
    for name in ("24h", "7d", "30d"):
        windows[name] = h24
    return RegionCountersV1.model_validate_json(
        json.dumps({"region": region, "as_of": NOON, "windows": windows}).encode()
    )


def rendered(regions: list[RegionCountersV1], width: int, rows: int = 30) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(board(regions, {"UA-74": "Chernihiv", "UA-23": "Zaporizhzhia"}, width=width, rows=rows))
    return [line.rstrip() for line in captured.get().splitlines()]


# -- replay


def test_a_replay_is_the_same_to_the_byte_every_time(sitrep: Any, sitrep_process: Any) -> None:
    first = sitrep_process("replay", FOUNDING_CASE, "--as-of", NOON)
    assert first.returncode == 0
    assert first.stdout == sitrep("replay", FOUNDING_CASE, "--as-of", NOON).stdout
    regions = [json.loads(line)["region"] for line in first.stdout.splitlines()]
    assert regions == sorted(regions)
    assert {"RU-BRY", "UA-30", "UA-23", "UA-12", "UA-51", "UA-74"} <= set(regions)


def test_what_was_not_yet_published_was_not_known(sitrep: Any) -> None:
    early = sitrep("replay", FOUNDING_CASE, "--as-of", "2025-10-22T05:10:00Z")
    assert early.returncode == 0
    assert "not yet published" in early.stderr
    assert "RU-BRY" not in early.stdout


def test_lines_that_cannot_be_used_are_named_and_the_others_count(sitrep: Any) -> None:
    done = sitrep("replay", "-", "--as-of", NOON, stdin="not json\n" + FOUNDING_CASE.read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert done.stdout == sitrep("replay", FOUNDING_CASE, "--as-of", NOON).stdout
    assert "standard input:1: not JSON: expected true, false or null at column 2\n" in done.stderr
    assert "1 line unusable" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json\n{}\n", "no line could be used"),
        ("", "there are no reports in the input"),
        ("\n \n", "there are no reports in the input"),
    ],
)
@pytest.mark.parametrize("as_of", [[], ["--as-of", NOON]])
def test_input_of_which_nothing_can_be_used_is_bad_input(
    sitrep: Any, content: str, said: str, as_of: list[str]
) -> None:
    done = sitrep("replay", "-", *as_of, stdin=content)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_what_was_all_published_later_is_no_bad_input(sitrep: Any) -> None:
    done = sitrep("replay", FOUNDING_CASE, "--as-of", "2020-01-01T00:00:00Z")
    assert done.returncode == 0
    assert "7 not yet published" in done.stderr


def test_incidents_can_be_written_instead(sitrep: Any) -> None:
    documents = [
        json.loads(line) for line in sitrep("replay", FOUNDING_CASE, "--write", "incidents").stdout.splitlines()
    ]
    assert documents
    assert all("incident_id" in document for document in documents)


def test_on_a_terminal_a_replay_is_for_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    for wanted, told in (("counters", "UA-74  Chernihiv"), ("incidents", "UA-30 Kyiv, corroborated, r1, 2 voices")):
        with pytest.raises(SystemExit):
            main(["replay", str(FOUNDING_CASE), "--as-of", NOON, "-w", wanted])
        shown = capsys.readouterr().out
        assert told in shown
        assert "{" not in shown


# -- the demo's table


def test_the_most_affected_region_comes_first() -> None:
    quiet = counters("UA-01")
    struck = counters("UA-02", strikes={"incidents": 9})
    bled = counters("UA-03", casualties={"killed": {"low": 1, "best": None, "high": None}})
    assert [region.region for region in most_affected_first([quiet, struck, bled])] == ["UA-03", "UA-02", "UA-01"]


def test_only_regions_with_something_are_shown() -> None:
    assert not has_something(counters("UA-01"))
    assert not has_something(counters("UA-01", casualties={"killed": {"low": 0, "best": 0, "high": 0}}))
    assert has_something(counters("UA-01", outages={"active": 1}))
    assert "UA-01" not in "".join(rendered([counters("UA-01"), counters("UA-02", strikes={"incidents": 1})], 80))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 140, 160, 200])
def test_the_table_fits_its_terminal_with_nothing_cut(width: int) -> None:
    figures = {
        "strikes": {"incidents": 123},
        "outages": {"started": 45, "active": 12},
        "casualties": {
            "killed": {"low": 10, "best": 12, "high": 17},
            "wounded": {"low": 100, "best": None, "high": 170},
        },
    }
    lines = rendered([counters("UA-74", **figures), counters("UA-23", **figures)], width)
    assert max(map(len, lines)) <= width
    row = next(line for line in lines if line.startswith("UA-74"))
    layout = layout_for(width)
    for text, times in (("123", len(layout.strikes)), ("10–17", len(layout.killed)), ("100–170", len(layout.wounded))):
        # The hour and six-hour windows are empty here.
        assert 1 <= len(re.findall(rf"(?<!\d){text}(?!\d)", row)) <= times
    assert "…" not in row


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(("rows", "said"), [(4, "and 6 more regions"), (9, "and 1 more region")])
def test_more_regions_than_rows_are_said(rows: int, said: str, width: int) -> None:
    lines = rendered([counters(f"UA-{n:02}", strikes={"incidents": n}) for n in range(1, 11)], width, rows=rows)
    assert lines[-1] == said


def test_what_stands_below_the_table_is_broken_between_its_parts() -> None:
    assert packed(["published 46", "accepted 44", "dead letters 1"], 80) == [
        "published 46   accepted 44   dead letters 1"
    ]
    assert packed(["published 46", "accepted 44", "dead letters 1"], 40) == [
        "published 46   accepted 44",
        "dead letters 1",
    ]
    assert packed([], 40) == []


def test_counts_are_summed_over_sources_and_reasons() -> None:
    registry = CollectorRegistry()
    accepted = Counter("sitrep_reports_accepted", "", ["source"], registry=registry)
    accepted.labels("a").inc(3)
    accepted.labels("b").inc(4)
    dead = Counter("sitrep_dead_letters", "", ["source", "reason"], registry=registry)
    dead.labels("a", "not_json").inc(2)
    exposition = generate_latest(registry).decode()
    assert counts_in(exposition) == Counts(accepted=7, duplicates=0, dead_letters=2)
    assert counts_in("") == Counts()


# -- what the demo publishes


def test_the_generated_day_has_everything_that_makes_a_day_hard() -> None:
    arrivals = generated_day(ORIGIN)
    assert arrivals == generated_day(ORIGIN)
    assert arrivals == sorted(arrivals)
    sound, broken, late = [], 0, 0
    for arrival in arrivals:
        try:
            report = validated(arrival.value, arrival.at)
        except InvalidReport:
            broken += 1
            continue
        sound.append(arrival.value)
        late += arrival.at - report.published_at > timedelta(hours=2)
    assert broken >= 8
    assert late >= 5
    assert len(sound) - len(set(sound)) >= 10, "no exact repeats"
    in_the_day = sum(arrival.at < ORIGIN + timedelta(days=1) for arrival in arrivals)
    assert in_the_day >= 300


def test_the_founding_case_is_valid() -> None:
    assert all(validated(arrival.value, datetime(2025, 10, 22, 12, tzinfo=UTC)) for arrival in founding_case(ORIGIN))


# -- the demo itself


@pytest.mark.broker
def test_the_demo_once_writes_the_counters_of_the_founding_case_and_nothing_else(
    sitrep: Any, sitrep_process: Any
) -> None:
    done = sitrep_process("demo", "--once")
    assert done.returncode == 0, done.stderr
    documents = [RegionCountersV1.model_validate_json(line) for line in done.stdout.splitlines()]
    found = {document.region: document for document in documents}
    assert list(found) == sorted(found)
    assert {document.as_of for document in documents} == {ORIGIN}
    day = {region: document.windows[WindowName.H24] for region, document in found.items()}
    assert {region: window.strikes.incidents for region, window in day.items()} == {
        "RU-BRY": 1,
        "UA-12": 1,
        "UA-23": 1,
        "UA-30": 1,
        "UA-51": 1,
        "UA-74": 2,
    }
    killed, wounded = day["UA-74"].casualties.killed, day["UA-74"].casualties.wounded
    assert killed is not None
    assert (killed.low, killed.best, killed.high) == (4, 4, 4)
    assert wounded is not None
    assert (wounded.low >= 1, wounded.high) == (True, None)
    outages = day["UA-74"].outages
    assert (outages.started, outages.active) == (1, 0)
    assert done.stdout == sitrep("replay", FOUNDING_CASE, "--as-of", NOON).stdout


@pytest.mark.broker
def test_a_demo_that_is_killed_leaves_nothing_behind(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "demo", "--seconds", "10"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    address = process.stdout.readline()
    assert re.match(r"metrics http://127\.0\.0\.1:\d+/metrics", address)
    # Without a terminal there are plain lines; wait until one says that something was published.
    for line in process.stdout:
        if re.search(r"published [1-9]", line):
            break
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=DEADLINE_SECONDS)
    _, alive = psutil.wait_procs(children, timeout=DEADLINE_SECONDS)
    assert alive == []
