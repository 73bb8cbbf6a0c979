"""Which words name a region, a raion or a settlement, and which only look like it."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.gazette import Gazette
from streams.core.extraction.kinds import PLACES, TARGETS
from streams.core.extraction.places.mention import Level, Mention, Open, Role
from streams.core.extraction.toponyms import Meanings
from streams.core.extraction.wordlists import stems
from streams.core.extraction.wordlists import words as words_of

_NO_PLACE_ADJECTIVES: Final = stems(
    "українськ украинск російськ російск российск радянськ советск європейськ центральн південн північн східн "
    "західн южн северн восточн западн військов новин сил українк"
)


_LONGEST_ENDING: Final = 4


def _is_plain_adjective(doc: Document, first: int) -> bool:
    """``Українська``, ``Південний``; not ``Південноукраїнськ`` and not ``місто Українка``."""
    word = doc.words[first]
    if not word.startswith(_NO_PLACE_ADJECTIVES) or doc.has(first - 1, "places.settlement"):
        return False
    stem = max((s for s in _NO_PLACE_ADJECTIVES if word.startswith(s)), key=len)
    return len(word) - len(stem) <= _LONGEST_ENDING or "-" in word


def classify(doc: Document, by_kind: Meanings, first: int, last: int, gazette: Gazette) -> Mention | Open | str:
    """Return what a name in the text is: a place, a settlement still to be chosen, or why it is none."""
    if _is_plain_adjective(doc, first):
        return ""
    capital = doc.capitals[first]
    region = _region(doc, by_kind, first, last, capital)
    if region is not None:
        return region
    if not capital:
        return ""
    after = last + 1 if not doc.gaps[last + 1] else doc.size
    if doc.begun[after] & PLACES and doc.has(after, "places.street"):
        return "street or square"
    if doc.begun[first - 1] & PLACES and doc.has(first - 1, "places.street") and doc.words[first - 1] != "м":
        return "street or square"
    if not _ADJECTIVES.isdisjoint(by_kind):
        found = _adjective(doc, by_kind, first, last, after, gazette)
        if found is not None:
            return found
    if "s" not in by_kind and "a" not in by_kind:
        return "" if by_kind.keys() <= _ADJECTIVE_KINDS else "no settlement"
    if reason := _not_a_settlement(doc, first, last, after):
        return reason
    primary = gazette.settlements_of(by_kind["s"]) if "s" in by_kind else ()
    alternate = gazette.settlements_of(by_kind["a"]) if "a" in by_kind else ()
    if primary and alternate:
        alternate = tuple([s for s in alternate if s not in primary])
    struck = doc.has(first - 1, "forms.verb.direct") and not doc.gaps[first]
    return Open(first, last, primary, alternate, _inside(doc, first), _typed(doc, first), struck)


_ADJECTIVES: Final = frozenset("dtxo")
_ADJECTIVE_KINDS: Final = frozenset("dtoex")
_VERBAL: Final = ("ли", "ла", "ло", "но", "ть", "ют", "ав", "ял")


def _typed(doc: Document, first: int) -> bool:
    return doc.has(first - 1, "places.settlement")


def _inside(doc: Document, first: int) -> bool:
    """Whether the words before a name say that it is a place: "у місті", "в районе", "обстріл Чорнобаївки"."""
    if first < 1 or doc.sentence_of[first - 1] != doc.sentence_of[first]:
        return False
    if "places.in" in doc.covering[first - 1] or (_typed(doc, first) and doc.has(first - 2, "places.in")):
        return True
    # In Ukrainian and Russian what was shelled follows in the genitive, as after the English "of".
    # An adjective ("обстріли Первомайського") is the name of too many.
    noun = doc.has(first - 1, "strikes.attack.noun") and not doc.words[first - 1].endswith(_VERBAL)
    return (
        noun
        and not doc.words[first - 1].isascii()
        and not doc.gaps[first]
        and not doc.words[first].endswith(("ого", "его"))
    )


def _region(doc: Document, by_kind: Meanings, first: int, last: int, capital: bool) -> Mention | None:
    if "o" in by_kind:
        if capital or doc.has(last + 1, "places.oblast"):
            end = _type_word_after(doc, last, "places.oblast")
            if end is not None:
                return Mention(first, end if end == last + 1 else last, by_kind["o"][:1], Level.REGION)
            end = _type_word_after(doc, last, "places.direction")
            if end is not None:
                return Mention(first, end if end == last + 1 else last, by_kind["o"][:1], Level.REGION)
        if capital and _oblast_left_out(doc, first, last):
            return Mention(first, last, by_kind["o"][:1], Level.REGION)
    if "e" in by_kind and capital:
        end = _type_word_after(doc, last, "places.oblast")
        if end is not None:
            return Mention(first, end if end == last + 1 else last, by_kind["e"][:1], Level.REGION)
        if doc.words[first - 1] == "of" and doc.has(first - 2, "places.oblast"):
            return Mention(first - 2, last, by_kind["e"][:1], Level.REGION)
    if "s" in by_kind and doc.words[first - 1] == "на" and doc.words[first] == "запоріжжі":
        # "у Запоріжжі" is the city, "на Запоріжжі" the land round it.
        return Mention(first, last, ("UA-23",), Level.REGION)
    if "r" in by_kind and capital and len(doc.words[first]) > 2:
        code = by_kind["r"][0]
        return Mention(first, last, (code,), Level.REGION if "-" in code else Level.COUNTRY)
    return None


_FEMININE: Final = ("ій", "ою", "ої", "ую", "ой", "у")


def _oblast_left_out(doc: Document, first: int, last: int) -> bool:
    """``у Чернігівській області та 12 тисяч у Сумській``: the second "області" goes without saying."""
    if not doc.has(first - 1, "places.in") or not doc.words[last].endswith(_FEMININE):
        return False
    ends = last + 1 >= doc.size or doc.gaps[last + 1] != "" or doc.words[last + 1] in ("та", "і", "й", "и", "а")
    begin = first
    while begin > 0 and doc.sentence_of[begin - 1] == doc.sentence_of[first]:
        begin -= 1
    return ends and doc.any_in(begin, first, "places.oblast")


def _type_word_after(doc: Document, last: int, tag: str) -> int | None:
    """Return the token of "області" after an adjective, across a list: "Сумській, Харківській та … областях"."""
    words, gaps, capitals, sentence_of = doc.words, doc.gaps, doc.capitals, doc.sentence_of
    if tag not in doc.starts:
        return None
    for j in range(last + 1, min(doc.size, last + 14)):
        if sentence_of[j] != sentence_of[last]:
            return None
        if doc.has(j, tag):
            return j
        gap = gaps[j]
        if gap and gap != ",":
            return None
        if not (words[j] in _LISTING or (capitals[j] and (gap or words[j - 1] in _JOINING))):
            return None
    return None


_JOINING: Final = words_of("та і й и and")
_LISTING: Final = words_of("та і й и and а також также or або или")


def _adjective(
    doc: Document, by_kind: Meanings, first: int, last: int, after: int, gazette: Gazette
) -> Mention | str | None:
    """A raion, a community, a front sector or a facility named by an adjective."""
    raion = by_kind.get("d") or by_kind.get("x")
    if raion is not None and _type_word_after(doc, last, "places.raion") is not None:
        record = gazette.raions[raion[0]]
        regions = tuple(dict.fromkeys(gazette.raions[r].region for r in raion))
        if len(regions) == 1:
            name = f"{record.en} district" if len(raion) == 1 else None
            return Mention(first, last, regions, Level.RAION, name=name)
        return Mention(first, last, (), Level.RAION, candidates=regions)
    town = by_kind.get("t")
    if "o" in by_kind and after < doc.size and "places.authority" in doc.covering[after]:
        return Mention(first, last, by_kind["o"][:1], Level.REGION, Role.AUTHORITY)
    if town is None and raion is None:
        works = doc.kinds[after] & TARGETS or doc.kinds[after + 1] & TARGETS
        if "o" in by_kind and works and by_kind["o"][0] not in _CITY_OR_OBLAST and "s" not in by_kind:
            # "Саратовський НПЗ": of the oblast or of its capital, which is the same region.
            return Mention(first, last, by_kind["o"][:1], Level.REGION, facility=True)
        return None
    if doc.has(after, "places.raion") or doc.has(after, "places.street"):
        return "city district"
    if doc.has(after, "places.agreement"):
        return "name of an agreement or a unit"
    facility = after < doc.size and (
        doc.kinds[after] & TARGETS or "places.authority" in doc.covering[after] or doc.kinds[after + 1] & TARGETS
    )
    sector = _type_word_after(doc, last, "places.direction") is not None
    if not (facility or sector or doc.has(after, "places.hromada")):
        return None if "s" in by_kind or "a" in by_kind else "adjective of no place"
    if town is not None:
        settlements = gazette.settlements_of(town)
        if sector:
            settlements = tuple([s for s in settlements if s.region in _FRONT]) or settlements
        best = max(settlements, key=lambda s: s.population or 0)
        rivals = [
            s for s in settlements if s.region != best.region and (s.population or 0) * 4 > (best.population or 0)
        ]
        if rivals:
            return Mention(first, last, (), Level.REGION, candidates=tuple(sorted({s.region for s in (best, *rivals)})))
        if doc.has(after, "places.hromada"):
            return Mention(first, last, (best.region,), Level.SETTLEMENT, name=best.name, settlement=best)
        role = Role.AUTHORITY if "places.authority" in doc.covering[after] else Role.EVENT
        if sector:
            return Mention(first, last, (best.region,), Level.REGION, role)
        return Mention(
            first, last, (best.region,), Level.SETTLEMENT, role, name=best.name, settlement=best, facility=True
        )
    if "o" in by_kind:
        return Mention(first, last, by_kind["o"][:1], Level.REGION)
    return None


_FRONT: Final = frozenset(["UA-09", "UA-14", "UA-23", "UA-59", "UA-63", "UA-65"])
"""Oblasts in which front lines ran: "на Покровском направлении" is not the Pokrov of another one."""
_CITY_OR_OBLAST: Final = frozenset(["UA-30", "UA-32", "RU-MOS", "RU-MOW", "RU-LEN", "RU-SPE"])
"""An adjective of these may mean the city or the land round it, which are two regions."""


def _not_a_settlement(doc: Document, first: int, last: int, after: int) -> str:
    if first == last and len(doc.words[first]) <= 4 and doc.raw(first).isupper():
        return "an abbreviation"
    joined = not doc.gaps[first]
    before = doc.tags[first - 1] if doc.begun[first - 1] & PLACES else _NO_TAGS
    follows = doc.tags[after] if doc.begun[after] & PLACES else _NO_TAGS
    if "places.river" in follows and doc.words[after] != "lake":
        return "river or other water"
    if "places.river" in before and joined:
        return "river or other water"
    if doc.words[first] == "ровно" and (doc.numbers[after] if after < doc.size else False):
        return "an adverb"
    if doc.words[first] == "ровно" and doc.words[after] in _EXACTLY:
        return "an adverb"  # "Ровно год назад"
    crossed = first - 2 if doc.words[first - 1] == "the" else first - 1
    if joined and doc.words[crossed] in _CROSSING and doc.words[first].startswith(_RIVERS):
        return "river or other water"
    if not joined and _in_quotes(doc, first, last):
        return "a name in quotation marks"
    if "places.agreement" in follows:
        return "name of an agreement or a unit"
    if doc.kinds[first] & PLACES:
        if "places.water" in doc.covering[first] and "places.settlement" not in before:
            return "river or other water"
        if doc.has(first, "places.people") and "places.in" not in before and "places.settlement" not in before:
            return "people, not their town"
        if doc.has(first, "places.first_name") and after < doc.size and doc.capitals[after]:
            return "first name"
        if doc.has(first, "places.person"):
            return "person"
    if joined and "places.first_name" in before:
        return "surname"
    if joined and "places.person" in before:
        return "person"
    return ""


_EXACTLY: Final = words_of("год через месяц неделю неделя сутки час столько половина полгода такой такая")
_CROSSING: Final = words_of("через across along вздовж уздовж вдоль")
_RIVERS: Final = stems("дніпр днепр dnipro dnieper dnepr десн desna")
"""Cities or towns by the name of the river that a bridge or a ferry crosses there."""
_NO_TAGS: Final[Set[str]] = frozenset()


def _in_quotes(doc: Document, first: int, last: int) -> bool:
    """``ЖК «Львовский квартал»``: what a thing is called; of a struck facility the name still says where it is."""
    if (
        not first
        or not any(q in doc.gaps[first] for q in '«“„"')
        or doc.sentence_of[first - 1] != doc.sentence_of[first]
    ):
        return False
    if doc.gaps[first].strip("«“„\"'") or doc.kinds[first - 1] & TARGETS:
        return False
    closes = any(q in gap for gap in doc.gaps[last + 1 : last + 4] for q in '»”"')
    return closes and not doc.has(first - 1, "places.in") and not doc.has(first - 1, "places.settlement")


def as_sector(doc: Document, mention: Mention) -> Mention:
    """``Kherson direction``, ``Pokrovsk and Kupiansk axes``: a part of the front lies somewhere in the oblast."""
    if mention.level is not Level.SETTLEMENT or not doc.words[mention.last].isascii():
        return mention
    if _type_word_after(doc, mention.last, "places.direction") is None:
        return mention
    regions = tuple(["UA-32" if r == "UA-30" else r for r in mention.regions])
    return Mention(mention.first, mention.last, regions, Level.REGION, candidates=mention.candidates)
