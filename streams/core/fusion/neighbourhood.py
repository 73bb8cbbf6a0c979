"""Where to look for what a mention may belong to: mentions of one region by quarter of a day and by cell.

Blocking only: everything that can be one event shares a bucket and, where both places are located, a cell. Packed
incidents stand where their mentions would, and copies of these are looked at in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol, cast

from streams.core.fusion.mentions import VAGUE_STRIKE, Mention, Packed
from streams.core.fusion.places import Spot, nearness
from streams.core.fusion.policy import FusionPolicy

Filed = list[Mention | Packed]
Index = dict[int, Filed]
"""By bucket."""
CellIndex = dict[int, Index]
"""By bucket, then by cell: what lies in a time is found, and what of it lies in a cell."""


class Store(Protocol):
    """Where packed incidents are (:class:`streams.core.fusion.shelf.Shelf`)."""

    def peek(self, packed: Packed) -> list[Mention]:
        """Return copies of the mentions, to look at."""

    def unpack(self, packed: Packed) -> None:
        """File the mentions in place of what is packed."""

    def at_hand(self, mention: Mention) -> Mention:
        """Return the mention itself for a copy of it, unpacked."""

    def tidy(self) -> None:
        """Let go of copies: nobody looks at any."""


class Neighbourhood:
    """The mentions of one region, filed so that a neighbour is found without looking at all of them."""

    __slots__ = (
        "_homes",
        "_named",
        "_outage_cells",
        "_outages",
        "_packed",
        "_policy",
        "_slack",
        "_store",
        "_vague",
        "_wide",
    )

    def __init__(self, policy: FusionPolicy, store: Store | None = None) -> None:
        self._policy = policy
        self._slack = policy.slack_us
        self._store = store
        self._packed = 0
        self._homes: CellIndex = {}
        """Located mentions by the first of their cells: each stands here once."""
        self._named: CellIndex = {}
        """The same by the names of their places, where that is another cell."""
        self._wide: Index = {}
        self._vague: Index = {}
        self._outages: Index = {}
        self._outage_cells: CellIndex = {}

    def file(self, mention: Mention) -> None:
        for index in self._indexes(mention):
            for bucket in mention.buckets:
                _put(index, bucket, mention)
        for cells, keys in self._cell_indexes(mention):
            for bucket in mention.buckets:
                index = cells.get(bucket) or cells.setdefault(bucket, {})
                for cell in keys:
                    _put(index, cell, mention)

    def unfile(self, mention: Mention) -> None:
        for index in self._indexes(mention):
            for bucket in mention.buckets:
                _take(index, bucket, mention)
        for cells, keys in self._cell_indexes(mention):
            for bucket in mention.buckets:
                index = cells[bucket]
                for cell in keys:
                    _take(index, cell, mention)
                if not index:
                    del cells[bucket]

    def file_packed(self, packed: Packed, mentions: Sequence[Mention]) -> None:
        """Put what is packed where the mentions stand: those of its own that are of this region."""
        standing = _at_different_places(mentions)
        for mention in mentions:
            if mention in standing:
                self._replace(mention, mention, packed)
            else:
                self.unfile(mention)
        self._packed += 1

    def unfile_packed(self, packed: Packed, mentions: Sequence[Mention]) -> None:
        """Put the mentions where they stood before they were packed."""
        standing = _at_different_places(mentions)
        for mention in mentions:
            if mention in standing:
                self._replace(mention, packed, mention)
            else:
                self.file(mention)
        self._packed -= 1

    def at_hand(self, mention: Mention) -> Mention:
        """Return the mention itself where ``mention`` is a copy of a packed one: only it may follow or be followed."""
        if mention.packed is None:
            return mention
        assert self._store is not None
        return self._store.at_hand(mention)

    def tidy(self) -> None:
        """Let go of copies: nobody looks at any."""
        if self._store is not None:
            self._store.tidy()

    def near(self, mention: Mention) -> list[Mention]:
        """Return located mentions close by in place and time, itself among them; copies of those that are packed."""
        return self._look(mention, self._close_by, is_vague=False, is_near=True)

    def leaders_near(self, mention: Mention) -> list[Mention]:
        """Return the located leaders close by in place and time; copies of those that are packed."""
        found = self._look(mention, self._close_by, is_vague=False, is_near=True)
        return [other for other in found if other.leader is other]

    def leaders(self, mention: Mention) -> Iterator[Mention]:
        """Yield the region's located leaders close by in time; of those that are packed copies, and these last."""
        near = self._within(mention, self._all_located(mention))
        packed: list[Packed] = []
        for other in near:
            if type(other) is Packed:
                packed.append(other)
            elif type(other) is Mention and other.leader is other:
                yield other
        for copy in self._copies(mention, packed, is_vague=False):
            if copy.leader is copy:
                yield copy

    def vague(self, mention: Mention) -> list[Mention]:
        """Return vague mentions close by in time; copies of those that are packed."""
        return self._look(mention, self._all_vague, is_vague=True)

    def undecided(self, mention: Mention) -> list[Mention]:
        """Return vague mentions close by in time, without packed ones to which no located leader can matter."""
        return self._look(mention, self._all_undecided, is_vague=True)

    def outages_near(self, mention: Mention) -> list[Mention]:
        """Return the located mentions close by in place and time that tell of an outage."""
        return self._unpacked(mention, self._outages_close_by)

    def wide(self, mention: Mention) -> list[Mention]:
        """Return vague mentions, and located ones that tell of no strike, close by in time."""
        return self._unpacked(mention, self._all_wide)

    def outages(self, mention: Mention) -> list[Mention]:
        """Return the region's mentions that tell of an outage, close by in time."""
        return self._unpacked(mention, self._all_outages)

    def _look(
        self, mention: Mention, collect: Callable[[Mention], Filed], *, is_vague: bool, is_near: bool = False
    ) -> list[Mention]:
        near = self._within(mention, collect(mention))
        if self._packed and near:
            packed = [other for other in near if type(other) is Packed]
            if packed:
                if is_near:
                    packed = [one for one in packed if self._may_be_at(mention.spot, one)]
                found = [other for other in near if type(other) is Mention]
                found += self._copies(mention, packed, is_vague=is_vague)
                return found
        return cast("list[Mention]", near)

    def _copies(self, mention: Mention, packed: Iterable[Packed], *, is_vague: bool) -> Iterator[Mention]:
        """Yield copies of what is packed of this region, of the kind and time looked for."""
        first, last = self._times(mention)
        for one in packed:
            assert self._store is not None
            for copy in self._store.peek(one):
                if (
                    copy.end >= first
                    and copy.reach <= last
                    and copy.is_vague is is_vague
                    and copy.region == mention.region
                ):
                    yield copy

    def _unpacked(self, mention: Mention, collect: Callable[[Mention], Filed]) -> list[Mention]:
        near = self._within(mention, collect(mention))
        packed = [other for other in near if type(other) is Packed] if self._packed else ()
        if packed and self._store is not None:
            for one in packed:
                self._store.unpack(one)
            near = self._within(mention, collect(mention))
        return cast("list[Mention]", near)

    def _within(self, mention: Mention, found: Filed) -> Filed:
        """Return those that may overlap in time, each once."""
        if not found:
            return found
        # Buckets are wide: most of what shares one is hours apart.
        first, last = self._times(mention)
        near = [other for other in found if other.end >= first and other.reach <= last]
        return near if len(near) < 2 else list(dict.fromkeys(near))

    def _may_be_at(self, spot: Spot, packed: Packed) -> bool:
        # Cells are wide: what shares one is mostly another town, and need not be looked at.
        policy = self._policy
        return any(nearness(spot, other, policy.same_point_km, policy.near_km) for other in packed.spots)

    def _times(self, mention: Mention) -> tuple[int, int]:
        """Return the first and the last moment of what may overlap with the mention."""
        return mention.reach - self._slack, mention.end + self._slack

    def _close_by(self, mention: Mention) -> Filed:
        spot = mention.spot
        found = _collect_near(self._homes, mention, spot.cells)
        if spot.name_key and spot.cells:
            found += _collect_near(self._named, mention, spot.cells[-1:])
        return found

    def _outages_close_by(self, mention: Mention) -> Filed:
        return _collect_near(self._outage_cells, mention, mention.spot.cells)

    def _all_located(self, mention: Mention) -> Filed:
        found: Filed = []
        for bucket in mention.buckets:
            for held in self._homes.get(bucket, _EMPTY).values():
                found += held
        return found

    def _all_wide(self, mention: Mention) -> Filed:
        return _collect(self._wide, mention)

    def _all_vague(self, mention: Mention) -> Filed:
        return _collect(self._vague, mention)

    def _all_undecided(self, mention: Mention) -> Filed:
        found = _collect(self._vague, mention)
        return [other for other in found if not (type(other) is Packed and other.is_settled)] if self._packed else found

    def _all_outages(self, mention: Mention) -> Filed:
        return _collect(self._outages, mention)

    def _replace(self, mention: Mention, filed: Mention | Packed, new: Mention | Packed) -> None:
        """Put another in the place of what is filed where the mention belongs."""
        for index in self._indexes(mention):
            for bucket in mention.buckets:
                held = index[bucket]
                held[held.index(filed)] = new
        for cells, keys in self._cell_indexes(mention):
            for bucket in mention.buckets:
                index = cells[bucket]
                for cell in keys:
                    held = index[cell]
                    held[held.index(filed)] = new

    def _indexes(self, mention: Mention) -> Iterator[Index]:
        if mention.tier >= VAGUE_STRIKE:
            yield self._wide
        if mention.is_vague:
            yield self._vague
        if mention.utilities:
            yield self._outages

    def _cell_indexes(self, mention: Mention) -> Iterator[tuple[CellIndex, tuple[int, ...]]]:
        homes = mention.spot.homes
        if homes:
            yield self._homes, homes[:1]
            if len(homes) > 1:
                yield self._named, homes[1:]
            if mention.utilities:
                yield self._outage_cells, homes


_EMPTY: Final[Index] = {}


def _at_different_places(mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Return mentions that stand for all: the others are filed under the same as one of them."""
    if len(mentions) == 1:
        return mentions
    different = {(id(m.spot), m.buckets, m.tier >= VAGUE_STRIKE, m.utilities > 0): m for m in mentions}
    return [*different.values()]


def _collect(index: Index, mention: Mention) -> Filed:
    found: Filed = []
    for bucket in mention.buckets:
        held = index.get(bucket)
        if held is not None:
            found += held
    return found


def _collect_near(cells: CellIndex, mention: Mention, keys: tuple[int, ...]) -> Filed:
    found: Filed = []
    for bucket in mention.buckets:
        index = cells.get(bucket)
        if index is not None:
            for cell in keys:
                held = index.get(cell)
                if held is not None:
                    found += held
    return found


def _put(index: Index, key: int, filed: Mention) -> None:
    held = index.get(key)
    if held is None:
        index[key] = [filed]
    else:
        held.append(filed)


def _take(index: Index, key: int, filed: Mention) -> None:
    held = index[key]
    held.remove(filed)
    if not held:
        del index[key]
