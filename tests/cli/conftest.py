"""An embedded broker with topics for the commands, and the commands as processes."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from streams.administration.topics import create_topics
from streams.cli.application import main
from streams.cli.embedded import end
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.ports import free_port

Run = Callable[..., "Done"]


def _clean_environment(**variables: str) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SITREP_")}
    return {**environment, "PYTHONUTF8": "1", **variables}


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of a broker with all topics; tests share it."""
    embedded = EmbeddedBroker().start()
    asyncio.run(create_topics(Settings(bootstrap_servers=embedded.address)))
    yield embedded.address
    end(embedded)


@pytest.fixture(scope="session", params=["embedded", "apache"])
def either_broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a broker of either kind; other tests may have left Sitrep's topics there."""
    if request.param == "embedded":
        yield request.getfixturevalue("broker")
    else:
        yield request.getfixturevalue("apache").address


@pytest.fixture(scope="session")
def nobody() -> str:
    """An address where nobody listens."""
    return f"127.0.0.1:{free_port()}"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def sitrep(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the command with its output piped, in this process; keyword arguments are SITREP_ variables."""
    handlers, level = logging.root.handlers[:], logging.root.level

    def run(*arguments: str | Path, stdin: str = "", **variables: Any) -> Done:
        outputs = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("SITREP_")]:
                patch.delenv(name)
            for name, value in variables.items():
                patch.setenv(f"SITREP_{name.upper()}", str(value))
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
            patch.setattr(sys, "stdout", outputs[0])
            patch.setattr(sys, "stderr", outputs[1])
            with pytest.raises(SystemExit) as ended:
                main([str(argument) for argument in arguments])
        out, err = (output.buffer.getvalue().decode() for output in outputs)  # type: ignore[attr-defined]
        return Done(int(ended.value.code or 0), out, err)

    yield run
    logging.root.handlers[:], logging.root.level = handlers, level


@pytest.fixture
def sitrep_process() -> Run:
    """Run the command as :func:`sitrep` does, in a process of its own: for workers, demos and what ends at exit."""

    def run(*arguments: str | Path, stdin: str = "", **variables: Any) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli", *map(str, arguments)],
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            env=_clean_environment(**{f"SITREP_{name.upper()}": str(value) for name, value in variables.items()}),
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a command without any SITREP_ variables."""
    return _clean_environment()
