"""A block: consecutive records of one partition that travel through Faust as one event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from faust import Schema
from faust.types import ConsumerMessage

from streams.engine.offsets import Token
from streams.kafka.record import Record


class Block(list[Record]):
    """Consecutively fetched records of one partition."""

    def __init__(self, records: Iterable[Record] = (), size: int = 0) -> None:
        super().__init__(records)
        self.size = size
        """Bytes of all values."""

    start: int | None = None
    """The offset after the previously delivered block, or the committed one; None where nothing was committed."""


class BlockMessage(ConsumerMessage):  # type: ignore[misc]
    """The Faust message of a block. Its offset is the last record's, its value the block."""

    def __init__(self, token: Token, *args: Any, **kwargs: Any) -> None:
        self.token = token
        super().__init__(*args, **kwargs)

    # Cython's StreamIterator.after() assigns message.acked without calling anything: only a property notices.
    @property
    def acked(self) -> bool:
        return self.token.acked

    @acked.setter
    def acked(self, value: bool) -> None:
        self.token.acked = value


class BlockSchema(Schema):  # type: ignore[misc]
    """Hands the block through undecoded: a decode error inside Faust would silently end consumption."""

    def compile(self, app: Any, **_: Any) -> Any:
        async def decode(message: Any, **__: Any) -> Any:
            return app.create_event(None, message.value, None, message)

        return decode


def chunks(records: Sequence[Record], most_records: int, most_bytes: int) -> Iterator[Block]:
    """Cut ``records`` into blocks of at most ``most_records`` records and ``most_bytes`` bytes of values.

    A single record larger than ``most_bytes`` is a block of its own.
    """
    for first in range(0, len(records), most_records):
        piece = records[first : first + most_records]
        sizes = [len(record.value) if record.value else 0 for record in piece]
        total = sum(sizes)
        if total <= most_bytes:
            yield Block(piece, total)
            continue
        start = held = 0
        for index, size in enumerate(sizes):
            if index > start and held + size > most_bytes:
                yield Block(piece[start:index], held)
                start, held = index, 0
            held += size
        yield Block(piece[start:], held)
