"""Mistakes and numbers as plain sentences: whatever pydantic complains of, its own words reach nobody."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from pydantic_core import from_json

from streams.core.alerting.durations import Duration
from streams.core.wording import got, not_json, reason_of, written


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Thing(BaseModel):
    """A field of every kind that our models and settings have."""

    whole: int = 0
    number: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] = 1.0
    share: Annotated[float, Field(ge=0.5, lt=2)] = 1.0
    flag: bool = False
    words: Annotated[str, Field(min_length=1, max_length=5)] = "x"
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "x"
    when: AwareDatetime | None = None
    length: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(1)
    colour: Colour = Colour.RED
    level: Literal["low", "high"] = "low"
    version: Literal[1] = 1
    items: Annotated[tuple[int, ...], Field(max_length=2)] = ()
    named: dict[str, int] = Field(default_factory=dict)


def reasons(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Thing(**fields)
    return [reason_of(detail, {"^[a-z]+$": "small letters"}) for detail in caught.value.errors()]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("whole", "four", "should be a whole number"),
        ("whole", 1.5, "should be a whole number"),
        ("number", "four", "should be a number"),
        ("number", 0, "should be above 0"),
        ("number", 2e9, "should be at most 1,000,000,000"),
        ("number", float("nan"), "should be a finite number"),
        ("share", 0.2, "should be at least 0.5"),
        ("share", 2, "should be below 2"),
        ("flag", "maybe", "should be true or false"),
        ("words", 1, "should be text"),
        ("words", "", "should not be empty"),
        ("words", "abcdef", "should have at most 5 characters"),
        ("code", "A", "should be small letters"),
        ("when", "2025-10-22T12:00:00", "should have a zone, as 2025-10-22T12:00:00Z has"),
        ("when", "noon", "should be a time such as 2025-10-22T12:00:00Z: input is too short"),
        ("length", "0s", "should be above 0 seconds"),
        ("length", "91d", "should be at most 90 days"),
        ("colour", "green", "should be one of red, blue"),
        ("level", "mid", "should be one of low, high"),
        ("version", 2, "should be 1"),
        ("items", (1, 2, 3), "should have at most 2 items"),
        ("items", 1, "should be a list"),
        ("named", 1, "should be an object"),
    ],
)
def test_a_reason_says_what_should_be(field: str, value: Any, reason: str) -> None:
    assert reasons(**{field: value}) == [reason]


@given(
    st.sampled_from(sorted(Thing.model_fields)),
    st.one_of(
        st.none(), st.text(), st.integers(), st.floats(), st.lists(st.integers()), st.dictionaries(st.text(), st.text())
    ),
)
def test_no_reason_has_the_library_s_own_words(field: str, value: Any) -> None:
    try:
        Thing(**{field: value})
    except ValidationError as error:
        for detail in error.errors():
            reason = reason_of(detail)
            assert reason
            assert not reason.startswith(("Input", "String", "Value", "Tuple", "Unable"))
            assert "datetime.timedelta" not in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not json", "not JSON: expected true, false or null at column 2"),
        ("{", "not JSON: ends within an object at column 1"),
        ('"\x01"', "not JSON: a control character stands within a text at column 2"),
        ('{"a" 1}', "not JSON: expected `:` at column 6"),
        ('{\n"a": }', "not JSON: expected value at column 6 of its line 2"),
        ("[" * 1_000, "JSON is nested too deep at column 202"),
    ],
)
def test_what_is_no_json_is_told_with_the_column_and_no_second_number_of_a_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match="line") as caught:
        from_json(text)
    assert not_json(str(caught.value)) == reason


def test_a_value_at_fault_is_shown_cut_short() -> None:
    assert got("4") == ' (got "4")'
    assert got({"a": [1, None]}) == ' (got {"a":[1,null]})'
    assert len(got("x" * 1_000)) < 100


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(days=1), "24 hours"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_lengths_of_time_in_words(length: timedelta, words: str) -> None:
    assert written(length) == words
