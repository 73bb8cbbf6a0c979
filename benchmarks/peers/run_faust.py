"""Plain Faust: an agent with two tables, as its user guide writes one.

Its tables live in memory, which is the faster of its stores; both have a changelog in Kafka.
"""

from __future__ import annotations

import os
from typing import Any

import faust
from task import PARTITIONS, Hours, Report, Stopwatch, arguments, hour_of, result

given = arguments()
watch = Stopwatch(given.records)
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
    producer_linger=0.02,  # its default of none sends every record by itself: less than half as fast
    producer_max_batch_size=512 * 1024,
)
reports = app.topic(given.source, value_type=bytes, value_serializer="raw", key_serializer="raw")
results = app.topic(given.results, value_serializer="raw", key_serializer="raw")
seen = app.Table("seen", partitions=PARTITIONS)
regions = app.Table("regions", partitions=PARTITIONS)
taken = 0


@app.agent(reports)
async def count(stream: Any) -> None:
    global taken
    async for value in stream:
        watch.start()
        report = Report.model_validate_json(value)
        if report.report_id not in seen:
            seen[report.report_id] = 1
            hours = Hours({int(hour): number for hour, number in regions.get(report.region, {}).items()})
            hours.add(hour_of(report.occurred_at))
            regions[report.region] = hours.counts
            await results.send(key=report.region.encode(), value=result(report.region, hours.newest, hours.total))
        taken += 1
        if taken == given.records and not given.paced:
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
