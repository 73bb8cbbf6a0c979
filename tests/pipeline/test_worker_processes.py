"""A worker is two processes. Whichever ends or stops, both end, with a code that a supervisor restarts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import psutil
import pytest

from streams.admin import create_topics
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings, load_settings
from tests.broker.live import eventually
from tests.pipeline.conftest import Start, WorkerProgram

pytestmark = pytest.mark.broker


@pytest.fixture
async def settings() -> AsyncIterator[Settings]:
    """An embedded broker alone: what processes do to each other is the same on every broker."""
    with EmbeddedBroker() as broker:
        chosen = load_settings(bootstrap_servers=broker.address)
        await create_topics(chosen)
        yield chosen


@pytest.fixture
async def worker(start: Start) -> WorkerProgram:
    """A worker whose two processes both answer. Its session is short, and with it its patience."""
    begun = start(SITREP_SESSION_TIMEOUT_SECONDS="1")
    await eventually(lambda: begun.get("/healthz")[0] == 200, "the worker is not healthy", seconds=40)
    return begun


def child_of(worker: WorkerProgram) -> psutil.Process:
    [child] = psutil.Process(worker.pid).children()
    return child


async def has_ended(process: psutil.Process) -> None:
    def gone() -> bool:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE

    await eventually(gone, f"process {process.pid} goes on")


async def exit_code_of(worker: WorkerProgram) -> int | None:
    await eventually(lambda: worker.exit_code is not None, f"the worker goes on:\n{worker.log}", seconds=40)
    return worker.exit_code


async def test_a_worker_whose_child_is_killed_ends_with_code_1(worker: WorkerProgram) -> None:
    child_of(worker).kill()
    assert await exit_code_of(worker) == 1
    assert "the process of intake ended with exit code -9" in worker.log


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
async def test_a_child_ends_with_its_worker_even_if_it_is_stopped(worker: WorkerProgram, stopped: bool) -> None:
    child = child_of(worker)
    if stopped:
        child.suspend()
    worker.kill()
    await has_ended(child)


async def test_a_stopped_child_is_noticed_and_ends_both_but_a_sleep_of_both_is_not_its_fault(
    worker: WorkerProgram,
) -> None:
    child = child_of(worker)
    both = [psutil.Process(worker.pid), child]
    for process in both:
        process.suspend()
    await asyncio.sleep(4)  # longer than a child may be silent: the length of the pause is what is tested
    for process in both:
        process.resume()
    await eventually(lambda: worker.get("/healthz")[0] == 200, f"the worker is not healthy again:\n{worker.log}")

    child.suspend()
    status, said = await asyncio.to_thread(worker.get, "/healthz")
    # The worker may have noticed before its page could tell.
    assert status == 0 or (status == 503 and "intake does not answer" in json.loads(said)["reasons"])
    assert await exit_code_of(worker) == 1
    assert "the process of intake has not answered for 3 s and is killed" in worker.log
    await has_ended(child)
