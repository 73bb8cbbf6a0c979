"""What sentences tell: one case a sentence, grouped by what is hard about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams.core.extraction import Extraction
from tests.core.extraction import breakdowns, mishaps, otherwise, pitfalls, prose, sentences, sides, unreal
from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import unmatched

TABLES = (sentences, prose, pitfalls, breakdowns, otherwise, sides, unreal, mishaps)
THEMES = {theme: cases for table in TABLES for theme, cases in table.THEMES.items()}
CASES = [pytest.param(case, id=f"{theme}-{i}") for theme, cases in THEMES.items() for i, case in enumerate(cases)]


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_tells_what_it_says_and_nothing_else(case: Case, read: Callable[..., Extraction]) -> None:
    text, tellings = case
    faults = unmatched(read(text).claims, tellings)
    assert not faults, f"{text}\n{faults}"


def test_there_are_enough_sentences_in_each_language() -> None:
    texts = [text for cases in THEMES.values() for text, _ in cases]
    latin = [t for t in texts if not any("а" <= c <= "ї" for c in t.lower())]
    ukrainian = [t for t in texts if any(c in "іїєґ'" for c in t.lower()) and t not in latin]
    assert len(texts) >= 150
    assert len(latin) >= 40
    assert len(ukrainian) >= 50
    assert len(texts) - len(latin) - len(ukrainian) >= 35
    assert len(set(texts)) == len(texts)
