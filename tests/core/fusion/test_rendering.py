"""What fusion publishes is what its model would write, to the byte: nothing is checked on the way out."""

from __future__ import annotations

from datetime import timedelta

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.incident import IncidentV1
from streams.core.fusion import Fusion
from tests.core.fusion.histories import histories, interleaved
from tests.core.fusion.wire import POLICY, at

NOW = at("2025-10-23 10:00")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_published_document_is_what_its_model_writes(data: st.DataObject) -> None:
    fusion, now = Fusion(POLICY), NOW
    for records in data.draw(interleaved(data.draw(histories()))):
        fusion.take(records)
        now += timedelta(minutes=7, microseconds=250_000)
        for document in fusion.step(now).published:
            value = orjson.dumps(document)
            assert IncidentV1.model_validate_json(value).model_dump_json(exclude_none=True).encode() == value
