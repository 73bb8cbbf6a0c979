"""Why a word that may tell of a strike does not."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from streams.core.extraction.circumstances import CircumstancePolicy, is_denied, is_guess
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.model import Reason
from streams.core.extraction.strikes.surroundings import (
    WEAPON_OF,
    around,
    has_any,
    is_launcher,
    target_in_list,
    target_near,
    weapon_near,
)
from streams.core.extraction.strikes.trigger import HARMS
from streams.core.extraction.wordlists import stems, words

_NEAR: Final = 7
_FIRES: Final = words("fire fires fired firing launched launches launch")
_TALKED_OF: Final = words("атаки удари удары обстріли обстрелы ударах атаках обстрелах атак ударів attacks strikes")
_ABOUT: Final = frozenset(["про", "о", "об", "about", "щодо"])
_NOT_SHOT_DOWN: Final = frozenset(["weapons.mine", "weapons.artillery", "weapons.small_arms", "weapons.debris"])
_DAMAGE: Final = ("пошко", "damag", "повре", "руйнув")


def refusal_of(
    doc: Document, sentence: Sentence, token: int, tag: str, places: Set[int], policy: CircumstancePolicy
) -> Reason | None:
    """Return why the word at ``token`` tells of no strike, or None if it does."""
    word = doc.word(token)
    if tag == "weapons.mine":
        return None if _mine_went_off(doc, sentence, token) else Reason.NO_ATTACK
    if tag == "weapons.small_arms":
        hurt = has_any(
            doc, token - 5, token + 6, sentence, "casualties.killed", "casualties.kills", "casualties.wounded"
        )
        return None if hurt and word.startswith(("sniper", "снайпер")) else Reason.GROUND
    if tag in HARMS and not _weapon_killed(doc, sentence, token):
        return Reason.NO_OBJECT
    if is_denied(doc, token, policy):
        return Reason.DENIED
    if doc.any_of(around(sentence, token, 3, 0), "context.nonwar"):
        return Reason.NOT_WAR
    if is_guess(doc, token, policy):
        return Reason.HYPOTHETICAL
    if doc.any_of(range(sentence.first, sentence.last), "context.comment"):
        return Reason.COMMENT
    if tag == "strikes.attack.noun":
        return _noun_refusal(doc, sentence, token)
    if tag == "strikes.attack.verb":
        return _verb_refusal(doc, sentence, token, places)
    if tag == "strikes.intercept":
        munition = any(
            x.startswith("weapons.") and x not in _NOT_SHOT_DOWN
            for t in around(sentence, token, _NEAR, _NEAR)
            if doc.clause_of[t] == doc.clause_of[token]
            for x in doc.covering[t]
        )
        return None if munition else Reason.NO_OBJECT
    if tag == "strikes.destroy.verb":
        return _destruction_refusal(doc, sentence, token)
    if tag == "strikes.fell":
        debris = any("weapons.debris" in doc.covering[t] for t in around(sentence, token, 5, 5))
        drone = any(
            doc.has(t, "forms.munition.one") or doc.word(t) in ("дрони", "дроны", "ракети", "ракеты")
            for t in around(sentence, token, 3, 3)
        )
        return None if debris or drone else Reason.NO_ATTACK
    return None


def _noun_refusal(doc: Document, sentence: Sentence, token: int) -> Reason | None:
    word, before = doc.word(token), doc.word(token - 1)
    ground = doc.any_of(range(sentence.first, sentence.last), "context.ground")
    if ground and word.startswith(("атак", "attack")) and not weapon_near(doc, sentence, token, 12):
        return Reason.GROUND
    repelled = doc.any_of(around(sentence, token, 3, 2), "forms.repelled")
    if repelled and not weapon_near(doc, sentence, token, 4):
        return Reason.GROUND
    talked_of = word in _TALKED_OF and (before in _ABOUT or doc.word(token - 2) in _ABOUT)
    # "речник про атаки на аеродром" comments on attacks; "повідомили про удари" reports them.
    told = doc.any_of(around(sentence, token, 6, 0), "places.say") or any(
        doc.any_in(sentence.first, sentence.last, tag) for tag in ("strikes.destroy.verb", "casualties.killed")
    )
    if talked_of and not told:
        return Reason.COMMENT
    if doc.any_of(around(sentence, token, 0, 2), "context.forecast"):
        return Reason.HYPOTHETICAL
    if _is_purpose(doc, sentence, token):
        return Reason.HYPOTHETICAL
    if any("context.cyber" in doc.covering[t] for t in around(sentence, token, 2, 1)):
        return Reason.CYBER
    if before in ("heart", "під", "under", "panic", "штурмову", "штурмові", "штурмових", "terror") and word != "attack":
        if before in ("під", "under") and word in ("атакою", "attack", "ударом", "обстрілом", "обстрілами"):
            pass
        elif before not in ("під", "under"):
            return Reason.GROUND
    if word.startswith(("атак", "attack")) and any(
        doc.word(t).startswith(("штурм", "піхот", "пехот", "assault")) for t in around(sentence, token, 2, 2)
    ):
        return Reason.GROUND
    if word in ("strike", "strikes") and any(
        doc.word(t) in ("hunger", "workers", "union", "general") for t in around(sentence, token, 1, 0)
    ):
        return Reason.NO_OBJECT
    if (
        word.startswith("удар")
        and doc.word(token + 1) in ("по",)
        and doc.word(token + 2) in ("економіці", "экономике", "репутації", "бюджету", "іміджу")
    ):
        return Reason.NO_OBJECT
    return None


def _is_purpose(doc: Document, sentence: Sentence, token: int) -> bool:
    """``використовує аеродроми для ударів``: what things are for, unless munitions were launched for it."""
    if doc.word(token - 1) not in _FOR and doc.word(token - 2) not in _FOR:
        return False
    if token - 1 < sentence.first or doc.any_in(sentence.first, sentence.last, "strikes.launch"):
        return False
    if doc.word(token).isascii():
        return any(doc.word(t) in _IN_USE for t in around(sentence, token, 4, 0))
    return not any(doc.word(t).startswith(_WERE_USED) for t in range(sentence.first, sentence.last))


_FOR: Final = words("для for")
_IN_USE: Final = words("use uses using used")
_WERE_USED: Final = stems("використав використал використан использовал использован залучи задія задейств")


def _verb_refusal(doc: Document, sentence: Sentence, token: int, places: Set[int]) -> Reason | None:
    word = doc.word(token)
    weapon = weapon_near(doc, sentence, token, _NEAR, within_clause=True)
    target = target_near(doc, sentence, token, _NEAR)
    if word in _FIRES:
        if word == "launch" and doc.word(token + 1) == "of":
            return Reason.NO_OBJECT
        munition = any("weapons" in t for x in around(sentence, token, 0, 7) for t in doc.covering[x])
        return None if munition or doc.word(token + 1) in ("at", "on", "upon", "into") else Reason.NO_OBJECT
    if not doc.has(token, "forms.verb.weak"):
        return None
    if doc.any_of(around(sentence, token, 1, 3), "forms.vehicle") and not target:
        return Reason.NO_OBJECT
    if word in ("hits", "hit") and any("weapons.mine" in doc.covering[t] for t in around(sentence, token, 0, 3)):
        return None
    if word.startswith("потрап"):
        # People get to hospitals and into captivity; what strikes is named before the verb.
        before = list(around(sentence, token, 4, -1))
        armed = any(x.startswith(("weapons.", "context.actor")) for t in before for x in doc.covering[t])
        return None if armed and target else Reason.NO_OBJECT
    if word.startswith(("уражен", "поражен", "підір", "подор", "взорв", "накри", "накры")):
        return None if target or weapon else Reason.NO_OBJECT
    if weapon or target:
        return None
    place = any(t in places for t in around(sentence, token, 2, 5))
    return (
        None
        if place and not word.startswith(("скин", "сброс", "запус", "launch", "направ", "спрям", "rain"))
        else Reason.NO_OBJECT
    )


def _destruction_refusal(doc: Document, sentence: Sentence, token: int) -> Reason | None:
    word = doc.word(token)
    clause = doc.clause_of[token]
    next_tags = [(t, doc.clause_of[x] == clause) for x in around(sentence, token, 0, 4) for t in doc.covering[x]]
    munition = any("weapons" in t and same for t, same in next_tags)
    # "знищили 7 з 10 шахедів" is an interception: the munition is the object.
    if munition and not any(t.startswith("targets.") for t, _ in next_tags):
        return None
    after = target_in_list(doc, sentence, token)
    target = after or target_near(doc, sentence, token, _NEAR)
    if target is None:
        return Reason.NO_OBJECT
    people = any(x.startswith("people.") for t in around(sentence, token, 0, 5) if t > token for x in doc.covering[t])
    if after is None and people:
        # "при захваті аеродрому знищено 20 …": what was destroyed are people, the place is where.
        return Reason.NO_OBJECT
    if any(doc.has(t, "forms.blaze") for t in around(sentence, token, 6, 4) if doc.clause_of[t] == clause):
        attack = any("strikes.attack" in tag for t in around(sentence, token, 12, 12) for tag in doc.tags[t])
        if not attack:
            return Reason.NO_ATTACK
    if doc.any_of(range(sentence.first, sentence.last), "context.nonwar"):
        return Reason.NOT_WAR
    if word.startswith(_DAMAGE):
        before = list(around(sentence, token, 8, 0))
        actor = any("context.actor" in tag for t in before for tag in doc.tags[t])
        weapon = any(
            "weapons." in tag and tag != "weapons.debris"
            for t in around(sentence, token, 6, 5)
            for tag in doc.covering[t]
        )
        return None if actor or weapon else Reason.NO_ATTACK
    return None


def _weapon_killed(doc: Document, sentence: Sentence, token: int) -> bool:
    """``Russian drones killed six people``, ``дрон убив жінку``: the weapon is the subject, so it was used."""
    word = doc.word(token)
    if not doc.has(token, "casualties.kills") and not doc.has(token, "casualties.wounds"):
        # "drones killed six": the participle of "six killed" is no verb of theirs.
        if word not in ("killed", "wounded", "injured") or token + 1 >= sentence.last or doc.gaps[token + 1]:
            return False
        if doc.word(token + 1) in ("by", "in", "and", "on", "at", "near", "as", "after"):
            return False
        reach = 1
    else:
        reach = 3
    for t in range(token - 1, max(sentence.first - 1, token - 1 - reach), -1):
        if doc.gaps[t + 1] or doc.has(t, "strikes.attack.noun"):
            return False
        named = [x for x in doc.covering[t] if x in WEAPON_OF and x not in _NOT_THROWN]
        if named:
            subject = doc.word(t).isascii() or doc.word(t).endswith(_NOMINATIVE_ENDINGS)
            return subject and not is_launcher(doc, t)
    return False


_NOT_THROWN: Final = ("weapons.mine", "weapons.small_arms")
_NOMINATIVE_ENDINGS: Final = stems("н и ы а і к д бпла л")


def _harmed_by(doc: Document, sentence: Sentence, token: int) -> bool:
    """``killed by a landmine``, ``загинув на міні``: the harm itself says that it went off."""
    t = token - 1
    while t > sentence.first and doc.word(t) in ("a", "an", "the", "an", "russian", "російській", "anti-personnel"):
        t -= 1
    if doc.word(t) not in _BY_OR_ON or doc.gaps[t + 1].strip():
        return False
    return has_any(doc, t - 4, t, sentence, "casualties.killed", "casualties.wounded", "casualties.wounds")


_BY_OR_ON: Final = words("by on на від от")


def _mine_went_off(doc: Document, sentence: Sentence, token: int) -> bool:
    near = around(sentence, token, 6, 6)
    word = doc.word(token)
    blast = any(
        "strikes.explode" in doc.tags[t]
        or doc.word(t).startswith(("підір", "подор", "здето", "blew", "blown", "hit", "наїх", "наех", "detonat"))
        for t in near
    )
    # "Booby trap kills one civilian": the weapon itself is the subject.
    last = doc.end_of(token, "weapons.mine")
    if _harmed_by(doc, sentence, token):
        return True
    if has_any(doc, last + 1, last + 3, sentence, "casualties.kills", "casualties.wounds"):
        return True
    if word.startswith(("mine blast", "mine")) and "strikes.explode" in doc.tags[min(token + 1, doc.size - 1)]:
        blast = True
    hurt = any(t.startswith("casualties.") for x in range(sentence.first, sentence.last) for t in doc.tags[x])
    return blast and (hurt or any(t.startswith("targets.") for x in near for t in doc.covering[x]))
