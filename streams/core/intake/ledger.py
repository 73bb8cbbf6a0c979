"""Which reports were seen, in which versions: exact repeats are told from new versions, whatever the order.

An entry is kept small (about 35 bytes for a report of one version), since there is one for every report of the
horizon: key and digests are truncated BLAKE2b. Digests are compared only within one report, so 64 bits do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import Enum
from hashlib import blake2b
from typing import Final, NamedTuple, Self

PREFIX: Final = b"r"
_HEAD: Final = struct.Struct("<qqHBB")
_VERSION: Final = struct.Struct("<8sHq")
_HIGH: Final = struct.Struct("<Q")
"""Of a report with more than 65,535 versions what its number has above the 16 bits in the head: a live blog, or a
scraper with a counter in its text, gets there; all others stay eight bytes shorter, and as earlier releases wrote."""
_LOW_BITS: Final = 16
_LOW: Final = (1 << _LOW_BITS) - 1
_RETRACTED: Final = 1
_IS_HIGH: Final = 2
MAX_VERSIONS: Final = 50
"""Versions of one report whose digests are kept; a live blog may have hundreds, and repeats are mostly recent."""


class Seen(NamedTuple):
    """A version of a report: its content's digest, and where it was first read.

    Of the partition 16 bits are kept. Where two partitions are 65,536 apart, a repeat in the one at the very offset
    of the other passes for the record itself, and is worked again: that changes no figure.
    """

    digest: bytes
    partition: int
    offset: int


class Verdict(Enum):
    NEW = "new"
    """The first version of a report."""
    NEWER = "newer"
    """A version that replaces those before it."""
    OLDER = "older"
    """A version that arrived after a newer one: it is kept in mind and changes nothing."""
    AGAIN = "again"
    """The very record that was first seen, delivered once more after a crash: it is worked again."""
    DUPLICATE = "duplicate"
    """A repeat of a version already seen."""


class Entry(NamedTuple):
    """What the ledger keeps of one report.

    ``published_us`` and ``retracted`` are the newest version's, ``arrived_ms`` the latest arrival's;
    ``revision`` counts all versions; ``regions`` are all that any version touched.
    """

    published_us: int
    arrived_ms: int
    revision: int
    retracted: bool
    versions: tuple[Seen, ...]
    regions: tuple[str, ...]

    def pack(self, regions: Iterable[str]) -> bytes:
        """Return the entry as it is stored, with ``regions`` for its own."""
        revision, flags, high = self.revision, int(self.retracted), b""
        if revision > _LOW:
            revision, flags, high = revision & _LOW, flags | _IS_HIGH, _HIGH.pack(revision >> _LOW_BITS)
        head = _HEAD.pack(self.published_us, self.arrived_ms, revision, flags, len(self.versions))
        body = b"".join([_VERSION.pack(digest, number & _LOW, offset) for digest, number, offset in self.versions])
        return head + body + high + ",".join(regions).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        published_us, arrived_ms, revision, flags, count = _HEAD.unpack_from(packed)
        end = _HEAD.size + count * _VERSION.size
        versions = tuple([Seen(*found) for found in _VERSION.iter_unpack(packed[_HEAD.size : end])])
        if flags & _IS_HIGH:
            revision |= _HIGH.unpack_from(packed, end)[0] << _LOW_BITS
            end += _HIGH.size
        regions = tuple(packed[end:].decode().split(",")) if len(packed) > end else ()
        return cls(published_us, arrived_ms, revision, bool(flags & _RETRACTED), versions, regions)


def arrived_ms_of(packed: bytes) -> int:
    """Return only the latest arrival of a packed entry, for sweeping."""
    arrived: int = _HEAD.unpack_from(packed)[1]
    return arrived


def ledger_key(report_key: bytes) -> bytes:
    """Return the 17-byte state key of a report."""
    return PREFIX + blake2b(report_key, digest_size=16).digest()


def admit(
    entry: Entry | None, published_us: int, arrived_ms: int, seen: Seen, *, retracted: bool
) -> tuple[Verdict, Entry]:
    """Return what a delivery of a report is to its ledger entry, and the entry after it.

    Versions are ordered by publication; of two published at the same time a retraction is the newer one, else the
    one that arrived later. ``revision`` of the returned entry is that of the newest version *by arrival*.
    """
    if entry is None:
        return Verdict.NEW, Entry(published_us, arrived_ms, 1, retracted, (seen,), ())
    for known in entry.versions:
        if known.digest == seen.digest:
            again = known.partition & _LOW == seen.partition & _LOW and known.offset == seen.offset
            return (Verdict.AGAIN if again else Verdict.DUPLICATE), entry
    newer = (published_us, retracted) >= (entry.published_us, entry.retracted)
    after = entry._replace(
        arrived_ms=max(entry.arrived_ms, arrived_ms),
        revision=entry.revision + 1,
        versions=(*entry.versions[-(MAX_VERSIONS - 1) :], seen),
    )
    if not newer:
        return Verdict.OLDER, after
    return Verdict.NEWER, after._replace(published_us=published_us, retracted=retracted)
