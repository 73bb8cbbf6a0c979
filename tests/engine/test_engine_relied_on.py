"""What the engine relies on in private code of Faust 0.15.3, mode 0.7.1 and aiokafka 0.14.0.

Each test names one override and what it takes for granted. After an upgrade a failure here says what to read again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, TopicPartitionState
from aiokafka.producer.message_accumulator import BatchBuilder, MessageAccumulator
from faust.app.base import App
from faust.streams import Stream
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.transport import consumer as base
from faust.transport.conductor import ConductorCompiler
from faust.transport.drivers import aiokafka as driver
from mode.utils.queues import ThrowableQueue

from streams.engine import faust_app, transport
from streams.engine.blocks import BlockMessage
from streams.engine.config import EngineConfig
from streams.engine.offsets import Token


def says(code: Callable[..., Any], *phrases: str) -> None:
    """Assert that ``phrases`` occur in the source of ``code``, in this order."""
    source = inspect.getsource(code)
    at = 0
    for phrase in phrases:
        found = source.find(phrase, at)
        assert found >= 0, f"{code.__qualname__} no longer says {phrase!r} (after {at} characters)"
        at = found + len(phrase)


def parameters(code: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(code).parameters if name != "self"]


def test_the_versions_are_those_the_overrides_were_written_for() -> None:
    assert (version("faust-streaming"), version("mode-streaming"), version("aiokafka")) == ("0.15.3", "0.7.1", "0.14.0")


OVERRIDES = [
    (
        transport.ConsumerThread,
        driver.AIOKafkaConsumerThread,
        ["_create_worker_consumer", "_fetch_records", "on_thread_stop"],
    ),
    (
        transport.Consumer,
        driver.Consumer,
        [
            "_new_consumer_thread",
            "_getmany",
            "_to_message",
            "_new_offset",
            "_filter_tps_with_pending_acks",
            "_add_gap",
            "on_buffer_full",
            "_commit",
            "on_partitions_revoked",
            "perform_seek",
        ],
    ),
    (transport.Producer, driver.Producer, ["_new_producer"]),
    (faust_app.BlockApp, App, ["_create_directories"]),
    (faust_app.NoTables, TableManager, ["on_start"]),
]


@pytest.mark.parametrize(
    ("ours", "theirs", "name"), [(ours, theirs, name) for ours, theirs, names in OVERRIDES for name in names]
)
def test_every_override_still_overrides_something_with_the_same_parameters(ours: type, theirs: type, name: str) -> None:
    assert name in vars(ours)
    assert parameters(getattr(ours, name)) == parameters(getattr(theirs, name))


def test_nothing_else_is_overridden_unseen() -> None:
    """Whoever overrides more adds it to the list above, and says here what it relies on."""
    for ours, theirs, names in OVERRIDES:
        own = {name for name, member in vars(ours).items() if inspect.isfunction(member) and hasattr(theirs, name)}
        assert own - {"__init__"} == set(names)


def test_getmany_hands_records_of_a_partition_to_to_message_one_by_one() -> None:
    """A chunk of records stands where one record did: only ``_to_message`` looks into it."""
    says(
        base.Consumer.getmany,
        "await self._wait_next_records(timeout)",
        "self.scheduler.iterate(records)",
        "if self.flow_active:",
        "new_generation_id != generation_id",
        "yield tp, to_message(tp, record)",
    )
    says(base.Consumer._wait_next_records, "self._getmany(", "active_partitions=active_partitions")


def test_a_fetch_begun_before_a_rebalance_may_return_after_it() -> None:
    """Why a block may arrive whose partition is not recovered (``StageApp._until_recovered``)."""
    says(Fetcher.fetched_records, "reassignment_in_progress", "wait_for_assignment", "if partitions and tp not in")


def test_drained_messages_behind_the_read_offset_are_dropped_and_later_ones_delivered() -> None:
    says(
        base.Consumer._drain_messages,
        "offset = message.offset",
        "r_offset = get_read_offset(tp)",
        "if r_offset is None or offset >= r_offset:",
        "await self._add_gap(",
        "callback(message)",
        "set_read_offset(tp, offset)",
    )


def test_committing_asks_new_offset_of_every_partition_with_pending_acks() -> None:
    says(base.Consumer.force_commit, "self._filter_tps_with_pending_acks(topics)", "self._commit_tps(")
    says(base.Consumer._filter_committable_offsets, "self._new_offset(tp)", "self._should_commit(tp, offset)")
    says(base.Consumer._commit_offsets, "assignment = self.assignment()", "await self._commit(committable_offsets)")


def test_perform_seek_sets_the_read_offset_to_the_committed_one() -> None:
    says(base.Consumer.perform_seek, "await self.seek_to_committed()", "read_offset.update(")


def test_revocation_waits_for_the_running_block_before_the_signal() -> None:
    says(
        App._on_partitions_revoked,
        "consumer.stop_flow",
        "self.flow_control.suspend",
        "self.flow_control.clear",
        "self._consumer_wait_empty",
        "self.on_partitions_revoked.send",
    )
    says(driver.ConsumerRebalanceListener.on_partitions_revoked, "thread.app.on_rebalance_start()")


def test_flow_resumes_only_after_the_seek_and_the_rebalance_ends_after_that() -> None:
    says(
        Recovery._resume_streams,
        "consumer.resume_partitions(",
        "consumer.perform_seek()",
        "app.flow_control.resume()",
        "consumer.resume_flow()",
        "app.on_rebalance_end()",
    )
    says(Recovery._restart_recovery.fun, "if not self.tables", "self._resume_streams")


def test_waiting_for_running_blocks_looks_at_unacked_messages() -> None:
    """``abandon`` takes the message out of that set and wakes who waits."""
    says(base.Consumer.wait_empty, "while not self.should_stop and self._unacked_messages:", "self._wait_for_ack)")
    says(base.Consumer._wait_for_ack, "self._waiting_for_ack = asyncio.Future")
    says(App.on_stop, "await self._stop_consumer()")
    says(App._stop_consumer, "self._consumer_wait_empty(")


def test_acknowledging_sets_the_flag_of_the_message_and_notes_the_offset() -> None:
    says(base.Consumer.ack, "if not message.acked:", "message.acked = True", "acked_index.add(offset)")
    token = Token(7)
    message = BlockMessage(token, "in", 0, 6, 0.0, 0, None, None, [], None, 0, 0)
    assert not message.acked
    message.acked = True
    assert token.acked


def test_a_full_queue_makes_put_wait_and_a_cleared_one_cancels_who_waits() -> None:
    says(ConductorCompiler.build, "if queue.full():", "full.append(", "dest_chan.put(")
    says(ThrowableQueue.clear, "self._queue.clear()", "putter.cancel()")


async def test_an_agent_s_queue_holds_as_few_blocks_as_we_say() -> None:
    class Nothing:
        """No event comes of it."""

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_, **__: None

    app = faust_app.build_app("queue", "source", EngineConfig(bootstrap_servers=("127.0.0.1:1",)), Nothing())
    [agent] = app.agents.values()
    # What the agent's stream reads from is a clone of the topic, with the buffer of the app's settings.
    assert agent.channel.clone(is_iterator=True).queue.maxsize == 2
    assert agent.stream().channel.queue.maxsize == 2


def test_the_stream_yields_the_event_of_the_block_and_does_not_acknowledge_it() -> None:
    says(Stream.events, "if self.current_event is not None:", "yield self.current_event")
    says(Stream.noack, "enable_acks=False")


def test_the_settings_of_the_consumer_are_known_to_aiokafka() -> None:
    known = parameters(AIOKafkaConsumer.__init__)
    for name in ("fetch_max_wait_ms", "max_partition_fetch_bytes", "max_poll_interval_ms", "rebalance_timeout_ms"):
        assert name in known
    says(driver.AIOKafkaConsumerThread._create_consumer, "self._create_worker_consumer(transport)")
    says(driver.AIOKafkaConsumerThread._fetch_records, "if not self.consumer.flow_active:", "fetcher.fetched_records(")


def test_a_partition_that_rests_is_not_fetched_and_is_when_it_rests_no_more() -> None:
    """``_rest`` pauses before aiokafka's own task, which was told that records were taken, has its next turn."""
    says(Fetcher.fetched_records, "self._notify(self._wait_consume_future)", "if drained or not timeout:")
    says(Fetcher._get_actions_per_node, "elif tp_state.paused:", "resume_futures.append(tp_state.resume_fut)")
    says(Fetcher._fetch_requests_routine, "chain(self._pending_tasks, other_futs, resume_futures)")
    says(TopicPartitionState.resume, "self._paused = False", "self._resume_fut.set_result(None)")


