"""One run: reports flow at a steady rate, things go wrong as planned, calm returns, and the truth is compared."""

from __future__ import annotations

import asyncio
import math
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas.topics import CLAIMS, REPORTS, SET_MEMBERS
from streams.administration.topics import create_topics
from streams.settings import Settings, load_settings
from tests.chaos.faults import Faults, Happened, plan
from tests.chaos.feed import Feed
from tests.chaos.proxy import Proxy
from tests.chaos.situations import AS_OF, PARTITIONS, Stream
from tests.chaos.verdict import Verdict, judge
from tests.chaos.workers import Recovery, Supervisor
from tests.kafka.cluster import ApacheCluster
from tests.ports import free_port

RULES: Final = Path(__file__).with_name("alerts.yaml")
_READY_SECONDS: Final = 120.0
_DRAIN_SECONDS: Final = 180.0
"""Long enough for a watchdog to notice a consumer that gets nowhere (60 s) and for its successor to catch up."""
_SETTLE_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What to run. Equal seeds draw equal reports and equal faults; when a fault meets which record is chance."""

    seed: int
    seconds: float
    per_second: float
    mean_gap: float
    """Mean seconds between the beginnings of faults."""
    workers: int = 3
    session_seconds: float = 3.0
    on_disk: bool = False
    """Whether workers keep their state in RocksDB, so that disks can fail too."""


@dataclass
class Outcome:
    """What came of it."""

    rehearsal: Rehearsal
    verdict: Verdict
    published: int
    happened: list[Happened]
    starts: int
    ended_by_themselves: Counter[int]
    unclean_stops: list[str]
    ready_after: list[float]
    recoveries: list[Recovery]
    drained_after: float
    """Seconds from the end of the faults until everything was committed."""
    acknowledgements_lost: int
    resets: int
    damages: list[str]
    """What was done to files of state folders."""

    @property
    def faults(self) -> Counter[str]:
        """How many faults of each kind took place."""
        return Counter(happened.kind for happened in self.happened)

    def longest_waits(self) -> list[tuple[Happened, float]]:
        """Return for each fault how long a report waited at most that came between its beginning and the next fault's.

        Only where faults are far apart is it that fault's doing alone.
        """
        ends = [later.began for later in self.happened[1:]] + [math.inf]
        return [
            (
                fault,
                max((wait.seconds for wait in self.verdict.waits if fault.began <= wait.arrived < end), default=0.0),
            )
            for fault, end in zip(self.happened, ends, strict=True)
        ]

    @property
    def wrong(self) -> list[str]:
        """What is not as it must be, in words."""
        found = list(self.verdict.wrong)
        if unexplained := set(self.ended_by_themselves) - {1, 3, -signal.SIGXFSZ}:
            found.append(f"workers ended with {sorted(unexplained)}: neither failed (1) nor without a broker (3)")
        return found


async def rehearse(rehearsal: Rehearsal, folder: Path, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run it in ``folder``, which must be empty, and return what came of it.

    Raises ``TimeoutError`` if the workers do not begin, or do not come to an end once all faults are over.
    """
    port = free_port()
    with (
        ApacheCluster(folder / "kafka", proxied=port) as cluster,
        Proxy(port, cluster.brokers[0].proxied_port) as proxy,
    ):
        settings = load_settings(bootstrap_servers=cluster.address)
        await create_topics(settings)
        supervisor = Supervisor(folder, _variables(rehearsal, port))
        for _ in range(rehearsal.workers):
            supervisor.add()
        async with _supervised(supervisor):
            await _until(lambda: len(supervisor.ready_after) >= rehearsal.workers, _READY_SECONDS, "no worker is ready")
            say(f"{rehearsal.workers} workers are ready; {rehearsal.per_second:.0f} reports/s begin")
            faults = Faults(
                cluster, proxy, supervisor, rehearsal.session_seconds, random.Random(f"acts {rehearsal.seed}")
            )
            feed = Feed(cluster.address, iter(Stream(rehearsal.seed)), rehearsal.per_second)
            feeding = asyncio.create_task(feed.run())
            await asyncio.gather(
                faults.carry_out(
                    plan(rehearsal.seed, rehearsal.seconds, rehearsal.mean_gap, on_disk=rehearsal.on_disk)
                ),
                asyncio.sleep(rehearsal.seconds),
            )
            feed.stop()
            await feeding
            say(f"{feed.published} reports are published; the faults are over: {dict(faults.done)}")
            calm = time.monotonic()
            await _drained(settings)
            drained_after = time.monotonic() - calm
            say(f"everything is committed after {drained_after:.1f} s")
            verdict = await _settled(cluster.address)
        return Outcome(
            rehearsal,
            verdict,
            feed.published,
            sorted(faults.happened, key=lambda happened: happened.began),
            supervisor.starts,
            Counter(supervisor.ended_by_themselves),
            faults.unclean_stops,
            supervisor.ready_after,
            supervisor.recoveries,
            drained_after,
            proxy.acknowledgements_lost,
            proxy.resets,
            [damage for damage in faults.damages if damage],
        )


def _variables(rehearsal: Rehearsal, port: int) -> dict[str, str]:
    return {
        "SITREP_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}",
        "SITREP_HTTP_PORT": "0",
        "SITREP_SESSION_TIMEOUT_SECONDS": str(rehearsal.session_seconds),
        "SITREP_REQUEST_TIMEOUT_SECONDS": str(2 * rehearsal.session_seconds),
        "SITREP_TICK_SECONDS": "0.5",
        "SITREP_BLOCK_RECORDS": "100",
        "SITREP_CLOCK_ORIGIN": AS_OF.isoformat(),
        "SITREP_CLOCK_RATE": "0",
        "SITREP_STORE": "rocksdb" if rehearsal.on_disk else "memory",
        "SITREP_ALERT_RULES": str(RULES),
    }


@asynccontextmanager
async def _supervised(supervisor: Supervisor) -> AsyncIterator[None]:
    async def supervise() -> None:
        while True:
            supervisor.see_to_it()
            await asyncio.to_thread(supervisor.look)
            await asyncio.sleep(_LOOK_SECONDS)

    supervising = asyncio.create_task(supervise())
    try:
        yield
    finally:
        supervising.cancel()
        await asyncio.gather(supervising, return_exceptions=True)
        supervisor.kill_all()


async def _until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} after {seconds:.0f} s")
        await asyncio.sleep(_LOOK_SECONDS)


async def _drained(settings: Settings) -> None:
    """Wait until both stages have committed everything there is to read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    await consumer.start()
    deadline = time.monotonic() + _DRAIN_SECONDS
    try:
        for topic, stage in ((REPORTS.name, "intake"), (CLAIMS.name, "fusion"), (SET_MEMBERS.name, "alerting")):
            while lag := await _lag(admin, consumer, topic, f"{settings.app}-{stage}"):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{lag} records of {topic} are not committed after {_DRAIN_SECONDS:.0f} s")
                await asyncio.sleep(0.2)
    finally:
        await consumer.stop()
        await admin.close()


async def _lag(admin: Any, consumer: Any, topic: str, group: str) -> int:
    committed = await admin.list_consumer_group_offsets(group)
    ends = await consumer.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
    return sum(end - (committed[tp].offset if tp in committed else 0) for tp, end in ends.items())


async def _settled(broker: str) -> Verdict:
    """Judge until nothing is wrong any more: ticks may still have something to say."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        verdict = await judge(broker)
        if not verdict.wrong or time.monotonic() > deadline:
            return verdict
        await asyncio.sleep(1.0)
