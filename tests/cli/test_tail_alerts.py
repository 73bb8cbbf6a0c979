"""``sitrep tail alerts``: which alerts are shown, and how."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from schemas.topics import ALERTS
from schemas.vocabulary import Severity
from streams.cli.alert_view import alert_line
from streams.cli.tail import Wanted
from tests.broker.alerting_live import publish_alerts
from tests.delivery.scene import an_alert

RAISED = an_alert("one.UA-74.1", severity="severe", peak="severe")
OVER = an_alert("one.UA-74.1", 2, event="resolved", status="resolved", severity="moderate", peak="severe")
MINOR = an_alert("two.UA-74.1", severity="minor", peak="minor")
ELSEWHERE = an_alert("one.RU-BRY.1", region="RU-BRY")
OF_A_SET = an_alert("set.donbas.1", region="UA", region_set="donbas", regions=["UA-09", "UA-14"])


@pytest.mark.parametrize(
    ("region", "least", "shown"),
    [
        (None, None, [RAISED, OVER, MINOR, ELSEWHERE, OF_A_SET]),
        ("UA-74", None, [RAISED, OVER, MINOR]),
        ("UA", None, [RAISED, OVER, MINOR, OF_A_SET]),
        ("UA-14", None, [OF_A_SET]),
        # Who was told of a severe alert is told of its end.
        ("UA-74", Severity.SEVERE, [RAISED, OVER]),
        (None, Severity.EXTREME, []),
    ],
)
def test_alerts_are_chosen_by_region_and_by_the_worst_they_have_been(
    region: str | None, least: Severity | None, shown: list[Any]
) -> None:
    wanted = Wanted(region, least)
    every = [RAISED, OVER, MINOR, ELSEWHERE, OF_A_SET]
    records: list[Any] = [SimpleNamespace(topic=ALERTS.name, value=alert.model_dump_json().encode()) for alert in every]
    assert [alert for alert, record in zip(every, records, strict=True) if wanted.has(record)] == shown


def test_a_line_says_when_what_and_why() -> None:
    line = alert_line(an_alert(event="promoted", changed="killed from 4 to 12\nseverity from minor to severe")).plain
    assert line == (
        "2025-10-22 12:00:00  promoted   severe    Chernihiv Oblast, Nizhyn: one strike, at least 4 killed, "
        "sources disagree: 4–7   (killed from 4 to 12 severity from minor to severe)"
    )


@pytest.mark.broker
def test_the_command_takes_region_and_severity(sitrep: Any, broker: str) -> None:
    rule = f"tail-{datetime.now(UTC):%H%M%S%f}"
    alerts = [found.model_copy(update={"rule": rule}) for found in (RAISED, MINOR, ELSEWHERE)]
    asyncio.run(publish_alerts(broker, alerts))
    chosen = ("--region", "UA-74", "--min-severity", "severe")
    done = sitrep("tail", "alerts", "-o", "beginning", "--exit", *chosen, "--broker", broker)
    assert done.returncode == 0, done.stderr
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [alert["alert_id"] for alert in found if alert["rule"] == rule] == [RAISED.alert_id]


@pytest.mark.broker
def test_a_severity_where_there_are_no_alerts_is_a_mistake(sitrep: Any, broker: str) -> None:
    done = sitrep("tail", "counters", "--exit", "--min-severity", "severe", "--broker", broker)
    assert done.returncode == 2
    assert "sitrep.counters has none" in done.stderr
