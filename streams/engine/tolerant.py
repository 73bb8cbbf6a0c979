"""Records whose header names are not UTF-8 are read all the same.

Kafka takes any bytes for a header's name. aiokafka decodes them strictly, so its fetcher fails at such a record, and
after every start again: one odd client would stop a partition for good. Here such a batch is read a second time,
slowly, with U+FFFD for what cannot be decoded; all others go aiokafka's fast way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy
from aiokafka.record.util import decode_varint_py


def tolerate_odd_headers() -> None:
    """Have every consumer of this process read on where a header's name is not UTF-8."""
    fetcher.MemoryRecords = TolerantRecords


class TolerantRecords:
    """In place of aiokafka's ``MemoryRecords``: the batches of one partition in a fetch."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._records = MemoryRecords(raw)
        self._taken = 0

    def size_in_bytes(self) -> int:
        size: int = self._records.size_in_bytes()
        return size

    def has_next(self) -> bool:
        return bool(self._records.has_next())

    def next_batch(self) -> _Batch | None:
        batch = self._records.next_batch()
        if batch is None:
            return None
        self._taken += 1
        return _Batch(batch, self._raw, self._taken - 1)


class _Batch:
    """One batch: aiokafka's own, unless reading its records fails for a name."""

    __slots__ = ("_batch", "_number", "_raw")

    def __init__(self, batch: Any, raw: bytes, number: int) -> None:
        self._batch = batch
        self._raw = raw
        self._number = number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(list(self._leniently()))

    def _leniently(self) -> _LenientBatch:
        records = _MemoryRecordsPy(self._raw)
        for _ in range(self._number):
            records.next_batch()
        return _LenientBatch(records._next_slice)


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    def __iter__(self) -> Any:
        super().__iter__()
        self._buffer = _LenientBytes(self._buffer)  # type: ignore[has-type]
        return self

    def _read_msg(self, decode_varint: Any = decode_varint_py) -> Any:
        return super()._read_msg(decode_varint)


class _LenientBytes(bytes):
    """Bytes whose parts are decoded with U+FFFD for what is no UTF-8."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _LenientBytes(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)
