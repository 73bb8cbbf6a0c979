"""Starts, runs and stops stages in this process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from types import TracebackType
from typing import Final, NoReturn, Self

from streams.engine.config import EngineConfig
from streams.engine.errors import EngineError
from streams.engine.health import Health
from streams.engine.loop_watch import LoopWatch
from streams.engine.observer import Observer, SilentObserver
from streams.engine.signals import heeding
from streams.engine.stage import Stage
from streams.engine.stage_app import StageApp

_LOOK_SECONDS: Final = 0.1

log = logging.getLogger(__name__)


class WorkerFailedError(EngineError):
    """A stage could not go on; the cause is chained. A supervisor should start the worker anew."""


class Worker:
    """Some stages running in the current event loop, each with its own consumer group.

    Use it as ``async with Worker(...) as worker: await worker.until_stopped(stop)``.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        config: EngineConfig,
        *,
        observer: Observer | None = None,
        health: Health | None = None,
    ) -> None:
        if not stages or len({stage.name for stage in stages}) < len(stages):
            raise ValueError("a worker runs one or more stages of different names")
        self.health = health if health is not None else Health()
        self._config = config
        hears = observer if observer is not None else SilentObserver()
        self._apps = [StageApp(stage, config, hears, self.health) for stage in stages]

    async def start(self) -> None:
        """Start all stages; return once each has joined its group. What was started is stopped again on an error.

        Raises :class:`~streams.engine.errors.BrokerAwayError` and :class:`~streams.engine.errors.TopicError`.
        """
        _quiet_libraries()
        try:
            async with asyncio.TaskGroup() as starts:
                for app in self._apps:
                    starts.create_task(app.start())
        except BaseExceptionGroup as several:
            await self.stop()
            raise several.exceptions[0] from None
        except BaseException:
            await self.stop()
            raise

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def until_stopped(self, stop: asyncio.Event) -> None:
        """Return when ``stop`` is set. Raises :class:`WorkerFailedError` when a stage cannot go on."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)
            self.check()
            for app in self._apps:
                if app.stuck and self._config.exit_when_stuck:
                    log.critical("stage %s is stuck: %s", app.stage.name, self.health.reasons())
                    _force_exit()  # whatever hangs would hang a clean stop too

    def check(self) -> None:
        """Raise :class:`WorkerFailedError` where a stage cannot go on."""
        for app in self._apps:
            cause = app.failed()
            if cause is not None:
                raise WorkerFailedError(f"stage {app.stage.name} failed: {cause}") from cause

    async def stop(self) -> None:
        """Finish and commit the running blocks and leave the groups; end the process if that takes too long."""
        stopping = asyncio.gather(*(app.stop() for app in self._apps))
        # No timeout around it: that would cancel, and wait for who takes no notice. Faust's consumer is such a one.
        done, _ = await asyncio.wait({stopping}, timeout=self._config.stop_seconds)
        if not done:
            log.critical(
                "the stop took longer than %g s and is forced (does a broker answer at %s?): what was not committed "
                "is worked again",
                self._config.stop_seconds,
                ", ".join(self._config.bootstrap_servers),
            )
            _force_exit()
        try:
            await stopping
        except Exception:
            log.critical("the stop failed and is forced", exc_info=True)
            _force_exit()
        if any(app.broken for app in self._apps):
            log.critical("Faust crashed: %s", [app.failure for app in self._apps])
            _force_exit()


async def serve(
    stages: Sequence[Stage],
    config: EngineConfig,
    *,
    observer: Observer | None = None,
    health: Health | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run ``stages`` until ``stop`` is set, or, without one, until SIGTERM or SIGINT.

    Raises :class:`WorkerFailedError` when a stage cannot go on,
    :class:`~streams.engine.errors.BrokerAwayError` and :class:`~streams.engine.errors.TopicError` at the start.
    """
    told = asyncio.Event() if stop is None else stop
    heeded = heeding(dict.fromkeys((signal.SIGTERM, signal.SIGINT), told.set)) if stop is None else nullcontext()
    with heeded:
        async with LoopWatch(config) if config.exit_when_stuck else nullcontext():
            await _serve(Worker(stages, config, observer=observer, health=health), told)


async def _serve(worker: Worker, stop: asyncio.Event) -> None:
    starting = asyncio.create_task(worker.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        # A start waits for its group to form: a stop does not wait for the rest of it, and it may never form.
        awaited = {starting, stopping}
        while not (await asyncio.wait(awaited, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED))[0]:
            worker.check()
        if starting.done():
            await starting
            await worker.until_stopped(stop)
    finally:
        stopping.cancel()
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await worker.stop()


def run(
    stages: Sequence[Stage],
    config: EngineConfig,
    *,
    observer: Observer | None = None,
    health: Health | None = None,
) -> int:
    """Run ``stages`` in a new event loop until SIGTERM or SIGINT; return the exit code: 0 stopped, 1 failed.

    The errors of the start (broker away, topic missing) are raised, for the caller to word.
    """
    try:
        asyncio.run(serve(stages, config, observer=observer, health=health))
    except WorkerFailedError:
        log.critical("the worker stops", exc_info=True)
        return 1
    return 0


def _force_exit() -> NoReturn:
    """End the process with code 1 without waiting for threads that may never end; a supervisor restarts it."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(1)


def _quiet_libraries() -> None:
    # Faust logs at DEBUG below its own root, which cost 11 % of the time; it never lowers a level that is set.
    for name in ("faust", "mode", "aiokafka"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
