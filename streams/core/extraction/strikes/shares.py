"""A count of munitions told region by region: "120 drones: 40 over Bryansk region, 32 over Belgorod region"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.kinds import CASUALTIES, OUTAGES, PEOPLE, STRIKES, TARGETS, UTILITIES, WEAPONS
from streams.core.extraction.places.mention import Level, Mention, Role
from streams.core.extraction.quantities import Counted, Quantity
from streams.core.extraction.wordlists import stems, words


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a count and where it belongs: nowhere over a sea, one place, or several that share it."""

    figure: Quantity
    places: tuple[Mention, ...]
    last: int
    """Last token of figure and places."""
    each: bool = False
    """``по два``, ``two each``: every place has as many."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A count of munitions and its shares. ``whole`` is None where nothing but shares is told."""

    whole: Quantity | None
    lead: Quantity
    """The figure that says what is counted: the whole, else the first share."""
    shares: tuple[Share, ...]


def find_breakdowns(doc: Document, quantities: tuple[Quantity, ...], mentions: Sequence[Mention]) -> list[Breakdown]:
    """Return the counts of munitions that are told by place, in order. Linear: a quantity is in one at most."""
    found: list[Breakdown] = []
    if len(quantities) < 2:
        return found
    placed = {m.first: m for m in mentions if m.role in _PLACES and m.level is not Level.COUNTRY and m.regions}
    if not placed:
        return found
    reader = _Reader(doc, quantities, placed)
    at = 0
    munitions = False
    read = 0
    while at < len(quantities) and read < _MOST:
        q = quantities[at]
        munitions = munitions or q.counted is Counted.MUNITION
        if not munitions or q.counted not in (Counted.MUNITION, Counted.BARE):
            at += 1
            continue
        # "40 drones over five regions, including 18 over …": what else is counted in between is no share.
        then = at + 1
        while then < min(at + _BETWEEN, len(quantities)) and quantities[then].counted is Counted.OTHER:
            then += 1
        if then < len(quantities) and reader.is_divided(q, quantities[then]):
            shares = reader.shares(then)
            if any(s.places for s in shares) and all(s.figure.low <= reader.most(at) for s in shares):
                found.append(Breakdown(q, q, tuple(shares)))
                at, read = then + len(shares), read + len(shares)
                continue
        if q.counted is Counted.MUNITION:
            shares = reader.shares(at)
            if len(shares) > 1 and any(s.places for s in shares):
                found.append(Breakdown(None, q, tuple(shares)))
                at, read = at + len(shares), read + len(shares)
                continue
        at += 1
    return found


