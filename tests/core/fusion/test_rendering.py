"""What fusion publishes is what its model would write, to the byte: nothing is checked on the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import MAX_COUNT
from schemas.incident import IncidentV1
from streams.core.fusion import Fusion
from tests.core.fusion.histories import claims, histories, interleaved, mistyped
from tests.core.fusion.wire import POLICY, a_report, a_strike, an_outage, at, casualties, fuse
from tests.laws import law

NOW = at("2025-10-23 10:00")


def assert_fits(document: dict[str, Any]) -> None:
    value = orjson.dumps(document)
    assert IncidentV1.model_validate_json(value).model_dump_json(exclude_none=True).encode() == value


@pytest.mark.parametrize("said", [claims(), mistyped], ids=["as sources write", "mistyped"])
@law(100)
@given(data=st.data())
def test_every_published_document_is_what_its_model_writes(
    said: st.SearchStrategy[list[dict[str, Any]]], data: st.DataObject
) -> None:
    fusion, now = Fusion(POLICY), NOW
    for records in data.draw(interleaved(data.draw(histories(claims=said)))):
        fusion.take(records)
        now += timedelta(minutes=7, microseconds=250_000)
        for document in fusion.step(now).published:
            assert_fits(document)


@pytest.mark.parametrize(
    "told",
    [
        [a_strike(weapons=["drone"], launched=MAX_COUNT), a_strike(weapons=["missile"], launched=MAX_COUNT)],
        [a_strike(weapons=["drone"], launched=MAX_COUNT), a_strike(weapons=["drone"], launched=MAX_COUNT - 1)],
        [casualties(killed=MAX_COUNT, group="civilian"), casualties(killed=1)],
        [an_outage("2199-12-31 10:00", scheduled=True)],
    ],
    ids=["weapons apart", "told twice", "one more than the civilians", "a lapse in 2200"],
)
def test_what_adds_up_beyond_the_contract_is_published_within_it(told: list[dict[str, Any]]) -> None:
    _, step = fuse([a_report(claims=told)])
    [document] = step.published
    assert_fits(document)
