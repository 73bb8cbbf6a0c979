"""How far the stages have come: what their groups have committed against what there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from schemas.topics import CLAIMS, REPORTS
from streams.cli.reading import TopicReader, open_reader
from streams.client.connection import kafka_options, reach, stop_consumer
from streams.settings import Settings

_SOURCES: Final = {"intake": REPORTS.name, "fusion": CLAIMS.name}


class StageLag:
    """Looks at committed offsets without joining the groups; use :func:`open_stage_lag`."""

    def __init__(self, stages: dict[str, tuple[Any, TopicReader]]) -> None:
        self._stages = stages

    async def digested(self) -> bool:
        """Return whether everything published has gone through all stages.

        The stages are asked in the order of the flow: what a stage has committed, the next one's topic holds.
        """
        before = [await self._reached(stage) for stage in self._stages]
        # A stage may write to its own source (a report keyed wrongly): then the ends move, and it is not over.
        return all(before) and all([await self._reached(stage) for stage in self._stages])

    async def _reached(self, stage: str) -> bool:
        member, reader = self._stages[stage]
        for partition, end in (await reader.ends()).items():
            if end and (await member.committed(partition) or 0) < end:
                return False
        return True


@asynccontextmanager
async def open_stage_lag(settings: Settings) -> AsyncIterator[StageLag]:
    """Yield a view of the stages' progress.

    :raises BrokerAway: no broker answered in time.
    """
    async with AsyncExitStack() as stack:
        stages: dict[str, tuple[Any, TopicReader]] = {}
        for stage, topic in _SOURCES.items():
            reader = await stack.enter_async_context(open_reader(settings, topic))
            stages[stage] = (await stack.enter_async_context(_member(settings, f"{settings.app}-{stage}")), reader)
            # A member that subscribes to nothing never joins; with partitions of its own it may ask for offsets.
            stages[stage][0].assign(list(reader.partitions))
        yield StageLag(stages)


@asynccontextmanager
async def _member(settings: Settings, group: str) -> AsyncIterator[Any]:
    async def start() -> Any:
        consumer = AIOKafkaConsumer(**kafka_options(settings), group_id=group, enable_auto_commit=False)
        try:
            await consumer.start()
        except BaseException:
            await stop_consumer(consumer)
            raise
        return consumer

    consumer = await reach(settings, start)
    try:
        yield consumer
    finally:
        await stop_consumer(consumer)
