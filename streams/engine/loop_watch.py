"""Notices an event loop that hangs: whatever runs in the loop, the watchdog of a stage too, then stands still with it.

A call that never returns cannot be ended from within its process, and heartbeats go on in threads of their own: the
group would keep its partitions for it. So a thread looks whether the loop comes round, and ends the process if not.

Native code that neither returns nor lets go of the interpreter's lock stops this thread as well; the worker's page then
answers nobody, which a probe of ``/healthz`` tells from outside.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, NoReturn, Self

from streams.engine.config import EngineConfig
from streams.engine.running_time import RunningTime

_LOOK_SECONDS: Final = 1.0
_LOOKS: Final = 8
"""At least so many looks within the time after which a loop hangs."""
_TELLING_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


class LoopJudge:
    """Judges, look by look, whether a loop that has not come round since its last beat hangs.

    A loop that is starved does not come round either. One hangs if its thread had ``limit`` seconds of processor time
    since the last beat (it goes in circles); or if it had none while ``limit`` seconds went by of which the process
    had something (it waits for what does not come); or after ``endless`` such seconds, whatever it did.
    """

    def __init__(self, limit: float, endless: float) -> None:
        self._limit = limit
        self._endless = endless
        self._beats = 0
        self._beats_seen: int | None = None
        self._beat_at = self._ran_at = (0.0, 0.0)

    def beat(self) -> None:
        """The loop came round. Called in its thread; all else in the one that watches."""
        self._beats += 1

    def look(self, seconds: float, used: float) -> str | None:
        """Return in words why the loop hangs, if so.

        ``seconds`` of running time went by so far, and the loop's thread has used so much processor time.
        """
        beats = self._beats
        if beats != self._beats_seen:
            self._beats_seen = beats
            self._beat_at = self._ran_at = (seconds, used)
            return None
        if used > self._ran_at[1]:
            self._ran_at = (seconds, used)
        ran, rested, away = used - self._beat_at[1], seconds - self._ran_at[0], seconds - self._beat_at[0]
        if ran > self._limit:
            return f"it has computed for {ran:.0f} s without coming round"
        if rested > self._limit:
            return f"it has waited for {rested:.0f} s in a call that does not return"
        return f"it has not come round for {away:.0f} s" if away > self._endless else None


class LoopWatch:
    """Ends this process with code 1 if the running event loop hangs while the ``async with`` block lasts."""

    def __init__(self, config: EngineConfig) -> None:
        self._every = min(_LOOK_SECONDS, config.stuck_after_seconds / _LOOKS)
        self._judge = LoopJudge(config.stuck_after_seconds, config.endless_after_seconds)
        self._over = threading.Event()
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        used = _time_of_this_thread()
        self._beating = asyncio.create_task(self._beat(), name="the loop's beat")
        threading.Thread(target=self._watch, args=(used,), name="loop watch", daemon=True).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            self._judge.beat()
            await asyncio.sleep(self._every)

    def _watch(self, used: Callable[[], float]) -> None:
        running_time = RunningTime(self._every)
        while not self._over.wait(self._every):
            reason = self._judge.look(running_time.look(), used())
            if reason is not None and not self._over.is_set():
                _end(reason)


def _time_of_this_thread() -> Callable[[], float]:
    """Return what tells the processor time of this thread to others, or, where nothing does, that of the process."""
    if sys.platform == "linux":
        clock = time.pthread_getcpuclockid(threading.get_ident())
        return lambda: time.clock_gettime(clock)
    return time.process_time


def _end(reason: str) -> NoReturn:
    """Say what hangs and where, and end. The saying is given a time: what hangs may be the log itself."""

    def tell() -> None:
        log.critical("the event loop hangs: %s", reason)
        faulthandler.dump_traceback(sys.__stderr__ or 2)
        logging.shutdown()

    telling = threading.Thread(target=tell, daemon=True)
    telling.start()
    telling.join(_TELLING_SECONDS)
    os._exit(1)
