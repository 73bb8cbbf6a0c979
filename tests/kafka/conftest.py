"""Names and workers for the tests of what only the real broker does."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest

from tests.broker.live import WorkerProcess, kill_all

_numbers = itertools.count(1)


@pytest.fixture
def app() -> str:
    """A prefix for topics and groups that no other test uses."""
    return f"kafka{next(_numbers)}"


@pytest.fixture
async def workers() -> AsyncIterator[list[WorkerProcess]]:
    """A list for worker processes; whatever still runs at the end of the test is killed."""
    started: list[WorkerProcess] = []
    yield started
    kill_all(started)
