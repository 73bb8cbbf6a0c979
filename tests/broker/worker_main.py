"""A worker process of the engine's tests: ``python -m tests.broker.worker_main '{"broker": …, "app": …}'``."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from streams.engine.running import run
from tests.broker.counting import CountingStage
from tests.broker.live import Topics


def main() -> int:
    logging.basicConfig(level=logging.CRITICAL)
    settings = json.loads(sys.argv[1])
    topics = Topics(settings.pop("broker"), settings.pop("app"), settings.pop("idempotent"))
    if "folder" in settings:
        settings["folder"] = Path(settings["folder"])
    return run([CountingStage("count", topics.source, topics.output)], topics.config(**settings))


if __name__ == "__main__":
    sys.exit(main())
