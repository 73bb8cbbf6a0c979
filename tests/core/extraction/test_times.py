"""Time phrases become intervals in Europe/Kyiv, relative to the publication; nothing lies in the future."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from streams.core.extraction import Extraction, times
from streams.core.extraction.dates import MOST
from tests.core.extraction.telling import PUBLISHED


def at(text: str) -> datetime:
    """Return a moment of October 2025 in UTC, given as ``22T03:00``."""
    return datetime.fromisoformat(f"2025-10-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        # Published on Wednesday, 22 October, 18:00 in Kyiv, which is three hours ahead of UTC.
        ("Overnight, drones attacked Odesa.", "21T19:00", "22T03:00"),
        ("У ніч на 22 жовтня дрони атакували Одесу.", "21T19:00", "22T03:00"),
        ("В ночь на среду дроны атаковали Одессу.", "21T19:00", "22T03:00"),
        ("Дрони атакували Одесу вночі 20 жовтня.", "19T19:00", "20T03:00"),
        ("Сегодня утром дроны атаковали Одессу.", "22T03:00", "22T09:00"),
        ("Вранці дрони атакували Одесу.", "22T03:00", "22T09:00"),
        ("Drones attacked Odesa yesterday evening.", "21T15:00", "21T21:00"),
        ("Drones attacked Odesa on Monday.", "19T21:00", "20T21:00"),
        ("Drones attacked Odesa this Friday.", "16T21:00", "17T21:00"),
        ("Вечером 21 октября дроны атаковали Одессу.", "21T15:00", "21T21:00"),
        ("Drones attacked Odesa on 21 October.", "20T21:00", "21T21:00"),
        ("Drones attacked Odesa on October 21, 2025.", "20T21:00", "21T21:00"),
        # Forms that only the library of last resort reads.
        ("Drones attacked Odesa on October 21st.", "20T21:00", "21T21:00"),
        ("Drones attacked Odesa on the 21st of October 2025.", "20T21:00", "21T21:00"),
        ("21-го октября дроны атаковали Одессу.", "20T21:00", "21T21:00"),
        ("Вночі 20-го жовтня дрони атакували Одесу.", "19T19:00", "20T03:00"),
        ("Дрони атакували Одесу 21.10.2025.", "20T21:00", "21T21:00"),
        ("Сьогодні дрони атакували Одесу.", "21T21:00", "22T15:00"),
        ("Близько 4:15 ранку дрони атакували Одесу.", "22T01:00", "22T09:00"),
        ("Около 5 утра дроны атаковали Одессу.", "22T02:00", "22T09:00"),
        # In English a night is named after its evening; "overnight on" and "у ніч на" name the morning.
        ("Drones attacked Odesa on Tuesday night.", "21T15:00", "22T03:00"),
        ("Drones attacked Odesa overnight on Tuesday.", "20T19:00", "21T03:00"),
        ("У ніч на вівторок дрони атакували Одесу.", "20T19:00", "21T03:00"),
    ],
)
def test_a_time_phrase_is_an_interval(text: str, start: str, end: str, read: Callable[..., Extraction]) -> None:
    (found,) = read(text).claims
    assert found.claim.occurred is not None
    assert (found.claim.occurred.start, found.claim.occurred.end) == (at(start), at(end))


@pytest.mark.parametrize(
    "text",
    [
        "Drones attacked Odesa.",
        "Drones attacked Odesa on 30 February.",
        "Drones attacked Odesa on February 30th.",
        "Дрони атакували Одесу 45.10.2025.",
        "Drones of the 22nd brigade attacked Odesa.",
        "Drones attacked Odesa 22/10 times.",
    ],
)
def test_without_a_time_stated_none_is_made_up(text: str, read: Callable[..., Extraction]) -> None:
    (found,) = read(text).claims
    assert found.claim.occurred is None


def test_nothing_happened_after_it_was_published(read: Callable[..., Extraction]) -> None:
    for day in ("today", "this evening", "on 22 October", "Wednesday"):
        for found in read(f"Drones attacked Odesa {day}.").claims:
            assert found.claim.occurred is None or found.claim.occurred.end <= PUBLISHED


def test_dates_in_forms_of_their_own_are_tried_a_few_times_a_text(read: Callable[..., Extraction]) -> None:
    tried: list[str] = []

    def note(phrase: str, latest: date) -> date | None:
        tried.append(phrase)
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(times, "read_date", note)
        read("Drones attacked Odesa on October 41st. " * 50)
        assert len(tried) == MOST
        tried.clear()
        read("Drones attacked Odesa on 21 October, 400 people were left without power for 10/12 hours.")
        assert not tried


def test_the_library_of_last_resort_is_loaded_only_when_needed() -> None:
    code = (
        "import sys; from datetime import UTC, datetime; from streams.core.extraction import DocumentText, extract;"
        "from streams.reference.gazetteer import Gazetteer; from streams.reference.knowledge import load_knowledge;"
        "known = load_knowledge(Gazetteer.load()); at = datetime(2025, 10, 22, tzinfo=UTC);"
        "extract(DocumentText('Overnight, on 21 October, drones attacked Odesa.', at), known);"
        "assert 'dateparser' not in sys.modules;"
        "extract(DocumentText('Drones attacked Odesa on October 21st.', at), known);"
        "assert 'dateparser' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
