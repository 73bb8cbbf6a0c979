"""A clock that goes only while this process can get on: starvation is no standstill."""

from __future__ import annotations

import time
from collections.abc import Callable


class RunningTime:
    """Seconds of which the process had something: call :meth:`look` every ``every`` seconds, and read by calling it.

    Who is starved of the processor, throttled, stopped (SIGSTOP) or on a machine that is suspended looks late, and the
    lateness counts only as far as the process was at work itself (``used``: its processor time). So on a machine that
    has a processor for it this is the wall clock, also while a busy process keeps its own watch waiting.
    """

    def __init__(
        self,
        every: float,
        *,
        now: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
    ) -> None:
        self._every = every
        self._now = now
        self._used = used
        self._looked = now()
        self._used_before = used()
        self._seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds counted up to the last look."""
        return self._seconds

    def look(self) -> float:
        """Count the time since the last look as far as it was the process's; return all that is counted."""
        now, used = self._now(), self._used()
        self._seconds += max(0.0, min(now - self._looked, self._every + used - self._used_before))
        self._looked, self._used_before = now, used
        return self._seconds
