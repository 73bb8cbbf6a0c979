"""A capital that attacks is a side and no place: "Kyiv attacked a refinery", "Москва ударила по Харькову"."""

from __future__ import annotations

from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.kinds import CONTEXT, TARGETS, WEAPONS
from streams.core.extraction.wordlists import stems, words

_CAPITALS: Final = {
    **dict.fromkeys(words("київ киев kyiv kiev"), "UA"),
    **dict.fromkeys(words("москва moscow кремль kremlin"), "RU"),
}
"""Governments by the name of their seat, in the nominative: whoever attacks is the subject."""
_NAMES: Final = frozenset(_CAPITALS)
_MAY_PRECEDE: Final = words(
    "and as after while but that when because since although says said official що что і й та и а але но як як коли "
    "когда після после поки пока офіційний официальный"
)
_BETWEEN: Final = words(
    "has have had again also once twice overnight reportedly allegedly just already massively знову снова опять також "
    "тоже также вночі ночью вже уже вкотре масовано массированно сьогодні сегодня вчора вчера цинічно цинично"
)
_ADVERBS: Final = 3
_ACTIVE: Final = words(
    "attacked attacks attacking struck strikes hit hits shelled shells launched launches fired fires bombed bombs "
    "targeted targets pounded pounds bombarded unleashed"
)
_HITS_AT: Final = words("ударил ударила вдарив вдарила ударив бьет бьёт б'є бив била бил")
"""Verbs that take no object but "по": their nominative is the subject."""
_DEALS: Final = words("нанес нанёс нанесла наносит завдав завдала завдає здійснив здійснила совершил совершила")
_MASCULINE: Final = ("в", "л")
_FEMININE: Final = "ла"
_PRESENT: Final = ("є", "ет", "ёт", "ит", "ить")
_BEFORE_OBJECT: Final = words("at on against into")
_NO_OBJECT: Final = words("by in with on at as after and during for from near over amid hard again back overnight")
_REACH: Final = 5
_INSTRUMENTAL: Final = stems("ами ями ом ем єм ою ею єю")


def attack_by(doc: Document, first: int) -> tuple[int, str] | None:
    """Return the verb of attack whose subject is the capital at ``first``, and its country; None if it is a place."""
    country = _CAPITALS.get(doc.words[first])
    if country is None or not doc.capitals[first] or not _opens(doc, first):
        return None
    verb = first + 1
    while verb - first <= _ADVERBS and doc.words[verb] in _BETWEEN and not doc.gaps[verb]:
        verb += 1
    if verb >= doc.size or doc.gaps[verb]:
        return None
    attacks = _attacks(doc, verb) if doc.words[verb].isascii() else _attacks_slavic(doc, first, verb)
    return (verb, country) if attacks else None


def _opens(doc: Document, first: int) -> bool:
    """Whether a capital may be a subject: a clause or what follows "and" or "that" begins with it."""
    before = first - 1 if first and doc.words[first - 1] == "the" and not doc.gaps[first] else first
    return doc.gaps[before] != "" or doc.words[before - 1] in _MAY_PRECEDE


def _attacks(doc: Document, verb: int) -> bool:
    """``Kyiv hit a depot``, ``Moscow launched missiles at Odesa``; not ``Kyiv hit by drones``, ``Kyiv hit again``."""
    if doc.words[verb] not in _ACTIVE or doc.gaps[verb + 1]:
        return False
    thrown = doc.has(verb, "strikes.launch")
    if doc.words[verb + 1] in _NO_OBJECT and not (thrown and doc.words[verb + 1] in _BEFORE_OBJECT):
        return False
    return _has_object(doc, verb, WEAPONS | TARGETS if thrown else TARGETS)


def _attacks_slavic(doc: Document, first: int, verb: int) -> bool:
    """``Київ атакував нафтобазу``; not ``Київ атакував дрон``, where the accusative is the same word."""
    word = doc.words[verb]
    feminine = doc.words[first] == "москва"
    past = word.endswith(_FEMININE) if feminine else word.endswith(_MASCULINE)
    if word in _HITS_AT:
        return doc.words[verb + 1] == "по" or _has_object(doc, verb, TARGETS)
    if word in _DEALS:
        return any("strikes.attack.noun" in doc.tags[t] for t in _after(doc, verb))
    if not (past or word.endswith(_PRESENT)) or not doc.has(verb, "strikes.attack.verb"):
        return False
    return feminine or (not _comes_after(doc, verb) and _has_object(doc, verb, TARGETS))


def _comes_after(doc: Document, verb: int) -> bool:
    """``Київ атакував ворог``, ``Киев атаковал беспилотник``: the subject stands behind the verb."""
    for t in _after(doc, verb):
        if doc.begun[t] & CONTEXT and "context.actor.ru" in doc.tags[t]:
            return not doc.kinds[t + 1] & TARGETS
        if doc.begun[t] & WEAPONS:
            return not doc.words[t].endswith(_INSTRUMENTAL)
        if doc.begun[t] & TARGETS:
            return False
    return False


def _has_object(doc: Document, verb: int, kinds: int) -> bool:
    """Whether what was attacked is named: a target or a place."""
    return any(doc.kinds[t] & kinds or (doc.names[t] is not None and doc.capitals[t]) for t in _after(doc, verb))


def _after(doc: Document, verb: int) -> range:
    end = min(doc.size, verb + 1 + _REACH)
    for t in range(verb + 1, end):
        if doc.clause_of[t] != doc.clause_of[verb]:
            return range(verb + 1, t)
    return range(verb + 1, end)


def attacker(doc: Document, first: int, token: int) -> str | None:
    """Return the country of the capital that attacks at ``token``, if it stands after ``first``, in its clause."""
    if _NAMES.isdisjoint(doc.words[first:token]):
        return None
    for t in range(token - 1, first - 1, -1):
        if doc.clause_of[t] != doc.clause_of[token]:
            return None
        if doc.words[t] in _CAPITALS and (found := attack_by(doc, t)) is not None:
            verb, country = found
            return country if verb <= token else None
    return None
