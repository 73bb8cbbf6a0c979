"""When an incident happened, from what all its reports say: the moment that lies least far from what they state.

It is the median of their intervals: of all moments the one whose distances to the intervals, added up, are least. A
minute that was rounded, or that is one source's alone, moves it no farther than the others' words reach; and a minute
past midnight against two who say "in the evening" ends with that evening. Each source has one say, the median of what
it said itself, and a verbatim repost has none. Who states no time is heard only where nobody does.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any, NamedTuple

from streams.core.fusion.mentions import Mention
from streams.core.fusion.voices import grade


class When(NamedTuple):
    """An interval in microseconds; ``assumed`` where no source states a time."""

    start: int
    end: int
    assumed: bool

    @property
    def latest(self) -> int:
        """The latest moment inside, which places it in windows.

        Intervals are half-open: what happened in the evening, until midnight, is of that day and not of the next.
        """
        return self.end - 1 if self.end > self.start else self.start

    def told_by(self, moment: int) -> When:
        """Return the interval cut off at a moment by which it was told: nothing is reported before it happens."""
        return self if self.end <= moment else When(self.start, max(self.start, moment), self.assumed)


class _Word(NamedTuple):
    """An interval, and what ranks it before others that are as good, least first."""

    rank: tuple[Any, ...]
    when: When


def when(leader: Mention, mentions: Sequence[Mention], echoes: Container[int]) -> When:
    """Return when it happened. ``echoes`` are the positions in ``mentions`` of those that repeat another word for word.

    Of two moments that lie equally far from what is stated, the one that more of it allows is taken. Among a source's
    own words then the newest, among sources the best graded, and of those who knows most (the canonical order).
    """
    if len(mentions) == 1:
        return When(leader.start, leader.end, leader.assumed)
    said: dict[str, list[Mention]] = {}
    undated: list[_Word] = []
    for position, mention in enumerate(mentions):
        if position in echoes or mention.goes_on:
            continue
        if mention.assumed:
            undated.append(_Word((grade(mention), mention.order), _told(mention)))
        else:
            said.setdefault(mention.report.source.id, []).append(mention)
    words = [_say(held) for held in said.values()] or undated
    return _median(words).when if words else When(leader.start, leader.end, leader.assumed)


def _told(mention: Mention) -> When:
    return When(mention.start, mention.end, mention.assumed)


def _say(mentions: Sequence[Mention]) -> _Word:
    """Return the one say of the source that these are of."""
    rank = grade(mentions[0]), min(mention.order for mention in mentions)
    if len(mentions) == 1:
        return _Word(rank, _told(mentions[0]))
    newest_first = [_Word(tuple(-part for part in held.report.version), _told(held)) for held in mentions]
    return _Word(rank, _median(newest_first).when)


def _median(words: Sequence[_Word]) -> _Word:
    """Return the moment least far from the intervals, and as much around it as those that hold it agree on.

    The distance to an interval is half of the distances to its two ends, less a constant; so the moment is the median
    of all ends, and any between the two in the middle are alike.
    """
    if len(words) == 1:
        return words[0]
    ends = sorted(end for word in words for end in (word.when.start, word.when.latest))
    middle = ends[len(words) - 1 : len(words) + 1]
    return min((_agreed(moment, words) for moment in dict.fromkeys(middle)), key=_rank)


def _agreed(moment: int, words: Iterable[_Word]) -> _Word:
    """Return what those that allow the moment agree on, and how it ranks: how many they are, and the best of them."""
    holding = [word for word in words if word.when.start <= moment <= word.when.latest]
    start, end = max(word.when.start for word in holding), min(word.when.end for word in holding)
    return _Word((-len(holding), min(map(_rank, holding)), moment), When(start, end, holding[0].when.assumed))


def _rank(word: _Word) -> tuple[Any, ...]:
    return word.rank
