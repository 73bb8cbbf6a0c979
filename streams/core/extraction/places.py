"""Places in running text: which words name one, what they mean, and which are no place of an event.

Order of disambiguation: the region of the same sentence, then the country of the sentence, then primary over
alternate names, then population with a margin; else the mention keeps its candidates and no region.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from streams.core.extraction.document import Document
from streams.core.extraction.gazette import Gazette, SettlementRecord
from streams.core.extraction.toponyms import Entry, Toponym
from streams.core.extraction.wordlists import stems, words

_NO_PLACE_ADJECTIVES: Final = stems(
    "українськ украинск російськ російск российск радянськ советск європейськ центральн південн північн східн "
    "західн южн северн восточн западн військов новин сил українк"
)
_REPUBLICS: Final = frozenset(["dpr", "lpr", "dnr", "lnr", "днр", "лнр"])
DONBAS: Final = ("UA-14", "UA-09")


@dataclass(frozen=True, slots=True)
class PlacePolicy:
    """Thresholds of disambiguation."""

    margin: float = 4.0
    """The largest namesake must have this many times the people of the next."""
    least: int = 10_000
    """Below this size a settlement counts only with its region named, or after a preposition and alone."""
    city: int = 100_000
    """A settlement of this size keeps its name against villages, whatever regions are named beside it."""
    dwarfed: float = 30.0
    """Elsewhere one this many times larger does."""
    lone_village: int = 700
    """A settlement with a unique name counts after a preposition from this size on."""
    both_countries: int = 50_000
    """Below this size a name that both countries have needs its region."""
    alternate_share: float = 10.0
    """An old or foreign name counts beside a primary bearer if its town is this many times larger."""


class Role(Enum):
    """What a place is to the events of its sentence."""

    EVENT = "event"
    AUTHORITY = "authority"
    """Whose authorities speak: the region of last resort."""
    SAYER = "sayer"
    """A government that speaks: "Kyiv said"."""
    ORIGIN = "origin"
    """Where an attack came from."""
    VAGUE = "vague"
    """A part of the country ("eastern Ukraine"): explicit, and no region."""
    COUNTRY = "country"


class Level(Enum):
    SETTLEMENT = "settlement"
    RAION = "raion"
    REGION = "region"
    COUNTRY = "country"


class Mention(NamedTuple):
    """A place at tokens ``first..last``.

    ``regions`` has one code, two for the Donbas, none where the name is ambiguous (``candidates`` lists the regions).
    """

    first: int
    last: int
    regions: tuple[str, ...]
    level: Level
    role: Role = Role.EVENT
    name: str | None = None
    settlement: SettlementRecord | None = None
    candidates: tuple[str, ...] = ()


class NoPlace(NamedTuple):
    """A name that was not taken for a place, and why."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class Places:
    """Mentions in order, and what was rejected."""

    mentions: tuple[Mention, ...]
    rejected: tuple[NoPlace, ...]


@dataclass(slots=True)
class _Open:
    """A settlement name whose bearer is still to be chosen."""

    first: int
    last: int
    primary: list[SettlementRecord]
    alternate: list[SettlementRecord]
    after_preposition: bool
    typed: bool


def locate(doc: Document, gazette: Gazette, policy: PlacePolicy) -> Places:
    """Return the places of a document."""
    mentions: list[Mention] = []
    opens: list[_Open] = []
    rejected: list[NoPlace] = []
    taken: set[int] = set()
    for mention in _special(doc):
        mentions.append(mention)
        taken.update(range(mention.first, mention.last + 1))
    for toponym in gazette.names.find(doc.text.folded):
        first = last = doc.token_at.get(toponym.start, -1)
        while 0 <= last < len(doc.tokens) and doc.tokens[last].end < toponym.end:
            last += 1
        if not 0 <= last < len(doc.tokens) or first in taken or last in taken:
            continue
        found = _classify(doc, toponym, first, last, gazette)
        if isinstance(found, Mention):
            mentions.append(found)
        elif isinstance(found, _Open):
            opens.append(found)
        elif found:
            rejected.append(NoPlace(first, last, found))
    stated = _stated(doc, mentions)
    for name in opens:
        chosen = _choose(doc, name, stated, policy)
        if isinstance(chosen, Mention):
            mentions.append(chosen)
        else:
            rejected.append(NoPlace(name.first, name.last, chosen))
    mentions.sort(key=lambda m: m.first)
    for i, m in enumerate(mentions):
        if not m.regions and m.candidates:
            mentions[i] = _by_neighbour(doc, m, mentions[max(0, i - 3) : i + 4])
        elif m.regions == ("UA-30",):
            mentions[i] = _outside_capital(doc, m)
    for i, m in enumerate(mentions):
        if m.role is Role.EVENT and (role := _role(doc, m)) is not Role.EVENT:
            mentions[i] = m._replace(role=role)
    _set_apart_reference_points(doc, mentions)
    return Places(tuple(_merged(doc, mentions)), tuple(rejected))


