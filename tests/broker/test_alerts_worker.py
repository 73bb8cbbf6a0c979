"""A worker killed between raising an alert and keeping it in mind: readers see one alert, and it goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.alert import AlertV1
from schemas.topics import ALERTS, ALERTS_LIVE
from streams.administration.topics import create_topics
from streams.client import ReportPublisher
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.broker.alerting_live import settings_of
from tests.broker.live import eventually, read_all
from tests.core.alerting.scene import newest

pytestmark = pytest.mark.broker


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedBroker() as broker:
        found = settings_of(broker.address)
        asyncio.run(create_topics(found))
        yield found


@contextmanager
def a_worker(settings: Settings, dies: str = "never") -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.broker.alerts_worker_main", settings.bootstrap_servers, dies]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def a_toll(killed: int, report_id: str = "r-1", **fields: Any) -> dict[str, Any]:
    """Return a report of a strike half an hour ago on Nizhyn."""
    now = datetime.now(UTC).replace(microsecond=0)
    moment = (now - timedelta(minutes=30)).replace(second=0)
    where = {"name": "Ніжин", "region": "UA-74", "lat": 51.046, "lon": 31.880}
    about = {"occurred": {"start": moment, "end": moment}, "place": where}
    return {
        "report_id": report_id,
        "source": {"id": "tidings", "kind": "news", "reliability": "B"},
        "published_at": now,
        "claims": [
            {"kind": "strike", "weapons": ["cruise_missile"], **about},
            {"kind": "casualties", "killed": killed, **about},
        ],
        **fields,
    }


async def publish(settings: Settings, *reports: dict[str, Any]) -> None:
    async with ReportPublisher(settings) as publisher:
        for report in reports:
            await (await publisher.publish(report))


async def history(settings: Settings) -> list[AlertV1]:
    """Return the records of the rule that this is about, as they lie in the topic."""
    records = await read_all(settings.bootstrap_servers, ALERTS.name)
    alerts = [AlertV1.model_validate_json(record.value) for record in records]
    return [alert for alert in alerts if alert.rule == "mass-casualty"]


async def live(settings: Settings) -> dict[bytes, bytes | None]:
    records = await read_all(settings.bootstrap_servers, ALERTS_LIVE.name)
    return {record.key: record.value for record in records if b"/mass-casualty/" in record.key}


@pytest.mark.parametrize("moment", ["before_outputs", "after_outputs", "after_changelog"])
async def test_a_worker_killed_while_it_raises_leaves_exactly_one_alert(settings: Settings, moment: str) -> None:
    await publish(settings, a_toll(12))
    with a_worker(settings, dies=moment) as doomed:
        await eventually(lambda: doomed.poll() is not None, "the worker has died")
        assert doomed.returncode == -9
    with a_worker(settings):

        async def seen() -> dict[str, AlertV1]:
            return newest(await history(settings))

        await eventually(seen, "the alert is told")
        # The life goes on where it was: the same alert is promoted, and then cancelled.
        await publish(settings, a_toll(30, "r-2", supersedes="r-1"))

        async def promoted() -> bool:
            return any(alert.event == "promoted" for alert in (await seen()).values())

        await eventually(promoted, "the alert is promoted")
        gone = {"report_id": "r-2", "retracted": True, "claims": []}
        await publish(settings, {**a_toll(30), **gone})

        async def cancelled() -> bool:
            return any(alert.event == "cancelled" for alert in (await seen()).values())

        await eventually(cancelled, "the alert is cancelled")
        [alert] = (await seen()).values()
        assert (alert.revision, alert.status) == (3, "cancelled")
        await eventually(lambda: _all_over(settings), "no alert is live")


async def _all_over(settings: Settings) -> bool:
    return all(value is None for value in (await live(settings)).values())
