"""``make bench-alerts``: how long from an acknowledged report to its alert on the topic, and where the time goes.

Method: an embedded broker on loopback and the worker that users run (``sitrep worker`` with its defaults: all
stages in one process, the rules that ship). A publisher in this process sends, in real time
and at an even rate, the structured reports of a generated history (30 regions, 15 % exact repeats) through the
project's own client; every so often one tells of ten or more killed somewhere new, which raises an alert. Two readers
in this process note when the claims and the alert of such a report have come to them. The clocks of all processes are
one machine's.

The delay begins when the client has the report's acknowledgement, and ends when a consumer has the alert in its
hands; its parts are cut at what the records themselves carry: the time at which intake, then fusion, had worked its
block and began to send. The first seconds, in which the worker gets its first blocks, are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table

from schemas.topics import ALERTS, CLAIMS, PARTITIONS
from seeds.history import report_lines
from seeds.history_mix import Mix
from seeds.history_truth import Town, towns
from streams.administration.topics import create_topics
from streams.client import ReportPublisher
from streams.core.fusion import FusionPolicy
from streams.core.fusion.places import distance_km
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings, load_settings

ORIGIN: Final = datetime(2025, 11, 3, tzinfo=UTC)
"""The worker's virtual time at the start: the generated history lies in the month before."""
REGIONS: Final = 30
_WARM_UP: Final = 5.0
_PATIENCE: Final = 20.0


@dataclass(slots=True)
class Sighting:
    """What is known of one report that must raise an alert; seconds since the epoch."""

    handed_over: float
    acknowledged: float = 0.0
    intake_done: float = 0.0
    claims_read: float = 0.0
    fusion_done: float = 0.0
    alert_read: float = 0.0

    def parts(self) -> tuple[float, ...]:
        """Return the delay and its parts, in milliseconds."""
        cuts = (self.acknowledged, self.intake_done, self.fusion_done, self.alert_read)
        parts = [1000 * (later - earlier) for earlier, later in pairwise(cuts)]
        return (1000 * (self.alert_read - self.acknowledged), *parts, 1000 * (self.acknowledged - self.handed_over))


PARTS: Final = (
    "from acknowledgement to the alert in a reader's hands",
    "· to intake having worked it (fetch, wait for the block before, work)",
    "· to fusion having judged it (claims and state acknowledged, fetch, work)",
    "· to the reader (acknowledged, fetched)",
    "before that: from publish() to the acknowledgement",
)


def _all_read(wanted: Sequence[Sighting]) -> bool:
    return all(found.alert_read and found.claims_read for found in wanted)


@dataclass(slots=True)
class Watch:
    """Every sighting by report, and the readers that fill them in."""

    seen: dict[str, Sighting] = field(default_factory=dict)

    def claim(self, record: Any) -> None:
        document = orjson.loads(record.value)
        if document.get("record") != "claim":
            return
        found = self.seen.get(document["claim_id"].partition("#")[0].rpartition("/")[2])
        if found is not None and not found.claims_read:
            found.intake_done, found.claims_read = record.timestamp / 1000, time.time()

    def alert(self, record: Any) -> None:
        document = orjson.loads(record.value)
        if document["rule"] != "mass-casualty" or document["event"] != "raised":
            return
        for evidence in document["evidence"]:
            found = self.seen.get(evidence.get("url", "").rpartition("/")[2])
            if found is not None and not found.alert_read:
                found.fusion_done, found.alert_read = record.timestamp / 1000, time.time()


class Deadly(NamedTuple):
    report_id: str
    report: dict[str, Any]


def scenes() -> list[Town]:
    """Return towns that lie apart, the largest of each region first, then the second ones, and so on.

    A town and its own districts are one place to fusion: what is told of both at one hour is one situation.
    """
    policy, chosen = FusionPolicy(), list[Town]()
    for number in range(6):
        for found in list(towns().values())[:REGIONS]:
            for town in found[number : number + 1]:
                if all(distance_km(town.lat, town.lon, to.lat, to.lon) > 2 * policy.near_km for to in chosen):
                    chosen.append(town)
    return chosen


