"""Weapons and targets round a word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from schemas.vocabulary import Target, Weapon
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import STRIKES, TARGETS, WEAPONS
from streams.core.extraction.wordlists import stems

_LIST: Final = 14
WEAPON_OF: Final = {f"weapons.{w.value}": w for w in Weapon}
_TARGET_OF: Final = {f"targets.{t.value}": t for t in Target}


def around(sentence: Sentence, token: int, before: int, after: int) -> range:
    """Return the tokens of the sentence from ``before`` to ``after`` words round a token."""
    _, first, last = sentence
    begin, end = token - before, token + after + 1
    return range(begin if begin > first else first, end if end < last else last)


def has_any(doc: Document, first: int, last: int, sentence: Sentence, *tags: str) -> bool:
    """Whether one of ``tags`` starts within tokens ``first:last`` of the sentence."""
    first, last = max(first, sentence.first), min(last, sentence.last)
    for tag in tags:
        if tag in doc.starts and doc.any_in(first, last, tag):
            return True
    return False


def any_kind(doc: Document, tokens: Iterable[int], kind: int) -> bool:
    """Whether a hit of ``kind`` covers one of ``tokens``."""
    if not doc.present & kind:
        return False
    kinds = doc.kinds
    for t in tokens:
        if kinds[t] & kind:
            return True
    return False


def weapon_near(doc: Document, sentence: Sentence, token: int, reach: int, *, within_clause: bool = False) -> bool:
    """Whether a weapon is named within ``reach`` words."""
    if not doc.present & WEAPONS:
        return False
    kinds, clause_of = doc.kinds, doc.clause_of
    for t in around(sentence, token, reach, reach):
        if kinds[t] & WEAPONS and t != token and (not within_clause or clause_of[t] == clause_of[token]):
            return True
    return False


def weapon_at(doc: Document, token: int) -> str | None:
    """Return the tag of the weapon whose name begins at ``token``; a longer name hides those inside it."""
    if doc.begun[token] & WEAPONS:
        for tag in doc.tags[token]:
            if tag in WEAPON_OF:
                return tag
    return None


def target_near(doc: Document, sentence: Sentence, token: int, reach: int) -> Target | None:
    """The nearest target after the trigger, else before it, in its clause."""
    if not doc.present & TARGETS:
        return None
    begun, clause_of = doc.begun, doc.clause_of
    clause = clause_of[token]
    for t in range(token + 1, min(sentence.last, token + reach + 1)):
        if clause_of[t] != clause:
            break
        if begun[t] & TARGETS and (found := _target_at(doc, t, of_strikes=False)) is not None:
            return found
    for t in range(token - 1, max(sentence.first - 1, token - reach - 1), -1):
        if clause_of[t] != clause:
            break
        if begun[t] & TARGETS and (found := _target_at(doc, t, of_strikes=False)) is not None:
            return found
    return None


def _target_at(doc: Document, t: int, *, of_strikes: bool) -> Target | None:
    for tag in doc.tags[t]:
        if tag in _TARGET_OF:
            if tag == "targets.medical" and doc.words[t - 1] in _INSIDE and doc.words[t].endswith(_LOCATIVES):
                return None  # "died in hospital"
            if not of_strikes and doc.begun[t] & STRIKES and "strikes.attack.noun" in doc.tags[t]:
                return None
            return _TARGET_OF[tag]
    return None


_INSIDE: Final = stems("in at у в до во to")
_LOCATIVES: Final = stems("hospital hospitals лікарні лікарнях больнице больницах госпіталі госпитале")


def target_in_list(doc: Document, sentence: Sentence, token: int) -> Target | None:
    """``знищили 85 росіян, три гармати та склад``: the object at the end of a list."""
    if not doc.present & TARGETS:
        return None
    begun = doc.begun
    for t in range(token + 1, min(sentence.last, token + _LIST + 1)):
        if doc.gaps[t] not in ("", ",") and doc.gaps[t].strip("' «»\"") not in ("", ","):
            return None
        if begun[t] & STRIKES and (doc.has(t, "strikes.attack.verb") or doc.has(t, "strikes.explode")):
            return None
        if begun[t] & TARGETS and (found := _target_at(doc, t, of_strikes=True)) is not None:
            return found
    return None


def target_told_of(doc: Document, sentence: Sentence, token: int) -> Target | None:
    """``нафтобаза, яку атакували``, ``порт, по которому ударили``: what a relative clause is about."""
    if not doc.present & TARGETS:
        return None
    begin, clause_of = token, doc.clause_of
    while begin > sentence.first and clause_of[begin - 1] == clause_of[token]:
        begin -= 1
        if token - begin > _RELATIVE_REACH:
            return None
    if not (doc.words[begin].startswith(_RELATIVE) or doc.words[begin + 1].startswith(_RELATIVE)):
        return None
    for t in range(begin - 1, max(sentence.first - 1, begin - 1 - _RELATIVE_REACH), -1):
        if doc.kinds[t] & TARGETS:
            return next((_TARGET_OF[tag] for tag in sorted(doc.covering[t]) if tag in _TARGET_OF), None)
    return None


_RELATIVE: Final = stems("який яка яке яку яких якої якому якій яким які котор which")
_RELATIVE_REACH: Final = 5


def weapons_of(doc: Document, sentence: Sentence, token: int, tag: str) -> tuple[Weapon, ...]:
    """Weapon classes of the trigger's clause, else of its sentence; what a plain word implies comes last."""
    if tag in ("weapons.mine", "weapons.small_arms"):
        return (WEAPON_OF[tag],)
    if doc.present & WEAPONS:
        clause, clause_of, begun = doc.clause_of[token], doc.clause_of, doc.begun
        destroyed = tag == "strikes.destroy.verb"
        here: dict[str, None] = {}
        elsewhere: dict[str, None] = {}
        for t in range(sentence.first, sentence.last):
            if begun[t] & WEAPONS:
                named = weapon_at(doc, t)
                if named is None or named == "weapons.mine" or is_launcher(doc, t):
                    continue
                if destroyed and is_destroyed_launcher(doc, token, t):
                    continue
                elsewhere[named] = None
                if clause_of[t] == clause:
                    here[named] = None
        chosen = here or elsewhere
        if chosen:
            if len(chosen) > 1:
                chosen.pop("weapons.artillery", None)
            return weapon_classes(chosen)
    if doc.words[token] in ("hit", "hits") and doc.any_of(around(sentence, token, 0, 3), "weapons.mine"):
        return (Weapon.MINE,)
    if doc.has(token, "strikes.launch") and doc.any_of(around(sentence, token, 0, _LIST), "weapons.mine"):
        return (Weapon.ARTILLERY,)  # mines that are fired are a mortar's
    return ()


