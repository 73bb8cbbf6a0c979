"""A whole worker that dies at a chosen moment of raising an alert: ``… 127.0.0.1:9092 after_outputs``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from schemas.topics import ALERTS
from streams.engine.changelog import ChangelogWriter
from streams.engine.outbox import Outbox
from streams.engine.stage import Output
from streams.settings import load_settings
from streams.worker.app import run_worker

_raised = False


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(moment: str) -> None:
    """Die with the first block that raises an alert: before or after its outputs, or after its changelog."""
    send, append = Outbox.send, ChangelogWriter.append

    async def sending(self: Outbox, outputs: Sequence[Output]) -> None:
        global _raised  # noqa: PLW0603  the process ends with it
        _raised = _raised or any(output.topic == ALERTS.name for output in outputs)
        if _raised and moment == "before_outputs":
            _die()
        await send(self, outputs)
        if _raised and moment == "after_outputs":
            _die()

    async def appending(self: ChangelogWriter, batch: Any) -> int:
        landed = await append(self, batch)
        if _raised and moment == "after_changelog":
            _die()
        return landed

    Outbox.send = sending  # type: ignore[method-assign]
    ChangelogWriter.append = appending  # type: ignore[method-assign]


if __name__ == "__main__":
    address, moment = sys.argv[1:]
    if moment != "never":
        die_at(moment)
    sys.exit(
        run_worker(
            load_settings(
                bootstrap_servers=address,
                session_timeout_seconds=2,
                tick_seconds=0.5,
                request_timeout_seconds=10,
                http_port=0,
                log_level="error",
            )
        )
    )
