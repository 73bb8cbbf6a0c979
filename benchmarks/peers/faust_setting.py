"""How both programs in plain Faust are set, and how they end."""

from __future__ import annotations

import os
from typing import Any, Final

import faust
from task import PARTITIONS, Arguments, Stopwatch

IN_BATCHES: Final[dict[str, Any]] = {"producer_linger": 0.02, "producer_max_batch_size": 512 * 1024}
"""At Faust's default of no waiting every record is sent by itself: less than half as fast where much is sent."""


def app_of(given: Arguments, **settings: Any) -> faust.App:
    """Return an app whose tables live in memory, which is the faster of Faust's stores; their changelog is in Kafka."""
    return faust.App(
        given.name,
        broker=f"kafka://{given.broker}",
        store="memory://",
        datadir=given.folder,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=PARTITIONS,
        stream_recovery_delay=0.0,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=1.5,
        broker_request_timeout=15.0,
        **settings,
    )


async def end(app: faust.App, watch: Stopwatch) -> None:
    """Store and commit all, say what was measured, and leave."""
    await app.producer.flush()
    await app.consumer.commit()
    watch.finish()
    os._exit(0)


def run(app: faust.App) -> None:
    app.finalize()
    faust.Worker(
        app, loglevel="warning", quiet=True, console_port=None, redirect_stdouts=False
    ).execute_from_commandline()
