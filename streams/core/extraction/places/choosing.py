"""Which of several settlements of one name is meant: the regions named beside it, the country, its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.gazette import SettlementRecord
from streams.core.extraction.places.mention import Level, Mention, Open, PlacePolicy, Stated
from streams.core.extraction.wordlists import words


def choose(doc: Document, name: Open, stated: Stated, policy: PlacePolicy) -> Mention | str:
    """Return the settlement a name means, or why none is taken; a mention without region lists the candidates."""
    sentence = doc.sentence_of[name.first]
    if not stated.everywhere and sentence not in stated.countries:
        name.after_preposition = name.after_preposition or name.struck
        return _by_size(name, policy)
    if name.struck and sentence not in stated.by_sentence:
        name.after_preposition = True
    candidates = name.primary + name.alternate
    here: Sequence[Mention] = stated.by_sentence.get(sentence, ())
    # "У Донецькій області тривають бої, у Миколаївській обстріляли Первомайське": the clause's own region first.
    clause = doc.clause_of[name.first]
    own = [m for m in here if clause in (doc.clause_of[m.first], doc.clause_of[m.last])]
    here = own if any(c.region in m.regions for m in own for c in candidates) else here
    largest = max((c.population or 0) for c in candidates)
    if here:
        city = any((c.population or 0) == largest >= policy.city for c in name.primary)
        near = {r for m in here for r in m.regions}
        # A city is not taken for a village that once bore a name like it.
        named = [c for c in (name.primary if city else candidates) if c.region in near]
        if named:
            adjacent = {r for m in here if _beside(doc, name.last, m.first) for r in m.regions}
            pool = [c for c in named if c.region in adjacent] or named
            best = max(pool, key=lambda s: (s.population or 0, s.lat is not None))
            # Nor for a village of a region that the sentence names for another place.
            if (best.population or 0) * policy.dwarfed >= largest or best.region in adjacent:
                return _settled(name, best)
    if stated.everywhere and (name.after_preposition or name.typed):
        pool = [c for c in candidates if c.region in stated.everywhere]
        if len({c.region for c in pool}) == 1:
            best = max(pool, key=lambda s: s.population or 0)
            size = best.population or 0
            dwarfed = size * policy.dwarfed < largest and largest > policy.least
            if not dwarfed and (size >= policy.lone_village or name.typed):
                return _settled(name, best)
    countries = stated.countries.get(sentence, ())
    if len(countries) == 1:
        country = next(iter(countries))
        primary = tuple([s for s in name.primary if s.region.startswith(country)])
        alternate = tuple([s for s in name.alternate if s.region.startswith(country)])
        if primary or alternate:
            name.primary, name.alternate = primary, alternate
    return _by_size(name, policy)


def _beside(doc: Document, last: int, region: int) -> bool:
    """``Дудчани (Херсонська область)``, ``Kramatorsk, Donetsk region``, ``Рикове в Херсонській області``."""
    if region <= last or region - last > 3 or doc.sentence_of[region] != doc.sentence_of[last]:
        return False
    return all(
        doc.words[t] in ("в", "у", "на", "in", "of", "окупованому", "оккупированном") for t in range(last + 1, region)
    )


def _by_size(name: Open, policy: PlacePolicy) -> Mention | str:
    ordered: Sequence[SettlementRecord] = name.primary
    if name.alternate:
        bar = policy.alternate_share * max([s.population or 0 for s in name.primary], default=0)
        known = [s for s in name.alternate if (s.population or 0) >= max(bar, policy.least)]
        if any(s.region.startswith("UA-") and (s.population or 0) >= policy.least for s in (*name.primary, *known)):
            # Sverdlovsk is a town of Luhansk oblast; nobody calls Yekaterinburg by that name in news of the war.
            known = [s for s in known if s.region.startswith("UA-") or s.region in _FRONTIER]
        ordered = (*name.primary, *sorted(known, key=_people))
    if len(ordered) > 1:
        ordered = sorted(ordered, key=_people)
    if not ordered:
        return "an old name of a small place"
    if len(ordered) > 1:
        ordered = _without_distant(ordered, policy)
    first = ordered[0]
    size = first.population or 0
    if len(ordered) == 1 and size >= policy.least and not name.alternate:
        return _settled(name, first)
    regions = tuple(dict.fromkeys(s.region for s in ordered))
    second = max((s.population or 0 for s in ordered[1:] if s.region != first.region), default=0)
    both = size < policy.both_countries and len({r[:2] for r in regions}) > 1
    if first.region.startswith("RU-") and any(_rivals(s, size, policy) for s in (*name.primary, *name.alternate)):
        # Novomoskovsk of Tula, or Samar by its name until 2024.
        return Mention(name.first, name.last, (), Level.SETTLEMENT, name=first.name, candidates=regions[:32])
    if size >= policy.least and size >= policy.margin * second and not both:
        return _settled(name, first)
    if not (name.after_preposition or name.typed):
        return "a small place, without a preposition or its region"
    if both:
        # Krasna Hora and Krasnaya Gora: small namesakes on both sides of the border, nothing to choose by.
        return Mention(name.first, name.last, (), Level.SETTLEMENT, name=first.name, candidates=regions[:32])
    if len(regions) == 1 and (size >= policy.lone_village or name.typed):
        if first.region.startswith("RU-") and first.region not in _FRONTIER:
            return "a small place far from the war"
        return _settled(name, first)
    if size >= policy.lone_village * 2 and second * policy.margin * 2 <= size:
        return _settled(name, first)
    if len(regions) == 1:
        return "too small a place to be sure"
    return Mention(name.first, name.last, (), Level.SETTLEMENT, name=first.name, candidates=regions[:32])


def _rivals(renamed: SettlementRecord, size: int, policy: PlacePolicy) -> bool:
    """Whether a town of Ukraine by an earlier name may be meant as well as one of Russia with ``size`` people."""
    people = renamed.population or 0
    return renamed.region.startswith("UA-") and people >= policy.least and people * policy.alternate_share >= size


def _without_distant(ordered: Sequence[SettlementRecord], policy: PlacePolicy) -> Sequence[SettlementRecord]:
    """Drop small Russian namesakes far from the war beside a town of Ukraine: they are named with their region."""
    if not any(s.region.startswith("UA-") and (s.population or 0) >= policy.least for s in ordered):
        return ordered
    return [
        s
        for s in ordered
        if s.region.startswith("UA-") or s.region in _FRONTIER or (s.population or 0) >= policy.both_countries
    ]


def _people(settlement: SettlementRecord) -> int:
    return -(settlement.population or 0)


_FRONTIER: Final = frozenset(["RU-BEL", "RU-BRY", "RU-KDA", "RU-KRS", "RU-ROS", "RU-VOR"])
"""Regions whose villages are named in the news of the war without their region."""


def _settled(name: Open, settlement: SettlementRecord) -> Mention:
    return Mention(
        name.first, name.last, (settlement.region,), Level.SETTLEMENT, name=settlement.name, settlement=settlement
    )


def by_neighbour(doc: Document, mention: Mention, around: list[Mention]) -> Mention:
    """``в Гвардейском под Симферополем``: an ambiguous name beside a place of one of its regions."""
    near = {
        m.regions[0]
        for m in around
        if m.level is Level.SETTLEMENT
        and len(m.regions) == 1
        and m.regions[0] in mention.candidates
        and doc.sentence_of[m.first] == doc.sentence_of[mention.first]
        and -5 <= m.first - mention.first <= 5
    }
    return mention._replace(regions=(near.pop(),), candidates=()) if len(near) == 1 else mention


def lies_beside(doc: Document, place: Mention, city: Mention) -> bool:
    """``в Курдюмовке под Бахмутом``: a place, and the city that says where it is."""
    return (
        place.last + 2 == city.first and doc.words[city.first - 1] in _OUTSKIRTS and doc.joined(place.last, city.first)
    )


_OUTSKIRTS: Final = words(
    "під под near outside біля поблизу околиці передмісті пригороде неподалік близ возле неподалеку"
)


def outside_city(name: Open, chosen: Mention, city: Mention, policy: PlacePolicy) -> Mention:
    """``в Калиновке под Киевом``: of the villages of a name, one in the region of the city that it lies beside."""
    if chosen.settlement is not None and (chosen.settlement.population or 0) >= policy.city:
        return chosen
    near = [s for s in name.primary if s.region in city.regions]
    return _settled(name, max(near, key=lambda s: s.population or 0)) if near else chosen


def outside_capital(doc: Document, mention: Mention) -> Mention:
    """``під Києвом`` is Kyiv oblast (coding rule 1)."""
    if mention.first and doc.words[mention.first - 1] in _OUTSKIRTS:
        return mention._replace(regions=("UA-32",), level=Level.REGION, name=None, settlement=None)
    return mention
