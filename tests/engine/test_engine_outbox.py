"""The outbox sends every record to the partition of its key and believes only acknowledgements."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.errors import NotLeaderForPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.errors import RecordTooLargeError, SendRefusedError
from streams.engine.outbox import Outbox
from streams.engine.partitioning import partition_for
from streams.engine.sending import BatchSender
from streams.engine.stage import EVERY_PARTITION, Output
from tests.engine.fake_log import Acknowledged, Directory, FakeLog, stub

PARTITIONS = 3


def an_outbox(log: FakeLog, max_in_flight_bytes: int = 1 << 20, seconds: float = 10.0) -> Outbox:
    sender = BatchSender(log, batch_bytes=log.batch_bytes, seconds=seconds)
    return Outbox(sender, stub(Directory(out=PARTITIONS)), max_in_flight_bytes=max_in_flight_bytes)


outputs = st.builds(
    Output,
    topic=st.just("out"),
    key=st.none() | st.binary(max_size=4),
    value=st.binary(max_size=60),
    headers=st.just(()) | st.just((("kind", b"x"),)),
    partition=st.none() | st.integers(0, PARTITIONS - 1) | st.just(EVERY_PARTITION),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(outputs, max_size=40), st.integers(200, 500))
async def test_every_output_lands_where_it_belongs_in_order(sent: list[Output], batch_bytes: int) -> None:
    log = FakeLog(batch_bytes)
    await an_outbox(log, max_in_flight_bytes=batch_bytes * 2).send(sent)
    for partition in range(PARTITIONS):
        expected = [
            (output.key, output.value, output.headers)
            for output in sent
            if output.partition in (partition, EVERY_PARTITION)
            or (output.partition is None and partition_for(output.key, PARTITIONS) == partition)
        ]
        assert [(r.key, r.value, tuple(r.headers)) for r in log.records("out", partition)] == expected


def a_log_that_refuses_partition_1() -> FakeLog:
    async def refuse(_: str, partition: int) -> None:
        if partition == 1:
            raise NotLeaderForPartitionError

    log = FakeLog()
    log.on_send = refuse
    return log


async def test_one_refused_batch_raises_though_others_were_taken() -> None:
    log = a_log_that_refuses_partition_1()
    with pytest.raises(SendRefusedError, match="out:1"):
        await an_outbox(log).send([Output("out", None, b"v", partition=EVERY_PARTITION)])


async def test_a_record_larger_than_a_batch_is_named_before_anything_is_sent() -> None:
    log = FakeLog(batch_bytes=200)
    with pytest.raises(RecordTooLargeError, match="fat"):
        await an_outbox(log).send([Output("out", b"thin", b"v"), Output("out", b"fat", bytes(300))])
    assert not log.partitions


async def test_a_partition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SendRefusedError, match="none numbered 9"):
        await an_outbox(FakeLog()).send([Output("out", b"k", b"v", partition=9)])


async def test_a_send_that_is_never_answered_is_given_up() -> None:
    log = FakeLog()

    async def never(topic: str, partition: int) -> None:
        await asyncio.Event().wait()

    log.on_send = never
    with pytest.raises(SendRefusedError, match="TimeoutError"):
        await an_outbox(log, seconds=0.01).send([Output("out", b"k", b"v")])


class Unanswered(FakeLog):
    """Takes batches and leaves it to the test to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[int, asyncio.Future[Any]] = {}
        self.all_asked = asyncio.Event()

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[Any]:
        future = self.asked[partition] = asyncio.get_running_loop().create_future()
        if len(self.asked) == PARTITIONS:
            self.all_asked.set()
        return future


async def test_batches_are_under_way_together_and_a_refusal_waits_for_the_others() -> None:
    """What is sent again after it must not be overtaken by what is still under way."""
    log = Unanswered()
    sending = asyncio.create_task(an_outbox(log).send([Output("out", None, b"v", partition=EVERY_PARTITION)]))
    await log.all_asked.wait()
    log.asked[0].set_exception(NotLeaderForPartitionError())
    log.asked[1].set_result(Acknowledged(0))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not sending.done()
    log.asked[2].set_result(Acknowledged(0))
    with pytest.raises(SendRefusedError, match="out:0"):
        await sending


async def test_the_batch_that_was_not_answered_is_named() -> None:
    log = Unanswered()
    sending = asyncio.create_task(
        an_outbox(log, seconds=0.05).send([Output("out", None, b"v", partition=EVERY_PARTITION)])
    )
    await log.all_asked.wait()
    log.asked[0].set_result(Acknowledged(0))
    with pytest.raises(SendRefusedError, match=r"out:1.*TimeoutError"):
        await sending


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(outputs, max_size=12), min_size=1, max_size=5), st.integers(200, 500))
async def test_what_several_send_at_one_turn_arrives_once_and_in_the_order_of_each(
    senders: list[list[Output]], batch_bytes: int
) -> None:
    log = FakeLog(batch_bytes)
    outbox = an_outbox(log)
    await asyncio.gather(
        *(
            outbox.send([sent._replace(headers=(("by", b"%d" % number),)) for sent in each])
            for number, each in enumerate(senders)
        )
    )
    for partition in range(PARTITIONS):
        for number, each in enumerate(senders):
            expected = [
                (sent.key, sent.value)
                for sent in each
                if sent.partition in (partition, EVERY_PARTITION)
                or (sent.partition is None and partition_for(sent.key, PARTITIONS) == partition)
            ]
            by = (("by", b"%d" % number),)
            assert [(r.key, r.value) for r in log.records("out", partition) if tuple(r.headers) == by] == expected


async def test_what_several_send_at_one_turn_is_one_batch_for_each_partition() -> None:
    log, batches = FakeLog(), list[int]()

    async def note(_: str, partition: int) -> None:
        batches.append(partition)

    log.on_send = note
    outbox = an_outbox(log)
    to_all = [Output("out", None, b"v", partition=EVERY_PARTITION)]
    await asyncio.gather(*(outbox.send(to_all) for _ in range(4)))
    assert sorted(batches) == [0, 1, 2]
    await outbox.send(to_all)
    assert sorted(batches) == [0, 0, 1, 1, 2, 2]


async def test_who_gives_up_waiting_does_not_take_the_others_along() -> None:
    log = Unanswered()
    outbox = an_outbox(log)
    to_all = [Output("out", None, b"v", partition=EVERY_PARTITION)]
    leaves, stays = (asyncio.create_task(outbox.send(to_all)) for _ in range(2))
    await log.all_asked.wait()
    leaves.cancel()
    for future in log.asked.values():
        future.set_result(Acknowledged(0))
    await stays
    assert leaves.cancelled()


async def test_a_refusal_is_told_to_all_whose_records_went_together() -> None:
    log = a_log_that_refuses_partition_1()
    outbox = an_outbox(log)
    sends = (outbox.send([Output("out", None, b"v", partition=partition)]) for partition in (0, 1))
    told = await asyncio.gather(*sends, return_exceptions=True)
    assert [type(each) for each in told] == [SendRefusedError, SendRefusedError]
