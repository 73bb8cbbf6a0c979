"""A broker with the project's own topics, and the worker that users run, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from streams.administration.topics import create_topics
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings, load_settings
from tests.broker.live import DEADLINE_SECONDS, eventually
from tests.kafka.fixture import fresh_settings

ROOT = Path(__file__).parents[2]


class WorkerProgram:
    """``sitrep worker`` in a process of its own."""

    def __init__(self, settings: Settings, log: Path, *stages: str, **variables: str) -> None:
        self._log = log
        self.page = ""
        chosen = {
            "SITREP_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "SITREP_APP": settings.app,
            "SITREP_HTTP_PORT": "0",
            "SITREP_SESSION_TIMEOUT_SECONDS": "2",
            "SITREP_REQUEST_TIMEOUT_SECONDS": "10",
            "SITREP_TICK_SECONDS": "0.2",
            **variables,
        }
        asked = [part for stage in stages for part in ("--stage", stage)]
        with log.open("wb") as writing:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker", *asked],
                cwd=ROOT,
                env=os.environ | chosen,
                stdout=writing,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    async def ready(self) -> None:
        """Wait until every stage has recovered and works."""

        def answers() -> bool:
            assert self.exit_code is None, f"the worker ended:\n{self.log}"
            return self.get("/readyz")[0] == 200

        await eventually(answers, "the worker becomes ready")

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a page of the worker; status 0 while it has none yet."""
        if not self.page:
            found = [word for word in self.log.split() if word.startswith("http://")]
            if not found:
                return 0, ""
            self.page = found[0].removesuffix("/metrics")
        try:
            with urllib.request.urlopen(self.page + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def kill(self) -> None:
        if self.exit_code is None:
            self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(DEADLINE_SECONDS)


Start = Callable[..., WorkerProgram]


@pytest.fixture(params=["embedded", "apache"])
async def settings(request: pytest.FixtureRequest) -> AsyncIterator[Settings]:
    """Settings of a broker of either kind with all topics newly created."""
    patience = {"session_timeout_seconds": 2, "request_timeout_seconds": 10}
    if request.param == "apache":
        yield await fresh_settings(request.getfixturevalue("apache"), **patience)
        return
    with EmbeddedBroker() as broker:
        chosen = load_settings(bootstrap_servers=broker.address, **patience)
        await create_topics(chosen)
        yield chosen


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    """A function that starts a worker; whatever still runs at the end of the test is killed."""
    running: list[WorkerProgram] = []

    def begin(*stages: str, **variables: str) -> WorkerProgram:
        running.append(WorkerProgram(settings, tmp_path / f"worker-{len(running)}.log", *stages, **variables))
        return running[-1]

    yield begin
    for worker in running:
        worker.kill()
