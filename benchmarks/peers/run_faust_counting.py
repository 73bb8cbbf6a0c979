"""Plain Faust that only counts: reports of the shipped pipeline, one table, a number for each region.

No validation, no repeats dropped, no window, nothing sent but the table's changelog; ``tuned`` in the name has records
sent in batches, which Faust does not do by itself.
"""

from __future__ import annotations

import os
from typing import Any

import faust
from task import PARTITIONS, Stopwatch, arguments

given = arguments()
watch = Stopwatch(given.records)
batches = {"producer_linger": 0.02, "producer_max_batch_size": 512 * 1024} if "tuned" in given.name else {}
app = faust.App(
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
    **batches,
)
reports = app.topic(given.source, value_serializer="json", key_serializer="raw")
counts = app.Table("counts", default=int, partitions=PARTITIONS)
taken = 0


@app.agent(reports)
async def count(stream: Any) -> None:
    global taken
    async for report in stream:
        watch.start()
        for claim in report.get("claims", ()):
            counts[claim["place"]["region"]] += 1
        taken += 1
        if taken == given.records:
            app.loop.create_task(end())


async def end() -> None:
    await app.producer.flush()
    await app.consumer.commit()
    watch.finish()
    os._exit(0)


if __name__ == "__main__":
    app.finalize()
    faust.Worker(
        app, loglevel="warning", quiet=True, console_port=None, redirect_stdouts=False
    ).execute_from_commandline()
