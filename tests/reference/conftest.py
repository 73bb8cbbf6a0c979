"""One gazetteer for the tests of this folder: it is immutable."""

from __future__ import annotations

import pytest

from streams.reference.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()
