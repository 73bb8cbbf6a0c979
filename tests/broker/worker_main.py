"""A worker process of the engine's tests: ``python -m tests.broker.worker_main '{"broker": …, "app": …}'``."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from streams.engine.running import run
from streams.engine.transport import Consumer
from tests.broker.counting import CountingStage
from tests.broker.live import Topics


def main() -> int:
    logging.basicConfig(level=logging.CRITICAL)
    settings = json.loads(sys.argv[1])
    topics = Topics(settings.pop("broker"), settings.pop("app"), settings.pop("idempotent"))
    if "folder" in settings:
        settings["folder"] = Path(settings["folder"])
    if settings.pop("never_commits", False):
        Consumer._commit = _never  # type: ignore[method-assign]
    stage = CountingStage("count", topics.source, topics.output, tick_output=settings.pop("tick_sends", None))
    return run([stage], topics.config(**settings))


async def _never(self: Consumer, offsets: Any) -> bool:
    return False


if __name__ == "__main__":
    sys.exit(main())
