"""The plain form of a contract takes what the model takes, refuses what it refuses, and says the same."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator

from schemas.base import WireModel
from schemas.fields import REPORT_FIELDS, claim_fields, fields_of
from schemas.plain import plain_validator
from schemas.report import ReportV1
from seeds.history import generate
from tests.builders import a_report, a_source, a_strike, an_outage, casualties
from tests.laws import law

NIZHYN = {"name": " Nizhyn ", "region": "UA-74", "lat": 51.05, "lon": 31.88}
NIGHT = {"start": "2025-10-22T01:00:00.25+03:00", "end": "2025-10-22T05:00:00Z"}
FULL = a_report(
    source=a_source(party="UA"),
    url="https://a.example/1",
    language="uk",
    title="Удар",
    text="Двоє\nзагинули",
    supersedes="r-0",
    claims=[
        a_strike(weapons=["missile", "drone"], actor="RU", target="energy", launched=9, hit={"low": 1}, occurred=NIGHT),
        casualties(killed=4, wounded={"low": 1, "best": 2, "high": None}, missing=None, group="civilian"),
        an_outage(customers={"low": 5, "high": 9}, status="partial", scheduled=True, scope="period")
        | {"place": NIZHYN, "occurred": NIGHT},
    ],
)
PUT_IN = st.one_of(
    st.sampled_from(["", "UA", "strike", "incident", "2025-10-22T01:00:00Z", "2025-10-22T01:00:00", {}, [], [{}]]),
    st.none(),
    st.booleans(),
    st.integers(-3, 10**10),
    st.floats(),
    st.text(max_size=3),
)


def told(report: bytes) -> tuple[Any, ...]:
    """Return what both say of ``report``: where they find mistakes, or its fields. They must agree."""
    found: list[tuple[Any, ...]] = []
    for validate in (
        lambda: fields_of(ReportV1.model_validate_json(report)),
        lambda: REPORT_FIELDS.validate_json(report),
    ):
        try:
            found.append(("taken", validate()))
        except ValidationError as error:
            found.append(("refused", [each["loc"] for each in error.errors()]))
    model, plain = found
    assert plain == model
    return plain


def paths(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    held = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in held:
        yield from paths(value, (*path, key))


def leaves(fields: Any) -> Iterator[Any]:
    if isinstance(fields, dict):
        for value in fields.values():
            yield from leaves(value)
    elif isinstance(fields, tuple):
        for value in fields:
            yield from leaves(value)
    else:
        yield fields


def test_a_full_report_is_dictionaries_strings_and_numbers() -> None:
    verdict, fields = told(orjson.dumps(FULL))
    assert verdict == "taken"
    assert not [leaf for leaf in leaves(fields) if isinstance(leaf, Enum | WireModel)]
    assert fields["claims"] == tuple(map(claim_fields, ReportV1.model_validate_json(orjson.dumps(FULL)).claims))


def test_defaults_are_plain_too() -> None:
    _, fields = told(b'{"report_id":"r","source":{"id":"s"},"published_at":"2025-10-22T09:00:00Z","title":"x"}')
    assert [type(fields["source"][name]) for name in ("kind", "reliability")] == [str, str]


@law(300)
@given(st.data(), PUT_IN)
def test_any_one_value_may_be_another(data: st.DataObject, put_in: Any) -> None:
    document = orjson.loads(orjson.dumps(FULL))
    *way, last = data.draw(st.sampled_from(list(paths(document))[1:]))
    holder = document
    for key in way:
        holder = holder[key]
    if data.draw(st.booleans()):
        holder[last] = put_in
    elif isinstance(holder, dict):
        holder[data.draw(st.sampled_from(["kind", "low", "text", "unheard"]))] = holder.pop(last)
    told(orjson.dumps(document))


@law(200)
@given(st.data())
def test_any_byte_may_be_another(data: st.DataObject) -> None:
    value = bytearray(orjson.dumps(FULL))
    for _ in range(data.draw(st.integers(1, 3))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    told(bytes(value))


def test_a_generated_history_is_taken_whole() -> None:
    for _, report in generate(seed=5, incidents=40).reports:
        assert told(report.model_dump_json().encode())[0] == "taken"


class Unruled(WireModel):
    low: int = 0

    @model_validator(mode="after")
    def _even(self) -> Unruled:
        return self


class Unknown(WireModel):
    names: dict[str, int] = Field(default={})


@pytest.mark.parametrize(("model", "named"), [(Unruled, "no rule over fields"), (Unknown, "kind 'dict'")])
def test_what_has_no_plain_form_is_refused_when_the_validator_is_made(model: type[WireModel], named: str) -> None:
    with pytest.raises(TypeError, match=named):
        plain_validator(model)
