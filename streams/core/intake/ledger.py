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
MAX_VERSIONS: Final = 50
"""Versions of one report whose digests are kept; a live blog may have hundreds, and repeats are mostly recent."""


class Seen(NamedTuple):
    """A version of a report: its content's digest, and where it was first read."""

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
        head = _HEAD.pack(self.published_us, self.arrived_ms, self.revision, self.retracted, len(self.versions))
        body = b"".join([_VERSION.pack(*version) for version in self.versions])
        return head + body + ",".join(regions).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        published_us, arrived_ms, revision, retracted, count = _HEAD.unpack_from(packed)
        end = _HEAD.size + count * _VERSION.size
        versions = tuple([Seen(*found) for found in _VERSION.iter_unpack(packed[_HEAD.size : end])])
        regions = tuple(packed[end:].decode().split(",")) if len(packed) > end else ()
        return cls(published_us, arrived_ms, revision, bool(retracted), versions, regions)


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
            again = known.partition == seen.partition and known.offset == seen.offset
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
