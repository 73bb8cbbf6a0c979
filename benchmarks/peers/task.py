"""The work that every system of ``make bench-peers`` does, defined once.

Read reports keyed by region; validate each; drop repeats (same id) whatever happens in between; count the distinct
reports of each region in the 24 hours up to and including the newest hour seen there; write ``{region, hour, count}``
keyed by region; survive a crash: state and position are stored, the position never ahead of results and state.

Imported by programs of two environments (the project's and the peers'): only pydantic and the standard library.
"""

from __future__ import annotations

import ctypes
import gc
import json
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

PARTITIONS = 4
REGIONS = tuple(
    f"UA-{number:02}" for number in (5, 7, 9, 12, 14, 18, 21, 23, 26, 30, 32, 35, 46, 48, 51, 53, 56, 59, 61, 63)
) + ("UA-65", "UA-68", "UA-71", "UA-74", "UA-77", "UA-40", "UA-43")
WINDOW_HOURS = 24
BEGIN = datetime(2025, 10, 20, tzinfo=UTC)
SPAN = timedelta(days=3)
REPEATS = 0.1
_PR_SET_PDEATHSIG = 1
_EPOCH_DAY = datetime(1970, 1, 1).toordinal()


class Report(BaseModel):
    """A compact report of about 135 bytes of JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report_id: Annotated[str, Field(min_length=1, max_length=100)]
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9A-Z]{1,3}$")]
    kind: Literal["strike", "outage", "casualties"]
    occurred_at: AwareDatetime
    killed: Annotated[int, Field(ge=0)]
    wounded: Annotated[int, Field(ge=0)]


class Sent(NamedTuple):
    """A report on its way: the region is its key, ``at_ms`` the record's timestamp (the event's time)."""

    region: str
    value: bytes
    at_ms: int


def hour_of(moment: datetime) -> int:
    """Return the hour of ``moment`` since the epoch; ``timestamp()`` would take twice as long."""
    if moment.utcoffset():
        moment = moment.astimezone(UTC)
    return (moment.toordinal() - _EPOCH_DAY) * 24 + moment.hour


def generate(count: int, *, span: timedelta = SPAN, repeats: float = REPEATS, seed: int = 7) -> Iterator[Sent]:
    """Yield ``count`` reports over ``span`` of event time, in its order; a share of them exact repeats."""
    chance, step = random.Random(seed), span / count
    recent: list[Sent] = []
    kept = max(2, count // 100)  # a repeat follows within the hour or so of event time
    for number in range(count):
        if recent and chance.random() < repeats:
            yield chance.choice(recent)
            continue
        at = BEGIN + number * step
        region = REGIONS[int(chance.random() * len(REGIONS))]
        value = (
            f'{{"report_id":"regional-news/r-{number:09}","region":"{region}",'
            f'"kind":"{("strike", "outage", "casualties")[number % 3]}","occurred_at":"{at:%Y-%m-%dT%H:%M:%SZ}",'
            f'"killed":{number % 2},"wounded":{number % 10}}}'
        )
        sent = Sent(region, value.encode(), int(at.timestamp()) * 1000)
        recent.append(sent)
        if len(recent) > kept:
            del recent[: kept // 2]
        yield sent


def expected(reports: Iterator[Sent]) -> dict[str, tuple[int, int]]:
    """Return, by region, the newest hour and the count of the 24 hours up to it: the plain way, all in memory."""
    seen: dict[str, tuple[str, int]] = {}
    for sent in reports:
        report = json.loads(sent.value)
        seen[report["report_id"]] = sent.region, hour_of(datetime.fromisoformat(report["occurred_at"]))
    newest: dict[str, int] = {}
    for region, hour in seen.values():
        newest[region] = max(hour, newest.get(region, hour))
    counts = dict.fromkeys(newest, 0)
    for region, hour in seen.values():
        counts[region] += newest[region] - WINDOW_HOURS < hour
    return {region: (newest[region], counts[region]) for region in newest}


class Hours:
    """The counts of one region by hour: what a window of 24 hours that moves by hours is made of."""

    __slots__ = ("counts", "newest", "total")

    def __init__(self, counts: dict[int, int] | None = None) -> None:
        self.counts = counts or {}
        self.newest = max(self.counts, default=0)
        self.total = sum(self.counts.values())

    def add(self, hour: int, number: int = 1) -> None:
        """Count reports of an hour; those that fall out of the window are forgotten."""
        if hour <= self.newest - WINDOW_HOURS:
            return
        self.counts[hour] = self.counts.get(hour, 0) + number
        self.total += number
        if hour > self.newest:
            self.newest = hour
            for gone in [held for held in self.counts if held <= hour - WINDOW_HOURS]:
                self.total -= self.counts.pop(gone)


def result(region: str, hour: int, count: int) -> bytes:
    """Return the value of a result record."""
    return b'{"region":"%s","hour":%d,"count":%d}' % (region.encode(), hour, count)


class Arguments(NamedTuple):
    """What every program is called with."""

    broker: str
    source: str
    results: str
    name: str
    """Of the group, the state and what else must be new in each round."""
    records: int
    folder: Path
    """For state on disk; empty, and removed afterwards."""
    paced: bool
    """Reports arrive while the program runs; it ends when it is stopped or has seen them all."""


def arguments() -> Arguments:
    """Return what this program was called with, and have it end with the benchmark that called it (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    broker, source, results, name, records, folder, paced = sys.argv[1:8]
    return Arguments(broker, source, results, name, int(records), Path(folder), paced == "paced")


class Stopwatch:
    """Times from the first record in hand to the moment when everything is stored and committed."""

    def __init__(self, records: int) -> None:
        self.records = records
        self.began = self._cpu = 0.0
        # The same for every system: at the default threshold the collector looks through live objects all the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)

    def start(self) -> None:
        """Call it with the first record; later calls change nothing."""
        if not self.began:
            self.began, self._cpu = time.perf_counter(), _cpu_seconds()

    def finish(self) -> None:
        """Print what was measured as one line of JSON."""
        seconds, cpu = time.perf_counter() - self.began, _cpu_seconds() - self._cpu
        found = {"records": self.records, "seconds": seconds, "cpu_seconds": cpu, "peak_mib": peak_mib()}
        print(json.dumps(found), flush=True)


def peak_mib() -> float:
    """Return the most memory this program has held; ``getrusage`` would count its parent's before the start too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
