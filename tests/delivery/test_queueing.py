"""A record is handed over until it is taken; what will never be taken does not hold the rest up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import AlertV1
from streams.client import Received
from streams.delivery.calling import Answer, Verdict
from streams.delivery.queueing import deliver, deliver_all, pause_before
from streams.delivery.receivers import Retry
from streams.delivery.tally import DeliveryMetrics
from tests.delivery.scene import an_alert

TAKEN, AWAY, REFUSED = (Answer(verdict, verdict.value) for verdict in Verdict)
QUICK = Retry.model_construct(
    first=timedelta(milliseconds=1), longest=timedelta(milliseconds=4), give_up_after=timedelta(days=3), refusals=3
)


class Script:
    """A receiver that answers as written, then takes everything."""

    def __init__(self, *written: Answer) -> None:
        self.written = list(written)
        self.taken: list[str] = []
        self.tried = 0
        self.answered = asyncio.Event()
        """Set when all written answers were given."""

    async def __call__(self, alert: AlertV1) -> Answer:
        self.tried += 1
        answer = self.written.pop(0) if self.written else TAKEN
        if not self.written:
            self.answered.set()
        if answer is TAKEN:
            self.taken.append(alert.alert_id)
        return answer


class Queue:
    """Records that come one by one; ``done`` counts how many the reader has finished with."""

    def __init__(self, *alert_ids: str) -> None:
        self.alert_ids = alert_ids
        self.done = 0

    async def __aiter__(self) -> AsyncIterator[Received]:
        for number, alert_id in enumerate(self.alert_ids):
            yield Received(an_alert(alert_id), 0, number)
            self.done += 1


async def test_a_record_is_tried_until_it_is_taken_and_only_then_the_next() -> None:
    script, queue = Script(AWAY, AWAY, TAKEN, AWAY), Queue("a", "b", "c")
    await deliver_all("r", queue, script, QUICK, DeliveryMetrics())
    assert script.taken == ["a", "b", "c"]
    assert script.tried == 6


async def test_what_is_refused_again_and_again_does_not_hold_up_the_rest() -> None:
    script, queue, metrics = Script(REFUSED, REFUSED, REFUSED), Queue("poison", "good"), DeliveryMetrics()
    await deliver_all("r", queue, script, QUICK, metrics)
    assert script.taken == ["good"]
    assert metrics.registry.get_sample_value("sitrep_delivery_given_up_total", {"receiver": "r"}) == 1


async def test_a_receiver_that_is_away_for_too_long_is_given_up_for_that_record() -> None:
    impatient = QUICK.model_copy(update={"give_up_after": timedelta(0)})
    assert not await deliver("r", an_alert(), Script(AWAY), impatient, DeliveryMetrics())


async def test_since_when_a_receiver_is_waited_for_is_told_until_it_takes_the_record() -> None:
    metrics = DeliveryMetrics()
    told: list[float | None] = []

    async def attempt(_alert: AlertV1) -> Answer:
        told.append(
            metrics.registry.get_sample_value("sitrep_delivery_waiting_since_timestamp_seconds", {"receiver": "r"})
        )
        return AWAY if len(told) == 1 else TAKEN

    before = time.time()
    assert await deliver("r", an_alert(), attempt, QUICK, metrics)
    [_, waiting] = told
    assert waiting is not None
    assert waiting >= before
    assert metrics.registry.get_sample_value("sitrep_delivery_waiting_since_timestamp_seconds", {"receiver": "r"}) == 0


async def test_a_record_in_work_when_the_program_ends_is_not_done() -> None:
    queue = Queue("a", "b")
    patient = QUICK.model_copy(update={"first": timedelta(hours=1), "longest": timedelta(hours=1)})
    script = Script(TAKEN, AWAY)
    task = asyncio.create_task(deliver_all("r", queue, script, patient, DeliveryMetrics()))
    await script.answered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert queue.done == 1


@given(st.integers(1, 10_000), st.one_of(st.none(), st.floats(0, 1e6)))
def test_pauses_double_up_to_the_longest_and_respect_the_wait_asked_for(tries: int, wait: float | None) -> None:
    retry = Retry(first=timedelta(seconds=1), longest=timedelta(minutes=5))
    pause = pause_before(tries, Answer(Verdict.AWAY, "", wait), retry)
    assert 0.5 * min(300, 2 ** min(tries - 1, 9)) <= max(pause, 0.5)
    assert pause <= 300
    assert wait is None or pause >= min(wait, 300)
