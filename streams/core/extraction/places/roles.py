"""What a place is to the events of its sentence: where they happened, who speaks, where an attack came from."""

from __future__ import annotations

from typing import Final

from streams.core.extraction.capitals import attack_by
from streams.core.extraction.document import START, Document
from streams.core.extraction.kinds import PEOPLE, PLACES, STRIKES
from streams.core.extraction.places.mention import Level, Mention, Role
from streams.core.extraction.wordlists import words

_REPUBLICS: Final = frozenset(["dpr", "lpr", "dnr", "lnr", "днр", "лнр"])
_CAPITALS: Final = frozenset(["UA-30", "RU-MOW"])


def role_of(doc: Document, mention: Mention) -> Role:
    """Return what a place is to the events of its sentence."""
    first, last = mention.first, mention.last
    words = doc.words
    before, after = words[first - 1], last + 1
    republic = words[first] in _REPUBLICS or words[first].startswith(_REPUBLIC)
    if not republic and last > first:
        republic = any([words[t].startswith(_REPUBLIC) for t in range(first + 1, last + 1)])
    if "context.origin" in doc.starts and _comes_from(doc, first):
        return Role.ORIGIN
    capital = mention.level is Level.SETTLEMENT and mention.regions[:1] and mention.regions[0] in _CAPITALS
    if capital and (_speaks(doc, first, after) or (doc.present & STRIKES and attack_by(doc, first) is not None)):
        return Role.SAYER
    tail = _attribution_tail(doc, first)
    if tail is not None:
        if capital or republic:
            return Role.SAYER
        return Role.AUTHORITY
    if republic:
        fighter = doc.kinds[after + 1] & PEOPLE if after + 1 < doc.size else False
        if doc.has(after, "places.say") or (doc.has(after, "places.authority") and not fighter):
            return Role.SAYER
        if before in ("в", "у", "in") and (doc.has(first - 2, "places.say") or doc.has(after, "places.say")):
            return Role.SAYER
        if doc.has(first - 1, "places.authority") or doc.has(first - 2, "places.authority"):
            return Role.SAYER
    if mention.level is not Level.COUNTRY and doc.has(after, "places.authority") and doc.gaps[after] == "":
        return Role.AUTHORITY
    return Role.EVENT


_REPUBLIC: Final = ("republic", "республ")
_GOVERNMENT: Final = words(
    "military forces army troops soldiers servicemen fighters regime government authorities officials will"
)


def _speaks(doc: Document, first: int, after: int) -> bool:
    """A capital as its government: "Kyiv said", "Kiev's forces", "official Kyiv"."""
    if doc.words[after] == "s":
        after += 1
    if doc.words[after] in _GOVERNMENT and doc.gaps[after] in ("", "'", "’"):
        return True
    if doc.words[first - 1] in ("в", "у", "in") and doc.has(after, "places.say") and doc.gaps[after] == "":
        return True
    if any(doc.end_of(b, "places.blame") == first - 1 for b in doc.starts_in(first - 3, first, "places.blame")):
        return doc.gaps[first] == ""
    if doc.has(first - 1, "places.in") and doc.words[first - 1] != "of":
        return False
    if doc.words[first - 1] in ("official", "офіційний", "официальный"):
        return True
    if after >= doc.size or doc.gaps[after] not in ("", "'", "’"):
        return False
    if doc.has(after, "places.blame"):
        return True
    return doc.has(after, "places.say") or (doc.has(after + 1, "places.say") and doc.gaps[after + 1] == "")


def _comes_from(doc: Document, first: int) -> bool:
    for begin in doc.starts_in(first - 4, first, "context.origin"):
        end = doc.end_of(begin, "context.origin")
        if end < first <= end + 2 and all(not doc.gaps[t] for t in range(begin + 1, first + 1)):
            word = doc.words[begin]
            if begin and "people.military" in doc.covering[begin - 1] and not doc.gaps[begin]:
                return True  # "захисник із Тернополя загинув під Покровськом"
            if word in ("from", "зі", "из", "з", "с", "із") and end == begin:
                # "from" alone is an origin only beside a launch: "launched at Sumy from Kursk".
                near = range(max(0, begin - 6), min(doc.size, first + 6))
                if not any("strikes.launch" in doc.tags[t] or "strikes.attack.verb" in doc.tags[t] for t in near):
                    continue
            return True
    return False


def _attribution_tail(doc: Document, token: int) -> int | None:
    """Return where "- DPR Operational Command" begins, if ``token`` stands in such an ending of its sentence."""
    gaps, sentence_of = doc.gaps, doc.sentence_of
    begin = token
    while not gaps[begin] or not gaps[begin].strip("' "):
        begin -= 1
        if token - begin > 7:
            return None
    gap = gaps[begin]
    if gap == START or not ("-" in gap or "–" in gap or "—" in gap or ":" in gap):
        return None
    end, here = token, sentence_of[token]
    while sentence_of[end + 1] == here:
        end += 1
        if end - begin > 8:
            return None
    if end - begin <= 2:
        return begin
    for t in range(begin, end + 1):
        if doc.begun[t] & PLACES and (doc.has(t, "places.authority") or doc.has(t, "places.say")):
            return begin
    return None
