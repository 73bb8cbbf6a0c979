"""Alerts from the topic to their receivers, on a live broker: nobody loses any, and nobody waits for another."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.administration.topics import create_topics
from streams.client import subscribe
from streams.delivery.receivers import AlertmanagerReceiver, CapReceiver, WebhookReceiver
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.broker.alerting_live import delivering, first, publish_alerts, publish_live, settings_of
from tests.broker.live import DEADLINE_SECONDS, eventually
from tests.delivery.scene import SECRET, Receiver, a_receiver, an_alert, answers, hangs
from tests.delivery.test_alertmanager import Alertmanager, until

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """A broker with the topics; tests keep apart by the names of their rules."""
    with EmbeddedBroker() as broker:
        found = settings_of(broker.address)
        asyncio.run(create_topics(found))
        yield found


def alerts_of(rule: str, count: int, **fields: Any) -> list[Any]:
    return [an_alert(f"{rule}.{number}", rule=rule, **fields) for number in range(count)]


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET", SECRET)


def webhook(name: str, receiver: Receiver, rule: str, **fields: Any) -> WebhookReceiver:
    return WebhookReceiver.model_validate(
        {
            "name": name,
            "kind": "webhook",
            "url": receiver.url,
            "secret": {"env": "TEST_SECRET"},
            "allow_private": True,
            "timeout": timedelta(seconds=2),
            "start": "beginning",
            "filter": {"rules": [rule]},
            "retry": {"first": timedelta(seconds=0.05), "longest": timedelta(seconds=0.2)},
            **fields,
        }
    )


def ids(receiver: Receiver) -> list[str]:
    return [orjson.loads(body)["data"]["alert_id"] for _, body in receiver.got]


async def test_a_reader_with_a_group_goes_on_where_it_left_off(settings: Settings) -> None:
    await publish_alerts(settings.bootstrap_servers, alerts_of("grouped", 4))
    chosen: dict[str, Any] = {"group": "readers", "rules": ["grouped"], "start": "beginning"}
    async with subscribe(settings, **chosen) as alerts:
        seen = [received.alert.alert_id for received in await first(alerts, 2)]
    async with subscribe(settings, **chosen) as alerts:
        seen += [received.alert.alert_id for received in await first(alerts, 3)]
    # The record that was in work when the first reader left comes again.
    assert seen == ["grouped.0", "grouped.1", "grouped.1", "grouped.2", "grouped.3"]


async def test_a_reader_can_keep_its_positions_itself(settings: Settings) -> None:
    await publish_alerts(settings.bootstrap_servers, alerts_of("kept", 3))
    async with subscribe(settings, rules=["kept"], start="beginning") as alerts:
        await first(alerts, 2)
        positions = alerts.positions
    async with subscribe(settings, rules=["kept"], positions=positions) as alerts:
        again = [received.alert.alert_id for received in await first(alerts, 2)]
    assert again == ["kept.1", "kept.2"]


async def test_what_is_no_alert_and_what_comes_twice_is_passed_over(settings: Settings) -> None:
    one, two = alerts_of("twice", 2)
    await publish_alerts(settings.bootstrap_servers, [one, b"no alert", one, two])
    async with subscribe(settings, rules=["twice"], start="beginning") as alerts:
        assert [received.alert.alert_id for received in await first(alerts, 2)] == ["twice.0", "twice.1"]


async def test_a_receiver_that_fails_hangs_and_comes_back_gets_everything_in_order(
    settings: Settings, secret: None
) -> None:
    async with a_receiver() as receiver:
        receiver.answers += [answers(503), hangs, answers(500), answers(429, headers={"Retry-After": "0"})]
        async with delivering(settings, webhook("flaky", receiver, "flaky")):
            await publish_alerts(settings.bootstrap_servers, alerts_of("flaky", 5))
            await eventually(lambda: len(receiver.got) == 5, "all five are delivered")
        assert ids(receiver) == [f"flaky.{number}" for number in range(5)]
        assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 5


async def test_a_receiver_that_is_down_holds_nobody_else_up(settings: Settings, secret: None) -> None:
    async with a_receiver() as down, a_receiver() as up:
        down.answers += [hangs] * 1_000
        async with delivering(settings, webhook("down", down, "apart"), webhook("up", up, "apart")) as metrics:
            await publish_alerts(settings.bootstrap_servers, alerts_of("apart", 20))
            await eventually(lambda: len(up.got) == 20, "the other receiver has everything")
        assert down.got == []
        assert (metrics.registry.get_sample_value("sitrep_delivered_total", {"receiver": "up"}) or 0) == 20


async def test_what_was_not_taken_when_the_deliverer_ended_is_delivered_by_the_next(
    settings: Settings, secret: None
) -> None:
    async with a_receiver() as receiver:
        chosen = webhook("outlived", receiver, "outlived")
        await publish_alerts(settings.bootstrap_servers, alerts_of("outlived", 3))
        receiver.answers += [answers(200), *[answers(503)] * 1_000]
        async with delivering(settings, chosen):
            await eventually(lambda: receiver.calls >= 3, "the second record is being tried")
        receiver.answers.clear()
        async with delivering(settings, chosen):
            await eventually(lambda: "outlived.2" in ids(receiver), "the rest is delivered")
        assert {"outlived.1", "outlived.2"} <= set(ids(receiver))


async def test_cap_messages_are_written_into_a_folder(settings: Settings, tmp_path: Path) -> None:
    receiver = CapReceiver.model_validate(
        {
            "name": "folder",
            "kind": "cap",
            "folder": tmp_path / "cap",
            "sender": "alerts@sitrep.example",
            "start": "beginning",
            "filter": {"rules": ["cap"]},
        }
    )
    async with delivering(settings, receiver):
        await publish_alerts(settings.bootstrap_servers, alerts_of("cap", 2))
        await eventually(lambda: len(list((tmp_path / "cap").glob("*.xml"))) == 2, "both files are there")
    assert sorted(path.name for path in (tmp_path / "cap").iterdir()) == ["cap.0.1.xml", "cap.1.1.xml"]


async def test_live_alerts_reach_alertmanager_and_end_there(settings: Settings, tmp_path: Path) -> None:
    alertmanager = Alertmanager(tmp_path)
    try:
        await until(alertmanager.is_ready, "Alertmanager is ready")
        receiver = AlertmanagerReceiver.model_validate(
            {
                "name": "alertmanager",
                "kind": "alertmanager",
                "url": f"http://{alertmanager.address}",
                "allow_private": True,
                "filter": {"rules": ["live"]},
            }
        )
        [alert] = alerts_of("live", 1)
        async with delivering(settings, receiver):
            await publish_live(settings.bootstrap_servers, alert)
            await until(lambda: len(alertmanager.alerts()) == 1, "Alertmanager shows it")
            await publish_live(settings.bootstrap_servers, alert, ended=True)
            await until(lambda: alertmanager.alerts() == [], "Alertmanager has ended it")
    finally:
        alertmanager.stop()


async def test_the_example_reader_prints_what_its_region_is_told_and_goes_on_where_it_left_off(
    settings: Settings,
) -> None:
    example = Path(__file__).parents[2] / "docs" / "examples" / "alert_reader.py"
    variables = {"SITREP_BOOTSTRAP_SERVERS": settings.bootstrap_servers, "SITREP_SESSION_TIMEOUT_SECONDS": "2"}

    async def lines(count: int) -> list[str]:
        """Start the program, as a reader would, for the alerts of one region; end it when it has printed so many."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(example), "UA-23", stdout=asyncio.subprocess.PIPE, env=os.environ | variables
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(count)]
        finally:
            process.send_signal(signal.SIGINT)  # Ctrl-C
            await process.wait()

    said = [
        an_alert(f"read.{number}", rule="read", region=region, severity=severity, headline=f"Headline {number}")
        for number, (region, severity) in enumerate(
            [("UA-23", "severe"), ("UA-74", "severe"), ("UA-23", "minor"), ("UA-23", "extreme")]
        )
    ]
    await publish_alerts(settings.bootstrap_servers, said)
    [first_line, source, last_line, _] = await lines(4)
    assert first_line == "raised severe Headline 0"
    assert source.startswith("    ")
    assert last_line == "raised extreme Headline 3"
    await publish_alerts(
        settings.bootstrap_servers, [an_alert("read.9", rule="read", region="UA-23", headline="Headline 9")]
    )
    [new, _] = await lines(2)
    assert new == "raised severe Headline 9", "what it had printed before does not come again"
