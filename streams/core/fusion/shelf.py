"""The incidents that are at hand, and those that are packed away because nothing has been heard of them for long.

Which are which changes no outcome: whoever may need something that is packed gets it unpacked first. It is a matter of
memory and time alone, as a cache is; a property test packs everything whenever it can.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from itertools import islice
from typing import Final

from streams.core.fusion.facts import Report
from streams.core.fusion.mentions import Mention, Packed
from streams.core.fusion.packing import Bundle, let_go, look, pack, unpack
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.records import Record
from streams.core.fusion.region import Region

_MOST: Final = 128
"""Mentions packed together at most: whoever needs one of them unpacks them all."""
_PEEKED: Final = 32
"""Copies that are remembered."""
_BUCKETS: Final = 1 << 15
"""Into which names are put by their hash: with 50,000 incidents about four names share one."""


class Shelf:
    """The packed incidents of one partition, found by the ids of reports and incidents in them.

    ``reports``, ``mentions`` and ``records`` are those at hand, by report key and incident id; ``ready`` are the
    records in the order of their last news, oldest first. What is packed is in none of them.
    """

    __slots__ = (
        "_mentions",
        "_outdated",
        "_peeked",
        "_policy",
        "_ready",
        "_records",
        "_region",
        "_reports",
        "_totals",
        "_where",
    )

    def __init__(
        self,
        policy: FusionPolicy,
        reports: dict[str, Report],
        mentions: dict[str, list[Mention]],
        records: dict[str, Record],
        ready: dict[Record, None],
        totals: Container[str],
        region: Callable[[str], Region],
    ) -> None:
        self._policy = policy
        self._reports = reports
        self._mentions = mentions
        self._records = records
        self._ready = ready
        self._totals = totals
        """Reports that tell of whole periods: their region holds on to their claims."""
        self._region = region
        self._peeked: dict[Packed, list[Mention]] = {}
        """The copies looked at last: who comes near an incident often looks twice."""
        self._outdated: list[list[Mention]] = []
        """Copies of what has been unpacked since: somebody may still be looking at them."""
        self._where: list[list[Packed] | None] = []
        """By the hash of a name what it may be packed in."""

    def find(self, name: str) -> None:
        """Unpack what is packed under the name: a report's key or an incident's id."""
        held = self._where[hash(name) % _BUCKETS] if self._where else None
        if held is not None:
            written = name.encode()
            # That it is written there need not mean that it is a name there: then it is unpacked for nothing.
            found = [packed for packed in held if written in packed.written]
            # Two names of one that is packed may share a bucket.
            for packed in dict.fromkeys(found) if found else ():
                self.unpack(packed)

    def unpack(self, packed: Packed) -> None:
        """Have at hand again what is packed."""
        copies = self._peeked.pop(packed, None)
        if copies is not None:
            self._outdated.append(copies)
        bundle = unpack(packed, self._policy)
        for name in _names(bundle):
            self._forget(name, packed)
        for region, mentions in _by_region(bundle).items():
            self._region(region).clusters.near.unfile_packed(packed, mentions)
        for report, mentions in zip(bundle.reports, bundle.mentions, strict=True):
            self._reports[report.key] = report
            self._mentions[report.key] = mentions
        for record in bundle.records:
            self._records[record.incident_id] = record
            self._ready[record] = None

    def peek(self, packed: Packed) -> list[Mention]:
        """Return copies of the mentions that are packed, to look at."""
        copies = self._peeked.get(packed)
        if copies is None:
            copies = self._peeked[packed] = look(packed)
        return copies

    def tidy(self) -> None:
        """Let go of copies where there are many, and of outdated ones. To be called when nobody looks at any."""
        for copies in self._outdated:
            _untie(copies)
        self._outdated.clear()
        if len(self._peeked) > _PEEKED:
            for copies in self._peeked.values():
                _untie(copies)
            self._peeked.clear()

    def at_hand(self, mention: Mention) -> Mention:
        """Return the mention itself for a copy of it; what it is packed in is unpacked, unless that was done since."""
        key = mention.order[5]
        if mention.packed is not None and key not in self._mentions:
            self.unpack(mention.packed)
        return next(held for held in self._mentions[key] if held.number == mention.number)

    def put_away(self, kept: int) -> None:
        """Pack those with the oldest news until ``kept`` are at hand. What cannot be packed waits for its next news."""
        ready = self._ready
        excess = len(ready) - kept
        if excess <= 0:
            return
        for record in [*islice(ready, excess)]:
            if record not in ready:
                continue  # packed with another
            if len(ready) <= kept:
                return
            bundle = self._bundle(record)
            if bundle is None:
                del ready[record]
            else:
                self._pack(bundle)

    def bundles(self) -> Iterator[Bundle]:
        """Yield what is packed, in objects of its own that stay packed."""
        for packed in dict.fromkeys(packed for held in self._where if held is not None for packed in held):
            yield unpack(packed, self._policy)

    def _pack(self, bundle: Bundle) -> None:
        packed = pack(bundle, self._policy)
        for name in _names(bundle):
            self._note(name, packed)
        for region, mentions in _by_region(bundle).items():
            self._region(region).clusters.near.file_packed(packed, mentions)
        for report in bundle.reports:
            del self._reports[report.key], self._mentions[report.key]
        for record in bundle.records:
            del self._records[record.incident_id]
            self._ready.pop(record, None)
            record.leader = None
        for report, mentions in zip(bundle.reports, bundle.mentions, strict=True):
            report.facts = ()
            let_go(mentions)

    def _bundle(self, record: Record) -> Bundle | None:
        """Return the incident with all that it holds and that holds it, or None where that cannot be packed."""
        reports: dict[str, Report] = {}
        records: dict[str, Record] = {}
        found: list[list[Mention]] = []
        count = 0
        leaders = [record.leader]
        while leaders:
            leader = leaders.pop()
            if leader is None or leader.incident is None or leader.members is None:
                return None
            if leader.incident in records:
                continue
            held = self._records.get(leader.incident)
            if held is None or held.leader is not leader:
                return None
            records[leader.incident] = held
            for member in leader.members:
                report = member.report
                if report.key not in reports:
                    if report.key in self._totals:
                        return None
                    reports[report.key] = report
                    own = self._mentions[report.key]
                    if len(own) > 1:
                        own = sorted(own, key=_number)
                        leaders += [mention.leader for mention in own]
                    found.append(own)
                    count += len(own)
                leaders += [witness.leader for witness in member.witnesses]
                leaders += [watcher.leader for watcher in member.watchers]
            if count > _MOST:
                return None
        return Bundle([*reports.values()], found, [*records.values()])

    def _note(self, name: str, packed: Packed) -> None:
        where = self._where = self._where or [None] * _BUCKETS
        number = hash(name) % _BUCKETS
        held = where[number]
        if held is None:
            where[number] = [packed]
        else:
            held.append(packed)

    def _forget(self, name: str, packed: Packed) -> None:
        number = hash(name) % _BUCKETS
        held = self._where[number]
        assert held is not None
        held.remove(packed)
        if not held:
            self._where[number] = None


def _untie(copies: Sequence[Mention]) -> None:
    # They hold each other in circles, which only the collector would free, and it looks at what is old once in hours.
    for copy in copies:
        copy.leader = copy.members = None


def _names(bundle: Bundle) -> Iterator[str]:
    for report in bundle.reports:
        yield report.key
    for record in bundle.records:
        yield record.incident_id


def _by_region(bundle: Bundle) -> dict[str, list[Mention]]:
    regions: dict[str, list[Mention]] = {}
    for mentions in bundle.mentions:
        for mention in mentions:
            regions.setdefault(mention.region, []).append(mention)
    return regions


def _number(mention: Mention) -> int:
    return mention.number
