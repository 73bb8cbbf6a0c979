"""The shipped worker on Apache Kafka: arrival times that nobody forges, and topics that compaction makes small."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import pytest
from aiokafka.structs import ConsumerRecord

from schemas import IncidentV1, RegionCountersV1
from schemas.keys import report_key
from schemas.topics import COUNTERS, INCIDENTS, REPORTS
from schemas.vocabulary import WindowName
from streams.settings import Settings
from tests.broker.live import a_producer, eventually, read_all
from tests.builders import a_report, casualties
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import fresh_settings, remove_topics
from tests.pipeline.conftest import WorkerProgram

pytestmark = pytest.mark.broker

NOW = {"SITREP_CLOCK_ORIGIN": "2025-10-22T12:00:00Z", "SITREP_CLOCK_RATE": "0"}
CLOSED_SOON = {"segment.ms": "500"}
"""A segment is closed, and so can be compacted, after half a second."""
COMPACTED = (INCIDENTS.name, COUNTERS.name, "{app}-fusion-changelog", "{app}-intake-changelog")
REGIONS = ("UA-05", "UA-07", "UA-12", "UA-14", "UA-18", "UA-23", "UA-74", "RU-BRY")


@pytest.fixture
async def closing_soon(apache: ApacheCluster) -> AsyncIterator[Settings]:
    settings = await fresh_settings(apache, configs=dict.fromkeys(COMPACTED, CLOSED_SOON))
    yield settings
    await remove_topics(settings)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[list[WorkerProgram]]:
    """A list for workers; whatever still runs at the end of the test is killed."""
    workers: list[WorkerProgram] = []
    yield workers
    for worker in workers:
        worker.kill()


async def test_the_broker_and_not_the_sender_says_when_a_report_arrived(apache: ApacheCluster) -> None:
    settings = await fresh_settings(apache)
    async with a_producer(settings.bootstrap_servers) as producer:
        for forged in (0, 946_684_800_000, 4_102_444_800_000):
            await producer.send_and_wait(REPORTS.name, b"{}", key=b"any", timestamp_ms=forged)
    stamps = [record.timestamp / 1000 for record in await read_all(settings.bootstrap_servers, REPORTS.name)]
    assert len(stamps) == 3
    assert all(abs(stamp - time.time()) < 3_600 for stamp in stamps), "the forged ones are years away"


async def newest(settings: Settings, topic: str) -> dict[bytes, ConsumerRecord]:
    """What a reader of a compacted topic ends with."""
    return {record.key: record for record in await read_all(settings.bootstrap_servers, topic) if record.value}


async def killed_by_counters(settings: Settings) -> dict[str, int | None]:
    figures = {}
    for record in (await newest(settings, COUNTERS.name)).values():
        counters = RegionCountersV1.model_validate_json(record.value)
        figure = counters.windows[WindowName.H24].casualties.killed
        figures[counters.region] = figure.best if figure else None
    return figures


async def killed_by_incidents(settings: Settings) -> dict[str, int | None]:
    figures = {}
    for record in (await newest(settings, INCIDENTS.name)).values():
        incident = IncidentV1.model_validate_json(record.value)
        [group] = incident.casualties
        figures[incident.region] = group.killed.value.best if group.killed else None
    return figures


class Corrections:
    """One report a region, corrected over and over; the number of the killed is the number of the version."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.version = 0

    async def publish(self, versions: int) -> None:
        async with a_producer(self._settings.bootstrap_servers) as producer:
            for _ in range(versions):
                self.version += 1
                published = f"2025-10-22T09:{self.version // 60:02}:{self.version % 60:02}Z"
                for number, region in enumerate(REGIONS):
                    report = a_report(
                        f"r-{number}", published_at=published, claims=[casualties(region, killed=self.version)]
                    )
                    key = report_key("tidings", report["report_id"])
                    await producer.send(REPORTS.name, orjson.dumps(report), key=key)
            await producer.flush()

    async def arrive(self) -> None:
        """Wait until counters and incidents say the last version."""
        expected = dict.fromkeys(REGIONS, self.version)

        async def there() -> bool:
            by_counters = await killed_by_counters(self._settings)
            return by_counters == expected == await killed_by_incidents(self._settings)

        await eventually(there, f"incidents and counters are those of version {self.version}")


async def test_incidents_counters_and_changelogs_shrink_and_the_state_is_still_whole(
    closing_soon: Settings, begun: list[WorkerProgram], tmp_path: Path
) -> None:
    settings = closing_soon
    topics = [name.format(app=settings.app) for name in COMPACTED]
    corrections = Corrections(settings)
    begun.append(WorkerProgram(settings, tmp_path / "first.log", SITREP_BLOCK_RECORDS="2", **NOW))
    await corrections.publish(40)
    await corrections.arrive()

    async def sizes(topic: str) -> tuple[int, int]:
        """How many records the topic holds, and how many were ever written to it."""
        records = await read_all(settings.bootstrap_servers, topic)
        ends = {record.partition: record.offset + 1 for record in records}
        return len(records), sum(ends.values())

    async def shrunk() -> bool:
        await corrections.publish(1)  # Kafka closes a segment, and then compacts it, only when a record comes
        return all(held < written / 3 for held, written in [await sizes(topic) for topic in topics])

    await eventually(shrunk, "the topics are not compacted")
    begun[0].kill()
    await corrections.publish(1)
    begun.append(WorkerProgram(settings, tmp_path / "second.log", **NOW))
    await begun[1].ready()
    await corrections.arrive()
