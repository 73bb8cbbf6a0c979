"""State on disk: a killed worker goes on from its folder, and the folder is never ahead of the changelog."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from streams.engine import running
from streams.engine.errors import EngineError
from streams.engine.running import WorkerFailedError, serve
from tests.broker.counting import CountingStage
from tests.broker.feeding import assert_exact, feeding, until_more_counted
from tests.broker.live import DEADLINE_SECONDS, Topics, WorkerProcess, Workers, eventually

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


async def test_a_folder_that_cannot_be_opened_ends_the_worker_in_order_and_in_words(
    topics: Topics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forced() -> None:
        raise AssertionError("the stop is forced")

    monkeypatch.setattr(running, "_force_exit", forced)
    folder = tmp_path / topics.changelog / "0"
    folder.mkdir(parents=True)
    (folder / "partition-1").write_text("no folder at all")
    config = topics.config(store="rocksdb", folder=tmp_path)
    with pytest.raises(WorkerFailedError, match="partition-1 is to be rebuilt and cannot be removed") as failed:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await serve([CountingStage("count", topics.source)], config, stop=asyncio.Event())
    assert isinstance(failed.value.__cause__, EngineError)
