"""Weapons and targets round a word."""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import Target, Weapon
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import TARGETS, WEAPONS
from streams.core.extraction.wordlists import stems

_LIST: Final = 14
WEAPON_OF: Final = {f"weapons.{w.value}": w for w in Weapon}


def around(sentence: Sentence, token: int, before: int, after: int) -> range:
    """Return the tokens of the sentence from ``before`` to ``after`` words round a token."""
    return range(max(sentence.first, token - before), min(sentence.last, token + after + 1))


def has_any(doc: Document, first: int, last: int, sentence: Sentence, *tags: str) -> bool:
    """Whether one of ``tags`` starts within tokens ``first:last`` of the sentence."""
    return any(tag in doc.tags[t] for t in range(max(first, sentence.first), min(last, sentence.last)) for tag in tags)


def weapon_near(doc: Document, sentence: Sentence, token: int, reach: int, *, within_clause: bool = False) -> bool:
    """Whether a weapon is named within ``reach`` words."""
    for t in around(sentence, token, reach, reach):
        if within_clause and abs(doc.clause_of[t] - doc.clause_of[token]) > 0:
            continue
        if t != token and doc.kinds[t] & WEAPONS:
            return True
    return False


def target_near(doc: Document, sentence: Sentence, token: int, reach: int) -> Target | None:
    """The nearest target after the trigger, else before it, in its clause."""
    if not doc.present & TARGETS:
        return None
    clause = doc.clause_of[token]
    after = [t for t in range(token + 1, min(sentence.last, token + reach + 1)) if doc.clause_of[t] == clause]
    before = [t for t in range(token - 1, max(sentence.first - 1, token - reach - 1), -1) if doc.clause_of[t] == clause]
    for t in (*after, *before):
        for tag in doc.tags[t]:
            if tag == "targets.medical" and doc.word(t - 1) in _INSIDE and doc.word(t).endswith(_LOCATIVES):
                continue  # "died in hospital"
            if tag.startswith("targets.") and "strikes.attack.noun" not in doc.tags[t]:
                return Target(tag.removeprefix("targets."))
    return None


_INSIDE: Final = stems("in at у в до во to")
_LOCATIVES: Final = stems("hospital hospitals лікарні лікарнях больнице больницах госпіталі госпитале")


def target_in_list(doc: Document, sentence: Sentence, token: int) -> Target | None:
    """``знищили 85 росіян, три гармати та склад``: the object at the end of a list."""
    if not doc.present & TARGETS:
        return None
    for t in range(token + 1, min(sentence.last, token + _LIST + 1)):
        gap = doc.gaps[t].strip("' «»\"")
        if gap not in ("", ",") or any(k in doc.tags[t] for k in ("strikes.attack.verb", "strikes.explode")):
            return None
        for tag in doc.tags[t]:
            if tag == "targets.medical" and doc.word(t - 1) in _INSIDE and doc.word(t).endswith(_LOCATIVES):
                continue
            if tag.startswith("targets."):
                return Target(tag.removeprefix("targets."))
    return None


def weapons_of(doc: Document, sentence: Sentence, token: int, tag: str) -> tuple[Weapon, ...]:
    """Weapon classes of the trigger's clause, else of its sentence; what a plain word implies comes last."""
    if tag in ("weapons.mine", "weapons.small_arms"):
        return (WEAPON_OF[tag],)
    clause = doc.clause_of[token]
    # In order of the words; a word of two classes gives them in the order of the vocabulary.
    used = sorted(
        (t, i, x)
        for i, x in enumerate(WEAPON_OF)
        if x in doc.starts and x != "weapons.mine"
        for t in doc.starts_in(sentence.first, sentence.last, x)
        if not is_launcher(doc, t)
    )
    for scope in ([u for u in used if doc.clause_of[u[0]] == clause], used):
        named = [x for _, _, x in scope]
        explicit = [x for x in named if x != "weapons.artillery"]
        chosen = explicit or named
        if chosen:
            return weapon_classes(dict.fromkeys(chosen))
    if doc.word(token) in ("hit", "hits") and doc.any_of(around(sentence, token, 0, 3), "weapons.mine"):
        return (Weapon.MINE,)
    if doc.has(token, "strikes.launch") and doc.any_of(around(sentence, token, 0, _LIST), "weapons.mine"):
        return (Weapon.ARTILLERY,)  # mines that are fired are a mortar's
    return ()


def is_launcher(doc: Document, t: int) -> bool:
    """``склад ракет``, ``зенітний ракетний комплекс``, ``снарядів на складі``: named as a target, not as a weapon."""
    before = doc.word(t - 1)
    return before.startswith(("склад", "зеніт", "зенит", "арсенал", "пуско", "desp")) or doc.word(t + 1).startswith(
        ("комплекс", "depot", "установ", "launcher", "підрозд", "подразд", "військ", "войск")
    )


def weapon_classes(tags: dict[str, None]) -> tuple[Weapon, ...]:
    """Return the weapon classes of tags, without those that a more precise one makes needless."""
    found = [WEAPON_OF[t] for t in tags]
    precise = {Weapon.BALLISTIC_MISSILE, Weapon.CRUISE_MISSILE}
    if precise & set(found):
        found = [w for w in found if w is not Weapon.MISSILE]
    if {Weapon.LOITERING_MUNITION, Weapon.FPV_DRONE, Weapon.NAVAL_DRONE} & set(found):
        found = [w for w in found if w is not Weapon.DRONE]
    if Weapon.ROCKET_ARTILLERY in found:
        found = [w for w in found if w not in (Weapon.ARTILLERY, Weapon.MISSILE)]
    return tuple(found)