class _Reader:
    """Reads shares one after another."""

    def __init__(self, doc: Document, quantities: tuple[Quantity, ...], placed: dict[int, Mention]) -> None:
        self._doc = doc
        self._quantities = quantities
        self._placed = placed
        self._ends = {m.last: m for m in placed.values()}

    def most(self, at: int) -> int:
        """Return what the munitions named up to ``at`` in its sentence come to: no share is larger."""
        sentence = self._doc.sentence_of[self._quantities[at].first]
        most = 0
        for q in self._quantities[max(0, at - _KINDS) : at + 1]:
            if self._doc.sentence_of[q.first] == sentence:
                most += q.low if q.high is not None else _ANY
        return most

    def is_divided(self, whole: Quantity, share: Quantity) -> bool:
        """Whether a colon or "of them" says that ``share`` is a part of ``whole``."""
        doc = self._doc
        if share.counted not in (Counted.MUNITION, Counted.BARE) or share.first - whole.end > _TO_FIRST_SHARE:
            return False
        colon = False
        for t in range(whole.end + 1, share.first + 1):
            gap = doc.raw_gap(t)
            if self._counts_else(t) or not _ENDS.isdisjoint(gap):
                return False
            colon = colon or ":" in gap
        if colon:
            return True
        before = doc.words[max(whole.end + 1, share.first - 4) : share.first]
        after = doc.words[share.end + 1 : share.end + 3]
        return (
            any(doc.has(t, "context.including") for t in range(max(whole.end + 1, share.first - 4), share.first + 1))
            or any(pair in _OF_THEM for pair in pairwise(before))
            or tuple(after) in _OF_THEM
        )

    def shares(self, at: int) -> list[Share]:
        """Return the shares from quantity ``at`` on."""
        out: list[Share] = []
        begin = self._quantities[at].first - _REACH if at == 0 else self._quantities[at - 1].end + 1
        for number in range(at, min(at + _LONGEST, len(self._quantities))):
            q = self._quantities[number]
            if q.counted not in (Counted.MUNITION, Counted.BARE) or (out and not self._follows(begin, q)):
                break
            limit = self._quantities[number + 1].first if number + 1 < len(self._quantities) else self._doc.size
            share = self._after(q, limit) or self._before(q, max(begin, 0))
            if share is None or self._tells_else(q, share.last, limit):
                break
            out.append(share)
            begin = share.last + 1
        return out

    def _follows(self, begin: int, q: Quantity) -> bool:
        """Whether nothing but commas, line ends, "and" and names of places stand between a share and the next."""
        doc = self._doc
        if q.first - begin > _REACH:
            return False
        at = begin
        while at <= q.first:
            if not _ENDS.isdisjoint(doc.raw_gap(at)) or ":" in doc.raw_gap(at):
                return False
            if at == q.first:
                return True
            if at in self._placed:
                at = self._placed[at].last + 1
                continue
            if doc.words[at] not in _LINKS and not doc.words[at].startswith(_PLACE_WORDS):
                return False
            at += 1
        return True

    def _after(self, q: Quantity, limit: int) -> Share | None:
        """``40 of them were downed over the territory of Bryansk region``."""
        doc = self._doc
        led = doc.gaps[q.end + 1] in _DASHES
        if doc.gaps[q.end + 1] and not led:
            return None
        each = doc.words[q.first - 1] == "по" or doc.words[q.end + 1] == "each"
        for t in range(q.end + 1, min(limit, q.end + 1 + _REACH)):
            if t > q.end + 1 and doc.gaps[t] not in _NO_GAPS:
                return None
            led = led or doc.gaps[t] in _DASHES
            if t in self._placed and led:
                places, last = self._list(self._placed[t], limit)
                return Share(q, places, last, each)
            word = doc.words[t]
            if led and word.startswith(_SEAS):
                return Share(q, (), t, each)
            if word in _OVER or doc.begun[t] & STRIKES:
                led = True
            elif self._counts_else(t) or word in _AND:
                return None
        return None

    def _before(self, q: Quantity, begin: int) -> Share | None:
        """``над Белгородской областью – 32``, ``over Bryansk region 40 drones were downed``."""
        doc = self._doc
        for t in range(q.first, max(begin, q.first - _REACH) - 1, -1):
            if t < q.first and (self._counts_else(t) or doc.words[t] in _AND):
                return None
            if t - 1 in self._ends and t - 1 >= begin:
                mention = self._ends[t - 1]
                start = mention.first
                led = start == begin or any(w in _OVER for w in doc.words[max(begin, start - 2) : start])
                return Share(q, (mention,), q.end) if led and mention.first >= begin else None
            if doc.words[t].startswith(_SEAS) and t < q.first:
                return Share(q, (), q.end)
            if doc.gaps[t] not in _NO_GAPS and doc.gaps[t] not in _DASHES:
                return None
        return None

    def _list(self, first: Mention, limit: int) -> tuple[tuple[Mention, ...], int]:
        """Return a mention and those that "and" or a comma joins to it, and the last token of all, seas included."""
        doc = self._doc
        places, last = [first], first.last
        t = last + 1
        while t < limit and t - last <= _TO_NEXT_PLACE and doc.gaps[t] in ("", ",", "("):
            if t in self._placed:
                places.append(self._placed[t])
                last = places[-1].last
                t = last + 1
                continue
            word = doc.words[t]
            if word.startswith(_SEAS):
                last = t
            elif word not in _AND and word not in _OVER and not word.startswith((*_PLACE_WORDS, *_NAMES_OF_SEAS)):
                break
            t += 1
        return tuple(places), last

    def _tells_else(self, q: Quantity, last: int, limit: int) -> bool:
        """Whether the rest of a share's clause counts people or households: "12 in Odesa were injured"."""
        doc = self._doc
        for t in range(q.first, limit):
            if t > last and (doc.clause_of[t] != doc.clause_of[last] or t > last + _REACH):
                return False
            if doc.begun[t] & ~TARGETS & _OTHER_COUNTS and self._counts_else(t):
                return True
        return False

    def _counts_else(self, t: int) -> bool:
        """Whether a word says that people, things or households are counted; "destroyed" may be said of drones."""
        begun = self._doc.begun[t]
        return bool(begun & _OTHER_COUNTS) and not begun & (STRIKES | WEAPONS)


_PLACES: Final = (Role.EVENT, Role.AUTHORITY)
"""A line of a list has no verb: "40 – над Брянской областью" alone looks like the name of an authority."""
_MOST: Final = 300
"""Shares of a text that are read: three times as many as claims may be."""
_LONGEST: Final = 90
"""Shares of one count: as many regions as there are."""
_ANY: Final = 10**9
_BETWEEN: Final = 3
_KINDS: Final = 8
"""Munitions of one wave that are added up."""
_REACH: Final = 8
"""Words from a figure to its place."""
_TO_FIRST_SHARE: Final = 14
_TO_NEXT_PLACE: Final = 4
_OTHER_COUNTS: Final = CASUALTIES | PEOPLE | OUTAGES | UTILITIES | TARGETS
_ENDS: Final = frozenset(".!?|…")
_DASHES: Final = frozenset(["-", "–", "—"])
_NO_GAPS: Final = frozenset(["", "«", "»", '"', "“", "”", "(", *_DASHES])
_OF_THEM: Final = frozenset(
    [
        ("of", "them"),
        ("of", "these"),
        ("of", "those"),
        ("of", "which"),
        ("з", "них"),
        ("із", "них"),
        ("из", "них"),
        ("з", "яких"),
        ("із", "яких"),
        ("из", "которых"),
        ("том", "числе"),
        ("тому", "числі"),
    ]
)
_OVER: Final = words("over above in near at on off across над по в у на во під под біля возле поблизу")
_AND: Final = words("and та і й и а также також as well")
_LINKS: Final = _AND | _OVER | words("by по another further more еще ще один one plus the область")
_PLACE_WORDS: Final = stems("region oblast област краем край территор терит республ")
_SEAS: Final = stems("sea моря море морем морями морей акватори waters океан")
_NAMES_OF_SEAS: Final = stems("black azov caspian baltic чорн черн азов касп балт the of")
