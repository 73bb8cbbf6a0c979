"""Alertmanager: what is posted, and what Debian's own Alertmanager makes of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.alert import AlertV1
from streams.delivery.alertmanager import PATH, AlertmanagerBook
from streams.delivery.calling import Caller, Verdict
from streams.delivery.live import LiveAlerts
from streams.delivery.payload import JSON, Message
from tests.broker.live import DEADLINE_SECONDS
from tests.delivery.scene import NOON, alertmanager_binary, an_alert
from tests.ports import free_port

LATER = NOON + timedelta(minutes=5)


def live_alert(**fields: Any) -> AlertV1:
    return an_alert(expires_at=NOON + timedelta(minutes=15), **fields)


def test_a_live_alert_is_posted_with_its_end() -> None:
    [posted] = AlertmanagerBook({"service": "sitrep"}).post([live_alert()], NOON)
    assert posted["labels"] == {
        "alertname": "mass-casualty",
        "alert_id": "dead.UA-74.0a1b2c",
        "kind": "mass_casualty",
        "region": "UA-74",
        "service": "sitrep",
        "severity": "severe",
    }
    assert posted["startsAt"] == "2025-10-22T12:00:00Z"
    assert posted["endsAt"] == "2025-10-22T12:15:00Z"
    assert posted["annotations"]["sources"] == "tidings (B)"
    assert posted["annotations"]["value"] == "low 4, best 5, high 7"


def test_what_is_live_no_longer_is_ended_until_that_was_taken() -> None:
    book = AlertmanagerBook({})
    book.post([live_alert()], NOON)
    for _ in range(2):
        [ended] = book.post([], LATER)
        assert ended["endsAt"] == "2025-10-22T12:05:00Z"
    book.taken()
    assert book.post([], LATER) == []


def test_a_promoted_alert_ends_the_one_with_the_old_severity() -> None:
    book = AlertmanagerBook({})
    book.post([live_alert()], NOON)
    book.taken()
    firing, ended = book.post([live_alert(severity="extreme")], LATER)
    assert (firing["labels"]["severity"], firing["endsAt"]) == ("extreme", "2025-10-22T12:15:00Z")
    assert (ended["labels"]["severity"], ended["endsAt"]) == ("severe", "2025-10-22T12:05:00Z")


def test_what_comes_back_before_its_end_was_taken_is_not_ended() -> None:
    book = AlertmanagerBook({})
    book.post([live_alert()], NOON)
    book.post([], LATER)
    [posted] = book.post([live_alert()], LATER)
    assert posted["endsAt"] == "2025-10-22T12:15:00Z"


def record(alert: AlertV1) -> bytes:
    return alert.model_dump_json().encode()


def test_live_alerts_are_the_newest_record_of_each_key_until_it_expires() -> None:
    held = LiveAlerts()
    held.take(b"a", record(live_alert()))
    held.take(b"a", record(live_alert(revision=2)))
    held.take(b"b", record(live_alert(alert_id="b")))
    assert [(alert.alert_id, alert.revision) for alert in held.now(LATER)] == [("dead.UA-74.0a1b2c", 2), ("b", 1)]
    held.take(b"b", None)
    assert [alert.alert_id for alert in held.now(LATER)] == ["dead.UA-74.0a1b2c"]
    assert held.now(NOON + timedelta(minutes=15)) == ()


def test_a_stranger_s_record_ends_nothing() -> None:
    held = LiveAlerts()
    held.take(b"a", record(live_alert()))
    held.take(b"a", b"not an alert")
    assert len(held.now(LATER)) == 1


class Alertmanager:
    """Debian's Alertmanager in a process of its own."""

    def __init__(self, folder: Path) -> None:
        binary = alertmanager_binary()
        config = folder / "alertmanager.yml"
        config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
        self.address = f"127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            [
                binary,
                f"--config.file={config}",
                f"--storage.path={folder / 'state'}",
                f"--web.listen-address={self.address}",
                "--cluster.listen-address=",
                "--log.level=error",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def alerts(self) -> list[dict[str, Any]]:
        """Return what Alertmanager holds to be firing."""
        with urllib.request.urlopen(f"http://{self.address}{PATH}", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(DEADLINE_SECONDS)


async def until(holds: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.1)


@pytest.fixture
async def alertmanager(tmp_path: Path) -> AsyncIterator[Alertmanager]:
    started = Alertmanager(tmp_path)
    try:
        await until(started.is_ready, "Alertmanager is ready")
        yield started
    finally:
        started.stop()


async def post(alertmanager: Alertmanager, alerts: list[dict[str, Any]]) -> Verdict:
    url = f"http://{alertmanager.address}{PATH}"
    async with Caller(url, timeout=timedelta(seconds=DEADLINE_SECONDS), allow_private=True) as caller:
        return (await caller.post(Message("", orjson.dumps(alerts), JSON))).verdict


def firing_until(moment: datetime, **fields: Any) -> AlertV1:
    now = datetime.now(UTC)
    return an_alert(raised_at=now, updated_at=now, expires_at=moment, **fields)


async def test_alertmanager_shows_what_fires_and_drops_what_ended(alertmanager: Alertmanager) -> None:
    book = AlertmanagerBook({"service": "sitrep"})
    soon = datetime.now(UTC) + timedelta(minutes=15)
    assert await post(alertmanager, book.post([firing_until(soon)], datetime.now(UTC))) is Verdict.DELIVERED
    [shown] = alertmanager.alerts()
    assert shown["labels"]["alertname"] == "mass-casualty"
    assert shown["annotations"]["summary"].endswith("at least 4 killed, sources disagree: 4–7")
    assert shown["status"]["state"] == "active"
    promoted = book.post([firing_until(soon, severity="extreme")], datetime.now(UTC))
    assert await post(alertmanager, promoted) is Verdict.DELIVERED
    await until(lambda: [a["labels"]["severity"] for a in alertmanager.alerts()] == ["extreme"], "only the worse one")
    assert await post(alertmanager, book.post([], datetime.now(UTC))) is Verdict.DELIVERED
    await until(lambda: alertmanager.alerts() == [], "the alert has ended")


async def test_an_alert_that_nobody_posts_again_is_over_when_it_expires(alertmanager: Alertmanager) -> None:
    """The worker is dead, or the deliverer: Alertmanager itself ends the alert at the time it was told."""
    soon = datetime.now(UTC) + timedelta(seconds=8)
    await post(alertmanager, AlertmanagerBook({}).post([firing_until(soon)], datetime.now(UTC)))
    assert len(alertmanager.alerts()) == 1
    await until(lambda: alertmanager.alerts() == [], "the alert has expired")
    assert datetime.now(UTC) >= soon
