"""Which place a trigger speaks of: its clause, its sentence, the text before it, the only place of the text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from typing import Final, NamedTuple

from streams.core.extraction.document import Document
from streams.core.extraction.places.mention import Level, Mention, Role
from streams.core.extraction.wordlists import words

_GROUP_WORDS: Final = words(
    "та і й и and а також также в у на под під по near in on at of the port порт порту біля as well поблизу "
    "districts district raion район району районі область області областях городах містах як так"
)
_LOOK_AHEAD: Final = 8
"""Sentences after a figure in which its place may still be named."""


class Bound(NamedTuple):
    """The mentions a trigger speaks of. ``vague`` when the text names a place that is no region."""

    mentions: tuple[Mention, ...]
    vague: bool = False
    country: str | None = None
    own_clause: bool = False
    carried: bool = False
    """Taken over from another sentence."""

    @property
    def regions(self) -> tuple[str, ...]:
        """All first-level codes, in order of appearance."""
        return tuple(dict.fromkeys(r for m in self.mentions for r in m.regions))


class Binder:
    """Binds triggers of one document to its places."""

    def __init__(self, doc: Document, mentions: Sequence[Mention], event_sentences: Set[int]) -> None:
        """``event_sentences`` tell of a strike: only there does a later place count for an earlier figure."""
        self._doc = doc
        self._events = [m for m in mentions if m.role is Role.EVENT and m.level is not Level.COUNTRY]
        self._authorities = [m for m in mentions if m.role is Role.AUTHORITY]
        self._by_sentence = _by_sentence(doc, self._events)
        self._vague = _by_sentence(doc, [m for m in mentions if m.role is Role.VAGUE])
        inside = [m for m in mentions if m.role is Role.COUNTRY and doc.has(m.first - 1, "places.in")]
        self._countries = _by_sentence(doc, inside)
        # Sentences with a region, in order; those that tell of a strike as well.
        self._placed = sorted({doc.sentence_of[m.first] for m in self._events if m.regions})
        self._struck = [n for n in self._placed if n in event_sentences]
        self._vague_sentences = sorted(self._vague)
        self._groups = self._grouped()

    def _grouped(self) -> dict[int, tuple[Mention, ...]]:
        """Mentions joined by commas and conjunctions alone: "Zaporizhzhia, Dnipro and the Danube port of Izmail"."""
        groups: dict[int, tuple[Mention, ...]] = {}
        run: list[Mention] = []
        for m in self._events:
            if run and not self._continues(run[-1], m):
                self._close(run, groups)
                run = []
            run.append(m)
        self._close(run, groups)
        return groups

    @staticmethod
    def _close(run: list[Mention], groups: dict[int, tuple[Mention, ...]]) -> None:
        for m in run:
            groups[m.first] = tuple(run)

    def _continues(self, a: Mention, b: Mention) -> bool:
        doc = self._doc
        if doc.sentence_of[a.last] != doc.sentence_of[b.first] or b.first - a.last > 7:
            return False
        for t in range(a.last + 1, b.first + 1):
            if doc.gaps[t].strip("' «»\"“”") not in ("", ",", "(", ")", "),"):
                return False
            if t < b.first and doc.word(t) not in _GROUP_WORDS and not doc.capitals[t]:
                return False
        return True

    def group_of(self, mention: Mention) -> tuple[Mention, ...]:
        """Return the list of places a mention stands in."""
        return self._groups.get(mention.first, (mention,))

    def in_clause(self, token: int) -> list[Mention]:
        """Return the event places of a token's clause."""
        clause = self._doc.clause_of[token]
        here = self._by_sentence.get(self._doc.sentence_of[token], ())
        return [
            m
            for m in here
            if any(self._doc.clause_of[t] == clause for g in self.group_of(m) for t in (g.first, g.last))
        ]

    def in_sentence(self, token: int) -> list[Mention]:
        """Return the event places of a token's sentence."""
        return list(self._by_sentence.get(self._doc.sentence_of[token], ()))

    def bind(self, token: int, *, carry: bool = True) -> Bound:
        """Return the places of the event that the trigger at ``token`` tells of."""
        doc = self._doc
        own = self.in_clause(token)
        if own:
            near = min(own, key=lambda m: self._distance(m, token))
            return Bound(self.group_of(near), own_clause=True)
        sentence = doc.sentence_of[token]
        vague = self._vague.get(sentence, ())
        if any(doc.clause_of[m.first] == doc.clause_of[token] for m in vague):
            return Bound((), vague=True)
        countries = self._countries.get(sentence, ())
        country = next((m.regions[0] for m in countries if doc.clause_of[m.first] == doc.clause_of[token]), None)
        others = self._by_sentence.get(sentence, [])
        if country is not None and all(m.first > token for m in others):
            return Bound((), country=country)
        if others:
            before = [m for m in others if m.last < token]
            near = min(before or others, key=lambda m: self._distance(m, token))
            return Bound(self.group_of(near))
        if vague:
            return Bound((), vague=True)
        carried = self._carried(sentence) if carry else None
        return carried or Bound((), country=next((m.regions[0] for m in countries), None))

    def _carried(self, sentence: int) -> Bound | None:
        """The places of the sentence before, else the only place of the strikes told of later, else whose authorities
        speak."""
        earlier = bisect_left(self._placed, sentence)
        vague = bisect_left(self._vague_sentences, sentence)
        if earlier and vague and self._vague_sentences[vague - 1] > self._placed[earlier - 1]:
            return Bound((), vague=True, carried=True)
        if earlier:
            same = [m for m in self._by_sentence[self._placed[earlier - 1]] if m.regions]
            regions = {r for m in same for r in m.regions}
            if len(regions) == 1:
                return Bound((min(same, key=lambda m: m.level is not Level.SETTLEMENT),), carried=True)
            return Bound(tuple(same), carried=True)
        later = self._struck[bisect_right(self._struck, sentence) :]
        after = [m for n in later[:_LOOK_AHEAD] for m in self._by_sentence[n] if m.regions]
        if len({m.regions for m in after}) == 1:
            return Bound((after[0],), carried=True)
        if not after and len({m.regions for m in self._authorities}) == 1:
            return Bound((self._authorities[0],), carried=True)
        return None

    def _distance(self, mention: Mention, token: int) -> float:
        if mention.first > token:
            return mention.first - token
        return (token - mention.last) * 1.01


def _by_sentence(doc: Document, mentions: Sequence[Mention]) -> dict[int, list[Mention]]:
    out: dict[int, list[Mention]] = {}
    for m in mentions:
        out.setdefault(doc.sentence_of[m.first], []).append(m)
    return out
