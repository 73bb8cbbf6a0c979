"""A stage in a process of its own, beside the worker that started it.

Python runs one thread at a time, so a worker that is to use two cores needs two processes. The worker talks to its
child by two pipes: settings go in (secrets never touch a command line), the address of the child's page comes out.
When the worker is gone, however it went, the child's input ends, and the child with it. A child that answers nothing
any more, as one that is stopped does, is killed, and the worker ends for its supervisor to start both anew.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from prometheus_client.metrics_core import Metric
from pydantic import SecretStr

from streams.engine.lifeline import end_with_parent
from streams.exposition import OPEN_METRICS, families_of
from streams.settings import Settings, load_settings

_STOP_SECONDS: Final = 20.0
_START_SECONDS: Final = 120.0
"""How long the child may take to load its tables and open its page."""
_ANSWER_SECONDS: Final = 3.0
_NOT_YET: Final = "is starting"
_SILENT_SESSIONS: Final = 3
"""A child that is silent for its session has lost its partitions to others already; a busy machine gets three."""
_QUESTIONS: Final = 4
"""How many in a row must go unanswered. They are counted, and not the time alone: after a pause of the whole machine
the first of them is late, and nothing is wrong."""

log = logging.getLogger(__name__)


class StageProcess:
    """Runs some stages in a child process; use it as ``async with``."""

    def __init__(self, settings: Settings, names: Sequence[str]) -> None:
        self.name = "+".join(names)
        self._names = list(names)
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._address: str | None = None
        self._opened = asyncio.Event()
        self._silent_seconds = _SILENT_SESSIONS * settings.session_timeout_seconds
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "streams.stage_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C goes to the worker alone, which then stops its children in order.
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGKILL),
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"stages": self._names, "settings": _plain(self._settings)}).encode())
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()
        self._listening = asyncio.create_task(self._listen(), name=f"listens to {self.name}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                log.critical("%s did not stop within %s s and is killed", self.name, _STOP_SECONDS)
                process.kill()
                await process.wait()
        if self._listening is not None:
            await self._listening

    async def lost(self) -> str:
        """Return, once it is so, why the child is of no use any more: it has ended, or was silent and is killed."""
        process = self._process
        assert process is not None
        ended, silent = asyncio.create_task(process.wait()), asyncio.create_task(self._until_silent())
        try:
            await asyncio.wait({ended, silent}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                return f"the process of {self.name} ended with exit code {ended.result()}"
            process.kill()  # a stopped process takes no other signal
            return f"the process of {self.name} has not answered for {silent.result():.0f} s and is killed"
        finally:
            for task in (ended, silent):
                task.cancel()

    async def _until_silent(self) -> float:
        """Return for how many seconds the child was silent, once that is too long."""
        try:
            await asyncio.wait_for(self._opened.wait(), _START_SECONDS)
        except TimeoutError:
            return _START_SECONDS
        patience, unanswered = self._silent_seconds / _QUESTIONS, 0
        while unanswered < _QUESTIONS:
            asked = time.monotonic()
            try:
                await self._get("/healthz", patience)
                unanswered = 0
            except (aiohttp.ClientError, OSError):  # TimeoutError among them
                unanswered += 1
            await asyncio.sleep(max(0.0, asked + patience - time.monotonic()))
        return self._silent_seconds

    def signal(self, number: int) -> None:
        """Pass a signal on."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def metrics(self) -> list[Metric]:
        """Return the child's metrics; none while it does not answer."""
        try:
            return families_of((await self._get("/metrics", Accept=OPEN_METRICS))[1])
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            return []

    async def reasons(self, path: str) -> list[str]:
        """Return why the child is not ready or healthy; nothing if it is."""
        try:
            status, body = await self._get(path)
            if status == 200:
                return []
            told = [str(reason) for reason in json.loads(body)["reasons"]]
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            told = [f"{self.name} {error if isinstance(error, ConnectionError) else 'does not answer'}"]
        return told or [f"{self.name} is not well"]

    async def _get(self, path: str, seconds: float = _ANSWER_SECONDS, **headers: str) -> tuple[int, str]:
        if self._address is None:
            raise ConnectionError(_NOT_YET)
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.get(self._address + path) as answer,
        ):
            return answer.status, await answer.text()

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if line:
            self._address = line.decode().strip()
            self._opened.set()
        await self._process.stdout.read()


def _plain(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON takes them, secrets opened: they go through a pipe and nowhere else."""
    plain: dict[str, Any] = {}
    for name, value in settings:
        if isinstance(value, SecretStr):
            plain[name] = value.get_secret_value()
        elif isinstance(value, Path):
            plain[name] = str(value)
        elif hasattr(value, "isoformat"):
            plain[name] = value.isoformat()
        elif value is not None:
            plain[name] = value
    return plain


def _main() -> int:
    asked: Mapping[str, Any] = json.loads(sys.stdin.buffer.readline())
    given = asked["settings"] | {"processes": "one", "http_host": "127.0.0.1", "http_port": 0}
    settings = load_settings(**given)

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        os._exit(1)  # the worker is gone: nobody would stop us, and nobody shows what we do

    # Here and not above: the tables take a second, and the parent waits for none of it.
    from streams.app import run_worker  # noqa: PLC0415
    from streams.cli.logs import log_to_stderr  # noqa: PLC0415

    log_to_stderr(settings)
    threading.Thread(target=wait_for_the_end, daemon=True, name="lifeline").start()
    return run_worker(settings, asked["stages"], started=lambda address: print(address, flush=True))


if __name__ == "__main__":
    sys.exit(_main())
