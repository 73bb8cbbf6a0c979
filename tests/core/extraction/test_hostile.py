"""Texts that were made, or happened, to break extraction: they are read for what they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.estimate import Estimate
from streams.core.extraction import DocumentText, Knowledge, extract

PUBLISHED = datetime(2025, 10, 22, 12, tzinfo=UTC)


def killed(knowledge: Knowledge, text: str) -> list[Estimate]:
    found = extract(DocumentText(text, PUBLISHED, None, "en"), knowledge).claims
    figures = [getattr(one.claim, "killed", None) for one in found]
    return [figure for figure in figures if figure is not None]


@pytest.mark.parametrize(
    "text",
    [
        "\u2075 people were killed in Kharkiv.",  # superscript: a digit to Unicode, no number to int()
        "\u2465 жовтня \u2078 \u2791-\u2793 killed",
        "22\u00b2 жовтня \u00b9\u00b2\u00b3\u2074",
        "1" * 5_000 + " killed",
        "killed between " + "9" * 30 + " and " + "9" * 31,
    ],
)
def test_digits_that_are_no_numbers_make_no_figure_and_no_error(knowledge: Knowledge, text: str) -> None:
    assert [figure.best for figure in killed(knowledge, text) if figure.best is not None] == []


def test_the_digits_of_another_script_are_numbers(knowledge: Knowledge) -> None:
    assert [figure.best for figure in killed(knowledge, "Drones struck Kharkiv: \u0663 people were killed.")] == [3]


def test_in_a_long_list_each_figure_goes_with_the_word_beside_it(knowledge: Knowledge) -> None:
    """Each is weighed against the words in reach of it, not against all of the sentence."""
    towns = " ".join(f"In Kharkiv {number} people were killed;" for number in range(2, 30))
    assert {figure.best for figure in killed(knowledge, towns)} <= set(range(2, 30))


def test_children_are_never_more_than_the_people_they_are_inside(knowledge: Knowledge) -> None:
    """Found by Hypothesis: two children would have been put inside one dead."""
    text = "10 wounded, among them a boy, including two children, killed 10-year-old on 19-20 July "
    for found in extract(DocumentText(text, PUBLISHED, None, "en"), knowledge).claims:
        for harm in ("killed", "wounded"):
            people, children = getattr(found.claim, harm), getattr(found.claim, f"children_{harm}")
            assert people is None or people.high is None or children is None or children.low <= people.high
