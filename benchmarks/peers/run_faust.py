"""Plain Faust: an agent with two tables, as its user guide writes one.

Its tables live in memory, which is the faster of its stores; both have a changelog in Kafka.
"""

from __future__ import annotations

from typing import Any

from faust_setting import IN_BATCHES, app_of, end, run
from task import PARTITIONS, Hours, Report, Stopwatch, arguments, hour_of, result

given = arguments()
watch = Stopwatch(given.records)
app = app_of(given, **IN_BATCHES)
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
            app.loop.create_task(end(app, watch))


if __name__ == "__main__":
    run(app)
