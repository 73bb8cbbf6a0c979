"""Records that were made, or happened, to break intake: each is one dead letter and nothing else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from schemas import DeadLetterV1
from streams.core.intake import Intake, IntakePolicy, IntakeStep, resolver
from tests.builders import NOON, ADelivery, FewPlaces, a_report


def taken(value: bytes) -> IntakeStep:
    intake = Intake({}, lambda _: 0, resolver(FewPlaces()), None, IntakePolicy())
    intake.take([ADelivery(value)])
    return intake.step(NOON)


def letter_of(value: bytes) -> DeadLetterV1:
    [letter] = taken(value).dead_letters
    return DeadLetterV1.model_validate_json(letter.value)


@pytest.mark.parametrize("number", [2**64, -(2**64), 10**400, 10**4_000])
def test_a_number_beyond_64_bits_in_a_wrong_place_is_the_senders_mistake(number: int) -> None:
    value = orjson.dumps(a_report(language="NUMBER")).replace(b'"NUMBER"', b"%d" % number)
    letter = letter_of(value)
    assert (letter.code, letter.field, letter.value) == ("wrong_type", "language", value)


def test_a_number_of_more_digits_than_python_reads_is_the_senders_mistake() -> None:
    value = orjson.dumps(a_report(language="NUMBER")).replace(b'"NUMBER"', b"1" * 5_000)
    assert letter_of(value).value == value


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"mood\u001b[31m": 1}, "mood\\u001b[31m"),
        ({"language": "uk\u009b31m"}, "uk\\u009b31m"),
        ({"language": "\u202euk"}, "\\u202euk"),
    ],
)
def test_what_steers_a_terminal_is_escaped_in_a_dead_letters_words(fields: dict[str, Any], shown: str) -> None:
    letter = letter_of(orjson.dumps(a_report(**fields)))
    told = f"{letter.field}: {letter.reason}"
    assert shown in told
    assert not set(told) & {"\u001b", "\u009b", "\u202e"}


def test_a_hundred_thousand_mistakes_are_one_dead_letter() -> None:
    letter = letter_of(orjson.dumps(a_report(claims=[0] * 100_000)))
    assert letter.field == "claims.0"
    assert letter.reason.endswith("and 96 more)")
