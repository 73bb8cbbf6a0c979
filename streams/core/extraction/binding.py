"""Which place a trigger speaks of: its clause, its sentence, the text before it, the only place of the text."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.places import Level, Mention, Role

_GROUP_WORDS: Final = frozenset(
    [
        "та",
        "і",
        "й",
        "и",
        "and",
        "а",
        "також",
        "также",
        "в",
        "у",
        "на",
        "под",
        "під",
        "по",
        "near",
        "in",
        "on",
        "at",
        "of",
        "the",
        "port",
        "порт",
        "порту",
        "по",
        "біля",
        "as",
        "well",
        "біля",
        "поблизу",
        "districts",
        "district",
        "raion",
        "район",
        "району",
        "районі",
        "область",
        "області",
        "областях",
        "городах",
        "містах",
        "як",
        "так",
    ]
)


@dataclass(frozen=True, slots=True)
class Bound:
    """The mentions a trigger speaks of. ``vague`` when the text names a place that is no region."""

    mentions: tuple[Mention, ...]
    vague: bool = False
    country: str | None = None
    own_clause: bool = False

    @property
    def regions(self) -> tuple[str, ...]:
        """All first-level codes, in order of appearance."""
        return tuple(dict.fromkeys(r for m in self.mentions for r in m.regions))


class Binder:
    """Binds triggers of one document to its places."""

    def __init__(self, doc: Document, mentions: Sequence[Mention], event_sentences: Set[int]) -> None:
        """``event_sentences`` are those that tell of a strike: a later place counts for an earlier figure only there."""
        self._doc = doc
        self._event_sentences = event_sentences
        self._events = [m for m in mentions if m.role is Role.EVENT and m.level is not Level.COUNTRY]
        self._authorities = [m for m in mentions if m.role is Role.AUTHORITY]
        self._vague = [m for m in mentions if m.role is Role.VAGUE]
        self._countries = [m for m in mentions if m.role is Role.COUNTRY]
        self._by_sentence: dict[int, list[Mention]] = {}
        for m in self._events:
            self._by_sentence.setdefault(doc.sentence_of[m.first], []).append(m)
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
            if t < b.first and doc.word(t) not in _GROUP_WORDS and not doc.tokens[t].capital:
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
        if any(doc.clause_of[m.first] == doc.clause_of[token] for m in self._vague):
            return Bound((), vague=True)
        country = self._country_in_clause(token)
        others = self._by_sentence.get(sentence, [])
        if country is not None and not others:
            return Bound((), country=country)
        if country is not None and all(m.first > token for m in others):
            return Bound((), country=country)
        if others:
            before = [m for m in others if m.last < token]
            pool = before or others
            near = min(pool, key=lambda m: self._distance(m, token))
            return Bound(self.group_of(near))
        if any(doc.sentence_of[m.first] == sentence for m in self._vague):
            return Bound((), vague=True)
        if carry:
            carried = self._carried(token)
            if carried is not None:
                return carried
        return Bound((), country=self._country_near(sentence))

    def _carried(self, token: int) -> Bound | None:
        doc = self._doc
        sentence = doc.sentence_of[token]
        before = [m for m in self._events if doc.sentence_of[m.first] < sentence and m.regions]
        if before:
            last = doc.sentence_of[before[-1].first]
            same = [m for m in before if doc.sentence_of[m.first] == last]
            regions = {r for m in same for r in m.regions}
            if len(regions) == 1:
                return Bound((min(same, key=lambda m: m.level.value != "settlement"),))
            return Bound(tuple(same))
        after = [
            m
            for m in self._events
            if doc.sentence_of[m.first] > sentence and doc.sentence_of[m.first] in self._event_sentences and m.regions
        ]
        regions = {m.regions for m in after}
        if len(regions) == 1:
            return Bound((after[0],))
        authorities = {m.regions for m in self._authorities}
        if len(authorities) == 1 and not after:
            return Bound((self._authorities[0],))
        return None

    def _distance(self, mention: Mention, token: int) -> float:
        if mention.first > token:
            return mention.first - token
        return (token - mention.last) * 1.01

    def _country_in_clause(self, token: int) -> str | None:
        doc = self._doc
        for m in self._countries:
            if doc.clause_of[m.first] == doc.clause_of[token] and doc.has(m.first - 1, "places.in"):
                return m.regions[0]
        return None

    def _country_near(self, sentence: int) -> str | None:
        doc = self._doc
        for m in self._countries:
            if doc.sentence_of[m.first] == sentence and doc.has(m.first - 1, "places.in"):
                return m.regions[0]
        return None
