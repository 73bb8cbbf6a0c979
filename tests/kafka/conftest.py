"""Names for the tests of what only the real broker does."""

from __future__ import annotations

import itertools

import pytest

_numbers = itertools.count(1)


@pytest.fixture
def app() -> str:
    """A prefix for topics and groups that no other test uses."""
    return f"kafka{next(_numbers)}"
