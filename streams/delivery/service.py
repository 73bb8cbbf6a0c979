"""Runs every receiver beside the others: none waits for another, and none ends because another fails."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson
from aiokafka.errors import KafkaError

from schemas.alert import AlertV1
from streams.client.errors import BrokerAway, Refused, TopicMissing
from streams.client.subscriber import AlertSubscription
from streams.delivery.alertmanager import PATH, AlertmanagerBook
from streams.delivery.calling import Answer, Caller, Verdict
from streams.delivery.cap import CapProfile, cap_message
from streams.delivery.live import LiveAlerts, LiveReader
from streams.delivery.payload import JSON, Message, webhook_message
from streams.delivery.queueing import Attempt, deliver_all
from streams.delivery.receivers import AlertmanagerReceiver, CapReceiver, Receiver, WebhookReceiver
from streams.delivery.signing import key_of
from streams.delivery.tally import DeliveryMetrics
from streams.settings import Settings

_AGAIN_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


async def deliver_to(
    settings: Settings, receivers: tuple[Receiver, ...], metrics: DeliveryMetrics, stop: asyncio.Event
) -> None:
    """Run until ``stop`` is set.

    :raises BrokerAway, Refused, TopicMissing: at the start; later the broker's absence is waited for.
    """
    started: list[asyncio.Future[None]] = [asyncio.get_running_loop().create_future() for _ in receivers]
    tasks = [
        asyncio.create_task(_keep_running(settings, receiver, metrics, first))
        for receiver, first in zip(receivers, started, strict=True)
    ]
    try:
        await asyncio.gather(*started)
        metrics.started()
        log.info("delivering to %s", ", ".join(receiver.name for receiver in receivers))
        await stop.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for first in started:
            first.cancel()


async def _keep_running(
    settings: Settings, receiver: Receiver, metrics: DeliveryMetrics, started: asyncio.Future[None]
) -> None:
    metrics.announce(receiver.name)

    def ready() -> None:
        if not started.done():
            started.set_result(None)

    while True:
        try:
            if isinstance(receiver, AlertmanagerReceiver):
                await _run_alertmanager(settings, receiver, metrics, ready)
            else:
                await _run_queue(settings, receiver, metrics, ready)
        except (BrokerAway, Refused, TopicMissing) as error:
            if not started.done():
                started.set_exception(error)
                return
            log.warning("%s waits for the broker: %s", receiver.name, error)
        except (KafkaError, OSError) as error:
            log.warning("%s starts again: %s", receiver.name, error)
        await asyncio.sleep(_AGAIN_SECONDS)


async def _run_queue(
    settings: Settings, receiver: WebhookReceiver | CapReceiver, metrics: DeliveryMetrics, ready: Callable[[], None]
) -> None:
    group = f"{settings.app}-deliver-{receiver.name}"
    subscription = AlertSubscription(settings, receiver.filter.as_filter(), group=group, start=receiver.start)
    async with _attempt(receiver) as attempt, subscription as records:
        ready()
        await deliver_all(receiver.name, records, attempt, receiver.retry, metrics)


@asynccontextmanager
async def _attempt(receiver: WebhookReceiver | CapReceiver) -> AsyncIterator[Attempt]:
    if isinstance(receiver, CapReceiver) and receiver.folder is not None:
        folder = receiver.folder.expanduser()
        yield lambda alert: asyncio.to_thread(write_file, folder, _message(receiver, alert))
        return
    assert receiver.url is not None, "a receiver without a folder has an address"
    key = key_of(receiver.secret.read()) if receiver.secret is not None else None
    async with Caller(
        receiver.url,
        timeout=receiver.timeout,
        allow_private=receiver.allow_private,
        key=key,
        ca_file=receiver.ca_file,
    ) as caller:
        yield lambda alert: caller.post(_message(receiver, alert))


def _message(receiver: WebhookReceiver | CapReceiver, alert: AlertV1) -> Message:
    if isinstance(receiver, WebhookReceiver):
        return webhook_message(alert)
    profile = CapProfile(
        sender=receiver.sender,
        sender_name=receiver.sender_name,
        status=receiver.status,
        scope=receiver.scope,
        restriction=receiver.restriction,
        addresses=receiver.addresses,
        languages=receiver.languages,
        expires=receiver.expires,
    )
    return cap_message(alert, profile)


def write_file(folder: Path, message: Message) -> Answer:
    """Write a message into a folder under its id, whole or not at all."""
    # Ids are made of names of rules, codes and digits; nothing of them may leave the folder all the same.
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in message.message_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{name}.unfinished"
        with unfinished.open("wb") as file:
            file.write(message.body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / f"{name}.xml")
    except OSError as error:
        return Answer(Verdict.AWAY, f"{folder} cannot be written to: {error.strerror}")
    return Answer(Verdict.DELIVERED, "written")


async def _run_alertmanager(
    settings: Settings, receiver: AlertmanagerReceiver, metrics: DeliveryMetrics, ready: Callable[[], None]
) -> None:
    caller = Caller(
        receiver.url.rstrip("/") + PATH,
        timeout=receiver.timeout,
        allow_private=receiver.allow_private,
        ca_file=receiver.ca_file,
    )
    async with caller, LiveReader(settings) as reader:
        ready()
        await _post_live(reader, receiver, caller, metrics)


async def _post_live(
    reader: LiveReader, receiver: AlertmanagerReceiver, caller: Caller, metrics: DeliveryMetrics
) -> None:
    """Post at once when something has come, and again and again when nothing has."""
    # What is live is no event: here only region, rule and severity choose.
    held, book, wanted = (
        LiveAlerts(),
        AlertmanagerBook(receiver.labels),
        replace(receiver.filter.as_filter(), events=frozenset()),
    )
    clock = asyncio.get_running_loop().time
    next_post = clock()
    caught_up = False
    async for batch in reader.batches():
        for key, value in batch:
            held.take(key, value)
        # What is read at the start is old and new mixed: first all of it, then the post.
        caught_up = caught_up or not batch
        if not caught_up or (not batch and clock() < next_post):
            continue
        present = datetime.now(UTC)
        live = [alert for alert in held.now(present) if wanted.wants(alert)]
        alerts = book.post(live, present)
        metrics.live.labels(receiver.name).set(len(live))
        if alerts:
            answer = await caller.post(Message("", orjson.dumps(alerts), JSON))
            _account(answer, book, receiver, metrics, len(alerts))
        next_post = clock() + receiver.repost_every.total_seconds()


def _account(
    answer: Answer, book: AlertmanagerBook, receiver: AlertmanagerReceiver, metrics: DeliveryMetrics, count: int
) -> None:
    if answer.verdict is Verdict.DELIVERED:
        book.taken()
        metrics.delivered.labels(receiver.name).inc(count)
    else:
        # Nothing is lost: the next post says it all again.
        metrics.failures.labels(receiver.name).inc()
        log.warning("%s does not take the live alerts: %s", receiver.name, answer.reason)
