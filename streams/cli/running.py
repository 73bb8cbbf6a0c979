"""Stopping a long-running command: Ctrl-C and SIGTERM set an event instead of tearing it apart; its reader may go."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from streams.cli.standard_streams import nobody_reads
from streams.engine.signals import heeding

_LOOK_SECONDS: Final = 0.5


@asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGINT, SIGTERM and SIGHUP set while the block lasts."""
    stop = asyncio.Event()
    with heeding(dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), stop.set)):
        yield stop


async def reader_gone() -> None:
    """Return once nobody reads standard output any more: one who only waits to write would never learn of it."""
    while not nobody_reads():  # noqa: ASYNC110 (no event tells of it)
        await asyncio.sleep(_LOOK_SECONDS)
