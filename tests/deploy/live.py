"""A running stack for the live test: broker, two workers, a deliverer, a feed, and a Prometheus that scrapes them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from schemas.report import ReportV1
from schemas.topics import REPORTS
from seeds.history import demo_day
from streams.administration.topics import create_topics
from streams.client import ReportPublisher
from streams.client.connection import kafka_options
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings, load_settings
from tests.deploy.tools import DEPLOY, FROM_DEBIAN, tool
from tests.ports import free_port

SESSION_SECONDS: Final = 6
"""How long a dead worker keeps its partitions."""
_DEADLINE: Final = 120.0


def until(what: str, found: Callable[[], Any], seconds: float = _DEADLINE) -> Any:
    """Return what ``found`` returns once it is true; fail after a while, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not after {seconds:g} s: {what}")
        time.sleep(0.2)


def page(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: bytes = answer.read()
        return found


class Program:
    """``sitrep`` with a page of its own, in a process of its own."""

    def __init__(self, log: Path, port: int, arguments: Sequence[str | Path], **variables: str) -> None:
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self._log = log.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", *map(str, arguments)],
            env=os.environ | variables,
            stdout=self._log,
            stderr=self._log,
        )

    def ready(self) -> bool:
        assert self.process.poll() is None, f"it ended: {Path(self._log.name).read_text()[-3000:]}"
        try:
            page(f"http://{self.address}/readyz")
        except OSError:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        self._log.close()


def a_worker(broker: str, folder: Path, number: int) -> Program:
    """Start ``sitrep worker``."""
    port = free_port()
    return Program(
        folder / f"worker-{number}.log",
        port,
        ["worker"],
        SITREP_BOOTSTRAP_SERVERS=broker,
        SITREP_HTTP_PORT=str(port),
        SITREP_SESSION_TIMEOUT_SECONDS=str(SESSION_SECONDS),
        SITREP_TICK_SECONDS="1",
        SITREP_STATE_FOLDER=str(folder / f"state-{number}"),
    )


def a_deliverer(broker: str, folder: Path) -> Program:
    """Start ``sitrep deliver``, which writes each alert as a message into ``folder/messages``."""
    port, receivers = free_port(), folder / "receivers.yaml"
    messages = {"name": "desk", "kind": "cap", "folder": str(folder / "messages"), "sender": "alerts@sitrep.example"}
    receivers.write_text(json.dumps({"version": 1, "receivers": [{**messages, "start": "beginning"}]}))
    arguments = ["deliver", receivers, "--metrics-port", str(port)]
    return Program(folder / "deliverer.log", port, arguments, SITREP_BOOTSTRAP_SERVERS=broker)