def deadly() -> Iterator[Deadly]:
    """Yield reports of many killed, each in another town or at another hour, so that each is a situation."""
    places = scenes()
    for number in count():
        # The hour of one round lies further from that of the next than a report's time can be wrong.
        town, hours_ago = places[number % len(places)], 2 + 9 * (number // len(places))
        at = f"{ORIGIN - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"
        about = {
            "occurred": {"start": at, "end": at},
            "place": {"name": town.uk, "region": town.region, "lat": town.lat, "lon": town.lon},
        }
        claims = [
            {"kind": "strike", "weapons": ["cruise_missile"], **about},
            {"kind": "casualties", "killed": 10 + number % 20, **about},
        ]
        report_id = f"deadly-{number}"
        report = {
            "report_id": report_id,
            "source": {"id": "bench", "kind": "news", "reliability": "B"},
            "published_at": f"{ORIGIN:%Y-%m-%dT%H:%M:%SZ}",
            "url": f"https://bench.example/{report_id}",
            "claims": claims,
        }
        yield Deadly(report_id, report)


def ordinary(number: int) -> Iterator[bytes]:
    """Yield the reports of a history without their texts: reading texts is measured by itself."""
    for line in islice(report_lines(incidents=number // 4, days=30, regions=REGIONS, mix=Mix(repeats=0.15)), number):
        report = orjson.loads(line)
        report.pop("text", None)
        yield orjson.dumps(report)


@contextlib.asynccontextmanager
async def reading(settings: Settings, topic: str, note: Any) -> AsyncIterator[None]:
    """Read a topic from now on, every record at once when it comes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, fetch_max_wait_ms=50)
    await consumer.start()
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)

    async def read() -> None:
        async for record in consumer:
            note(record)

    task = asyncio.create_task(read())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await consumer.stop()


async def publish(settings: Settings, watch: Watch, *, rate: float, every: int, seconds: float) -> float:
    """Publish for so long at an even rate; return the rate that was kept."""
    background, marks = ordinary(int(rate * (seconds + 5))), deadly()
    period, sent, began = 0.01, 0, time.perf_counter()
    async with ReportPublisher(settings) as publisher:
        while (passed := time.perf_counter() - began) < seconds:
            for _ in range(int(passed * rate) - sent):
                sent += 1
                if sent % every:
                    await publisher.publish(next(background))
                    continue
                mark = next(marks)
                sighting = watch.seen[mark.report_id] = Sighting(time.time())

                def acknowledged(_: asyncio.Future[Any], sighting: Sighting = sighting) -> None:
                    sighting.acknowledged = time.time()

                (await publisher.publish(mark.report)).add_done_callback(acknowledged)
            await asyncio.sleep(period)
    return sent / (time.perf_counter() - began)


@contextlib.contextmanager
def a_worker(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    variables = {
        "SITREP_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "SITREP_HTTP_PORT": "0",
        "SITREP_CLOCK_ORIGIN": ORIGIN.isoformat(),
        "SITREP_LOG_LEVEL": "info",
    }
    with log.open("wb") as writing:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker"], env=os.environ | variables, stdout=writing, stderr=writing
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> bool:
    """Wait until it holds; return False where it does not in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110  what is waited for happens in other processes
                await asyncio.sleep(0.05)
            return True
    print(f"in vain for {seconds:g} s: {what}", file=sys.stderr)
    return False


async def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with EmbeddedBroker() as broker:
        settings = load_settings(bootstrap_servers=broker.address)
        await create_topics(settings)
        log = folder / "worker.log"
        watch = Watch()
        with a_worker(settings, log):
            await until(lambda: log.read_text().count(" recovered ") >= 3, "the worker's stages have recovered")
            async with reading(settings, CLAIMS.name, watch.claim), reading(settings, ALERTS.name, watch.alert):
                began = time.time()
                kept = await publish(
                    settings, watch, rate=chosen.rate, every=chosen.every, seconds=chosen.seconds + _WARM_UP
                )
                wanted = [found for found in watch.seen.values() if found.handed_over > began + _WARM_UP]
                await until(partial(_all_read, wanted), "every alert is there", _PATIENCE)
    told = [found.parts() for found in wanted if found.alert_read and found.claims_read]
    missing = len(wanted) - len(told)
    rows = [(name, *percentiles([parts[number] for parts in told])) for number, name in enumerate(PARTS)]
    return {"rate": kept, "alerts": len(told), "missing": missing, "milliseconds": rows}


def percentiles(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the median, p95, p99 and the largest."""
    ordered = sorted(values)
    return (*(ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)), ordered[-1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rate", type=float, default=500, help="reports a second")
    options.add_argument("--every", type=int, default=100, help="one report in so many raises an alert")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(chosen, Path(folder)))
    if chosen.json:
        print(json.dumps(found))
    else:
        show(found)
    sys.exit(1 if found["missing"] else 0)


def show(found: dict[str, Any]) -> None:
    table = Table(title=f"{found['alerts']} alerts at {found['rate']:,.0f} reports/s, milliseconds", box=None)
    for heading in ("part", "p50", "p95", "p99", "most"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, *numbers in found["milliseconds"]:
        table.add_row(name, *(f"{number:,.0f}" for number in numbers))
    Console().print(table)
    if found["missing"]:
        print(f"{found['missing']} alerts did not come within {_PATIENCE:g} s")


if __name__ == "__main__":
    main()