def is_launcher(doc: Document, t: int) -> bool:
    """``склад ракет``, ``зенітний ракетний комплекс``, ``снарядів на складі``: named as a target, not as a weapon."""
    before = doc.words[t - 1]
    return before.startswith(_STORES) or before == "по" or doc.words[t + 1].startswith(_LAUNCHERS)


def is_destroyed_launcher(doc: Document, verb: int, t: int) -> bool:
    """``знищили «Град»``, ``destroyed three howitzers``: a launcher is what was destroyed; with an instrument's ending
    ("знищено артилерією") it did it."""
    if not verb < t <= verb + _OBJECT or doc.clause_of[t] != doc.clause_of[verb]:
        return False
    if doc.tags[t].isdisjoint(_LAUNCHER_TAGS) and not doc.words[t].startswith(_AIR_DEFENCE):
        return False
    for word in doc.words[verb + 1 : t + 1]:
        if word in _WITH or (not word.isascii() and word.endswith(_INSTRUMENTAL)):
            return False
    return True


_LAUNCHER_TAGS: Final = frozenset(["weapons.rocket_artillery", "weapons.artillery"])
_AIR_DEFENCE: Final = ("с-300", "с-400", "s-300", "s-400")
_OBJECT: Final = 6
"""Words from a verb of destruction to its object."""
_INSTRUMENTAL: Final = stems("ом ем єм ами ями ой ою ею єю ью ей")
_WITH: Final = frozenset(["with", "by", "using", "after", "from", "in", "внаслідок", "после", "після", "від", "от"])


_STORES: Final = stems("склад установ зеніт зенит арсенал пуско desp")
_LAUNCHERS: Final = stems("комплекс depot установ launcher підрозд подразд військ войск")
_BALLISTIC_OR_CRUISE: Final = {Weapon.BALLISTIC_MISSILE, Weapon.CRUISE_MISSILE}
_PRECISE_DRONES: Final = {Weapon.LOITERING_MUNITION, Weapon.FPV_DRONE, Weapon.NAVAL_DRONE}


def weapon_classes(tags: dict[str, None]) -> tuple[Weapon, ...]:
    """Return the weapon classes of tags, without those that a more precise one makes needless."""
    found = [WEAPON_OF[t] for t in tags]
    if len(found) < 2:
        return tuple(found)
    if not _BALLISTIC_OR_CRUISE.isdisjoint(found):
        found = [w for w in found if w is not Weapon.MISSILE]
    if not _PRECISE_DRONES.isdisjoint(found):
        found = [w for w in found if w is not Weapon.DRONE]
    if Weapon.ROCKET_ARTILLERY in found:
        found = [w for w in found if w not in (Weapon.ARTILLERY, Weapon.MISSILE)]
    return tuple(found)