def _set_apart_reference_points(doc: Document, mentions: list[Mention]) -> None:
    """``у Василькові за 25 кілометрів від Києва``: Kyiv only says where Vasylkiv is."""
    for begin in doc.starts.get("places.away", ()):
        at = doc.spans[begin, "places.away"] + 1
        for i, m in enumerate(mentions):
            if m.first == at and i and m.role is Role.EVENT:
                before = mentions[i - 1]
                near = doc.sentence_of[before.first] == doc.sentence_of[m.first] and m.first - before.last <= 8
                if near and before.role is Role.EVENT and before.regions:
                    mentions[i] = m._replace(role=Role.ORIGIN)


class _Stated(NamedTuple):
    """Regions that the text names outright, and the countries it says things happen in."""

    by_sentence: dict[int, list[Mention]]
    everywhere: frozenset[str]
    countries: dict[int, set[str]]


def _stated(doc: Document, mentions: list[Mention]) -> _Stated:
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
    return _Stated(by_sentence, everywhere, countries)


def _special(doc: Document) -> Iterable[Mention]:
    for first in doc.starts.get("places.donbas", ()):
        yield Mention(first, doc.spans[first, "places.donbas"], DONBAS, Level.REGION)
    for first in doc.starts.get("places.bridge.crimea", ()):
        yield Mention(first, doc.spans[first, "places.bridge.crimea"], ("UA-43",), Level.REGION)
    for first in doc.starts.get("places.vague", ()):
        yield Mention(first, doc.spans[first, "places.vague"], (), Level.COUNTRY, Role.VAGUE)
    for code in ("UA", "RU"):
        tag = f"places.country.{code.lower()}"
        for first in doc.starts.get(tag, ()):
            if "places.vague" not in doc.covering[first]:
                yield Mention(first, doc.spans[first, tag], (code,), Level.COUNTRY, Role.COUNTRY)


def _classify(doc: Document, toponym: Toponym, first: int, last: int, gazette: Gazette) -> Mention | _Open | str:
    by_kind: dict[str, Entry] = {}
    for entry in toponym.entries:
        known = by_kind.get(entry.kind)
        by_kind[entry.kind] = (
            entry if known is None else Entry(entry.kind, tuple(dict.fromkeys(known.refs + entry.refs)))
        )
    capital = doc.tokens[first].capital
    if doc.word(first).startswith(_NO_PLACE_ADJECTIVES):
        return ""
    after = last + 1 if doc.gaps[last + 1 : last + 2] == ("",) else len(doc.tokens)
    region = _region(doc, by_kind, first, last, capital)
    if region is not None:
        return region
    if not capital:
        return ""
    if doc.has(after, "places.street") or (doc.has(first - 1, "places.street") and doc.word(first - 1) != "м"):
        return "street or square"
    if any(k in by_kind for k in "dtxo"):
        found = _adjective(doc, by_kind, first, last, after, gazette)
        if found is not None:
            return found
    if "s" not in by_kind and "a" not in by_kind:
        return "" if set(by_kind) <= set("dtoex") else "no settlement"
    if reason := _not_a_settlement(doc, first, last, after):
        return reason
    primary = [gazette.settlements[int(r)] for r in by_kind["s"].refs] if "s" in by_kind else []
    alternate = [gazette.settlements[int(r)] for r in by_kind["a"].refs] if "a" in by_kind else []
    known_ids = {s.id for s in primary}
    return _Open(
        first,
        last,
        primary,
        [s for s in alternate if s.id not in known_ids],
        doc.has(first - 1, "places.in")
        or (doc.has(first - 2, "places.in") and doc.has(first - 1, "places.settlement")),
        doc.has(first - 1, "places.settlement"),
    )


