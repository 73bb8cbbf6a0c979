"""``make bench``: how fast reports become counters, beside a raw read and a plain Faust agent, all in one run.

Method: a generated history (30 regions, 15 % exact repeats, every report structured) is published to an embedded
broker on loopback; then, one after another on the same backlog and machine: a bare aiokafka consumer reads it; a
worker runs intake, then one runs fusion on what intake wrote; and on a fresh broker with the same reports one worker
runs both at once. Plain Faust (``benchmarks/peers``) counts the claims of each region in a table and does nothing else,
on some of the same reports, with Faust's own settings and with records sent in batches. And it does the reduced work of
the comparison, on compact reports: repeats dropped, counted by region and hour, results written. Every program is a
process of its own that times itself from its first block to the last one being stored; joining the group and loading
tables are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table

from benchmarks.backlog import everything, generated, publish, written
from benchmarks.comparison.systems import BY_NAME, Running, System
from benchmarks.comparison.throughput import drain
from benchmarks.comparison.topics import create, source_of, task
from benchmarks.comparison.topics import publish as publish_reduced
from schemas.topics import CLAIMS, PARTITIONS, REPORTS
from streams.administration.topics import create_topics
from streams.engine.embedded import EmbeddedBroker
from streams.settings import load_settings

HERE = Path(__file__).parent
Row = tuple[str, int, float, int | None]
"""What ran, how many reports, in how many seconds, and its peak memory in MiB."""


async def raw_read(broker: str, records: int) -> float:
    """Return the seconds that a bare consumer takes to read the backlog and do nothing with it."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, fetch_max_wait_ms=50, max_partition_fetch_bytes=2**21)
    await consumer.start()
    try:
        partitions = [TopicPartition(REPORTS.name, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        began, read = time.perf_counter(), 0
        while read < records:
            found = await consumer.getmany(timeout_ms=1_000)
            read += sum(map(len, found.values()))
        return time.perf_counter() - began
    finally:
        await consumer.stop()


def run(script: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments], capture_output=True, text=True, check=False, timeout=600
    )
    # Faust's console writes control sequences around what a program prints.
    found = re.findall(r"\{.*\}", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"{script} failed ({done.returncode}):\n{done.stderr[-3_000:]}")
    measured: dict[str, Any] = json.loads(found[-1])
    return measured


def prepared(values: Sequence[tuple[bytes, bytes]]) -> EmbeddedBroker:
    broker = EmbeddedBroker()
    broker.start()
    asyncio.run(create_topics(load_settings(bootstrap_servers=broker.address)))
    asyncio.run(publish(broker.address, values))
    return broker


def counted(broker: str, values: Sequence[tuple[bytes, bytes]], kind: str) -> Row:
    """Have plain Faust count the claims of each region; raises ``RuntimeError`` if it counts wrong."""
    system = System("faust-counting", "plain Faust that only counts", "run_faust_counting.py", len(values))
    name = f"{system.name}{kind}"
    source, changelog = f"{name}-reports", f"{name}-counts-changelog"
    asyncio.run(create(broker, source, changelog))
    asyncio.run(publish(broker, values, source))
    with Running(system, broker, source, "", name, len(values)) as program:
        measured = program.measured()
    truth = Counter(claim["place"]["region"] for _, value in values for claim in json.loads(value).get("claims", ()))
    if (found := asyncio.run(newest(broker, changelog))) != truth:
        raise RuntimeError(f"{system.title} counted wrong: {found} in place of {truth}")
    title = f"plain Faust, counting{' in batches' if kind else ''}"
    return title, len(values), measured["seconds"], round(measured["peak_mib"])


async def newest(broker: str, changelog: str) -> dict[str, int]:
    """Return the last number of each key of a table: it only grows, whichever partition says so."""
    found: dict[str, int] = {}
    async for record in everything(broker, changelog):
        key = json.loads(record.key)
        found[key] = max(found.get(key, 0), json.loads(record.value))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reports", type=int, default=200_000)
    arguments.add_argument("--faust-records", type=int, default=50_000, help="how many the plain agent is timed for")
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    chosen = arguments.parse_args()
    console = Console(stderr=True)
    with console.status(f"generating {chosen.reports:,} reports"):
        values = generated(chosen.reports)
    count, size = len(values), sum(len(value) for _, value in values)
    rows: list[Row] = []

    console.print(f"{count:,} reports, {size / count:.0f} bytes each, {size / 2**20:.0f} MiB")
    broker = prepared(values)
    try:
        rows.append(("bare aiokafka read", count, asyncio.run(raw_read(broker.address, count)), None))
        few = min(count, chosen.faust_records)
        asyncio.run(create(broker.address, source_of(few)))
        asyncio.run(publish_reduced(broker.address, source_of(few), task.generate(few)))
        rows += [counted(broker.address, values[:few], kind) for kind in ("", "tuned")]
        plain = drain(broker.address, BY_NAME["faust"], "faust", few, {few: task.expected(task.generate(few))})
        rows.append(("plain Faust, the reduced work", few, plain["seconds"], round(plain["peak_mib"])))
        intake = run("worker_probe.py", broker.address, f"intake:{count}")
        rows.append(("intake alone", count, intake["seconds"], intake["peak_mib"]))
        claims = asyncio.run(written(broker.address, CLAIMS.name))
        fusion = run("worker_probe.py", broker.address, f"fusion:{claims}")
        rows.append((f"fusion alone ({claims:,} claims)", count, fusion["seconds"], fusion["peak_mib"]))
    finally:
        broker.stop()
    broker = prepared(values)
    try:
        both = run("worker_probe.py", broker.address, f"intake:{count}", f"fusion:{claims}")
        rows.append(("intake and fusion in one worker", count, both["seconds"], both["peak_mib"]))
    finally:
        broker.stop()

    rate = count / both["seconds"]
    ratios = {name: rate / (done / seconds) for name, done, seconds, _ in rows if name.startswith("plain Faust")}
    if chosen.json:
        print(json.dumps({"rows": [(n, c, s, c / s, p) for n, c, s, p in rows], "ratios_to_plain_faust": ratios}))
        return
    table = Table(title=f"{count:,} reports of {size / count:.0f} bytes, {PARTITIONS} partitions, one process each")
    for heading in ("what", "reports/s", "µs a report", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for name, done, seconds, peak in rows:
        table.add_row(name, f"{done / seconds:,.0f}", f"{seconds / done * 1e6:.1f}", "" if peak is None else str(peak))
    Console().print(table)
    for name, ratio in ratios.items():
        print(f"the whole pipeline in one worker is {ratio:.1f} times as fast as {name}")


if __name__ == "__main__":
    main()
