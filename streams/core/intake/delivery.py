"""What intake needs of a consumed record, and the records it causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


class Delivery(Protocol):
    """A consumed record: where it lies, when it arrived, and its bytes."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class OutgoingClaim(NamedTuple):
    """A claim or a withdrawal as JSON. ``region`` null: its place is not known."""

    record_id: str
    """Unique, also among versions of one report: which claim, and where the report lies that made it."""
    region: str | None
    said_at: str
    """When its report was published, RFC 3339."""
    value: bytes
    everywhere: bool = False
    """To every partition: who holds the withdrawn report's claims is not known here."""


class OutgoingDeadLetter(NamedTuple):
    letter_id: str
    """Where the original lies, as ``topic/partition/offset``."""
    key: bytes | None
    source_id: str
    code: str
    value: bytes


class Misplaced(NamedTuple):
    """A report whose producer keyed it otherwise: it is sent on to the partition where its versions meet."""

    key: bytes
    delivery: Delivery


@dataclass(slots=True)
class Tally:
    """What became of the records of one block, for the accounting of law 4: in = the sum of the rest."""

    accepted: dict[str, int] = field(default_factory=dict)
    duplicates: dict[str, int] = field(default_factory=dict)
    dead: dict[tuple[str, str], int] = field(default_factory=dict)
    """By source and error code."""
    misplaced: int = 0
    unlocated: dict[str, int] = field(default_factory=dict)
    """Claims without a region, by source."""
    last_published: dict[str, datetime] = field(default_factory=dict)
    """Publication time of the newest accepted report, by source."""


@dataclass(slots=True)
class IntakeStep:
    """What a block caused: records for three topics, the changes of the ledger, and the tally."""

    claims: list[OutgoingClaim] = field(default_factory=list)
    dead_letters: list[OutgoingDeadLetter] = field(default_factory=list)
    misplaced: list[Misplaced] = field(default_factory=list)
    changes: dict[bytes, bytes | None] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