def _region(doc: Document, by_kind: dict[str, Entry], first: int, last: int, capital: bool) -> Mention | None:
    if "o" in by_kind and (capital or doc.has(last + 1, "places.oblast")):
        end = _type_word_after(doc, last, "places.oblast")
        if end is not None:
            return Mention(first, end if end == last + 1 else last, by_kind["o"].refs[:1], Level.REGION)
        if doc.has(last + 1, "places.direction"):
            return Mention(first, last + 1, by_kind["o"].refs[:1], Level.REGION)
    if "o" in by_kind and capital and _oblast_left_out(doc, first, last):
        return Mention(first, last, by_kind["o"].refs[:1], Level.REGION)
    if "e" in by_kind and capital:
        end = _type_word_after(doc, last, "places.oblast")
        if end is not None:
            return Mention(first, end if end == last + 1 else last, by_kind["e"].refs[:1], Level.REGION)
        if doc.word(first - 1) == "of" and doc.has(first - 2, "places.oblast"):
            return Mention(first - 2, last, by_kind["e"].refs[:1], Level.REGION)
    if "r" in by_kind and capital and doc.tokens[first].end - doc.tokens[first].start > 2:
        code = by_kind["r"].refs[0]
        return Mention(first, last, (code,), Level.REGION if "-" in code else Level.COUNTRY)
    return None


_FEMININE: Final = ("ій", "ою", "ої", "ую", "ой", "у")


def _oblast_left_out(doc: Document, first: int, last: int) -> bool:
    """``у Чернігівській області та 12 тисяч у Сумській``: the second "області" goes without saying."""
    if not doc.has(first - 1, "places.in") or not doc.word(last).endswith(_FEMININE):
        return False
    ends = last + 1 >= len(doc.tokens) or doc.gaps[last + 1] != "" or doc.word(last + 1) in ("та", "і", "й", "и", "а")
    begin = first
    while begin > 0 and doc.sentence_of[begin - 1] == doc.sentence_of[first]:
        begin -= 1
    return ends and doc.any_in(begin, first, "places.oblast")


def _type_word_after(doc: Document, last: int, tag: str) -> int | None:
    """Return the token of "області" after an adjective, across a list: "Сумській, Харківській та … областях"."""
    j = last + 1
    limit = min(len(doc.tokens), last + 14)
    while j < limit:
        if doc.sentence_of[j] != doc.sentence_of[last]:
            return None
        if doc.has(j, tag):
            return j
        word = doc.word(j)
        joined = doc.gaps[j] in (",", "") and (
            word in ("та", "і", "й", "и", "and", "а", "також", "также", "or", "або", "или")
            or (doc.tokens[j].capital and (doc.gaps[j] == "," or doc.word(j - 1) in ("та", "і", "й", "и", "and")))
        )
        if not joined:
            return None
        j += 1
    return None


def _adjective(
    doc: Document, by_kind: dict[str, Entry], first: int, last: int, after: int, gazette: Gazette
) -> Mention | str | None:
    """A raion, a community, a front sector or a facility named by an adjective."""
    raion = by_kind.get("d") or by_kind.get("x")
    if raion is not None and _type_word_after(doc, last, "places.raion") is not None:
        record = gazette.raions[raion.refs[0]]
        regions = tuple(dict.fromkeys(gazette.raions[r].region for r in raion.refs))
        if len(regions) == 1:
            name = f"{record.en} district" if len(raion.refs) == 1 else None
            return Mention(first, last, regions, Level.RAION, name=name)
        return Mention(first, last, (), Level.RAION, candidates=regions)
    town = by_kind.get("t")
    if "o" in by_kind and after < len(doc.tokens) and "places.authority" in doc.covering[after]:
        return Mention(first, last, by_kind["o"].refs[:1], Level.REGION, Role.AUTHORITY)
    if town is None and raion is None:
        return None
    if doc.has(after, "places.raion") or doc.has(after, "places.street"):
        return "city district"
    if doc.has(after, "places.agreement"):
        return "name of an agreement or a unit"
    facility = after < len(doc.tokens) and (
        any(t.startswith(("targets.", "places.authority")) for t in doc.covering[after])
        or any(t.startswith("targets.") for covering in doc.covering[after + 1 : after + 2] for t in covering)
    )
    sector = doc.has(after, "places.direction")
    if not (facility or sector or doc.has(after, "places.hromada")):
        return None if "s" in by_kind else "adjective of no place"
    if town is not None:
        settlements = [gazette.settlements[int(r)] for r in town.refs]
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
        return Mention(first, last, (best.region,), Level.SETTLEMENT, role, name=best.name, settlement=best)
    if "o" in by_kind:
        return Mention(first, last, by_kind["o"].refs[:1], Level.REGION)
    return None


