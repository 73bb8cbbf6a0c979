"""How a worker's interpreter is set: its memory, its collector, its threads."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
from typing import Final

_SWITCH_SECONDS: Final = 0.001

_GIVE_BACK_SECONDS: Final = 60.0
_ARENA_MAX: Final = -8
"""Of the GNU C library's <malloc.h>."""


def tune_allocator() -> None:
    """Have freed memory used again: to be called before a thread is started. No effect but with the GNU C library.

    It gives each thread a heap of its own, and what the fetching threads and the stages free in one is not used in
    another: of a worker that fell behind a third of the heaps were holes, and it grew by megabytes a minute
    (``make soak``). Nobody waits for the one heap: nearly all allocations are made under the interpreter's lock.
    ``MALLOC_ARENA_MAX`` in the environment stays. Left alone are the sizes from which on memory is taken from the
    system and given back: fixed at their defaults they cost two and a half times the page faults.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(_ARENA_MAX, 1)


async def keep_giving_back() -> None:
    """Do :func:`give_back` once a minute, for good.

    What a backlog was worked with is free afterwards, but lies in pieces between what is remembered.
    """
    while True:
        await asyncio.sleep(_GIVE_BACK_SECONDS)
        give_back()


def give_back() -> None:
    """Return the free pages within the heap to the system: some milliseconds for each 100 MiB. As above, with glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def tune_interpreter() -> None:
    """Set the collector and the switching of threads for a worker whose tables are loaded.

    The reference tables are kept out of the collector's sight, and it runs for many new objects, not for few: blocks
    make thousands of short-lived ones without cycles, and at the default threshold a third of the time goes into
    looking through them.

    Each stage fetches in a thread of its own, which does little and often. At the default interval such a thread waits
    5 ms for its turn whenever a block is being worked, several times a fetch; `make bench-alerts` shows it.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
