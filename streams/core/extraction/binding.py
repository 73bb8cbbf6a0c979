"""Which place a trigger speaks of: its clause, its sentence, the text before it, the only place of the text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from functools import cached_property
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
    regions: tuple[str, ...] = ()
    """All first-level codes of the mentions, in order of appearance."""
    vague: bool = False
    country: str | None = None
    own_clause: bool = False
    carried: bool = False
    """Taken over from another sentence."""

    @classmethod
    def to(cls, mentions: tuple[Mention, ...], *, own_clause: bool = False, carried: bool = False) -> Bound:
        """Return what is bound to ``mentions``."""
        if len(mentions) == 1:
            regions = mentions[0].regions
        else:
            regions = tuple(dict.fromkeys([r for m in mentions for r in m.regions]))
        return cls(mentions, regions, own_clause=own_clause, carried=carried)


_NATIONS: Final = (("places.national.ua", "UA"), ("places.national.ru", "RU"))
_NOWHERE: Final = Bound(())
_VAGUE: Final = Bound((), vague=True)


class Binder:
    """Binds triggers of one document to its places."""

    def __init__(self, doc: Document, mentions: Sequence[Mention], event_sentences: Set[int]) -> None:
        """``event_sentences`` tell of a strike: only there does a later place count for an earlier figure."""
        self._doc = doc
        self._event_sentences = event_sentences
        self._authorities: list[Mention] = []
        self._by_sentence: dict[int, list[Mention]] = {}
        self._vague: dict[int, list[Mention]] = {}
        self._countries: dict[int, list[Mention]] = {}
        events: list[Mention] = []
        for m in mentions:
            role = m.role
            if role is Role.EVENT:
                if m.level is not Level.COUNTRY:
                    events.append(m)
                    self._by_sentence.setdefault(doc.sentence_of[m.first], []).append(m)
            elif role is Role.AUTHORITY:
                self._authorities.append(m)
            elif role is Role.VAGUE:
                self._vague.setdefault(doc.sentence_of[m.first], []).append(m)
            elif role is Role.COUNTRY and (doc.has(m.first - 1, "places.in") or _is_attacked(doc, m)):
                self._countries.setdefault(doc.sentence_of[m.first], []).append(m)
        self._groups = self._grouped(events) if len(events) > 1 else {}
        self._in_clause: dict[int, list[Mention]] = {}

    @cached_property
    def _placed(self) -> list[int]:
        """Sentences with a region, in order."""
        return [n for n, here in self._by_sentence.items() if any(m.regions for m in here)]

    @cached_property
    def _struck(self) -> list[int]:
        """Those that tell of a strike as well."""
        return [n for n in self._placed if n in self._event_sentences]

    @cached_property
    def _vague_sentences(self) -> list[int]:
        return list(self._vague)

    def _grouped(self, events: list[Mention]) -> dict[int, tuple[Mention, ...]]:
        """Mentions joined by commas and conjunctions alone: "Zaporizhzhia, Dnipro and the Danube port of Izmail"."""
        groups: dict[int, tuple[Mention, ...]] = {}
        run: list[Mention] = []
        for m in events:
            if run and not self._continues(run[-1], m):
                self._close(run, groups)
                run = []
            run.append(m)
        self._close(run, groups)
        return groups

    @staticmethod
    def _close(run: list[Mention], groups: dict[int, tuple[Mention, ...]]) -> None:
        if len(run) > 1:
            group = tuple(run)
            for m in run:
                groups[m.first] = group

    def _continues(self, a: Mention, b: Mention) -> bool:
        doc = self._doc
        if doc.sentence_of[a.last] != doc.sentence_of[b.first] or b.first - a.last > 7:
            return False
        for t in range(a.last + 1, b.first + 1):
            if doc.gaps[t] and doc.gaps[t].strip("' «»\"“”") not in ("", ",", "(", ")", "),"):
                return False
            if t < b.first and doc.words[t] not in _GROUP_WORDS and not doc.capitals[t]:
                return False
        return True

    def group_of(self, mention: Mention) -> tuple[Mention, ...]:
        """Return the list of places a mention stands in."""
        return self._groups.get(mention.first, (mention,))

    def in_clause(self, token: int) -> list[Mention]:
        """Return the event places of a token's clause."""
        clause_of = self._doc.clause_of
        clause = clause_of[token]
        found = self._in_clause.get(clause)
        if found is None:
            found = self._in_clause[clause] = [
                m
                for m in self._by_sentence.get(self._doc.sentence_of[token], ())
                if clause_of[m.first] == clause
                or clause_of[m.last] == clause
                or any(clause_of[t] == clause for g in self._groups.get(m.first, ()) for t in (g.first, g.last))
            ]
        return found

    def in_sentence(self, token: int) -> list[Mention]:
        """Return the event places of a token's sentence."""
        return self._by_sentence.get(self._doc.sentence_of[token], [])

    def bind(self, token: int, *, carry: bool = True, counted: bool = False) -> Bound:
        """Return the places of the event that the trigger at ``token`` tells of.

        ``counted`` munitions of which an air force tells are of its country, not of the town named before.
        """
        doc = self._doc
        own = self.in_clause(token)
        if own:
            return Bound.to(self.group_of(_nearest(own, token)), own_clause=True)
        sentence = doc.sentence_of[token]
        vague = self._vague.get(sentence, ())
        if any(doc.clause_of[m.first] == doc.clause_of[token] for m in vague):
            return _VAGUE
        countries = self._countries.get(sentence, ())
        country = next((m.regions[0] for m in countries if doc.clause_of[m.first] == doc.clause_of[token]), None)
        others = self._by_sentence.get(sentence, [])
        if country is not None and all(m.first > token for m in others):
            return Bound((), country=country)
        if others:
            ahead = [m for m in others if m.last < token]
            return Bound.to(self.group_of(_nearest(ahead or others, token)))
        if vague:
            return _VAGUE
        if counted and carry and (nation := self._nation(sentence)) is not None:
            return Bound((), country=nation)
        carried = self._carried(sentence) if carry else None
        if carried is not None:
            return carried
        if countries:
            return Bound((), country=next(m.regions[0] for m in countries))
        # "Russia attacked Ukraine with 120 drones. Air defences shot down 98."
        before = self._countries.get(sentence - 1, ()) if carry else ()
        return Bound((), country=before[0].regions[0] if before and self._is_wave(before[0]) else None)

    def _nation(self, sentence: int) -> str | None:
        """The country whose air force or ministry tells, here or in a sentence before, since a place was last named."""
        doc = self._doc
        told = [(doc.sentence_of[t], code) for tag, code in _NATIONS for t in doc.starts.get(tag, ())]
        before = [(n, code) for n, code in told if n <= sentence]
        if not before:
            return None
        last, code = max(before)
        placed = bisect_right(self._placed, sentence)
        return code if not placed or self._placed[placed - 1] < last else None

    def _is_wave(self, country: Mention) -> bool:
        """Whether a sentence tells of an attack on the whole of its country."""
        doc = self._doc
        _, first, end = doc.sentences[doc.sentence_of[country.first]]
        return _is_attacked(doc, country) or doc.any_in(first, end, "strikes.launch")

    def _vague_between(self, placed: int, sentence: int) -> bool:
        """Whether a part of the country is named in a sentence between two others."""
        at = bisect_left(self._vague_sentences, sentence)
        return at > 0 and self._vague_sentences[at - 1] > placed

    def _carried(self, sentence: int) -> Bound | None:
        """The places of the sentence before, else the only place of the strikes told of later, else whose authorities
        speak."""
        earlier = bisect_left(self._placed, sentence)
        if earlier and self._vague_between(self._placed[earlier - 1], sentence):
            return Bound((), vague=True, carried=True)
        if earlier:
            same = [m for m in self._by_sentence[self._placed[earlier - 1]] if m.regions]
            regions = {r for m in same for r in m.regions}
            if len(regions) == 1:
                place = min(same, key=lambda m: m.level is not Level.SETTLEMENT)
                return Bound.to((_common((place, *self.group_of(place))),), carried=True)
            return Bound.to(tuple(same), carried=True)
        later = self._struck[bisect_right(self._struck, sentence) :]
        after = [m for n in later[:_LOOK_AHEAD] for m in self._by_sentence[n] if m.regions]
        if len({m.regions for m in after}) == 1:
            # "One was killed, 16 wounded. In Donetsk one died. In Horlivka 14 were wounded": told of all of them.
            rest = [m for n in self._placed[earlier:] for m in self._by_sentence[n] if m.regions == after[0].regions]
            return Bound.to((_common((after[0], *rest[:_LOOK_AHEAD])),), carried=True)
        if not after and len({m.regions for m in self._authorities}) == 1:
            return Bound.to((self._authorities[0],), carried=True)
        return None


def _common(places: Sequence[Mention]) -> Mention:
    """What places of one region have in common: the first, if no two settlements are named, else the region."""
    if len({m.name for m in places if m.level is Level.SETTLEMENT}) <= 1:
        return places[0]
    return places[0]._replace(level=Level.REGION, name=None, settlement=None)


def _is_attacked(doc: Document, country: Mention) -> bool:
    """``attacked Ukraine``, ``атакував Україну``: the whole country; not ``attacked Ukraine's port``."""
    return doc.words[country.last + 1] != "s" and any(
        "strikes.attack.verb" in doc.covering[t] for t in (country.first - 1, country.first - 2) if t >= 0
    )


def _nearest(mentions: Sequence[Mention], token: int) -> Mention:
    """The nearest mention; of two as far, the one after the token."""
    if len(mentions) == 1:
        return mentions[0]
    return min(mentions, key=lambda m: m.first - token if m.first > token else (token - m.last) * 1.01)
