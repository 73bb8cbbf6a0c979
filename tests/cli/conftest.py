"""An embedded broker with topics for the commands, and the commands as processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.admin import create_topics
from streams.cli.embedded import end
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.kafka.fixture import apache_kafka

Run = Callable[..., "subprocess.CompletedProcess[str]"]


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
    """The address of a broker of either kind, without Sitrep's topics."""
    if request.param == "embedded":
        yield request.getfixturevalue("broker")
    else:
        with apache_kafka(request) as cluster:
            yield cluster.address


@pytest.fixture(scope="session")
def nobody() -> str:
    """An address where nobody listens."""
    with EmbeddedBroker() as embedded:
        address = embedded.address
        end(embedded)
    return address


@pytest.fixture
def sitrep() -> Run:
    """Run the command in a process of its own, its output piped; keyword arguments are SITREP_ variables."""

    def run(*arguments: str | Path, stdin: str = "", **variables: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "streams.cli", *map(str, arguments)],
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            env=_clean_environment(**{f"SITREP_{name.upper()}": str(value) for name, value in variables.items()}),
        )

    return run


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a command without any SITREP_ variables."""
    return _clean_environment()
