"""What extraction knows, loaded once: it is immutable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams.core.extraction import DocumentText, Extraction, Knowledge, extract
from streams.reference.gazetteer import Gazetteer
from streams.reference.knowledge import load_knowledge
from tests.core.extraction.telling import PUBLISHED


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge(Gazetteer.load())


@pytest.fixture(scope="session")
def read(knowledge: Knowledge) -> Callable[..., Extraction]:
    """Extract from a text published at a fixed time."""

    def run(text: str, title: str | None = None) -> Extraction:
        return extract(DocumentText(text, PUBLISHED, title), knowledge)

    return run
