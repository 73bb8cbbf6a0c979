"""Feeds a running Sitrep: each day's generated reports, those of the last 24 hours at once, the rest as they come due.

For ``docker compose --profile demo up``. Made up by ``seeds.history``; nothing in it happened. Started again it sends
the same reports again, which are dropped as exact repeats.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from schemas.report import ReportV1
from seeds.history import demo_day
from streams.client import ReportPublisher
from streams.settings import load_settings

log = logging.getLogger("demo")


def arrivals(first: datetime) -> Iterator[tuple[datetime, ReportV1]]:
    """Yield the reports of one day after another without end, in order of arrival; some arrive days late."""
    pending: list[tuple[datetime, int, ReportV1]] = []
    number = count()
    day = first
    while True:
        for arrival in demo_day(day.toordinal(), day=day).reports:
            heappush(pending, (arrival.at, next(number), arrival.report))
        day += timedelta(days=1)
        while pending and pending[0][0] < day:
            at, _, report = heappop(pending)
            yield at, report


async def feed() -> None:
    """Publish until stopped."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with ReportPublisher(load_settings()) as publisher:
        for number, (at, report) in enumerate(arrivals(midnight - timedelta(days=1)), 1):
            wait = (at - datetime.now(UTC)).total_seconds()
            if wait > 0:
                await publisher.flush()
                log.info("%d reports published; the next is due in %.0f s", number - 1, wait)
                await asyncio.sleep(wait)
            await publisher.publish(report)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        asyncio.run(feed())
    except KeyboardInterrupt:
        sys.exit(130)
