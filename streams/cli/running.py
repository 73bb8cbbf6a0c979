"""Stopping a long-running command: Ctrl-C and SIGTERM set an event instead of tearing it apart."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streams.engine.signals import heeding


@asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGINT, SIGTERM and SIGHUP set while the block lasts."""
    stop = asyncio.Event()
    with heeding(dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), stop.set)):
        yield stop
