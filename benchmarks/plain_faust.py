"""The plain way, to compare with: a stock Faust agent that only counts reports per region in a table.

Run by ``pipeline_bench.py`` as ``python benchmarks/plain_faust.py BROKER TOPIC RECORDS``; prints one JSON line.
Nothing is validated, deduplicated or fused here, and one output record leaves for every event: the table's.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

import faust

BROKER, TOPIC, RECORDS = sys.argv[1], sys.argv[2], int(sys.argv[3])

app = faust.App(
    "plain",
    broker=f"kafka://{BROKER}",
    store="memory://",
    web_enabled=False,
    topic_allow_declare=False,
    topic_disable_leader=True,
    stream_recovery_delay=0.0,
    broker_session_timeout=6.0,
    broker_heartbeat_interval=2.0,
    broker_request_timeout=15.0,
)
reports = app.topic(TOPIC, value_type=bytes, value_serializer="json")
per_region = app.Table("regions", default=int)
seen = {"records": 0, "began": 0.0}


@app.agent(reports, concurrency=1)
async def count(stream: Any) -> None:
    async for report in stream:
        if not seen["records"]:
            seen["began"], seen["cpu"] = time.perf_counter(), time.process_time()
        for claim in report.get("claims", ()):
            per_region[claim["place"].get("region")] += 1
        seen["records"] += 1
        if seen["records"] >= RECORDS:
            seconds = time.perf_counter() - seen["began"]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            cpu = time.process_time() - seen["cpu"]
            measured = {"records": RECORDS, "seconds": seconds, "cpu_seconds": cpu, "peak_mib": peak}
            print(json.dumps(measured), flush=True)
            os._exit(0)


if __name__ == "__main__":
    app.finalize()
    faust.Worker(
        app, loglevel="warning", quiet=True, console_port=None, redirect_stdouts=False
    ).execute_from_commandline()
