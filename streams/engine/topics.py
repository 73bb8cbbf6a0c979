"""Which topics exist, with how many partitions. The engine never creates one."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.engine.config import EngineConfig
from streams.engine.errors import BrokerAwayError, TopicError


class TopicDirectory:
    """Looks topics up without naming them to the broker: naming one may create it, with one partition."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._partitions: dict[str, int] = {}
        self._reading = asyncio.Lock()

    async def partitions(self, topic: str) -> int:
        """Return the number of partitions of ``topic``, remembered once known.

        Raises :class:`TopicError` if it does not exist and :class:`BrokerAwayError` if no broker answers.
        """
        if topic not in self._partitions:
            async with self._reading:
                await self.refresh()
        count = self._partitions.get(topic)
        if count is None:
            raise TopicError(f"topic {topic} does not exist: create it before the worker starts")
        return count

    async def same_partitions(self, source: str, changelog: str) -> int:
        """Return the partitions of ``source``; raise :class:`TopicError` unless ``changelog`` has as many."""
        wanted, found = await self.partitions(source), await self.partitions(changelog)
        if wanted != found:
            raise TopicError(
                f"topic {changelog} has {found} partitions but its source {source} has {wanted}: they must be equal"
            )
        return wanted

    async def refresh(self) -> None:
        """Read the list of topics again."""
        config = self._config
        admin = AIOKafkaAdminClient(client_id=f"{config.app}-topics", **config.client_settings())
        try:
            async with asyncio.timeout(config.request_timeout_seconds):
                await admin.start()
                found = await admin.describe_topics()
        except (KafkaError, OSError, TimeoutError) as error:
            servers, seconds = ", ".join(config.bootstrap_servers), config.request_timeout_seconds
            reason = f"not within {seconds:g} s" if isinstance(error, TimeoutError) else repr(error)
            raise BrokerAwayError(f"no broker answers at {servers}: {reason}") from error
        finally:
            await admin.close()
        self._partitions = {topic["topic"]: len(topic["partitions"]) for topic in found}
