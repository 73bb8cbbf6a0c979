"""The ceilings: a bare aiokafka read, and the same with pydantic over whole fetches.

``validate`` in the name validates the compact reports, ``ReportV1`` the reports of the shipped pipeline.
"""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import TypeAdapter
from task import PARTITIONS, Report, Stopwatch, arguments


async def main() -> None:
    given = arguments()
    validate = None
    if "validate" in given.name:
        validate = TypeAdapter(list[Report]).validate_json
    elif "ReportV1" in given.name:
        from schemas.report import (
            ReportV1,  # the compact task needs nothing of the project
        )

        validate = TypeAdapter(list[ReportV1]).validate_json
    consumer = AIOKafkaConsumer(
        bootstrap_servers=given.broker,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    await consumer.start()
    consumer.assign([TopicPartition(given.source, number) for number in range(PARTITIONS)])
    watch, left = Stopwatch(given.records), given.records
    while left > 0:
        fetched = await consumer.getmany(timeout_ms=1_000, max_records=16_000)
        for records in fetched.values():
            watch.start()
            if validate is not None:
                assert len(validate(b"[" + b",".join([record.value for record in records]) + b"]")) == len(records)
            left -= len(records)
    watch.finish()
    await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main())
