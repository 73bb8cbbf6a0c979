"""State on disk: a killed worker goes on from its folder, and the folder is never ahead of the changelog."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broker.feeding import assert_exact, counted, feeding
from tests.broker.live import Topics, WorkerProcess, eventually

pytestmark = pytest.mark.broker


async def test_state_on_disk_is_exact_over_kills_restarts_and_a_second_worker(
    topics: Topics, workers: list[WorkerProcess], tmp_path: Path
) -> None:
    def a_worker() -> WorkerProcess:
        workers.append(WorkerProcess(topics, block_records=200, store="rocksdb", folder=str(tmp_path)))
        return workers[-1]

    async def more_counted() -> None:
        before = await counted(topics)

        async def moved() -> bool:
            return await counted(topics) > before

        await eventually(moved, "the workers that are left do not go on")

    async with feeding(topics) as feed:
        first = a_worker()
        await more_counted()
        first.kill()
        a_worker()
        await more_counted()
        second = a_worker()
        theirs = tmp_path / topics.changelog / "1"
        await eventually(lambda: list(theirs.glob("partition-*")), "no second folder")
        await more_counted()
        second.kill()
        await more_counted()
    await assert_exact(topics, feed)
    assert {path.name for path in (tmp_path / topics.changelog).iterdir()} == {"0", "1"}, "a restart takes its own"
