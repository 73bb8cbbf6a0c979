"""How a commit looks in the changelog, and who may write there.

A commit of a partition is ONE record batch, which Kafka appends whole or not at all: the changes, then a *marker*
that says up to which source offset they reach. So state and position can never disagree.

What a stage sends may depend on where its block ends: it may name a thing after the best record known by then. So
such a stage's blocks are announced by a marker of their own before their outputs are sent; a successor that finds
one repeats just that block, at the same time, and no output of the first try is left that the state does not know.

A second writer must not spoil this. A worker that was paused past its session (a stopped virtual machine, a cut
network) does not know that another one has taken over. Therefore every writer *claims* the partition with an
epoch higher than all before it, and every record carries its writer's epoch in a header. A reader ignores records
of an epoch lower than one it has already met; a writer finds out by the offset of its own batch that somebody
else has appended, and stops. This is the fencing of a replicated log, with the log's own order as the judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from streams.engine.errors import ChangesTooLargeError, ForeignWriteError, StateLostError
from streams.engine.sending import BatchSender
from streams.kafka.record import Record

RESERVED: Final = b"@engine/"
"""No key of a stage may begin like this."""
MARKER_KEY: Final = RESERVED + b"marker"
CLAIM_KEY: Final = RESERVED + b"claim"
PROBE_KEY: Final = RESERVED + b"probe"
EPOCH_HEADER: Final = "epoch"
NOTHING_READ: Final = -1

Change = tuple[bytes, bytes | None]


def changelog_topic(app: str, stage: str) -> str:
    """Return the name of the changelog topic of a stage."""
    return f"{app}-{stage}-changelog"


class Marker(NamedTuple):
    """Up to where the state reaches: the last source offset in it (-1: none), and the epoch that wrote it."""

    source: str
    offset: int
    epoch: int
    log: str
    """Random name of the changelog partition's history: a store from another history is not continued."""
    planned: int | None = None
    """Where the block ends whose outputs were about to be sent: whoever finds this must repeat just that block."""
    planned_at: str | None = None
    """The time that block was worked at (ISO 8601)."""

    def encode(self) -> bytes:
        return orjson.dumps({name: value for name, value in self._asdict().items() if value is not None})

    def announcing(self, offset: int, at: datetime) -> Marker:
        """Return the marker that announces the outputs of a block up to ``offset``; of a tick, if that is its own."""
        return self._replace(planned=offset, planned_at=at.isoformat())

    def reaching(self, offset: int) -> Marker:
        """Return the marker of a state that reaches up to ``offset``, with nothing announced."""
        return self._replace(offset=offset, planned=None, planned_at=None)

    @classmethod
    def decode(cls, value: bytes) -> Marker:
        return cls(**orjson.loads(value))


@dataclass(slots=True)
class Replay:
    """Reads changelog records in the order of the log into changes to a store.

    ``spoiled`` are the keys that an outdated writer overwrote: their right value must be written again, for
    compaction may keep the wrong one. ``made_anew`` says that a marker was met of another history than the marker the
    reading began with: the topic was made anew meanwhile, and what is held of the old one is of no use.
    """

    epoch: int = 0
    marker: Marker | None = None
    made_anew: bool = False
    changes: dict[bytes, bytes | None] = field(default_factory=dict)
    spoiled: set[bytes] = field(default_factory=set)
    records: int = 0

    def read(self, records: Iterable[Record]) -> None:
        """Take further records, in order, none left out."""
        for record in records:
            self.records += 1
            key = record.key
            if key is None or key == PROBE_KEY:
                continue
            epoch = _epoch_of(record)
            if key == MARKER_KEY:
                assert record.value is not None, "a marker has a value"
                marker = Marker.decode(record.value)
                # Whatever its epoch: a new history begins to count anew.
                self.made_anew |= self.marker is not None and marker.log != self.marker.log
            if epoch < self.epoch:
                if key != CLAIM_KEY:
                    self.spoiled.add(key)
                continue
            self.epoch = epoch
            if key == MARKER_KEY:
                self.marker = marker
                self.spoiled.discard(key)
            elif key != CLAIM_KEY:
                self.changes[key] = record.value
                self.spoiled.discard(key)

    def taken(self) -> dict[bytes, bytes | None]:
        """Return the changes read so far and begin a new collection."""
        changes, self.changes = self.changes, {}
        return changes


def _headers(epoch: int) -> list[tuple[str, bytes]]:
    return [(EPOCH_HEADER, b"%d" % epoch)]


def _epoch_of(record: Record) -> int:
    for name, value in record.headers:
        if name == EPOCH_HEADER:
            return int(value)
    raise StateLostError(
        f"{record.topic}:{record.partition} holds a record at offset {record.offset} that no engine wrote; "
        "give the stage a changelog topic of its own"
    )


class ChangelogWriter:
    """Appends commits to one changelog partition as its only legitimate writer."""

    def __init__(self, sender: BatchSender, topic: str, partition: int) -> None:
        self._sender = sender
        self.topic = topic
        self.partition = partition
        self.next_offset: int | None = None
        """Where the next batch must land if nobody else writes; None before the claim."""

    async def probe(self) -> int:
        """Append a record that means nothing and return its offset: everything before it can be read.

        A broker's answer to "where is the end?" is not used: the embedded one's is wrong.
        """
        batch = self._sender.create()
        batch.append(timestamp=None, key=PROBE_KEY, value=b"", headers=[])
        return await self._send(batch)

    def build(self, changes: Mapping[bytes, bytes | None], marker: Marker) -> Any:
        """Return the record batch of a commit. Raises :class:`ChangesTooLargeError` if it is more than one."""
        batch = self._sender.create()
        headers = _headers(marker.epoch)
        append = batch.append
        fits = True
        for key, value in changes.items():
            if key.startswith(RESERVED):
                raise ValueError(f"state keys must not begin with {RESERVED!r}: {key!r}")
            fits = append(timestamp=None, key=key, value=value, headers=headers) is not None
            if not fits:
                break
        fits = fits and (append(timestamp=None, key=MARKER_KEY, value=marker.encode(), headers=headers) is not None)
        if not fits or not self._sender.fits(batch):
            raise ChangesTooLargeError(
                f"{len(changes)} changes of {self.topic}:{self.partition} exceed one batch of "
                f"{self._sender.batch_bytes} bytes"
            )
        return batch

    async def claim(self, epoch: int) -> int:
        """Append the record that begins ``epoch`` and return its offset: from there on only we may write."""
        batch = self._sender.create()
        batch.append(timestamp=None, key=CLAIM_KEY, value=b"", headers=_headers(epoch))
        landed = await self._send(batch)
        self.next_offset = landed + 1
        return landed

    async def append(self, batch: Any) -> int:
        """Append a built commit; return the offset after it.

        Raises :class:`SendRefusedError` if it is not acknowledged (whether it was appended is then unknown), and
        :class:`ForeignWriteError` if somebody else has written in between.
        """
        expected, self.next_offset = self.next_offset, None
        base = await self._send(batch)
        if base != expected:
            raise ForeignWriteError(
                f"{self.topic}:{self.partition}: our batch landed at {base} and not at {expected}: "
                "another worker writes this partition"
            )
        self.next_offset = base + batch.record_count()
        return self.next_offset

    async def _send(self, batch: Any) -> int:
        return await self._sender.send(batch, self.topic, self.partition)
