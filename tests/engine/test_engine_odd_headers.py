"""A header name that is not UTF-8 stops nobody: aiokafka's own reader fails at it, ours reads on."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from streams.engine.tolerant import TolerantRecords

GZIP = 1


class NotUtf8(str):
    """A name that a client wrote in another encoding."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff" + super().encode()


def a_batch(base: int, *names: str, compression: int = 0) -> bytes:
    builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, -1, 100_000)
    for number, name in enumerate(names):
        builder.append(number, timestamp=1, key=b"k", value=b"%d" % number, headers=[(name, b"x"), ("ok", None)])
    batch = bytearray(builder.build())
    batch[:8] = base.to_bytes(8, "big")
    return bytes(batch)


def read(records: Any) -> list[tuple[int, bytes, list[str]]]:
    found = []
    while records.has_next():
        batch = records.next_batch()
        assert batch.validate_crc()
        found += [(record.offset, record.value, [name for name, _ in record.headers]) for record in batch]
    return found


@pytest.mark.parametrize("compression", [0, GZIP])
def test_the_records_around_and_the_record_itself_are_read(compression: int) -> None:
    raw = (
        a_batch(10, "fine") + a_batch(11, "fine", NotUtf8("odd"), "fine", compression=compression) + a_batch(14, "fine")
    )
    with pytest.raises(UnicodeDecodeError):
        read(MemoryRecords(raw))
    assert read(TolerantRecords(raw)) == [
        (10, b"0", ["fine", "ok"]),
        (11, b"0", ["fine", "ok"]),
        (12, b"1", ["\ufffdodd", "ok"]),
        (13, b"2", ["fine", "ok"]),
        (14, b"0", ["fine", "ok"]),
    ]


def test_ordinary_batches_are_read_as_aiokafka_reads_them() -> None:
    raw = a_batch(0, "a", "b") + a_batch(2, "c")
    assert read(TolerantRecords(raw)) == read(MemoryRecords(raw))
    assert TolerantRecords(raw).size_in_bytes() == len(raw)


def test_aiokafkas_fetcher_makes_its_records_by_the_name_that_is_replaced() -> None:
    assert fetcher.MemoryRecords in (MemoryRecords, TolerantRecords)
    assert "MemoryRecords" in fetcher.Fetcher._proc_fetch_request.__code__.co_names
