"""Rules are replaced while reports flow: no alert is lost, none comes twice, and a wrong file changes nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.alert_latency import ORIGIN, deadly
from schemas.alert import AlertV1
from schemas.topics import ALERTS
from streams.administration.topics import create_topics
from streams.client import ReportPublisher
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.broker.alerting_live import settings_of
from tests.broker.live import eventually, read_all
from tests.pipeline.conftest import WorkerProgram

pytestmark = pytest.mark.broker

DEAD = "{name: dead, kind: mass_casualty, levels: {moderate: 5, severe: %d}}"
LATER = "{name: later, kind: mass_casualty, levels: {minor: 1}}"
REPORTS = 120
RELOADS = 12


def rules(severe: int, *further: str) -> str:
    return "version: 1\nrules:\n" + "".join(f"  - {rule}\n" for rule in (DEAD % severe, *further))


@pytest.fixture
async def settings() -> AsyncIterator[Settings]:
    with EmbeddedBroker() as broker:
        found = settings_of(broker.address)
        await create_topics(found)
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(rules(10))
    return path


@pytest.fixture
async def worker(settings: Settings, tmp_path: Path, file: Path) -> AsyncIterator[WorkerProgram]:
    program = WorkerProgram(
        settings, tmp_path / "worker.log", SITREP_ALERT_RULES=str(file), SITREP_CLOCK_ORIGIN=ORIGIN.isoformat()
    )
    try:
        await program.ready()
        yield program
    finally:
        program.kill()


async def raised(settings: Settings, rule: str) -> list[AlertV1]:
    """Return what an idempotent reader sees raised by a rule."""
    alerts = [
        AlertV1.model_validate_json(record.value) for record in await read_all(settings.bootstrap_servers, ALERTS.name)
    ]
    found = {(alert.alert_id, alert.revision): alert for alert in alerts if alert.rule == rule}
    return [alert for alert in found.values() if alert.event == "raised"]


async def read_again(worker: WorkerProgram, file: Path, text: str, says: str) -> None:
    """Put a file in place, as editors do, ask for it, and wait until the worker has said what it made of it."""
    before = worker.log.count(says)
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(file)
    os.kill(worker.pid, signal.SIGHUP)
    await eventually(lambda: worker.log.count(says) > before, f"the worker says {says!r}")


async def test_rules_are_replaced_while_reports_flow_and_no_alert_is_lost_or_doubled(
    settings: Settings, worker: WorkerProgram, file: Path
) -> None:
    marks = list(islice(deadly(), REPORTS))
    reloading = asyncio.Event()

    async def flow() -> None:
        async with ReportPublisher(settings) as publisher:
            for number, mark in enumerate(marks):
                await (await publisher.publish(mark.report))
                if number >= 5:
                    reloading.set()
                if number >= REPORTS - 5:
                    await reloaded.wait()  # some reports come after the last reload

    reloaded = asyncio.Event()
    flowing = asyncio.create_task(flow())
    await reloading.wait()
    for number in range(RELOADS):
        await read_again(worker, file, rules(10 + number % 2), "alert rules read again")
    await read_again(worker, file, "rules: [{name: Wrong}]", "the alert rules stay as they were")
    reloaded.set()
    await flowing

    async def all_told() -> bool:
        return len(await raised(settings, "dead")) >= REPORTS

    await eventually(all_told, "every situation has raised its alert")
    alerts = await raised(settings, "dead")
    told = Counter(source.url.rpartition("/")[2] for alert in alerts for source in alert.evidence if source.url)
    assert told == Counter(mark.report_id for mark in marks)
    assert worker.exit_code is None


async def test_new_rules_are_in_force_for_what_is_known_already(
    settings: Settings, worker: WorkerProgram, file: Path
) -> None:
    marks = list(islice(deadly(), 3))
    async with ReportPublisher(settings) as publisher:
        for mark in marks:
            await (await publisher.publish(mark.report))

    async def told(rule: str) -> bool:
        return len(await raised(settings, rule)) == len(marks)

    await eventually(lambda: told("dead"), "all are told of")
    await read_again(worker, file, rules(10, LATER), "alert rules read again")
    await eventually(lambda: told("later"), "the new rule tells of them too")
    assert await told("dead"), "and the old one does not once more"
