"""Where to look for what a mention may belong to: mentions of one region by cell and by quarter of a day.

Blocking only: everything that can be one event shares a bucket and, where both places are located, a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from streams.core.fusion.mentions import VAGUE_STRIKE, Mention
from streams.core.fusion.policy import FusionPolicy
from streams.core.moments import HOUR

_BUCKET: Final = 6 * HOUR
_BUCKET_BITS: Final = 20
_WIDEST: Final = 40
"""Ten days of buckets: a mention that claims a longer span is filed under its last days."""

Index = dict[int, list[Mention]]


class Neighbourhood:
    """The mentions of one region, filed so that a neighbour is found without looking at all of them."""

    __slots__ = ("_cells", "_leader_cells", "_leaders", "_outage_cells", "_outages", "_slack", "_wide")

    def __init__(self, policy: FusionPolicy) -> None:
        self._slack = policy.slack_us
        self._cells: Index = {}
        self._wide: Index = {}
        self._outages: Index = {}
        self._outage_cells: Index = {}
        self._leaders: Index = {}
        self._leader_cells: Index = {}

    def file(self, mention: Mention) -> None:
        buckets = self._buckets(mention)
        for cell in mention.spot.homes:
            base = cell << _BUCKET_BITS
            for bucket in buckets:
                _put(self._cells, base + bucket, mention)
                if mention.utilities:
                    _put(self._outage_cells, base + bucket, mention)
        for index in self._indexes(mention):
            for bucket in buckets:
                _put(index, bucket, mention)

    def unfile(self, mention: Mention) -> None:
        buckets = self._buckets(mention)
        for cell in mention.spot.homes:
            base = cell << _BUCKET_BITS
            for bucket in buckets:
                _take(self._cells, base + bucket, mention)
                if mention.utilities:
                    _take(self._outage_cells, base + bucket, mention)
        for index in self._indexes(mention):
            for bucket in buckets:
                _take(index, bucket, mention)

    def file_leader(self, mention: Mention) -> None:
        """Make a located leader visible to those that look for one, close by or over the whole region."""
        buckets = self._buckets(mention)
        for bucket in buckets:
            _put(self._leaders, bucket, mention)
        for cell in mention.spot.homes:
            base = cell << _BUCKET_BITS
            for bucket in buckets:
                _put(self._leader_cells, base + bucket, mention)

    def unfile_leader(self, mention: Mention) -> None:
        buckets = self._buckets(mention)
        for bucket in buckets:
            _take(self._leaders, bucket, mention)
        for cell in mention.spot.homes:
            base = cell << _BUCKET_BITS
            for bucket in buckets:
                _take(self._leader_cells, base + bucket, mention)

    def near(self, mention: Mention) -> list[Mention]:
        """Return located mentions close by in place and time, itself among them."""
        return self._close_by(self._cells, mention)

    def leaders_near(self, mention: Mention) -> list[Mention]:
        """Return the located leaders close by in place and time."""
        return self._close_by(self._leader_cells, mention)

    def outages_near(self, mention: Mention) -> list[Mention]:
        """Return the located mentions close by in place and time that tell of an outage."""
        return self._close_by(self._outage_cells, mention)

    def wide(self, mention: Mention) -> list[Mention]:
        """Return vague mentions, and located ones that tell of no strike, close by in time."""
        return self._over(self._wide, mention)

    def outages(self, mention: Mention) -> list[Mention]:
        """Return the region's mentions that tell of an outage, close by in time."""
        return self._over(self._outages, mention)

    def leaders(self, mention: Mention) -> list[Mention]:
        """Return the region's located leaders close by in time."""
        return self._over(self._leaders, mention)

    def _close_by(self, index: Index, mention: Mention) -> list[Mention]:
        buckets = self._buckets(mention)
        return self._within(
            mention, index, [(cell << _BUCKET_BITS) + bucket for cell in mention.spot.cells for bucket in buckets]
        )

    def _over(self, index: Index, mention: Mention) -> list[Mention]:
        return self._within(mention, index, self._buckets(mention))

    def _within(self, mention: Mention, index: Index, keys: Iterable[int]) -> list[Mention]:
        """Return what is filed under the keys and may overlap in time, each once."""
        found: list[Mention] = []
        get = index.get
        for key in keys:
            held = get(key)
            if held is not None:
                found += held
        if not found:
            return found
        # Buckets are wide: most of what shares one is hours apart.
        first, last = mention.reach - self._slack, mention.end + self._slack
        return list(dict.fromkeys([other for other in found if other.end >= first and other.reach <= last]))

    def _indexes(self, mention: Mention) -> Iterator[Index]:
        if mention.tier >= VAGUE_STRIKE:
            yield self._wide
        if mention.utilities:
            yield self._outages

    def _buckets(self, mention: Mention) -> range:
        last = (mention.end + self._slack) // _BUCKET
        return range(max((mention.reach - self._slack) // _BUCKET, last - _WIDEST), last + 1)


def _put(index: Index, key: int, mention: Mention) -> None:
    held = index.get(key)
    if held is None:
        index[key] = [mention]
    else:
        held.append(mention)


def _take(index: Index, key: int, mention: Mention) -> None:
    held = index[key]
    held.remove(mention)
    if not held:
        del index[key]
