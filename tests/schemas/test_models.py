"""Laws of every record on the wire, shown by spoiling the committed samples in every place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter, ValidationError

import schemas
from schemas.base import MAX_CLAIMS, MAX_COUNT, MAX_TEXT_BYTES, WireModel
from schemas.counters import RegionCountersV1
from schemas.estimate import Estimate, Figure
from schemas.report import ReportV1
from schemas.topics import COUNTERS
from schemas.vocabulary import WindowName
from tests.schemas.wire import Sample, Where, nodes, samples, spoiled

# Bytes of a sender, kept as they came: the reason stands beside each.
KEPT_AS_SENT = {
    "key",  # a dead letter's key and its headers' names
    "value",
    "field",  # the path of an unknown field is the sender's own spelling
    "claim_id",  # made of ids that were checked
}


def refused(sample: Sample, document: dict[str, Any]) -> bool:
    try:
        # As a sender would write it: json.dumps writes NaN and Infinity, which are no JSON.
        sample.model.validate_json(json.dumps(document))
    except ValidationError:
        return True
    return False


def all_refused(spoil: Callable[[Where, Any], Iterator[Any]]) -> None:
    """Every way to spoil a sample is refused, and there is at least one."""
    tried = 0
    accepted = []
    for sample, told, document in spoiled(spoil):
        tried += 1
        if not refused(sample, document):
            accepted.append(told)
    assert tried
    assert not accepted


def wire_models(base: type[BaseModel] = WireModel) -> Iterator[type[BaseModel]]:
    yield base
    for kind in base.__subclasses__():
        yield from wire_models(kind)


@pytest.mark.parametrize("model", sorted(set(wire_models()), key=str))
def test_every_model_is_frozen_closed_and_refuses_what_is_no_number(model: type[BaseModel]) -> None:
    assert model.__module__.startswith("schemas."), schemas
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("allow_inf_nan") is False


def test_no_field_of_a_record_can_be_set() -> None:
    for sample in samples():
        record = sample.model.validate_json(json.dumps(sample.document))
        for field in type(record).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(record, field, getattr(record, field))


def test_an_unknown_field_is_refused_wherever_it_stands() -> None:
    def spoil(where: Where, value: Any) -> Iterator[Any]:
        # The windows are a table by window, not an object with fields: there an unknown key is refused as well.
        if isinstance(value, dict):
            yield {**value, "unheard_of": 1}

    all_refused(spoil)


def test_a_time_without_its_offset_is_refused() -> None:
    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, str) and _is_time(value):
            yield datetime.fromisoformat(value).replace(tzinfo=None).isoformat()
            yield value[:10]

    all_refused(spoil)


def test_a_time_that_is_no_time_of_this_war_or_a_bare_number_is_refused() -> None:
    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, str) and _is_time(value):
            yield from ("1990-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "yesterday", 1761106530, 1761106530.5)

    all_refused(spoil)


def _is_time(text: str) -> bool:
    try:
        return len(text) > 10 and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\x9f"])
def test_control_characters_are_refused_in_every_text(control: str) -> None:
    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, str) and where[-1] not in KEPT_AS_SENT:
            # In the middle, where trimming does not reach.
            yield value[:1] + control + "x" + value[1:]

    all_refused(spoil)


@pytest.mark.parametrize("mark", ["\n", "\u2028", "\u202e", "\u2066", "\ufeff"])
def test_names_hold_no_line_ends_and_no_marks_that_turn_text_around(mark: str) -> None:
    names = {"id", "report_id", "source_id", "incident_id", "alert_id", "rule", "code", "name", "supersedes"}

    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, str) and where[-1] in names:
            yield value[:1] + mark + "x" + value[1:]

    all_refused(spoil)


def test_no_name_is_empty_or_longer_than_its_bound() -> None:
    unbounded = KEPT_AS_SENT | {"text"}

    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, str) and where[-1] not in unbounded:
            yield "   "
            yield "x" * 2_001

    all_refused(spoil)


def test_numbers_that_are_none_are_refused() -> None:
    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield from (float("nan"), float("inf"), float("-inf"), "", [], "twelve")

    all_refused(spoil)


def test_no_count_is_negative_or_beyond_all_people() -> None:
    measured = {"lat", "lon", "baseline"}  # degrees and a mean may be below zero
    unlimited = {"offset", "partition", "value_bytes", "revision", "threshold"}  # no count of people or things

    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if isinstance(value, int | float) and not isinstance(value, bool) and where[-1] not in measured:
            yield -1
            if where[-1] not in unlimited and "signature" not in where:
                yield MAX_COUNT + 1

    all_refused(spoil)


def test_a_figure_of_a_report_is_no_truth_value_no_text_and_no_fraction() -> None:
    figures = {"launched", "intercepted", "hit", "customers", "killed", "wounded", "missing", "low", "best", "high"}

    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if where[-1] in figures and isinstance(value, int):
            yield from (True, "4", 4.5, [4])

    all_refused(spoil)


def test_degrees_stay_on_the_globe() -> None:
    def spoil(where: Where, value: Any) -> Iterator[Any]:
        if where[-1] == "lat":
            yield from (90.01, -90.01)
        if where[-1] == "lon":
            yield from (180.01, -180.01)

    all_refused(spoil)


def test_each_report_says_something_and_not_too_much() -> None:
    least = {"report_id": "1", "source": {"id": "x"}, "published_at": "2025-10-22T04:15:30Z"}
    outage = {"kind": "outage", "utility": "power"}
    for accepted in ({"text": "x" * MAX_TEXT_BYTES}, {"claims": [outage] * MAX_CLAIMS}, {"title": "x"}):
        ReportV1.model_validate_json(json.dumps({**least, **accepted}))
    for excess in (
        {},
        {"text": " "},
        {"text": "x" * (MAX_TEXT_BYTES + 1)},
        {"text": "ї" * (MAX_TEXT_BYTES // 2 + 1)},  # two bytes a letter: the bound is on bytes
        {"claims": [outage] * (MAX_CLAIMS + 1)},
    ):
        with pytest.raises(ValidationError):
            ReportV1.model_validate_json(json.dumps({**least, **excess}))


def test_an_interval_does_not_end_before_it_starts() -> None:
    turned = 0
    for sample in samples():
        for where, value in nodes(sample.document):
            if isinstance(value, dict) and {"start", "end"} <= set(value):
                value["start"], value["end"] = "2025-10-22T02:00:00Z", "2025-10-22T01:59:59Z"
                turned += 1
                assert refused(sample, sample.document), where
                break
    assert turned


bounds = st.none() | st.integers(0, MAX_COUNT)


@given(low=st.integers(0, MAX_COUNT), best=bounds, high=bounds)
def test_an_estimate_is_in_order_or_refused(low: int, best: int | None, high: int | None) -> None:
    in_order = (high is None or low <= high) and (best is None or low <= best <= (MAX_COUNT if high is None else high))
    try:
        estimate = Estimate(low=low, best=best, high=high)
    except ValidationError:
        assert not in_order
    else:
        assert in_order
        assert Estimate.model_validate_json(estimate.model_dump_json()) == estimate


@given(st.integers(0, MAX_COUNT))
def test_a_bare_integer_is_an_exact_figure(number: int) -> None:
    assert TypeAdapter(Figure).validate_json(str(number)) == Estimate.exactly(number)


@pytest.mark.parametrize("window", WindowName)
def test_counters_have_every_window_for_model_and_schema(window: WindowName) -> None:
    """A window that is missing would be read as one in which nothing happened."""
    (sample, *_) = [sample for sample in samples() if sample.topic == COUNTERS.name]
    windows = {name: counted for name, counted in sample.document["windows"].items() if name != window}
    document = sample.document | {"windows": windows}
    assert refused(sample, document)
    assert refused(sample, document | {"windows": {}})
    schema = Draft202012Validator(RegionCountersV1.model_json_schema())
    assert schema.is_valid(sample.document)
    assert not schema.is_valid(document)
