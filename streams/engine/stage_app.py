"""One stage in this process: its Faust app, its partitions, its ticks and its watchdog."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer
from faust.types import TP

from streams.engine.blocks import Block
from streams.engine.changelog import ChangelogWriter, changelog_topic
from streams.engine.changelog_reader import ChangelogReader
from streams.engine.config import EngineConfig
from streams.engine.ends import EndOffsets
from streams.engine.errors import StaleBlockError
from streams.engine.faust_app import build_app
from streams.engine.health import Health, Phase
from streams.engine.inbox import joined
from streams.engine.observer import Observer
from streams.engine.outbox import Outbox
from streams.engine.partition import OwnedPartition
from streams.engine.producer import new_producer
from streams.engine.recovery import Recovering, recover
from streams.engine.rounds import Rounds
from streams.engine.running_time import RunningTime
from streams.engine.sending import BatchSender, serves_idempotence
from streams.engine.source_reader import SourceReader
from streams.engine.stage import Stage
from streams.engine.store import MemoryStore, Store
from streams.engine.topics import TopicDirectory
from streams.engine.turns import Turns
from streams.engine.watchdog import Watchdog

if TYPE_CHECKING:
    from streams.engine.rocks import RocksFolder

_RECOVERY_LOOK_SECONDS: Final = 0.1
_LOOKS: Final = 4
"""How often the ends of the source are asked for within the time after which a standstill counts."""

log = logging.getLogger(__name__)


class StageApp:
    """Runs one stage from its start to its stop."""

    def __init__(self, stage: Stage, config: EngineConfig, observer: Observer, health: Health) -> None:
        self.stage = stage
        if not stage.gathers:
            config = replace(config, gather_seconds=config.regather_seconds)
        self._config = config
        self._observer = observer
        self._health = health
        self._topics = TopicDirectory(config)
        self._changelog = changelog_topic(config.app, stage.name)
        self._read = ChangelogReader(self._changelog, config)
        self._read_again = SourceReader(stage.source, config)
        self._partitions = 0
        self._folder: RocksFolder | None = None
        self._owned: dict[int, OwnedPartition] = {}
        self._rounds = Rounds(stage.name, config.block_records, config.block_bytes, self._work)
        self._turns = Turns()
        self._producer: AIOKafkaProducer | None = None
        self._sender: BatchSender | None = None
        self._outbox: Outbox | None = None
        self._recovering: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._running_time = RunningTime(config.tick_seconds)
        self._watchdog = Watchdog(stage.name, config, observer, health, now=self._running_time)
        self._ends = EndOffsets(stage.source, config, seconds=config.stuck_after_seconds / _LOOKS)
        self.failure: BaseException | None = None
        self._stopping = False
        self.app = build_app(f"{config.app}-{stage.name}", stage.source, config, self)
        health.phases[stage.name] = Phase.STARTING

    # -- life ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Check the topics and start consuming. Returns once the consumer has joined its group."""
        self._partitions = await self._topics.same_partitions(self.stage.source, self._changelog)
        self._folder = _folder(self._config, self._changelog)
        if self._config.idempotent is None:
            self._config = replace(self._config, idempotent=await serves_idempotence(self._config))
            self.app.config = self._config
        await self._connect()
        self._ticking = asyncio.create_task(self._tick(), name=f"{self.stage.name} ticks")
        self._watching = asyncio.create_task(self._watch(), name=f"{self.stage.name} watch")
        await self.app.start()

    async def _connect(self) -> None:
        config = self._config
        self._producer = new_producer(config, self.app.conf.id)
        await self._producer.start()
        self._sender = BatchSender(
            self._producer, batch_bytes=config.batch_bytes, seconds=2 * config.request_timeout_seconds
        )
        self._outbox = Outbox(self._sender, self._topics, max_in_flight_bytes=config.max_in_flight_bytes)

    async def stop(self) -> None:
        """Finish and commit the running block, then leave the group."""
        self._stopping = True
        self._set_phase(Phase.STOPPING)
        await _cancel(self._ticking)
        await _cancel(self._watching)
        await _cancel(self._recovering)
        await self._ends.close()
        await self._rounds.finish()
        await self.app.stop()
        if self._producer is not None:
            await self._producer.stop()
        for owned in self._owned.values():
            owned.close()
        self._observer.revoked(self.stage.name, frozenset(self._owned))
        self._owned.clear()
        if self._folder is not None:
            self._folder.close()

    def failed(self) -> BaseException | None:
        """Return why the stage cannot go on, if so."""
        if self.failure is None and self.app.crashed:
            self.fail(None, self.app.crash_reason or RuntimeError(f"{self.stage.name} crashed"))
        if self.failure is None and (lost := self.app.group_failure) is not None:
            self.fail(None, lost)
        return self.failure

    @property
    def broken(self) -> bool:
        """Whether Faust itself has crashed: its threads may then be gone, and a stop may not come to an end."""
        return bool(self.app.crashed)

    def fail(self, partition: int | None, error: BaseException) -> None:
        """Note that the stage cannot go on; nothing is delivered to it any more.

        Faust's own crash() is of no use: it ends the consumer's thread, so that what is acknowledged could not be
        committed and a stop would hang.
        """
        if self.failure is None:
            self.failure = error
            self._report_failure(partition, error)

    def _report_failure(self, partition: int | None, error: BaseException) -> None:
        self._health.phases[self.stage.name] = Phase.FAILED
        self._observer.failed(self.stage.name, partition, error)

    def _set_phase(self, phase: Phase) -> None:
        if self._health.phases.get(self.stage.name) is not Phase.FAILED:
            self._health.phases[self.stage.name] = phase

    # -- Faust ---------------------------------------------------------------------------------------------------

    def on_fetched(self, tps: Iterable[Any]) -> None:
        """Blocks of these partitions are about to be delivered."""
        self._rounds.fetched(tp.partition for tp in tps)

    async def work(self, event: Any) -> None:
        """Have a delivered block worked as soon as those before it in its partition are done."""
        await self._rounds.deliver(event)

    async def _work(self, events: Sequence[Any]) -> None:
        """Work a block; acknowledge what was delivered of it only when everything it caused is durable."""
        message, block = events[0].message, joined(events)
        generation = message.generation_id
        owned = self._owned.get(message.partition)
        self._watchdog.delivered(message.partition, block[0].offset)
        try:
            if owned is None:
                raise StaleBlockError(f"{message.topic}:{message.partition} is not owned")
            await self._until_recovered(owned, generation)
            began = time.monotonic()
            worked = await owned.work(block, still_owned=lambda: self._owns(owned, generation))
            for event in events:
                event.ack()
            self._watchdog.acknowledged(message.partition)
            self._report_block(message.partition, block, worked, time.monotonic() - began)
        except StaleBlockError:
            self._abandon(events)
        except Exception as error:
            # Raised here it would make Faust restart the agent, skip the block, and never finish a stop.
            self._abandon(events)
            self.fail(message.partition, error)

    def _abandon(self, events: Sequence[Any]) -> None:
        for event in events:
            self.app.consumer.abandon(event.message)

    async def _until_recovered(self, owned: OwnedPartition, generation: int) -> None:
        """Wait for the state of a block that a fetch from before the rebalance has delivered early.

        It may be given up only when a seek follows, that is amid a rebalance or at the end: else its records would
        be missing.
        """
        while not await owned.until_recovered(_RECOVERY_LOOK_SECONDS):
            if self._stopping or self.app.rebalancing or not self._owns(owned, generation):
                raise StaleBlockError(f"{self.stage.source}:{owned.partition} was taken away")

    def _owns(self, owned: OwnedPartition, generation: int) -> bool:
        return (
            self._owned.get(owned.partition) is owned
            and generation == self.app.consumer_generation_id
            and self.failure is None
        )

    def _report_block(self, partition: int, block: Block, worked: int, seconds: float) -> None:
        self._observer.block_done(
            self.stage.name,
            partition,
            records=worked,
            size=block.size,
            seconds=seconds,
            lag=self.app.consumer.outstanding(TP(self.stage.source, partition), block[-1].offset + 1),
        )

    # -- ownership -----------------------------------------------------------------------------------------------

    def may_deliver(self, tp: Any) -> bool:
        """Return whether blocks of a partition can be worked at once."""
        if self._stopping or self.failure is not None:
            return False
        owned = self._owned.get(tp.partition)
        return owned is not None and owned.recovered

    async def on_revoked(self, _: Any, revoked: Iterable[Any], **__: Any) -> None:
        """Faust has waited for the running block; wait for a running tick too, then touch nothing any more."""
        await _cancel(self._recovering)
        gone = {tp.partition for tp in revoked}
        for partition in gone & self._owned.keys():
            await self._owned[partition].suspend()
        self._set_phase(Phase.REBALANCING)

    async def on_assigned(self, _: Any, assigned: Iterable[Any], **__: Any) -> None:
        """Drop what went to others and recover what is ours, in the background: a long wait here costs the session."""
        ours = {tp.partition for tp in assigned}
        gone = self._owned.keys() - ours
        for partition in sorted(gone):
            self._owned.pop(partition).close()
            self._watchdog.forget(partition)
        if gone:
            self._observer.revoked(self.stage.name, gone)
        for partition in sorted(ours - self._owned.keys()):
            try:
                self._owned[partition] = self._own(partition)
            except Exception as error:  # the disk's fault; raised here it would crash Faust
                self.fail(partition, error)
                return
        self._observer.owned(self.stage.name, ours)
        log.info("%s owns partitions %s", self.stage.name, sorted(ours))
        await _cancel(self._recovering)
        self._recovering = asyncio.create_task(self._recover(), name=f"{self.stage.name} recovery")

    def _own(self, partition: int) -> OwnedPartition:
        config = self._config
        assert self._sender is not None, "partitions come after the start"
        assert self._outbox is not None, "partitions come after the start"
        return OwnedPartition(
            self.stage,
            partition,
            self._partitions,
            store=self._open_store(partition),
            writer=ChangelogWriter(self._sender, self._changelog, partition),
            read=self._read,
            outbox=self._outbox,
            turns=self._turns,
            clock=config.clock,
            slice_seconds=config.slice_seconds,
        )

    def _open_store(self, partition: int) -> Store:
        return self._folder.open(partition) if self._folder is not None else MemoryStore()

    async def _recover(self) -> None:
        waiting = {partition: owned for partition, owned in self._owned.items() if not owned.recovered}
        if waiting:
            self._set_phase(Phase.RECOVERING)
            self._observer.recovery_started(self.stage.name, waiting.keys())
        began = time.monotonic()
        try:
            records = await self._recover_stores(waiting.values())
            for owned in waiting.values():
                await self._finish(owned)
                await owned.open_state()
                owned.recovery_done()
                await asyncio.sleep(0)
        except Exception as error:
            self.fail(None, error)
            return
        if waiting:
            seconds = time.monotonic() - began
            log.info("%s recovered %s from %d records in %.2f s", self.stage.name, sorted(waiting), records, seconds)
            self._observer.recovery_finished(self.stage.name, waiting.keys(), records=records, seconds=seconds)
        self._set_phase(Phase.RUNNING)

    async def _recover_stores(self, waiting: Collection[OwnedPartition]) -> int:
        parts = [Recovering(owned.store, owned.writer, self.stage.source) for owned in waiting]
        try:
            return await recover(parts, self._read) if parts else 0
        finally:
            for part, owned in zip(parts, waiting, strict=True):
                # Somebody else wrote meanwhile. Also if this is cut: the next time there is nothing left to be read.
                if part.replay.records:
                    owned.drop_state()

    async def _finish(self, owned: OwnedPartition) -> None:
        """Repeat the block that a predecessor announced and did not finish, if there is one."""
        offsets = owned.unfinished
        if offsets is None:
            return
        log.info("%s:%d: repeats what was announced up to %d", self.stage.source, owned.partition, offsets.stop - 1)
        records = await self._read_again(owned.partition, offsets)
        with contextlib.suppress(StaleBlockError):
            await owned.finish(records, still_owned=lambda: self._owned.get(owned.partition) is owned)

    # -- time ----------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._config.tick_seconds)
            if self.app.rebalancing or self.failure is not None:
                continue
            generation = self.app.consumer_generation_id
            ticks = (self._tick_one(owned, generation) for owned in list(self._owned.values()) if owned.recovered)
            await asyncio.gather(*ticks)

    async def _tick_one(self, owned: OwnedPartition, generation: int) -> None:
        try:
            await owned.tick(still_owned=lambda: self._owns(owned, generation) and not self.app.rebalancing)
        except StaleBlockError:
            pass
        except Exception as error:
            self.fail(owned.partition, error)

    async def _watch(self) -> None:
        """Look as often as time ticks, but not behind the ticks: these wait for the blocks that are being worked."""
        while True:
            await asyncio.sleep(self._config.tick_seconds)
            self._running_time.look()
            self._watchdog.rebalancing(self.app.rebalancing)
            if self.app.rebalancing or self.failure is not None:
                continue
            try:
                self._look()
            except Exception as error:  # an observer's fault: without a word the watch would end
                self.fail(None, error)

    def _look(self) -> None:
        self._ends.refresh(self._owned)
        for partition, owned in self._owned.items():
            tp, committed = TP(self.stage.source, partition), self._watchdog.committed(partition)
            lag = self.app.consumer.outstanding(tp, committed, self._ends.end(partition))
            if lag is None:
                continue
            self._observer.lag(self.stage.name, partition, records=lag)
            if owned.recovered:
                self._watchdog.at_work(partition, owned.slices)
                self._watchdog.see(partition, lag)
            else:
                self._watchdog.wait(partition)

    def on_seek(self, offsets: Mapping[Any, int | None]) -> None:
        """Partitions were positioned at their committed offsets."""
        for tp, offset in offsets.items():
            self._watchdog.begin(tp.partition, offset)

    def on_commit(self, offsets: Mapping[Any, int]) -> None:
        """The group's offsets were stored."""
        at = self._config.clock()
        for tp, offset in offsets.items():
            self._watchdog.note_commit(tp.partition, offset)
            self._observer.committed(self.stage.name, tp.partition, offset=offset, at=at)

    @property
    def stuck(self) -> bool:
        """The committed offset stands still although records wait."""
        return self._watchdog.stuck


def _folder(config: EngineConfig, changelog: str) -> RocksFolder | None:
    if config.store == "memory":
        return None
    # Only here: RocksDB is loaded by those who use it.
    from streams.engine.rocks import RocksFolder  # noqa: PLC0415

    assert config.folder is not None
    return RocksFolder(config.folder, changelog)


async def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None and task is not asyncio.current_task():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
