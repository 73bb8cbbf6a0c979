"""What live tests of alerts share: a broker with the topics, and records on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer

from schemas.alert import AlertV1
from schemas.keys import alert_key, live_alert_key
from schemas.topics import ALERTS, ALERTS_LIVE
from streams.client import AlertSubscription, Received
from streams.delivery.receivers import Receiver, Receivers
from streams.delivery.service import deliver_to
from streams.delivery.tally import DeliveryMetrics
from streams.settings import Settings, load_settings
from tests.broker.live import DEADLINE_SECONDS


def settings_of(address: str, **fields: object) -> Settings:
    return load_settings(bootstrap_servers=address, session_timeout_seconds=2, **fields)


async def publish_alerts(address: str, alerts: Sequence[AlertV1 | bytes]) -> None:
    """Publish the records to the history, in order."""
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        for alert in alerts:
            if isinstance(alert, bytes):
                await producer.send_and_wait(ALERTS.name, alert, key=b"UA-74/strange")
            else:
                key = alert_key(alert.region, alert.rule)
                await producer.send_and_wait(ALERTS.name, alert.model_dump_json().encode(), key=key)
    finally:
        await producer.stop()


async def publish_live(address: str, alert: AlertV1, *, ended: bool = False) -> None:
    """Publish to the topic of live alerts: the record with a quarter of an hour to live, or its end."""
    value = None
    if not ended:
        expiring = alert.model_copy(update={"expires_at": datetime.now(UTC) + timedelta(minutes=15)})
        value = expiring.model_dump_json().encode()
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        key = live_alert_key(alert.region, alert.rule, alert.alert_id)
        await producer.send_and_wait(ALERTS_LIVE.name, value, key=key)
    finally:
        await producer.stop()


async def first(subscription: AlertSubscription, count: int, seconds: float = DEADLINE_SECONDS) -> list[Received]:
    """Return the first so many records of an open subscription."""
    found: list[Received] = []
    async with asyncio.timeout(seconds):
        async for received in subscription:
            found.append(received)
            if len(found) == count:
                break
    return found


@asynccontextmanager
async def delivering(settings: Settings, *receivers: Receiver) -> AsyncIterator[DeliveryMetrics]:
    """Run the receivers while the block lasts."""
    metrics, stop = DeliveryMetrics(), asyncio.Event()
    chosen = Receivers(receivers=receivers).receivers
    task = asyncio.create_task(deliver_to(settings, chosen, metrics, stop))
    try:
        yield metrics
    finally:
        stop.set()
        await task
