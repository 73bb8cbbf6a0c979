"""Why a word that may tell of a strike does not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from operator import attrgetter
from typing import Final

from schemas.vocabulary import Target
from streams.core.extraction.circumstances import CircumstancePolicy, is_denied, is_guess
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, PEOPLE, TARGETS, WEAPONS
from streams.core.extraction.mishaps import is_fire
from streams.core.extraction.model import Reason
from streams.core.extraction.places.mention import Places
from streams.core.extraction.strikes.surroundings import (
    WEAPON_OF,
    any_kind,
    around,
    has_any,
    is_launcher,
    target_in_list,
    target_near,
    weapon_near,
)
from streams.core.extraction.strikes.trigger import HARMS
from streams.core.extraction.unrelated import is_figure_of_speech, is_intent
from streams.core.extraction.wordlists import stems, words

_NEAR: Final = 7
_FIRST: Final = attrgetter("first")
_FIRES: Final = words("fire fires fired firing launched launches launch")
_TALKED_OF: Final = words("атаки удари удары обстріли обстрелы ударах атаках обстрелах атак ударів attacks strikes")
_ABOUT: Final = frozenset(["про", "о", "об", "about", "щодо"])
_NOT_SHOT_DOWN: Final = frozenset(["weapons.mine", "weapons.artillery", "weapons.small_arms", "weapons.debris"])
_DAMAGE: Final = ("пошко", "damag", "повре", "руйнув")


def refusal_of(
    doc: Document, sentence: Sentence, token: int, tag: str, located: Callable[[], Places], policy: CircumstancePolicy
) -> Reason | None:
    """Return why the word at ``token`` tells of no strike, or None if it does."""
    word = doc.words[token]
    if tag == "weapons.mine":
        return None if _mine_went_off(doc, sentence, token) else Reason.NO_ATTACK
    if tag == "weapons.small_arms":
        hurt = has_any(
            doc, token - 5, token + 6, sentence, "casualties.killed", "casualties.kills", "casualties.wounded"
        )
        return None if hurt and word.startswith(("sniper", "снайпер")) else Reason.GROUND
    if tag in HARMS and not _weapon_killed(doc, sentence, token):
        return Reason.NO_OBJECT
    if word.startswith(_BLOWN_UP) and _is_sabotage(doc, sentence, token):
        return Reason.SABOTAGE
    if is_denied(doc, token, policy):
        return Reason.DENIED
    if "context.nonwar" in doc.starts and doc.any_of(around(sentence, token, 3, 0), "context.nonwar"):
        return Reason.NOT_WAR
    if is_guess(doc, token, policy) or (tag in _ATTACKS and is_intent(doc, token)):
        return Reason.HYPOTHETICAL
    if tag in _ATTACKS and is_figure_of_speech(doc, sentence, token):
        return Reason.FIGURE_OF_SPEECH
    if "context.comment" in doc.starts and doc.any_in(sentence.first, sentence.last, "context.comment"):
        return Reason.COMMENT
    if tag == "strikes.attack.noun":
        return _noun_refusal(doc, sentence, token)
    if tag == "strikes.attack.verb":
        return _verb_refusal(doc, sentence, token, located)
    cleared = "context.deminer" in doc.starts and tag in ("strikes.intercept", "strikes.destroy.verb")
    if cleared and doc.any_in(sentence.first, sentence.last, "context.deminer"):
        return Reason.NOT_WAR  # what lay about was made safe
    if tag == "strikes.intercept":
        return None if _munition_near(doc, sentence, token) else Reason.NO_OBJECT
    if tag == "strikes.destroy.verb":
        return _destruction_refusal(doc, sentence, token)
    if tag == "strikes.fell":
        debris = any("weapons.debris" in doc.covering[t] for t in around(sentence, token, 5, 5))
        drone = any(
            doc.has(t, "forms.munition.one") or doc.words[t] in ("дрони", "дроны", "ракети", "ракеты")
            for t in around(sentence, token, 3, 3)
        )
        return None if debris or drone else Reason.NO_ATTACK
    return None


_ATTACKS: Final = ("strikes.attack.noun", "strikes.attack.verb", "strikes.destroy.verb")
_BLOWN_UP: Final = stems("підір подор підрив подрыв взорв висад blew blows blown")


def _is_sabotage(doc: Document, sentence: Sentence, token: int) -> bool:
    """``партизани підірвали …``, ``взорвали автомобиль``: a planted charge, unless a weapon or an army did it."""
    if weapon_near(doc, sentence, token, 2 * _NEAR, within_clause=True):
        return False
    if any(doc.words[t] in ("mine", "mines") for t in around(sentence, token, 2, 4)):
        return False
    if "context.saboteur" in doc.starts and doc.any_in(sentence.first, sentence.last, "context.saboteur"):
        return True
    if doc.any_in(sentence.first, sentence.last, "context.actor.ua"):
        return False
    return target_near(doc, sentence, token, _NEAR) in (Target.ROAD_TRANSPORT, Target.RAIL)


def _munition_near(doc: Document, sentence: Sentence, token: int) -> bool:
    clause = doc.clause_of[token]
    for t in around(sentence, token, _NEAR, _NEAR):
        if doc.kinds[t] & WEAPONS and doc.clause_of[t] == clause:
            for x in doc.covering[t]:
                if x.startswith("weapons.") and x not in _NOT_SHOT_DOWN:
                    return True
    return False


def _noun_refusal(doc: Document, sentence: Sentence, token: int) -> Reason | None:
    words, starts = doc.words, doc.starts
    word, before = words[token], words[token - 1]
    attack = word.startswith(_ATTACK)
    if (
        attack
        and "context.ground" in starts
        and doc.any_in(sentence.first, sentence.last, "context.ground")
        and not weapon_near(doc, sentence, token, 12)
    ):
        return Reason.GROUND
    if (
        "forms.repelled" in starts
        and doc.any_of(around(sentence, token, 3, 2), "forms.repelled")
        and not weapon_near(doc, sentence, token, 4)
    ):
        return Reason.GROUND
    if word in _TALKED_OF and (before in _ABOUT or words[token - 2] in _ABOUT):
        # "речник про атаки на аеродром" comments on attacks; "повідомили про удари" reports them.
        told = doc.any_of(around(sentence, token, 6, 0), "places.say") or has_any(
            doc, sentence.first, sentence.last, sentence, "strikes.destroy.verb", "casualties.killed"
        )
        if not told:
            return Reason.COMMENT
    if word.startswith(_DEFEATS) and _is_defeat(doc, sentence, token):
        return Reason.FIGURE_OF_SPEECH
    if "context.forecast" in starts and doc.any_of(around(sentence, token, 0, 2), "context.forecast"):
        return Reason.HYPOTHETICAL
    if _is_purpose(doc, sentence, token) or _is_warded_off(doc, sentence, token):
        return Reason.HYPOTHETICAL
    if "context.cyber" in starts and any("context.cyber" in doc.covering[t] for t in around(sentence, token, 2, 1)):
        return Reason.CYBER
    if before in ("heart", "під", "under", "panic", "штурмову", "штурмові", "штурмових", "terror") and word != "attack":
        if before in ("під", "under") and word in ("атакою", "attack", "ударом", "обстрілом", "обстрілами"):
            pass
        elif before not in ("під", "under"):
            return Reason.GROUND
    if attack and any(words[t].startswith(_STORMS) for t in around(sentence, token, 2, 2)):
        return Reason.GROUND
    if word in ("strike", "strikes") and any(
        words[t] in ("hunger", "workers", "union", "general") for t in around(sentence, token, 1, 0)
    ):
        return Reason.NO_OBJECT
    if (
        word.startswith("удар")
        and words[token + 1] in ("по",)
        and words[token + 2] in ("економіці", "экономике", "репутації", "бюджету", "іміджу")
    ):
        return Reason.NO_OBJECT
    return None


_DEFEATS: Final = ("пораж", "ураж")


def _is_defeat(doc: Document, sentence: Sentence, token: int) -> bool:
    """``потерпела поражение``, ``ураження нирок``: of a party or an organ, where no weapon, target or blow is named."""
    if doc.words[token + 1].startswith(_ORGANS):
        return True
    if any(doc.words[t].startswith(_DEALT) for t in around(sentence, token, 3, 3)):
        return False
    return not (weapon_near(doc, sentence, token, _NEAR) or target_near(doc, sentence, token, _NEAR))


_ORGANS: Final = stems("нирок почек печін печен шкір кож мозк мозг леген легк очей глаз серц сердц")
_DEALT: Final = stems("нанес нанос завда огнев вогнев об'єкт объект ціл цел позиц техн")
_ATTACK: Final = ("атак", "attack")
_STORMS: Final = ("штурм", "піхот", "пехот", "assault")


def _is_purpose(doc: Document, sentence: Sentence, token: int) -> bool:
    """``використовує аеродроми для ударів``: what things are for, unless munitions were launched for it."""
    if doc.words[token - 1] not in _FOR and doc.words[token - 2] not in _FOR:
        return False
    if token - 1 < sentence.first or doc.any_in(sentence.first, sentence.last, "strikes.launch"):
        return False
    if doc.words[token].isascii():
        at = token - 1 if doc.words[token - 1] in _FOR else token - 2
        if doc.kinds[at - 1] & WEAPONS and not doc.gaps[at]:
            return True  # "a drone for attacks on airfields"
        return any(doc.words[t] in _IN_USE for t in around(sentence, token, 4, 0))
    return not any(doc.words[t].startswith(_WERE_USED) for t in range(sentence.first, sentence.last))


def _is_warded_off(doc: Document, sentence: Sentence, token: int) -> bool:
    """``захист від ракетних ударів``, ``protect Kharkiv from missile strikes``: what something is to help against."""
    for t in range(max(sentence.first, token - 3), token):
        if doc.words[t] in _AGAINST:
            return any(doc.words[x].startswith(_PROTECT) for x in range(max(sentence.first, t - _NEAR), t))
    return False


_AGAINST: Final = words("from against від проти от против")
_PROTECT: Final = stems("protect defend shield захист захищ прикри защит защищ прикры оберег defence defense")
_FOR: Final = words("для for")
_IN_USE: Final = words("use uses using used")
_WERE_USED: Final = stems("використав використал використан использовал использован залучи задія задейств")


def _verb_refusal(doc: Document, sentence: Sentence, token: int, located: Callable[[], Places]) -> Reason | None:
    word = doc.words[token]
    if word in _FIRES:
        if word == "launch" and doc.words[token + 1] == "of":
            return Reason.NO_OBJECT
        if is_fire(doc, token):
            return Reason.NO_ATTACK
        munition = any_kind(doc, around(sentence, token, 0, 7), WEAPONS)
        return None if munition or doc.words[token + 1] in ("at", "on", "upon", "into") else Reason.NO_OBJECT
    if not doc.has(token, "forms.verb.weak"):
        return None
    weapon = weapon_near(doc, sentence, token, _NEAR, within_clause=True)
    target = target_near(doc, sentence, token, _NEAR)
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
    near = around(sentence, token, 2, 5)
    mentions = located().mentions
    at = bisect_left(mentions, near.start, key=_FIRST)
    place = at < len(mentions) and mentions[at].first < near.stop
    return (
        None
        if place and not word.startswith(("скин", "сброс", "запус", "launch", "направ", "спрям", "rain"))
        else Reason.NO_OBJECT
    )


def _destruction_refusal(doc: Document, sentence: Sentence, token: int) -> Reason | None:
    word = doc.word(token)
    clause = doc.clause_of[token]
    after_it = around(sentence, token, 0, 4)
    munition = any(doc.kinds[x] & WEAPONS and doc.clause_of[x] == clause for x in after_it)
    # "знищили 7 з 10 шахедів" is an interception: the munition is the object.
    if munition and not any_kind(doc, after_it, TARGETS):
        return None
    after = target_in_list(doc, sentence, token)
    if after is None and _were_destroyed(doc, sentence, token):
        return None
    target = after or target_near(doc, sentence, token, _NEAR)
    if target is None:
        return Reason.NO_OBJECT
    if after is None and any_kind(doc, around(sentence, token, -1, 5), PEOPLE):
        # "при захваті аеродрому знищено 20 …": what was destroyed are people, the place is where.
        return Reason.NO_OBJECT
    if "forms.blaze" in doc.starts and any(
        doc.has(t, "forms.blaze") for t in around(sentence, token, 6, 4) if doc.clause_of[t] == clause
    ):
        attack = any("strikes.attack" in tag for t in around(sentence, token, 12, 12) for tag in doc.tags[t])
        if not attack:
            return Reason.NO_ATTACK
    if doc.any_in(sentence.first, sentence.last, "context.nonwar"):
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


def _were_destroyed(doc: Document, sentence: Sentence, token: int) -> bool:
    """``120 drones were destroyed over …``, ``91 беспилотник уничтожен``: munitions before a passive verb."""
    word = doc.words[token]
    if not word.startswith(_DESTROYED) or not (
        doc.words[token - 1] in _WERE if word.isascii() else word.endswith(_PASSIVE)
    ):
        return False
    clause = doc.clause_of[token]
    named = [t for t in around(sentence, token, 5, -1) if doc.kinds[t] & WEAPONS and doc.clause_of[t] == clause]
    if any(is_launcher(doc, t) or (not doc.words[t].isascii() and doc.words[t].endswith(_BY_WHICH)) for t in named):
        return False
    return any(x in WEAPON_OF and x not in _NOT_SHOT_DOWN for t in named for x in doc.covering[t])


_DESTROYED: Final = ("destroyed", "знищен", "уничтожен")
_WERE: Final = words("were was been being are is")
_PASSIVE: Final = stems("ен ено ена ены ені")
_BY_WHICH: Final = stems("ом ем єм ами ями ою ею єю")


def _weapon_killed(doc: Document, sentence: Sentence, token: int) -> bool:
    """``Russian drones killed six people``, ``дрон убив жінку``: the weapon is the subject, so it was used."""
    if not doc.present & WEAPONS:
        return False
    word = doc.words[token]
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
        if doc.kinds[t] & WEAPONS and any(x in WEAPON_OF and x not in _NOT_THROWN for x in doc.covering[t]):
            subject = doc.words[t].isascii() or doc.words[t].endswith(_NOMINATIVE_ENDINGS)
            return subject and not is_launcher(doc, t)
    return False


_NOT_THROWN: Final = ("weapons.mine", "weapons.small_arms")
_NOMINATIVE_ENDINGS: Final = stems("н и ы а і к д бпла л")


def _harmed_by(doc: Document, sentence: Sentence, token: int) -> bool:
    """``killed by a landmine``, ``загинув на міні``: the harm itself says that it went off."""
    t = token - 1
    while t > sentence.first and doc.words[t] in ("a", "an", "the", "an", "russian", "російській", "anti-personnel"):
        t -= 1
    if doc.words[t] not in _BY_OR_ON or doc.gaps[t + 1].strip():
        return False
    return has_any(doc, t - 4, t, sentence, "casualties.killed", "casualties.wounded", "casualties.wounds")


_BY_OR_ON: Final = words("by on на від от")


def _mine_went_off(doc: Document, sentence: Sentence, token: int) -> bool:
    near = around(sentence, token, 6, 6)
    word = doc.word(token)
    blast = any(
        "strikes.explode" in doc.tags[t]
        or doc.words[t].startswith(("підір", "подор", "здето", "blew", "blown", "hit", "наїх", "наех", "detonat"))
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
    hurt = any(doc.begun[x] & CASUALTIES for x in range(sentence.first, sentence.last))
    return blast and (hurt or any_kind(doc, near, TARGETS))
