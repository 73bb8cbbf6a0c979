"""A state of many small documents takes the memory of its bytes, not of the buffers they were written in."""

from __future__ import annotations

import sys
import tracemalloc
from datetime import UTC, datetime, timedelta

import orjson

from streams.core.fusion import Fusion
from streams.core.kept_json import kept_json
from tests.core.fusion.wire import POLICY, a_report, a_strike, at, claims_of


def test_it_is_what_orjson_writes_with_its_options() -> None:
    document = {"b": [1, None, "Київ"], "a": datetime(2025, 10, 22, tzinfo=UTC)}
    assert kept_json(document) == orjson.dumps(document)
    assert kept_json(document, option=orjson.OPT_UTC_Z) == orjson.dumps(document, option=orjson.OPT_UTC_Z)
    assert kept_json(timedelta(1), default=str) == b'"1 day, 0:00:00"'


def test_a_kept_document_takes_its_own_length() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [kept_json(["x" * length]) for length in range(1_000)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < sum(map(len, kept)) + 100 * len(kept)


def test_what_a_step_stores_takes_its_own_length() -> None:
    fusion = Fusion(POLICY)
    for number in range(20):
        fusion.take(claims_of(a_report(f"r{number}", claims=[a_strike(weapons=["drone"])])))
    tracemalloc.start()
    try:
        changes = fusion.step(at("2025-10-23 10:00")).changes
        lengths = sum(map(sys.getsizeof, changes.values()))
        held, _ = tracemalloc.get_traced_memory()
        changes.update(dict.fromkeys(changes))
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(changes) > 20
    assert held - left < lengths + 32 * len(changes)
