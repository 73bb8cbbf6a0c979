"""This project's engine, doing just this work as a stage."""

from __future__ import annotations

import asyncio
import json
import signal
import struct
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError
from task import WINDOW_HOURS, Hours, Report, Stopwatch, arguments, hour_of, result

from streams.engine.config import EngineConfig
from streams.engine.observer import SilentObserver
from streams.engine.running import Worker
from streams.engine.stage import Output, PartitionState, Step
from streams.kafka.record import Record

_BLOCK: Final = TypeAdapter(list[Report])
_COUNT: Final = struct.Struct("<IQ")


class RegionCounts:
    """The state of one partition: the ids of the window's hours, and the counts of each region.

    Ids are stored as one item for each block and hour, so that a block costs one changelog record and not one for
    every report, and an hour that is over goes as a whole.
    """

    def __init__(self, items: Mapping[bytes, bytes], output: str) -> None:
        self._output = output
        self._seen: dict[int, set[str]] = defaultdict(set)
        self._ids_of_hour: dict[int, list[bytes]] = defaultdict(list)
        self._regions: dict[str, Hours] = {}
        for key, value in items.items():
            if key.startswith(b"i/"):
                hour = int(key.split(b"/")[1])
                self._seen[hour].update(value.decode().split("\n"))
                self._ids_of_hour[hour].append(key)
            else:
                self._regions[key[2:].decode()] = Hours(dict(_COUNT.iter_unpack(value)))
        self._fresh: dict[int, list[str]] = defaultdict(list)
        self._counted: dict[tuple[str, int], int] = defaultdict(int)
        self._first = 0
        self.refused = 0

    def take(self, records: Sequence[Record]) -> None:
        if not self._fresh:
            self._first = records[0].offset
        seen_by_hour, fresh, counted = self._seen, self._fresh, self._counted
        for report in self._validated(records):
            hour, report_id = hour_of(report.occurred_at), report.report_id
            seen = seen_by_hour[hour]
            if report_id not in seen:
                seen.add(report_id)
                fresh[hour].append(report_id)
                counted[report.region, hour] += 1

    def _validated(self, records: Sequence[Record]) -> Iterable[Report]:
        values = [record.value or b"" for record in records]
        try:
            # One call for all of a slice costs half of what a call for each record does.
            reports = _BLOCK.validate_json(b"[" + b",".join(values) + b"]")
        except ValidationError:
            reports = []
        return reports if len(reports) == len(values) else self._one_by_one(values)

    def _one_by_one(self, values: Iterable[bytes]) -> Iterable[Report]:
        for value in values:
            try:
                yield Report.model_validate_json(value)
            except ValidationError:
                self.refused += 1

    def step(self, now: datetime) -> Step:
        step = Step()
        for hour, ids in self._fresh.items():
            key = b"i/%d/%d" % (hour, self._first)
            step.changes[key] = "\n".join(ids).encode()
            self._ids_of_hour[hour].append(key)
        for (region, hour), number in sorted(self._counted.items()):
            self._regions.setdefault(region, Hours()).add(hour, number)
        for region in {region for region, _ in self._counted}:
            hours = self._regions[region]
            step.changes[b"r/" + region.encode()] = b"".join([_COUNT.pack(*one) for one in hours.counts.items()])
            step.outputs.append(Output(self._output, region.encode(), result(region, hours.newest, hours.total)))
        self._forget(step.changes)
        self._fresh, self._counted = defaultdict(list), defaultdict(int)
        return step

    def _forget(self, changes: dict[bytes, bytes | None]) -> None:
        # An hour longer than the window: partitions hold regions that are not at the same hour.
        newest = max(self._seen, default=0)
        for hour in [held for held in self._seen if held < newest - WINDOW_HOURS]:
            del self._seen[hour]
            changes.update(dict.fromkeys(self._ids_of_hour.pop(hour, ())))


class CountRegions:
    name = "count"
    announces = False
    gathers = True

    def __init__(self, source: str, output: str) -> None:
        self.source = source
        self._output = output

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        return RegionCounts(items, self._output)

    def committed(self, partition: int, step: Step) -> None:
        """Nothing to measure here."""

    def closed(self, partition: int) -> None:
        """Nothing outlives the state."""


class Ends(SilentObserver):
    """Starts the watch with the first block, and says when all records are committed."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch
        self._left = watch.records
        self.blocks: list[tuple[float, int]] = []
        """When each block was done (seconds since the epoch), and its records."""
        self.done = asyncio.Event()

    def block_done(self, stage: str, partition: int, *, records: int, **_: object) -> None:
        self.blocks.append((time.time(), records))
        self._left -= records
        if self._left <= 0:
            self.done.set()


class Timed(RegionCounts):
    """Notes when the first record is in hand."""

    watch: Stopwatch

    def take(self, records: Sequence[Record]) -> None:
        self.watch.start()
        super().take(records)


class TimedStage(CountRegions):
    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        return Timed(items, self._output)


async def main() -> None:
    given = arguments()
    Timed.watch = watch = Stopwatch(given.records)
    # A block costs two acknowledgements one after the other: three times the default, which suits heavier stages.
    config = EngineConfig(
        bootstrap_servers=(given.broker,), app=given.name, session_timeout_seconds=6.0, block_records=12_000
    )
    ends, stop = Ends(watch), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Worker([TimedStage(given.source, given.results)], config, observer=ends) as worker:
        await worker.until_stopped(stop if given.paced else ends.done)
    if given.paced:
        print(json.dumps({"blocks": ends.blocks}))
    else:
        watch.finish()  # leaving the worker has committed the last offsets


if __name__ == "__main__":
    asyncio.run(main())