def test_the_position_and_the_end_of_a_partition_can_be_looked_up() -> None:
    """``Consumer.outstanding`` asks for both without a request to the broker."""
    for name in ("highwater", "position", "has_valid_position"):
        assert hasattr(TopicPartitionState, name) or name in inspect.getsource(TopicPartitionState.__init__)
    says(Assignment.state_value, "self._tp_state.get(tp)")
    says(
        AIOKafkaConsumer.highwater, "assignment = self._subscription.subscription.assignment", "state_value(partition)"
    )


def test_leaving_a_group_of_generation_zero_is_left_to_us() -> None:
    says(
        GroupCoordinator._maybe_leave_group,
        "if self.generation > 0",
        "LeaveGroupRequest(self.group_id,",
    )
    assert parameters(GroupCoordinator._send_req) == ["request"]


def test_the_end_of_the_task_for_the_group_can_be_seen() -> None:
    says(GroupCoordinator.__init__, "self._coordination_task = create_task(self._coordination_routine())")
    says(GroupCoordinator.ensure_coordinator_known, "except Errors.KafkaError as err:", "if err.retriable:")


def test_a_batch_takes_its_first_record_whatever_its_size_and_refuses_later_ones() -> None:
    """Why the outbox and the changelog writer look at the size after the first record."""
    batch = BatchBuilder(100, 0)
    assert batch.append(timestamp=None, key=b"k", value=bytes(500), headers=[]) is not None
    assert batch.size() > 100
    assert batch.append(timestamp=None, key=b"k", value=b"v", headers=[]) is None


def test_batches_of_one_partition_are_sent_in_turn_and_the_future_is_shielded() -> None:
    says(MessageAccumulator.add_batch, "pending[-1].wait_drain(", "asyncio.shield(batch.future)")


def test_the_list_of_all_topics_names_none_of_them() -> None:
    """Naming a topic in a metadata request may create it."""
    says(AIOKafkaAdminClient.describe_topics, "topics: list[str] | None = None")


def test_no_directory_is_made_and_no_second_is_waited() -> None:
    says(App.on_first_start, "self._create_directories()")
    says(TableManager.on_start, "self.sleep(1.0)", "self._update_channels()", "self.recovery.start()")
