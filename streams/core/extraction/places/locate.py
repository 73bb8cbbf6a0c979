"""Places in running text: which words name one, what they mean, and which are no place of an event.

Order of disambiguation: the region of the same sentence, then the country of the sentence, then primary over
alternate names, then population with a margin; else the mention keeps its candidates and no region.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from operator import attrgetter
from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.gazette import Gazette
from streams.core.extraction.kinds import SPECIAL
from streams.core.extraction.places.choosing import by_neighbour, choose, lies_beside, outside_capital, outside_city
from streams.core.extraction.places.mention import (
    DONBAS,
    Level,
    Mention,
    NoPlace,
    Open,
    PlacePolicy,
    Places,
    Role,
    Stated,
)
from streams.core.extraction.places.naming import as_sector, classify
from streams.core.extraction.places.roles import role_of


class Located:
    """The places of a document, found when first asked for: most texts tell of nothing that has a place."""

    __slots__ = ("_doc", "_found", "_gazette", "_policy")

    def __init__(self, doc: Document, gazette: Gazette, policy: PlacePolicy) -> None:
        self._doc, self._gazette, self._policy = doc, gazette, policy
        self._found: Places | None = None

    def __call__(self) -> Places:
        """Return them."""
        if self._found is None:
            self._found = locate(self._doc, self._gazette, self._policy)
        return self._found


def locate(doc: Document, gazette: Gazette, policy: PlacePolicy) -> Places:
    """Return the places of a document."""
    mentions = list(_special(doc)) if doc.present & SPECIAL else []
    taken = {t for m in mentions for t in range(m.first, m.last + 1)}
    opens: list[Open] = []
    rejected: list[NoPlace] = []
    covered = -1
    for first, names in enumerate(doc.names):
        if names is None or first <= covered:
            continue
        last, meanings = names.find(doc.words, doc.gaps, first)
        if not meanings:
            continue
        covered = last
        if first in taken or last in taken:
            continue
        found = classify(doc, meanings, first, last, gazette)
        if not found:
            covered = first  # "в городе Шебекино": there is a name inside what is none
            continue
        if isinstance(found, Mention):
            mentions.append(found)
        elif isinstance(found, Open):
            opens.append(found)
        else:
            rejected.append(NoPlace(first, last, found))
    if opens:
        stated = _stated(doc, mentions)
        for name in opens:
            chosen = choose(doc, name, stated, policy)
            if isinstance(chosen, Mention):
                mentions.append(as_sector(doc, chosen) if "places.direction" in doc.starts else chosen)
            else:
                rejected.append(NoPlace(name.first, name.last, chosen))
    if not mentions:
        return Places((), tuple(rejected))
    if len(mentions) > 1:
        mentions.sort(key=_FIRST)
    for i, m in enumerate(mentions):
        placed = m
        if not m.regions and m.candidates:
            placed = by_neighbour(doc, m, mentions[max(0, i - 3) : i + 4])
        elif m.regions == ("UA-30",):
            placed = outside_capital(doc, m)
        if placed.role is Role.EVENT and (role := role_of(doc, placed)) is not Role.EVENT:
            placed = placed._replace(role=role)
        mentions[i] = placed
    if len(mentions) > 1:
        _put_beside_cities(doc, mentions, opens, policy)
        _set_apart_reference_points(doc, mentions)
        _set_apart_facilities(doc, mentions)
        return Places(tuple(_merged(doc, mentions)), tuple(rejected))
    return Places(tuple(mentions), tuple(rejected))


_FIRST: Final = attrgetter("first")


def _put_beside_cities(doc: Document, mentions: list[Mention], opens: list[Open], policy: PlacePolicy) -> None:
    """``в Калиновке под Киевом``: the village's region is the city's, and nothing happened in the city."""
    names = {name.first: name for name in opens}
    for i, (m, n) in enumerate(pairwise(mentions)):
        if m.level is not Level.SETTLEMENT or not lies_beside(doc, m, n):
            continue
        if m.regions != n.regions and m.first in names:
            mentions[i] = outside_city(names[m.first], m, n, policy)
        beside = mentions[i]
        both_events = beside.role is n.role is Role.EVENT and n.level is Level.SETTLEMENT
        if beside.regions == n.regions and beside.regions and both_events:
            mentions[i + 1] = n._replace(role=Role.ORIGIN)


def _set_apart_reference_points(doc: Document, mentions: list[Mention]) -> None:
    """``у Василькові за 25 кілометрів від Києва``: Kyiv only says where Vasylkiv is."""
    after = {doc.end_of(begin, "places.away") + 1 for begin in doc.starts.get("places.away", ())}
    if not after:
        return
    after |= {t + 1 for t in after if doc.words[t].startswith(_EDGES)}
    for i, m in enumerate(mentions):
        if m.first not in after or m.role is not Role.EVENT:
            continue
        # "у Василькові за 25 км від Києва" and "в 25 км от Киева, в Василькове": the other place is the event's.
        if any(
            n.role is Role.EVENT
            and n.regions
            and doc.sentence_of[n.first] == doc.sentence_of[m.first]
            and (0 < m.first - n.last <= _NEAR or (0 < n.first - m.last <= _JUST_AFTER and _placed_inside(doc, n)))
            for n in mentions[max(0, i - 1) : i + 2]
            if n is not m
        ):
            mentions[i] = m._replace(role=Role.ORIGIN)


def _placed_inside(doc: Document, mention: Mention) -> bool:
    first = mention.first
    typed = doc.has(first - 1, "places.settlement")
    return doc.has(first - 1 - typed, "places.in")


def _set_apart_facilities(doc: Document, mentions: list[Mention]) -> None:
    """``Кременчуцька ГЕС у Дніпропетровській області``: the oblast that the text states, not the name of a plant."""
    for i, (m, n) in enumerate(pairwise(mentions)):
        if (
            m.facility
            and m.role is Role.EVENT
            and n.role is Role.EVENT
            and n.level is Level.REGION
            and m.regions != n.regions
            and 0 < n.first - m.last <= _JUST_AFTER
            and doc.has(n.first - 1, "places.in")
            and doc.joined(m.last, n.first)
        ):
            mentions[i] = m._replace(role=Role.ORIGIN)


_EDGES: Final = ("окраин", "околиц", "меж", "границ", "outskirt", "центр", "кордон")
_JUST_AFTER: Final = 3


_COMPANY: Final = "places.company."
_NEAR: Final = 8
"""Words between a place and the one that only says where it is."""


def _stated(doc: Document, mentions: list[Mention]) -> Stated:
    by_sentence: dict[int, list[Mention]] = {}
    countries: dict[int, set[str]] = {}
    for m in mentions:
        sentence = doc.sentence_of[m.first]
        if m.level in (Level.REGION, Level.RAION) and m.regions:
            by_sentence.setdefault(sentence, []).append(m)
            countries.setdefault(sentence, set()).update(r[:2] for r in m.regions)
        elif m.role is Role.COUNTRY and doc.has(m.first - 1, "places.in"):
            countries.setdefault(sentence, set()).update(m.regions)
    everywhere = frozenset(r for ms in by_sentence.values() for m in ms for r in m.regions)
    return Stated(by_sentence, everywhere, countries)


def _special(doc: Document) -> Iterable[Mention]:
    for first in doc.starts.get("places.donbas", ()):
        yield Mention(first, doc.end_of(first, "places.donbas"), DONBAS, Level.REGION)
    for first in doc.starts.get("places.bridge.crimea", ()):
        yield Mention(first, doc.end_of(first, "places.bridge.crimea"), ("UA-43",), Level.REGION)
    for first in doc.starts.get("places.vague", ()):
        yield Mention(first, doc.end_of(first, "places.vague"), (), Level.COUNTRY, Role.VAGUE)
    for tag in sorted([t for t in doc.starts if t.startswith(_COMPANY)]):
        # "Харківобленерго" says in whose region the lights are out, unless the text names another place.
        region = tag.removeprefix(_COMPANY).upper()
        for first in doc.starts[tag]:
            yield Mention(first, first, (region,), Level.REGION, Role.AUTHORITY)
    for code in ("UA", "RU"):
        tag = f"places.country.{code.lower()}"
        for first in doc.starts.get(tag, ()):
            if "places.vague" not in doc.covering[first]:
                yield Mention(first, doc.end_of(first, tag), (code,), Level.COUNTRY, Role.COUNTRY)


def _merged(doc: Document, mentions: list[Mention]) -> Iterable[Mention]:
    """Join "Дудчани (Херсонська область)" and "Kramatorsk, Donetsk region" into the settlement."""
    out: list[Mention] = []
    for mention in mentions:
        previous = out[-1] if out else None
        if (
            previous is not None
            and previous.level is Level.SETTLEMENT
            and mention.level in (Level.REGION, Level.RAION)
            and previous.regions == mention.regions
            and mention.first - previous.last <= 3
            and doc.sentence_of[mention.first] == doc.sentence_of[previous.last]
        ):
            out[-1] = previous._replace(last=mention.last)
            continue
        if (
            previous is not None
            and previous.level in (Level.REGION, Level.RAION)
            and mention.level is Level.SETTLEMENT
            and previous.regions == mention.regions
            and mention.first - previous.last <= 2
            and doc.gaps[mention.first] in ("", ",")
            and doc.sentence_of[mention.first] == doc.sentence_of[previous.last]
            and previous.role is mention.role
        ):
            out[-1] = mention._replace(first=previous.first)
            continue
        out.append(mention)
    return out