def _not_a_settlement(doc: Document, first: int, last: int, after: int) -> str:
    token = doc.tokens[first]
    if token.end - token.start <= 4 and doc.text.clean[token.start : token.end].isupper() and first == last:
        return "an abbreviation"
    if doc.has(after, "places.river") and doc.word(after) not in ("lake",):
        return "river or other water"
    if doc.has(first - 1, "places.river") and doc.gaps[first] == "":
        return "river or other water"
    if _in_quotes(doc, first, last):
        return "a name in quotation marks"
    if "places.water" in doc.covering[first] and not doc.has(first - 1, "places.settlement"):
        return "river or other water"
    if doc.has(after, "places.agreement"):
        return "name of an agreement or a unit"
    if doc.gaps[first] == "" and doc.has(first - 1, "places.first_name"):
        return "surname"
    if doc.has(first, "places.first_name") and after < len(doc.tokens) and doc.tokens[after].capital:
        return "first name"
    if doc.has(first, "places.person") or (doc.has(first - 1, "places.person") and doc.gaps[first] == ""):
        return "person"
    return ""


def _in_quotes(doc: Document, first: int, last: int) -> bool:
    """``ЖК «Львовский квартал»``: what a thing is called; of a struck facility the name still says where it is."""
    if (
        not first
        or not any(q in doc.gaps[first] for q in '«“„"')
        or doc.sentence_of[first - 1] != doc.sentence_of[first]
    ):
        return False
    if doc.gaps[first].strip("«“„\"'") or any(t.startswith("targets.") for t in doc.covering[first - 1]):
        return False
    closes = any(q in gap for gap in doc.gaps[last + 1 : last + 4] for q in '»”"')
    return closes and not doc.has(first - 1, "places.in") and not doc.has(first - 1, "places.settlement")


def _choose(doc: Document, name: _Open, stated: _Stated, policy: PlacePolicy) -> Mention | str:
    candidates = name.primary + name.alternate
    sentence = doc.sentence_of[name.first]
    here = stated.by_sentence.get(sentence, ())
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
        primary = [s for s in name.primary if s.region.startswith(country)]
        alternate = [s for s in name.alternate if s.region.startswith(country)]
        if primary or alternate:
            name.primary, name.alternate = primary, alternate
    return _by_size(name, policy)


def _beside(doc: Document, last: int, region: int) -> bool:
    """``Дудчани (Херсонська область)``, ``Kramatorsk, Donetsk region``, ``Рикове в Херсонській області``."""
    if region <= last or region - last > 3 or doc.sentence_of[region] != doc.sentence_of[last]:
        return False
    return all(
        doc.word(t) in ("в", "у", "на", "in", "of", "окупованому", "оккупированном") for t in range(last + 1, region)
    )


def _by_size(name: _Open, policy: PlacePolicy) -> Mention | str:
    primary = sorted(name.primary, key=lambda s: -(s.population or 0))
    alternate = sorted(name.alternate, key=lambda s: -(s.population or 0))
    ordered = primary
    if alternate:
        bar = policy.alternate_share * (primary[0].population or 0) if primary else 0
        ordered = sorted(
            primary + [s for s in alternate if (s.population or 0) >= max(bar, policy.least)],
            key=lambda s: -(s.population or 0),
        )
    if not ordered:
        return "an old name of a small place"
    first = ordered[0]
    size = first.population or 0
    regions = tuple(dict.fromkeys(s.region for s in ordered))
    second = max((s.population or 0 for s in ordered[1:] if s.region != first.region), default=0)
    both = size < policy.both_countries and len({r[:2] for r in regions}) > 1
    if size >= policy.least and size >= policy.margin * second and not both:
        return _settled(name, first)
    if not (name.after_preposition or name.typed):
        return "a small place, without a preposition or its region"
    if both:
        # Krasna Hora and Krasnaya Gora: small namesakes on both sides of the border, nothing to choose by.
        return Mention(name.first, name.last, (), Level.SETTLEMENT, name=first.name, candidates=regions[:32])
    if len(regions) == 1 and (size >= policy.lone_village or name.typed):
        return _settled(name, first)
    if size >= policy.lone_village * 2 and second * policy.margin * 2 <= size:
        return _settled(name, first)
    if len(regions) == 1:
        return "too small a place to be sure"
    return Mention(name.first, name.last, (), Level.SETTLEMENT, name=first.name, candidates=regions[:32])


def _settled(name: _Open, settlement: SettlementRecord) -> Mention:
    return Mention(
        name.first, name.last, (settlement.region,), Level.SETTLEMENT, name=settlement.name, settlement=settlement
    )


def _by_neighbour(doc: Document, mention: Mention, around: list[Mention]) -> Mention:
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


_OUTSKIRTS: Final = words("під под near outside біля поблизу околиці передмісті пригороде неподалік")


