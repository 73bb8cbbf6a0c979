"""The Faust app of one stage: which parts of Faust run, and what they call."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import faust
from faust.tables.manager import TableManager

from streams.engine import transport
from streams.engine.blocks import BlockSchema
from streams.engine.config import EngineConfig


class Runtime(Protocol):
    """What the app and its consumer call."""

    async def work(self, event: Any) -> None: ...

    def may_deliver(self, tp: Any) -> bool: ...

    def on_fetched(self, tps: Iterable[Any]) -> None: ...

    def on_commit(self, offsets: Mapping[Any, int]) -> None: ...

    def on_seek(self, offsets: Mapping[Any, int | None]) -> None: ...

    async def on_assigned(self, _: Any, assigned: Iterable[Any], **__: Any) -> None: ...

    async def on_revoked(self, _: Any, revoked: Iterable[Any], **__: Any) -> None: ...


class NoTables(TableManager):  # type: ignore[misc]
    """Starts at once: Faust waits a second here for tables to be registered, and there are none."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class BlockApp(faust.App):  # type: ignore[misc]
    """A Faust app that carries what our transport asks for."""

    logger = logging.getLogger("faust.app")  # mode would log the app's steps under our name

    config: EngineConfig
    runtime: Runtime

    @property
    def group_failure(self) -> BaseException | None:
        """Why the consumer's membership of its group has ended, if so."""
        return None if self._consumer is None else self._consumer.group_failure

    def _create_directories(self) -> None:
        """Do nothing: Faust would leave an empty folder wherever the process was started."""


def build_app(name: str, source: str, config: EngineConfig, runtime: Runtime) -> BlockApp:
    """Return a Faust app, not yet started, that hands every block of ``source`` to ``runtime.work``."""
    app = BlockApp(
        name,
        broker=[f"{transport.SCHEME}://{server}" for server in config.bootstrap_servers],
        datadir=Path.cwd(),  # never written, see BlockApp
        store="memory://",
        TableManager=NoTables,
        web_enabled=False,
        web_tables_enabled=False,
        web_router_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        # An agent's stream takes this for its queue, whatever its topic says. A long queue would fill with small
        # blocks while the worker is busy; what waits at the broker comes as one large block.
        stream_buffer_maxsize=config.queued_blocks,
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        broker_session_timeout=config.session_timeout_seconds,
        broker_heartbeat_interval=config.session_timeout_seconds / 4,
        broker_request_timeout=config.request_timeout_seconds,
        broker_rebalance_timeout=config.rebalance_timeout_seconds,
        broker_commit_interval=config.commit_interval_seconds,
        producer_request_timeout=config.request_timeout_seconds,
    )
    app.config = config
    app.runtime = runtime
    app.on_partitions_assigned.connect(runtime.on_assigned)
    app.on_partitions_revoked.connect(runtime.on_revoked)
    topic = app.topic(source, schema=BlockSchema())

    # Faust commits past events in flight when an agent has more than one task: concurrency stays 1.
    @app.agent(topic, name=f"{name}.blocks", concurrency=1)  # type: ignore[untyped-decorator]
    async def blocks(stream: Any) -> None:
        async for event in stream.noack().events():
            await runtime.work(event)

    return app
