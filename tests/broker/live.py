"""What live tests share: topics of their own, ordinary Kafka clients, worker processes, waiting with a deadline."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.engine.changelog import changelog_topic
from streams.engine.config import EngineConfig

PARTITIONS = 4
SESSION_SECONDS = 1.0
"""The embedded broker lets a group wait half a session before it starts."""
NOT_TAKEN_FOR_DEAD = {"session_timeout_seconds": 6.0, "request_timeout_seconds": 15.0}
"""Settings of workers in tests that count what is done twice: a worker that misses its heartbeats, on a busy machine,
loses its partitions, and what it had begun is rightly done again."""
DEADLINE_SECONDS = 90.0
"""After so long a test that waits has failed. Nothing is faster for a shorter one, and a busy machine is slow."""


@dataclass(frozen=True)
class LiveBroker:
    """A running broker, embedded or Apache Kafka."""

    address: str
    idempotent: bool
    """Whether it serves idempotent producers; where it does, workers ask for them."""


@dataclass(frozen=True)
class Topics:
    """Topics nobody else uses, for a stage named ``count``."""

    broker: str
    """``host:port``, of several brokers separated by commas."""
    app: str
    idempotent: bool = False

    @property
    def source(self) -> str:
        return f"{self.app}.in"

    @property
    def output(self) -> str:
        return f"{self.app}.out"

    @property
    def changelog(self) -> str:
        return changelog_topic(self.app, "count")

    def config(self, **settings: Any) -> EngineConfig:
        chosen: dict[str, Any] = {
            "bootstrap_servers": tuple(self.broker.split(",")),
            "app": self.app,
            "idempotent": self.idempotent,
            "session_timeout_seconds": SESSION_SECONDS,
            "commit_interval_seconds": 0.2,
            "tick_seconds": 0.2,
            "request_timeout_seconds": 5.0,
            "stop_seconds": DEADLINE_SECONDS,
        }
        return EngineConfig(**{**chosen, **settings})


async def create_topics(
    broker: str,
    *names: str,
    partitions: int = PARTITIONS,
    replicas: int = 1,
    configs: Mapping[str, str] | None = None,
) -> None:
    """Create topics and return when every partition has a leader."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()

    async def led() -> bool:
        if not set(names) <= set(await admin.list_topics()):
            return False  # to ask about a topic that is not there yet could create it
        return all(
            partition["leader"] >= 0
            for topic in await admin.describe_topics(list(names))
            for partition in topic["partitions"]
        )

    try:
        wanted = [NewTopic(name, partitions, replicas, topic_configs=dict(configs or {})) for name in names]
        answer = await admin.create_topics(wanted)
        assert all(code == 0 for _, code, *_ in answer.topic_errors), answer.topic_errors
        await eventually(led, f"no leader for {names}")
    finally:
        await admin.close()


@asynccontextmanager
async def a_producer(broker: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", linger_ms=5, max_request_size=8 << 20)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def publish(broker: str, topic: str, records: Iterable[tuple[bytes | None, bytes | None]]) -> None:
    """Publish (key, value) records as an ordinary client does and wait until all are acknowledged."""
    async with a_producer(broker) as producer:
        await send_all(producer, topic, records)


async def send_all(
    producer: AIOKafkaProducer, topic: str, records: Iterable[tuple[bytes | None, bytes | None]]
) -> None:
    """Send (key, value) records and wait until all are acknowledged."""
    sent = [await producer.send(topic, value, key=key) for key, value in records]
    await asyncio.gather(*sent)


async def read_all(broker: str, topic: str, *, partitions: int = PARTITIONS) -> list[Any]:
    """Return every record of ``topic`` up to the ends the fetches themselves report."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker, auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        tps = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        found: list[Any] = []
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found += records
            ends = [consumer.highwater(tp) for tp in tps]
            if None not in ends and [await consumer.position(tp) for tp in tps] == ends:
                return found
            assert time.monotonic() < deadline, f"{topic} cannot be read to its end"
    finally:
        await consumer.stop()


async def counts_in(topics: Topics) -> dict[bytes, int]:
    """Return the state of all partitions, read from the changelog by a rule of the test's own.

    The newest record of a key counts, but none of a writer whose epoch was over when it landed.
    """
    epochs: dict[int, int] = {}
    counts: dict[bytes, int] = {}
    records = await read_all(topics.broker, topics.changelog)
    for record in sorted(records, key=lambda record: (record.partition, record.offset)):
        if record.key == b"@engine/probe":
            continue
        epoch = int(dict(record.headers)["epoch"])
        if epoch >= epochs.get(record.partition, 0):
            epochs[record.partition] = epoch
            if not record.key.startswith(b"@engine/"):
                counts[record.key] = int(record.value)
    return counts


async def eventually(holds: Callable[[], Any], what: str, *, seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until ``holds()`` (or what it returns, awaited) is true; fail with ``what`` after ``seconds``.

    What takes long to find out is asked for less often: who waits must not keep the others from their work.
    """
    deadline = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        held = holds()
        if asyncio.iscoroutine(held):
            held = await held
        if held:
            return
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(min(1.0, max(0.05, 2 * (time.monotonic() - asked))))


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.broker.worker_main"])


def _work(said: str, settings: dict[str, Any]) -> None:
    from tests.broker.worker_main import main

    os.dup2(os.open(said, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(main(settings))


class WorkerProcess:
    """A worker in a process of its own, started with the settings that ``worker_main.py`` reads.

    Tests start dozens, and to read the code takes longer than most of what they do: so they are forked from a process
    that has read it, and has done nothing else. A test that stops, signals or kills one waits for :meth:`ready` first:
    before that it may not have a partition, a handler for signals, or have begun at all.
    """

    def __init__(self, topics: Topics, **settings: Any) -> None:
        self._said = tempfile.NamedTemporaryFile()  # noqa: SIM115  as long as this lives
        self._process = _FORKS.Process(
            target=_work, args=(self._said.name, {**asdict(topics), **settings}), daemon=True
        )
        self._process.start()

    async def ready(self) -> None:
        """Wait until it has joined its group and recovered; it may have lost its partitions again since."""

        def said() -> bool:
            assert self.exit_code is None, f"the worker ended with code {self.exit_code} before it was ready"
            return os.pread(self._said.fileno(), 5, 0) == b"ready"

        await eventually(said, "the worker is not ready")

    @property
    def pid(self) -> int:
        assert self._process.pid is not None, "it was started"
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def signal(self, number: int) -> None:
        if self.exit_code is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def stop(self, seconds: float = DEADLINE_SECONDS) -> int:
        """Ask it to stop and return its exit code."""
        self.signal(signal.SIGTERM)
        self._process.join(seconds)
        assert self.exit_code is not None, f"the worker goes on for {seconds:.0f} s after it was asked to stop"
        return self.exit_code


class Workers:
    """The worker processes of a test, in the order in which it started them."""

    def __init__(self) -> None:
        self._started: list[WorkerProcess] = []

    def start(self, topics: Topics, **settings: Any) -> WorkerProcess:
        self._started.append(WorkerProcess(topics, **settings))
        return self._started[-1]

    def kill(self) -> None:
        """End whatever still runs."""
        for worker in self._started:
            if worker.exit_code is None:
                worker.kill()
