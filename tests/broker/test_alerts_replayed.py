"""What `sitrep replay … --write alerts` tells of a day is what a live worker told of it, record for record.

The worker's clock is passed in and set as the replay passes time: to each report's publication, and in steps of five
minutes between them. Reports are published one after the other, each when all stages have worked the one before.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from schemas.keys import report_key
from schemas.topics import ALERTS, CLAIMS, PARTITIONS, REPORTS, SET_MEMBERS
from streams.administration.topics import create_topics
from streams.core.replay import TICK
from streams.engine.embedded import EmbeddedBroker
from streams.engine.running import Worker
from streams.engine.stage import EVERY_PARTITION, PartitionState, Stage, Step
from streams.kafka.record import Record
from streams.processors.alerting import RulesInForce
from streams.processors.backlog import Backlog
from streams.processors.metrics import Metrics
from streams.settings import Settings
from streams.settings.rules_file import default_rules, load_rules
from streams.worker.app import ALL_STAGES, build_stages, engine_config
from streams.worker.observer import MetricsObserver
from tests.broker.alerting_live import settings_of
from tests.broker.live import eventually, read_all
from tests.builders import a_report, a_strike, an_outage, at, casualties

pytestmark = pytest.mark.broker

ROOT = Path(__file__).parents[2]


def strike(hour: int, killed: int | None, region: str, **fields: Any) -> list[dict[str, Any]]:
    about = {"occurred": {"start": at(f"22 {hour:02}:00").isoformat(), "end": at(f"22 {hour:02}:10").isoformat()}}
    toll = [] if killed is None else [casualties(region, killed=killed, **about, **fields)]
    return [a_strike(region, weapons=["cruise_missile"], **about, **fields), *toll]


def told(report_id: str, time: str, *claims: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return a_report(report_id, published_at=at(f"22 {time}").isoformat(), claims=list(claims), **fields)


TOWNS = ("Kramatorsk", "Sloviansk", "Pokrovsk", "Bakhmut", "Kostiantynivka", "Druzhkivka", "Mariupol")


def in_donetsk(town: str) -> dict[str, Any]:
    return {"name": town, "region": "UA-14"}


OUT = an_outage("UA-46", customers=120_000, status="started")
DAY: Sequence[dict[str, Any]] = (
    told("n-1", "08:01", *strike(7, 6, "UA-74")),
    told("a-1", "08:20", *strike(7, 12, "UA-74"), source="another"),
    told("n-1", "08:30", *strike(7, 12, "UA-74")),  # corrected: the level is another
    told("n-2", "08:40", *strike(8, 15, "UA-14")),
    told("n-3", "09:03", *strike(8, 12, "UA-09")),
    # What is told of one by one is left out of the Donbas: these are not, and are a level of it together.
    told("n-7", "09:10", *(claim for town in TOWNS for claim in strike(8, 4, "UA-14", place=in_donetsk(town)))),
    told("n-4", "09:30", OUT),
    told("n-4", "09:31", OUT),  # an exact repeat, but for its time
    told("n-2", "10:00", retracted=True),
    told("n-5", "10:30", *strike(7, 2, "UA-74"), supersedes="n-1"),
    told("n-6", "11:00", OUT | {"status": "restored"}),
    told("a-2", "11:10", *strike(10, 4, "UA-12"), *strike(9, 5, "UA-12"), source="another"),
)
END = at("22 17:00")


class Watched:
    """A stage that tells what it has been given and what it has caused."""

    def __init__(self, stage: Stage, world: LiveDay) -> None:
        self._stage, self._world = stage, world
        self.name, self.source = stage.name, stage.source
        self.announces, self.gathers = stage.announces, stage.gathers

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        state, world, name = self._stage.open(partition, partitions, items), self._world, self.name

        class Watching:
            def take(self, records: Sequence[Record]) -> None:
                state.take(records)

            def step(self, now: datetime) -> Step:
                step = state.step(now)
                for output in step.outputs:
                    world.sent[output.topic] += PARTITIONS if output.partition == EVERY_PARTITION else 1
                if (step.outputs or step.changes) and step.measures is None:
                    step.measures = now  # so that committed() is told of every step
                world.stepped[name, partition] = now
                return step

        return Watching()

    def committed(self, partition: int, step: Step) -> None:
        self._stage.committed(partition, step)

    def closed(self, partition: int) -> None:
        self._stage.closed(partition)


class Counting(MetricsObserver):
    """Counts the records that became durable, by topic."""

    SOURCES = {"intake": REPORTS.name, "fusion": CLAIMS.name, "alerting": SET_MEMBERS.name}  # noqa: RUF012

    def __init__(self, world: LiveDay, backlog: Backlog) -> None:
        super().__init__(Metrics(), backlog)
        self._world = world

    def block_done(self, stage: str, partition: int, *, records: int, **rest: Any) -> None:
        super().block_done(stage, partition, records=records, **rest)
        self._world.worked[self.SOURCES[stage]] += records


class LiveDay:
    """A worker in this process whose clock is set by hand."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.now = at("22 00:00")
        self.sent: Counter[str] = Counter()
        self.worked: Counter[str] = Counter()
        self.stepped: dict[tuple[str, int], datetime] = {}

    def worker(self) -> Worker:
        backlog = Backlog()
        rules = RulesInForce(load_rules(default_rules()))
        stages = [Watched(stage, self) for stage in build_stages(ALL_STAGES, Metrics(), rules, backlog)]
        config = replace(
            engine_config(self._settings), clock=lambda: self.now, tick_seconds=0.05, commit_interval_seconds=0.1
        )
        return Worker(stages, config, observer=Counting(self, backlog))

    def _at_rest(self) -> bool:
        """All that was sent is worked, and every partition has let time pass up to now."""
        counted = (REPORTS.name, CLAIMS.name, SET_MEMBERS.name)
        if any(self.worked[topic] != self.sent[topic] for topic in counted):
            return False
        judging = [(stage, partition) for stage in ("fusion", "alerting") for partition in range(PARTITIONS)]
        known = [key for key in judging if key in self.stepped]
        return all(self.stepped[key] >= self.now for key in known)

    async def rest(self) -> None:
        """Wait until time has passed everywhere and nothing comes of it any more."""
        before = None
        while before != (counts := (dict(self.sent), dict(self.worked))):
            before = counts
            await eventually(self._at_rest, f"the worker is at rest at {self.now}")

    async def pass_time(self, until: datetime) -> None:
        while self.now + TICK < until:
            self.now += TICK
            await self.rest()
        self.now = max(self.now, until)

    async def tell(self, producer: AIOKafkaProducer, report: dict[str, Any]) -> None:
        """Publish a report as if it arrived when it was published, and wait until all of it is worked."""
        published = datetime.fromisoformat(report["published_at"])
        if self.sent[REPORTS.name]:
            await self.pass_time(published)
        self.now = max(self.now, published)
        self.sent[REPORTS.name] += 1
        key = report_key(report["source"]["id"], report["report_id"])
        stamp = int(published.timestamp() * 1000)
        await producer.send_and_wait(REPORTS.name, orjson.dumps(report), key=key, timestamp_ms=stamp)
        await self.rest()


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedBroker() as broker:
        found = settings_of(broker.address)
        asyncio.run(create_topics(found))
        yield found


def by_id(records: Sequence[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    return {(record["alert_id"], record["revision"]): record for record in records}


async def replayed_from(file: Path) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams.cli", "replay", str(file), "--as-of", END.isoformat(), "--write", "alerts"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output


async def test_a_replay_tells_what_a_live_worker_told(settings: Settings, tmp_path: Path) -> None:
    day = LiveDay(settings)
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, acks="all")
    await producer.start()
    try:
        async with day.worker():
            for report in DAY:
                await day.tell(producer, report)
            await day.pass_time(END)
            await day.rest()
    finally:
        await producer.stop()
    live = [orjson.loads(record.value) for record in await read_all(settings.bootstrap_servers, ALERTS.name)]

    file = tmp_path / "day.jsonl"
    file.write_bytes(b"".join(orjson.dumps(report) + b"\n" for report in DAY))
    replayed = [orjson.loads(line) for line in (await replayed_from(file)).splitlines()]

    events = {record["event"] for record in replayed}
    assert events >= {"raised", "promoted", "resolved", "cancelled"}, "a day on which much happens"
    assert {record["region_set"] for record in replayed if "region_set" in record} == {"donbas"}
    assert by_id(live) == by_id(replayed)
    assert len(live) == len(replayed), "nothing is told twice"
