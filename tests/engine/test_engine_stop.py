"""A stop has an end, whatever a library makes of being told to give up."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from streams.engine import running
from streams.engine.config import EngineConfig
from streams.engine.running import Worker
from tests.broker.counting import CountingStage


class ForcedError(Exception):
    """Stands for the end of the process."""


class Stubborn:
    """A stage whose stop waits on when it is cancelled, as Faust's consumer may while its broker is silent."""

    stage = SimpleNamespace(name="stubborn")
    broken = False

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def stop(self) -> None:
        while not self.let.is_set():
            try:
                await self.let.wait()
            except asyncio.CancelledError:
                continue


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    told = asyncio.Event()

    def end() -> NoReturn:
        told.set()
        raise ForcedError

    monkeypatch.setattr(running, "_force_exit", end)
    return told


def a_worker(app: Any, *, stop_seconds: float) -> Worker:
    config = EngineConfig(bootstrap_servers=("127.0.0.1:1",), stop_seconds=stop_seconds)
    worker = Worker([CountingStage("count", "reports")], config)
    worker._apps = [app]
    return worker


async def test_a_stop_that_takes_no_notice_of_being_cancelled_is_forced(forced: asyncio.Event) -> None:
    stubborn = Stubborn()
    stopping = asyncio.create_task(a_worker(stubborn, stop_seconds=0.01).stop())
    try:
        async with asyncio.timeout(10):
            await forced.wait()
    finally:
        stubborn.let.set()
    with pytest.raises(ForcedError):
        await stopping


async def test_a_stop_in_time_is_not_forced(forced: asyncio.Event) -> None:
    willing = Stubborn()
    willing.let.set()
    await a_worker(willing, stop_seconds=10.0).stop()
    assert not forced.is_set()
