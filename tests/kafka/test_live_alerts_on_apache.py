"""The compacted topic of live alerts on Apache Kafka: it stays small, says what fires, and a successor goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.alert import AlertV1
from schemas.keys import report_key
from schemas.topics import ALERTS, ALERTS_LIVE, REPORTS
from streams.settings import Settings
from tests.broker.live import eventually, publish, read_all
from tests.builders import a_report, casualties
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import fresh_settings, remove_topics
from tests.kafka.test_engine_on_apache import COMPACTED_AT_ONCE
from tests.pipeline.conftest import WorkerProgram

pytestmark = pytest.mark.broker

HASTY = {"SITREP_CLOCK_ORIGIN": "2025-10-22T12:00:00Z", "SITREP_CLOCK_RATE": "60"}
"""A minute a second: live alerts are refreshed several times a second. Workers share an anchor, so one clock."""
RULES = """
version: 1
refresh_every: 10s
valid_for: 1h
rules:
  - {name: dead, kind: mass_casualty, levels: {moderate: 5, severe: 10}, hold: 30d}
"""


@pytest.fixture
async def settings(apache: ApacheCluster) -> AsyncIterator[Settings]:
    chosen = await fresh_settings(apache, configs={ALERTS_LIVE.name: COMPACTED_AT_ONCE})
    yield chosen
    await remove_topics(chosen)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[list[WorkerProgram]]:
    workers: list[WorkerProgram] = []
    yield workers
    for worker in workers:
        worker.kill()


async def tell(settings: Settings, *reports: dict[str, Any]) -> None:
    records = [(report_key(report["source"]["id"], report["report_id"]), orjson.dumps(report)) for report in reports]
    await publish(settings.bootstrap_servers, REPORTS.name, records)


async def test_the_topic_of_live_alerts_is_compacted_and_a_successor_goes_on_with_what_fires(
    settings: Settings, begun: list[WorkerProgram], tmp_path: Path
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    anchor = datetime.now(UTC).isoformat()
    chosen = HASTY | {"SITREP_CLOCK_ANCHOR": anchor, "SITREP_ALERT_RULES": str(tmp_path / "rules.yaml")}
    begun.append(WorkerProgram(settings, tmp_path / "first.log", **chosen))
    await tell(
        settings,
        a_report("r-1", claims=[casualties("UA-74", killed=6)]),
        a_report("r-2", claims=[casualties("UA-14", killed=7)]),
    )

    async def told() -> dict[str, AlertV1]:
        """The newest record of each region's alert in the history."""
        found = [AlertV1.model_validate_json(r.value) for r in await read_all(settings.bootstrap_servers, ALERTS.name)]
        return {alert.region: alert for alert in sorted(found, key=lambda alert: alert.revision)}

    async def firing() -> dict[str, AlertV1]:
        """What a reader of the compacted topic ends with."""
        records = await read_all(settings.bootstrap_servers, ALERTS_LIVE.name)
        newest = {record.key: record.value for record in records}
        found = [AlertV1.model_validate_json(value) for value in newest.values() if value is not None]
        return {alert.region: alert for alert in found}

    async def is_live(*regions: str) -> bool:
        return sorted(await firing()) == sorted(regions)

    await eventually(lambda: is_live("UA-14", "UA-74"), "both alerts are live")
    await tell(settings, a_report("r-2", claims=[], retracted=True, published_at="2025-10-22T11:00:00Z"))
    await eventually(lambda: is_live("UA-74"), "the one is over")
    raised = (await told())["UA-74"]

    async def shrunk() -> bool:
        # Refreshes keep coming, so segments are closed and then compacted.
        records = await read_all(settings.bootstrap_servers, ALERTS_LIVE.name)
        written = sum({record.partition: record.offset + 1 for record in records}.values())
        return written > 40 and len(records) < written / 3

    await eventually(shrunk, "the topic of live alerts is not compacted")
    assert await is_live("UA-74")
    begun[0].kill()
    begun.append(WorkerProgram(settings, tmp_path / "second.log", **chosen))
    await begun[1].ready()
    before = (await firing())["UA-74"].expires_at

    async def refreshed() -> bool:
        after = (await firing())["UA-74"].expires_at
        return before is not None and after is not None and after > before

    await eventually(refreshed, "the successor refreshes it")
    await tell(settings, a_report("r-1", claims=[casualties("UA-74", killed=11)], published_at="2025-10-22T11:00:00Z"))

    async def promoted() -> bool:
        return (await told())["UA-74"].event == "promoted"

    await eventually(promoted, "the successor promotes it")
    alert = (await told())["UA-74"]
    assert (alert.alert_id, alert.revision) == (raised.alert_id, raised.revision + 1), "it was not raised anew"
    assert (await firing())["UA-74"].alert_id == raised.alert_id
