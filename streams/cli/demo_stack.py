"""The demo's own broker, topics and worker, on loopback, gone when the block ends."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp

from streams.administration.topics import create_topics
from streams.cli.children import Child
from streams.cli.embedded import end
from streams.cli.output import CommandError, ExitCode
from streams.engine.embedded import EmbeddedBroker, EmbeddedBrokerError
from streams.engine.ports import free_port, is_free
from streams.settings import Settings, load_settings, variable_of

ORIGIN: Final = datetime(2025, 10, 22, 12, tzinfo=UTC)
"""When the demo begins: the founding case has just been published."""
_READY_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.05
_SESSION_SECONDS: Final = 6.0
"""The embedded broker lets a group begin after about half of it."""
_USUAL_PORT: Final = 9108


@dataclass(frozen=True, slots=True)
class Stack:
    """A running broker and worker."""

    settings: Settings
    worker: Child
    page: str
    """Address of the worker's page."""

    def check(self) -> None:
        """Raise if the worker has ended by itself.

        :raises CommandError: with the last it said.
        """
        if self.worker.ended is not None:
            said = self.worker.said() or "see above"
            raise CommandError(f"the worker ended with code {self.worker.ended}", ExitCode.BAD_INPUT, said)

    async def metrics(self, session: aiohttp.ClientSession) -> str:
        """Return the worker's metrics as Prometheus text; empty where it does not answer."""
        try:
            async with session.get(f"{self.page}/metrics", timeout=aiohttp.ClientTimeout(5)) as response:
                return await response.text()
        except (aiohttp.ClientError, TimeoutError):
            return ""


@asynccontextmanager
async def running_stack(*, rate: float, anchor: datetime | None, logs_to_stderr: bool) -> AsyncIterator[Stack]:
    """Start broker, topics and worker, and yield once the worker is ready.

    :param rate: virtual seconds per real second; 0 stands still at :data:`ORIGIN`.
    :param anchor: the real time at which the virtual clock leaves :data:`ORIGIN`.
    :raises CommandError: the broker or the worker does not start.
    """
    try:
        broker = EmbeddedBroker().start()
    except EmbeddedBrokerError as error:
        raise CommandError(str(error), ExitCode.BROKER_AWAY) from None
    try:
        settings = load_settings(
            bootstrap_servers=broker.address,
            http_host="127.0.0.1",
            http_port=_port_for_the_page(),
            session_timeout_seconds=_SESSION_SECONDS,
            tick_seconds=0.5,
            store="memory",
            security_protocol="PLAINTEXT",
            clock_origin=ORIGIN,
            clock_rate=rate,
            clock_anchor=anchor,
        )
        await create_topics(settings)
        command = [sys.executable, "-m", "streams.cli", "worker"]
        with Child(command, _environment(settings), to_stderr=logs_to_stderr) as worker:
            stack = Stack(settings, worker, f"http://127.0.0.1:{settings.http_port}")
            await _until_ready(stack)
            yield stack
    finally:
        end(broker)


def _environment(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(mode="json", exclude_none=True, exclude={"sasl_password", "ssl_key_password"})
    return {variable_of(name): str(value) for name, value in given.items()}


def _port_for_the_page() -> int:
    if is_free(_USUAL_PORT):
        return _USUAL_PORT
    try:
        return free_port()
    except OSError as error:
        raise CommandError(str(error), ExitCode.BAD_INPUT) from None


async def _until_ready(stack: Stack) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5)) as session:
        while True:
            stack.check()
            try:
                async with session.get(f"{stack.page}/readyz") as response:
                    if response.ok:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            if time.monotonic() > deadline:
                raise CommandError(
                    f"the worker was not ready after {_READY_SECONDS:g} s", ExitCode.BAD_INPUT, stack.worker.said()
                )
            await asyncio.sleep(_LOOK_SECONDS)
