"""Figures in words: a bound is called a bound, and Ukrainian counts as Ukrainian does."""

from __future__ import annotations

import pytest

from schemas.alert import Measure
from streams.core.alerting.words import EN, UK, figure_words, uk_plural
from streams.core.estimates import Range

STRIKES = ("удар", "удари", "ударів")


@pytest.mark.parametrize(
    ("number", "form"),
    [(0, 2), (1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (14, 2), (21, 0), (22, 1), (111, 2), (1_001, 0)],
)
def test_ukrainian_numbers_take_their_forms(number: int, form: int) -> None:
    assert uk_plural(number, STRIKES) == STRIKES[form]


@pytest.mark.parametrize(
    ("figure", "en", "uk"),
    [
        (Range(1, 1, 1), "1 killed", "1 загиблий"),
        (Range(0, 0, 0), "0 killed", "0 загиблих"),
        (Range(4, None, None), "at least 4 killed", "щонайменше 4 загиблі"),
        (Range(4, 6, None), "at least 4 killed, probably 6", "щонайменше 4 загиблі, імовірно 6"),
        (Range(4, None, 7), "4–7 killed", "4–7 загиблих"),
        (Range(4, 5, 7), "4–7 killed, probably 5", "4–7 загиблих, імовірно 5"),
        (Range(0, None, 1), "0–1 killed", "0–1 загиблий"),
        (Range(0, None, 3), "up to 3 killed", "до 3 загиблих"),
        (Range(1_200, 1_200, 1_200), "1,200 killed", "1\u00a0200 загиблих"),
        (None, "no figure", "без цифри"),
    ],
)
def test_a_figure_in_words(figure: Range | None, en: str, uk: str) -> None:
    assert figure_words(figure, Measure.KILLED, EN) == en
    assert figure_words(figure, Measure.KILLED, UK) == uk


def test_a_disagreement_is_said() -> None:
    said = figure_words(Range(4, 5, 7), Measure.KILLED, EN, disputed=True)
    assert said == "at least 4 killed, sources disagree: 4–7"


def test_a_window_stands_beside_the_figure_it_belongs_to() -> None:
    assert figure_words(Range(4, 5, 7), Measure.KILLED, EN, over="in 24 hours") == "4–7 killed in 24 hours, probably 5"


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_has_its_words(measure: Measure) -> None:
    assert figure_words(Range(1, 1, 1), measure, EN) != figure_words(Range(2, 2, 2), measure, EN)
    assert figure_words(Range(1, 1, 1), measure, UK) != figure_words(Range(5, 5, 5), measure, UK)
