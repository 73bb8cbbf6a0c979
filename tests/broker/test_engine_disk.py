"""State on disk: a killed worker goes on from its folder, and the folder is never ahead of the changelog."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broker.feeding import assert_exact, feeding, until_more_counted
from tests.broker.live import Topics, WorkerProcess, Workers, eventually

pytestmark = pytest.mark.broker


async def test_state_on_disk_is_exact_over_kills_restarts_and_a_second_worker(
    topics: Topics, workers: Workers, tmp_path: Path
) -> None:
    def a_worker() -> WorkerProcess:
        return workers.start(topics, block_records=200, store="rocksdb", folder=str(tmp_path))

    async with feeding(topics) as feed:
        first = a_worker()
        await until_more_counted(topics)
        first.kill()
        a_worker()
        await until_more_counted(topics)
        second = a_worker()
        theirs = tmp_path / topics.changelog / "1"
        await eventually(lambda: list(theirs.glob("partition-*")), "no second folder")
        await until_more_counted(topics)
        second.kill()
        await until_more_counted(topics)
    await assert_exact(topics, feed)
    assert {path.name for path in (tmp_path / topics.changelog).iterdir()} == {"0", "1"}, "a restart takes its own"