def _outside_capital(doc: Document, mention: Mention) -> Mention:
    """``під Києвом`` is Kyiv oblast (coding rule 1)."""
    if mention.first and doc.word(mention.first - 1) in _OUTSKIRTS:
        return mention._replace(regions=("UA-32",), level=Level.REGION, name=None, settlement=None)
    return mention


_CAPITALS: Final = frozenset(["UA-30", "RU-MOW"])


def _role(doc: Document, mention: Mention) -> Role:
    first, last = mention.first, mention.last
    before, after = doc.word(first - 1), last + 1
    republic = doc.word(first) in _REPUBLICS or any(
        doc.word(t).startswith(("republic", "республ")) for t in range(first, last + 1)
    )
    if _comes_from(doc, first):
        return Role.ORIGIN
    capital = mention.level is Level.SETTLEMENT and mention.regions[:1] and mention.regions[0] in _CAPITALS
    if capital and _speaks(doc, first, after):
        return Role.SAYER
    tail = _attribution_tail(doc, first)
    if tail is not None:
        if capital or republic:
            return Role.SAYER
        return Role.AUTHORITY
    if republic:
        fighter = (
            any(tag.startswith("people.") for tag in doc.covering[after + 1]) if after + 1 < len(doc.tags) else False
        )
        if doc.has(after, "places.say") or (doc.has(after, "places.authority") and not fighter):
            return Role.SAYER
        if before in ("в", "у", "in") and (doc.has(first - 2, "places.say") or doc.has(after, "places.say")):
            return Role.SAYER
        if doc.has(first - 1, "places.authority") or doc.has(first - 2, "places.authority"):
            return Role.SAYER
    if mention.level is not Level.COUNTRY and doc.has(after, "places.authority") and doc.gaps[after] == "":
        return Role.AUTHORITY
    return Role.EVENT


_GOVERNMENT: Final = words(
    "military forces army troops soldiers servicemen fighters regime government authorities officials will"
)


def _speaks(doc: Document, first: int, after: int) -> bool:
    """A capital as its government: "Kyiv said", "Kiev's forces", "official Kyiv"."""
    if doc.word(after) == "s":
        after += 1
    if doc.word(after) in _GOVERNMENT and doc.gaps[after] in ("", "'", "’"):
        return True
    if doc.word(first - 1) in ("в", "у", "in") and doc.has(after, "places.say") and doc.gaps[after] == "":
        return True
    if any(doc.spans[b, "places.blame"] == first - 1 for b in doc.starts_in(first - 3, first, "places.blame")):
        return doc.gaps[first] == ""
    if doc.has(first - 1, "places.in") and doc.word(first - 1) != "of":
        return False
    if doc.word(first - 1) in ("official", "офіційний", "официальный"):
        return True
    if after >= len(doc.tokens) or doc.gaps[after] not in ("", "'", "’"):
        return False
    if doc.has(after, "places.blame"):
        return True
    return doc.has(after, "places.say") or (doc.has(after + 1, "places.say") and doc.gaps[after + 1] == "")


def _comes_from(doc: Document, first: int) -> bool:
    for begin in doc.starts_in(first - 4, first, "context.origin"):
        end = doc.spans[begin, "context.origin"]
        if end < first <= end + 2 and all(not doc.gaps[t] for t in range(begin + 1, first + 1)):
            word = doc.word(begin)
            if word in ("from", "зі", "из", "з", "с", "із") and end == begin:
                # "from" alone is an origin only beside a launch: "launched at Sumy from Kursk".
                near = range(max(0, begin - 6), min(len(doc.tokens), first + 6))
                if not any("strikes.launch" in doc.tags[t] or "strikes.attack.verb" in doc.tags[t] for t in near):
                    continue
            return True
    return False


def _attribution_tail(doc: Document, token: int) -> int | None:
    """Return where "- DPR Operational Command" begins, if ``token`` stands in such an ending of its sentence."""
    here = doc.sentence_of[token]
    end = token
    while end + 1 < len(doc.tokens) and doc.sentence_of[end + 1] == here:
        end += 1
        if end - token > 8:
            return None
    begin = token
    while begin > 0 and doc.sentence_of[begin] == here and not doc.gaps[begin].strip("' "):
        begin -= 1
        if token - begin > 7:
            return None
    if doc.sentence_of[begin] != here or not any(dash in doc.gaps[begin] for dash in "-–—:") or end - begin > 8:
        return None
    return (
        begin
        if any(doc.has(t, "places.authority") or doc.has(t, "places.say") for t in range(begin, end + 1))
        or (end - begin <= 2)
        else None
    )


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
