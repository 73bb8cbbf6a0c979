"""Ending the embedded broker without ado."""

from __future__ import annotations

import contextlib
import os
import signal

from streams.engine.embedded import EmbeddedBroker


def end(broker: EmbeddedBroker) -> None:
    """End the broker at once.

    Asked politely it waits for its clients for seconds, and there is nothing that it could save: all of it is in
    memory.
    """
    if broker.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(broker.pid, signal.SIGKILL)
    broker.stop()
