"""A receiver's own queue: the topic of alerts itself, read at the receiver's own pace.

Each receiver has a consumer group. Its place in the topic moves on when a record is taken, not before: a receiver
that is down for a day finds everything waiting in Kafka, and no other receiver has noticed.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from schemas.alert import AlertV1
from streams.client.subscriber import Received
from streams.delivery.calling import Answer, Verdict
from streams.delivery.receivers import Retry
from streams.delivery.tally import DeliveryMetrics

Attempt = Callable[[AlertV1], Awaitable[Answer]]
"""Tries to hand a record over, once."""

log = logging.getLogger(__name__)


class Records(Protocol):
    """Where records come from; an :class:`~streams.client.subscriber.AlertSubscription` fits."""

    def __aiter__(self) -> AsyncIterator[Received]: ...


async def deliver_all(name: str, records: Records, attempt: Attempt, retry: Retry, metrics: DeliveryMetrics) -> None:
    """Hand every record over, in order, each until it is taken or given up; goes on until cancelled."""
    async for received in records:
        await deliver(name, received.alert, attempt, retry, metrics)


async def deliver(name: str, alert: AlertV1, attempt: Attempt, retry: Retry, metrics: DeliveryMetrics) -> bool:
    """Hand one record over; return False where it was given up."""
    began, refusals, tries = time.monotonic(), 0, 0
    what = f"{alert.alert_id} revision {alert.revision}"
    while True:
        answer = await attempt(alert)
        tries += 1
        waited = time.monotonic() - began
        if answer.verdict is Verdict.DELIVERED:
            metrics.delivered.labels(name).inc()
            metrics.seconds.labels(name).observe(waited)
            metrics.waiting_since.labels(name).set(0)
            if tries > 1:
                log.info("%s has taken %s at the %s. call", name, what, tries)
            return True
        metrics.failures.labels(name).inc()
        refusals += answer.verdict is Verdict.REFUSED
        if refusals >= retry.refusals or waited >= retry.give_up_after.total_seconds():
            metrics.given_up.labels(name).inc()
            metrics.waiting_since.labels(name).set(0)
            log.error("%s: %s given up after %s calls: %s", name, what, tries, answer.reason)
            return False
        if tries == 1:
            metrics.waiting_since.labels(name).set(time.time())
        pause = pause_before(tries, answer, retry)
        log.warning("%s does not take %s: %s; again in %.1f s", name, what, answer.reason, pause)
        await asyncio.sleep(pause)


def pause_before(tries: int, answer: Answer, retry: Retry) -> float:
    """Return how long to wait after so many calls, in seconds: doubling, with chance, as long as was asked for."""
    longest = retry.longest.total_seconds()
    doubled = min(longest, retry.first.total_seconds() * 2.0 ** min(tries - 1, 30))
    # Many senders that failed together must not come back together.
    pause = doubled * random.uniform(0.5, 1.0)
    return max(pause, min(answer.wait, longest)) if answer.wait is not None else pause
