"""Signals that a service heeds while it runs. Before and after, they mean what they meant to the process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def heeding(handlers: Mapping[signal.Signals, Callable[[], object]]) -> Iterator[None]:
    """Have the running loop call a handler for each signal while the block lasts; the main thread's alone can.

    The loop by itself would leave the signals' defaults behind: whoever is told a second time to stop, in its last
    moments, would seem to have been killed.
    """
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in handlers}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, handlers)
        try:
            for number, handled in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_DFL if handled is None else handled)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
