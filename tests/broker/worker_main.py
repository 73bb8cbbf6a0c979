"""What a worker process of the engine's tests does (:class:`tests.broker.live.WorkerProcess`).

It writes a line to standard output when it has become ready.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

from streams.engine.config import EngineConfig
from streams.engine.health import Health
from streams.engine.running import WorkerFailedError, serve
from streams.engine.stage import Stage
from streams.engine.transport import Consumer
from tests.broker.counting import CountingStage, CountingState
from tests.broker.live import Topics, eventually


def main(settings: dict[str, Any]) -> int:
    """Run a worker with the settings of a ``Topics`` and of the engine; return the exit code."""
    logging.basicConfig(level=logging.CRITICAL)
    topics = Topics(settings.pop("broker"), settings.pop("app"), settings.pop("idempotent"))
    if "folder" in settings:
        settings["folder"] = Path(settings["folder"])
    if settings.pop("never_commits", False):
        Consumer._commit = _never  # type: ignore[method-assign]
    if settings.pop("hangs", False):
        CountingState.take = _hang  # type: ignore[method-assign]
    stage = CountingStage(
        "count",
        topics.source,
        topics.output,
        tick_output=settings.pop("tick_sends", None),
        step_seconds=settings.pop("step_seconds", 0.0),
    )
    try:
        asyncio.run(_work(stage, topics.config(**settings)))
    except WorkerFailedError:
        return 1
    return 0


async def _work(stage: Stage, config: EngineConfig) -> None:
    health = Health()
    telling = asyncio.create_task(_tell_when_ready(health))
    try:
        await serve([stage], config, health=health)
    finally:
        telling.cancel()


async def _tell_when_ready(health: Health) -> None:
    await eventually(lambda: health.ready, "this worker is not ready")
    print("ready", flush=True)


async def _never(self: Consumer, offsets: Any) -> bool:
    return False


def _hang(self: CountingState, records: Any) -> None:
    threading.Event().wait()
