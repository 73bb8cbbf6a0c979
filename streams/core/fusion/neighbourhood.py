"""Where to look for what a mention may belong to: mentions of one region by cell and by quarter of a day.

Blocking only: everything that can be one event shares a bucket and, where both places are located, a cell.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.core.fusion.mentions import VAGUE_STRIKE, Mention
from streams.core.fusion.policy import FusionPolicy

Index = dict[int, list[Mention]]
"""By bucket."""
CellIndex = dict[int, Index]
"""By cell, then by bucket: most cells that a place looks into hold nothing at all."""


class Neighbourhood:
    """The mentions of one region, filed so that a neighbour is found without looking at all of them."""

    __slots__ = ("_cells", "_leader_cells", "_leaders", "_outage_cells", "_outages", "_slack", "_vague", "_wide")

    def __init__(self, policy: FusionPolicy) -> None:
        self._slack = policy.slack_us
        self._cells: CellIndex = {}
        self._wide: Index = {}
        self._vague: Index = {}
        self._outages: Index = {}
        self._outage_cells: CellIndex = {}
        self._leaders: Index = {}
        self._leader_cells: CellIndex = {}

    def file(self, mention: Mention) -> None:
        buckets = mention.buckets
        for index in self._indexes(mention):
            _put(index, buckets, mention)
        for cells in self._cell_indexes(mention):
            _put_in_cells(cells, buckets, mention)

    def unfile(self, mention: Mention) -> None:
        buckets = mention.buckets
        for index in self._indexes(mention):
            _take(index, buckets, mention)
        for cells in self._cell_indexes(mention):
            _take_from_cells(cells, buckets, mention)

    def file_leader(self, mention: Mention) -> None:
        """Make a located leader visible to those that look for one, close by or over the whole region."""
        buckets = mention.buckets
        _put(self._leaders, buckets, mention)
        _put_in_cells(self._leader_cells, buckets, mention)

    def unfile_leader(self, mention: Mention) -> None:
        buckets = mention.buckets
        _take(self._leaders, buckets, mention)
        _take_from_cells(self._leader_cells, buckets, mention)

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

    def vague(self, mention: Mention) -> list[Mention]:
        """Return vague mentions close by in time."""
        return self._over(self._vague, mention)

    def outages(self, mention: Mention) -> list[Mention]:
        """Return the region's mentions that tell of an outage, close by in time."""
        return self._over(self._outages, mention)

    def leaders(self, mention: Mention) -> list[Mention]:
        """Return the region's located leaders close by in time."""
        return self._over(self._leaders, mention)

    def _close_by(self, cells: CellIndex, mention: Mention) -> list[Mention]:
        found: list[Mention] = []
        for cell in mention.spot.cells:
            index = cells.get(cell)
            if index is not None:
                _collect(index, mention.buckets, found)
        return self._within(mention, found) if found else found

    def _over(self, index: Index, mention: Mention) -> list[Mention]:
        found: list[Mention] = []
        _collect(index, mention.buckets, found)
        return self._within(mention, found) if found else found

    def _within(self, mention: Mention, found: list[Mention]) -> list[Mention]:
        """Return those that may overlap in time, each once."""
        # Buckets are wide: most of what shares one is hours apart.
        first, last = mention.reach - self._slack, mention.end + self._slack
        near = [other for other in found if other.end >= first and other.reach <= last]
        return near if len(near) < 2 else list(dict.fromkeys(near))

    def _indexes(self, mention: Mention) -> Iterator[Index]:
        if mention.tier >= VAGUE_STRIKE:
            yield self._wide
        if mention.is_vague:
            yield self._vague
        if mention.utilities:
            yield self._outages

    def _cell_indexes(self, mention: Mention) -> Iterator[CellIndex]:
        yield self._cells
        if mention.utilities:
            yield self._outage_cells


def _collect(index: Index, buckets: range, found: list[Mention]) -> None:
    for bucket in buckets:
        held = index.get(bucket)
        if held is not None:
            found += held


def _put(index: Index, buckets: range, mention: Mention) -> None:
    for bucket in buckets:
        held = index.get(bucket)
        if held is None:
            index[bucket] = [mention]
        else:
            held.append(mention)


def _take(index: Index, buckets: range, mention: Mention) -> None:
    for bucket in buckets:
        held = index[bucket]
        held.remove(mention)
        if not held:
            del index[bucket]


def _put_in_cells(cells: CellIndex, buckets: range, mention: Mention) -> None:
    for cell in mention.spot.homes:
        index = cells.get(cell)
        if index is None:
            index = cells[cell] = {}
        _put(index, buckets, mention)


def _take_from_cells(cells: CellIndex, buckets: range, mention: Mention) -> None:
    for cell in mention.spot.homes:
        index = cells[cell]
        _take(index, buckets, mention)
        if not index:
            del cells[cell]
