"""What a release left on the topics, kept so that every later release must be able to go on from it.

    python -m tests.kafka.state_samples

runs this release's worker over the founding case and writes ``samples/state-<version>.jsonl.gz``: every record of
every topic. Do it once for a release, when it is made; never again for one that is out.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

import seeds
from schemas.topics import CLAIMS, REPORTS, SET_MEMBERS
from streams.administration.topics import create_topics, wanted_topics
from streams.client import ReportPublisher
from streams.settings import Settings, load_settings
from tests.broker.live import a_producer, eventually, read_all
from tests.kafka.cluster import ApacheCluster
from tests.pipeline.conftest import WorkerProgram
from tests.pipeline.test_pipeline import until_read

SAMPLES: Final = Path(__file__).with_name("samples")
CLOCK: Final = {
    "SITREP_CLOCK_ORIGIN": seeds.FOUNDING_AS_OF.isoformat(),
    "SITREP_CLOCK_RATE": "0",
    "SITREP_APP": "sitrep",
}
SOURCES: Final = {"intake": REPORTS.name, "fusion": CLAIMS.name, "alerting": SET_MEMBERS.name}


def topics_of(settings: Settings) -> list[str]:
    """Return all topics: what a worker goes on from, and what readers have been told."""
    return [topic.name for topic in wanted_topics(settings)]


async def lay_out(settings: Settings, sample: Path) -> None:
    """Write a sample's records to the topics of a fresh broker, and commit that the source topics are worked."""
    with gzip.open(sample, "rt", encoding="ascii") as lines:
        records = [json.loads(line) for line in lines]
    async with a_producer(settings.bootstrap_servers) as producer:
        sent = [
            await producer.send(
                record["topic"],
                key=_bytes(record["key"]),
                value=_bytes(record["value"]),
                partition=record["partition"],
                headers=[(name, _bytes(value)) for name, value in record["headers"]],
            )
            for record in records
        ]
        await asyncio.gather(*sent)
    for stage, topic in SOURCES.items():
        held = [record["partition"] for record in records if record["topic"] == topic]
        await _commit(settings, f"{settings.app}-{stage}", topic, held)


async def _commit(settings: Settings, group: str, topic: str, held: list[int]) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        ends = {TopicPartition(topic, number): held.count(number) for number in range(settings.partitions)}
        consumer.assign(list(ends))
        await consumer.commit(ends)
    finally:
        await consumer.stop()


async def capture(settings: Settings, folder: Path) -> list[dict[str, Any]]:
    """Run the worker over the founding case and return the records it leaves."""
    worker = WorkerProgram(settings, folder / "worker.log", **CLOCK)
    try:
        reports = seeds.founding_case()
        async with ReportPublisher(settings) as publisher:
            await publisher.publish_many(reports)
            await publisher.flush()
        await worker.ready()
        await until_read(worker, intake=len(reports))
        await until_read(worker, fusion=len(await read_all(settings.bootstrap_servers, CLAIMS.name)))

        async def members_read() -> bool:
            members = await read_all(settings.bootstrap_servers, SET_MEMBERS.name)
            return bool(members) and await _read_so_far(worker, len(members))

        await eventually(members_read, "the members of sets are read")
        assert worker.stop() == 0
    finally:
        worker.kill()
    return [
        _plain(record) for topic in topics_of(settings) for record in await read_all(settings.bootstrap_servers, topic)
    ]


async def _read_so_far(worker: WorkerProgram, members: int) -> bool:
    await until_read(worker, alerting=members)
    return True


def _plain(record: Any) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": [(name, _text(value)) for name, value in record.headers],
    }


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else b64encode(raw).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)


def write(records: Iterable[dict[str, Any]], path: Path) -> None:
    """Write a sample; equal records give equal bytes."""
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def main() -> int:
    path = SAMPLES / f"state-{version('sitrep-streams')}.jsonl.gz"
    with tempfile.TemporaryDirectory() as folder, ApacheCluster(Path(folder) / "kafka") as cluster:
        settings = load_settings(bootstrap_servers=cluster.address)
        asyncio.run(create_topics(settings))
        write(asyncio.run(capture(settings, Path(folder))), path)
    print(path, path.stat().st_size, "bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