class Prometheus:
    """The real one, with the committed configuration; only addresses and the pace differ."""

    def __init__(self, folder: Path, workers: Iterable[Program], deliverer: Program) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        configured = folder / "prometheus"
        shutil.copytree(DEPLOY / "prometheus", configured)
        for name, programs in (("workers", workers), ("deliverers", [deliverer])):
            targets = json.dumps([{"targets": [program.address for program in programs]}])
            (configured / "targets" / f"{name}.yml").write_text(targets)
        path = configured / "prometheus.yml"
        text = re.sub(r"(scrape_interval|evaluation_interval|scrape_timeout): \d+s", r"\1: 1s", path.read_text())
        path.write_text(text.replace("localhost:9090", f"127.0.0.1:{port}"))
        rules = configured / "rules" / "recording.yml"
        rules.write_text(rules.read_text().replace("interval: 1m", "interval: 1s"))
        self._log = (folder / "prometheus.log").open("wb")
        self._process = subprocess.Popen(
            [
                tool("prometheus", FROM_DEBIAN),
                f"--config.file={path}",
                f"--storage.tsdb.path={folder / 'series'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=self._log,
            stderr=self._log,
        )
        until("Prometheus is ready", self._ready)

    def _ready(self) -> bool:
        assert self._process.poll() is None, Path(self._log.name).read_text()[-3000:]
        try:
            page(f"{self.address}/-/ready")
        except OSError:
            return False
        return True

    def _ask(self, path: str, **parameters: str | float) -> list[dict[str, Any]]:
        answer = json.loads(page(f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
        assert answer["status"] == "success", answer
        found = answer["data"]["result"]
        if answer["data"]["resultType"] == "scalar":
            return [{"metric": {}, "value": found}]
        return list(found)

    def now(self, expression: str) -> list[dict[str, Any]]:
        """Return what a query finds at present: {metric, value: [time, text]}."""
        return self._ask("query", query=expression)

    def over(self, expression: str, start: float, end: float, step: float = 1) -> list[dict[str, Any]]:
        """Return what a query finds over a time: {metric, values: [[time, text], …]}."""
        return self._ask("query_range", query=expression, start=start, end=end, step=step)

    def value(self, expression: str) -> float | None:
        """Return the one number that a query finds, or None where it finds nothing."""
        found = self.now(expression)
        assert len(found) <= 1, found
        return float(found[0]["value"][1]) if found else None

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()


class Stack:
    """Everything that runs, and how to feed it."""

    def __init__(self, settings: Settings, workers: list[Program], deliverer: Program, prometheus: Prometheus) -> None:
        self.settings, self.workers, self.deliverer, self.prometheus = settings, workers, deliverer, prometheus
        self.published = 0

    def publish(self, reports: Sequence[ReportV1]) -> None:
        """Publish reports and wait for their acknowledgement."""

        async def send() -> int:
            async with ReportPublisher(self.settings) as publisher:
                return await publisher.publish_many(reports)

        self.published += asyncio.run(send())

    def publish_raw(self, values: Sequence[bytes]) -> None:
        """Publish bytes as they are, the way any Kafka client can."""

        async def send() -> None:
            async with AIOKafkaProducer(**kafka_options(self.settings)) as producer:
                for value in values:
                    await producer.send_and_wait(REPORTS.name, value)

        asyncio.run(send())
        self.published += len(values)

    def digested(self) -> bool:
        """Whether all that was published has been read and nothing waits."""
        waiting = self.prometheus.value("sum(stage:sitrep_consumer_lag_records:sum)")
        read = self.prometheus.value("sum(sitrep_reports_in_total)")
        return waiting == 0 and read is not None and read >= self.published


def recent_reports() -> list[ReportV1]:
    """Return the generated reports of the last day, as far as they have arrived by now."""
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    return [arrival.report for arrival in sorted(demo_day(day=yesterday).reports) if arrival.at <= now]


def telling_reports(number: int) -> list[ReportV1]:
    """Return reports that state every figure of the default region, so many killed that it is an alert, one thing too
    late and one without a place."""
    now = datetime.now(UTC)
    hour = {"start": now - timedelta(hours=1), "end": now - timedelta(minutes=30)}
    long_ago = {"start": now - timedelta(days=50), "end": now - timedelta(days=50)}
    town = {"name": "Kharkiv", "region": "UA-63"}
    told: dict[str, list[dict[str, Any]]] = {
        "all": [
            {"kind": "strike", "occurred": hour, "place": town, "launched": 9, "intercepted": 7, "hit": 2},
            {"kind": "casualties", "occurred": hour, "place": town, "killed": 6, "wounded": 4, "missing": 1},
            {"kind": "outage", "occurred": hour, "place": town, "utility": "power", "customers": 9_000},
        ],
        "late": [{"kind": "strike", "occurred": long_ago, "place": town, "hit": 1}],
        "nowhere": [{"kind": "strike", "occurred": hour, "hit": 1}],
    }
    return [
        ReportV1.model_validate(
            {
                "report_id": f"{what}-{number}",
                "source": {"id": f"desk-of-{what}", "kind": "news", "reliability": "B"},
                "published_at": now,
                "claims": claims,
            }
        )
        for what, claims in told.items()
    ]


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Start everything, wait until both workers are ready and scraped, and end it all."""
    with ExitStack() as stack:
        broker = stack.enter_context(EmbeddedBroker())
        settings = load_settings(bootstrap_servers=broker.address)
        asyncio.run(create_topics(settings))
        workers = []
        for number in (1, 2):
            worker = a_worker(broker.address, folder, number)
            stack.callback(worker.end)
            workers.append(worker)
        deliverer = a_deliverer(broker.address, folder)
        stack.callback(deliverer.end)
        prometheus = Prometheus(folder, workers, deliverer)
        stack.callback(prometheus.end)
        for worker in workers:
            until("a worker is ready", worker.ready)
        until("the deliverer is ready", deliverer.ready)
        until("both workers are scraped", lambda: prometheus.value('sum(up{job="sitrep-workers"})') == 2)
        yield Stack(settings, workers, deliverer, prometheus)
