"""Plain Faust that only counts: reports of the shipped pipeline, one table, a number for each region.

No validation, no repeats dropped, no window, nothing sent but the table's changelog; ``tuned`` in the name has records
sent in batches, which Faust does not do by itself.
"""

from __future__ import annotations

from typing import Any

from faust_setting import IN_BATCHES, app_of, end, run
from task import PARTITIONS, Stopwatch, arguments

given = arguments()
watch = Stopwatch(given.records)
app = app_of(given, **(IN_BATCHES if "tuned" in given.name else {}))
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
            app.loop.create_task(end(app, watch))


if __name__ == "__main__":
    run(app)
