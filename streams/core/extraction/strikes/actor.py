"""Which side a sentence says attacked."""

from __future__ import annotations

import re
from typing import Final

from schemas.vocabulary import Party
from streams.core.extraction.capitals import attacker
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, PEOPLE, TARGETS, WEAPONS
from streams.core.extraction.wordlists import stems, words


def actor_of(doc: Document, sentence: Sentence, token: int, tag: str) -> Party | None:
    """The side that acts: the subject of a verb, or the adjective or genitive at a noun ("ворожий удар", "удар ЗСУ").

    An interception says who defended, not who attacked.
    """
    if tag == "strikes.intercept":
        return None
    country = attacker(doc, sentence.first, token)
    if country is not None:
        return Party(country)
    sides = [
        (t, name) for name in _SIDES if name in doc.starts for t in doc.starts_in(sentence.first, sentence.last, name)
    ]
    if not sides:
        return None
    sides.sort()
    noun = tag == "strikes.attack.noun"
    clause_of, words = doc.clause_of, doc.words
    best: tuple[float, Party] | None = None
    for t, name in sides:
        apart = abs(clause_of[t] - clause_of[token])
        distance = (float(token - doc.end_of(t, name)) if t < token else (t - token) * 1.5) + 2.0 * apart
        if best is not None and distance >= best[0]:
            continue
        if not noun and t > token and words[t].isascii() and "by" not in (words[t - 1], words[t - 2]):
            continue  # "its forces struck Ukrainian plants": what follows an English verb is its object
        adjacent = noun and -4 <= t - token <= 3 and not apart
        # "удар ракетами … збройних сил": whose weapons they were.
        armed = t > 0 and t - token <= 8 and doc.kinds[t - 1] & WEAPONS
        if (adjacent or armed or _SUBJECTS.match(words[t])) and not _is_object(doc, t, token):
            best = (distance, _SIDES[name])
    return best[1] if best is not None and best[0] <= 18 else None


_SIDES: Final = {"context.actor.ru": Party.RU, "context.actor.ua": Party.UA}
_PREPOSITIONS: Final = words("по на у в against on at проти против in над об о про из-за за")


def _is_object(doc: Document, t: int, trigger: int) -> bool:
    """``склад ЗСУ``, ``по аеродромах окупантів``, ``у РФ``, ``Міноборони РФ заявило``: whose, where, or who speaks."""
    before = doc.words[t - 1]
    if before in _PREPOSITIONS and not _is_possessor(doc, t, trigger):
        return True
    if t > trigger and (_is_owner_after(doc, t, trigger) or _is_harmed(doc, t)):
        return True
    if t > trigger and t and doc.kinds[t - 1] & (TARGETS | PEOPLE):
        return True
    if t < trigger and doc.has(t - 1, "casualties.casualties"):
        return True  # "втрати росіян після удару"
    if _is_attribution(doc, t) and not doc.has(trigger, "strikes.destroy.verb"):
        return True
    if _is_owner_before(doc, t, trigger):
        return True
    if _is_victim(doc, t):
        return True
    if any(doc.has(x, "places.say") and doc.joined(t, x) for x in (t + 1, t + 2)):
        return True
    if t + 1 >= doc.size or not doc.joined(t, t + 1):
        return False
    # A tank is no subject unless it does something itself: "знищила російський танк".
    thing = bool(doc.kinds[t + 1] & TARGETS)
    acts = doc.has(trigger, "strikes.attack.noun")  # "атака российских вертолетов"
    return thing or (t > trigger and doc.has(t + 1, "forms.vehicle") and not acts)


def _is_attribution(doc: Document, t: int) -> bool:
    """``… – ВС ВСУ``, ``- Kiev military``: who says so, after the last dash of a sentence."""
    sentence = doc.sentences[doc.sentence_of[t]]
    if sentence.last - t > _SPEAKER:
        return False
    for x in range(t, max(sentence.first, sentence.last - _SPEAKER - 1), -1):
        gap = doc.gaps[x]
        if gap:
            return gap in ("-", "–", "—")
    return False


_SPEAKER: Final = 4
"""Words of who speaks."""


def _is_possessor(doc: Document, t: int, trigger: int) -> bool:
    """``in Kiev forces' shelling``: the preposition belongs to what the side did."""
    return t < trigger <= t + 4 and any(doc.gaps[x] in ("'", "’") for x in range(t + 1, trigger + 1))


def _is_owner_after(doc: Document, t: int, trigger: int) -> bool:
    """``удар по заводу Чорноморського флоту РФ``: whose the thing was, some words further on."""
    if doc.words[t] not in _GENITIVES:
        return False
    for x in range(t - 1, max(trigger, t - 5), -1):
        word = doc.words[x]
        if not doc.joined(x, x + 1) or doc.kinds[x] & WEAPONS or word in _NEW_PHRASE or word.endswith(_VERBAL):
            return False
        if doc.kinds[x] & TARGETS:
            return True
    return False


_NEW_PHRASE: Final = _PREPOSITIONS | words("в у біля під из з із що які яка який")
_VERBAL: Final = stems("ли ла ло ють ают ает")
_GENITIVES: Final = words(
    "рф росії россии росіян россиян окупантів оккупантов ворога врага противника зсу всу украины україни"
)


def _is_harmed(doc: Document, t: int) -> bool:
    """``attacks kill 19 Ukrainian soldiers``: those whom it befell."""
    for x in range(t - 1, t - 4, -1):
        if doc.gaps[x + 1]:
            return False
        if doc.begun[x] & CASUALTIES and (doc.has(x, "casualties.kills") or doc.has(x, "casualties.wounds")):
            return True
    return False


def _is_owner_before(doc: Document, t: int, trigger: int) -> bool:
    """``склад 81-ї бригади ЗСУ знищили``, ``база ВСУ была поражена``: whose the thing was that somebody struck."""
    if t > trigger or doc.words[t].isascii():
        return False
    if not (doc.has(trigger, "strikes.destroy.verb") or _is_passive(doc, trigger)):
        return False
    for x in range(t - 1, max(-1, t - 5), -1):
        if not doc.joined(x, x + 1) or doc.has(x, "strikes.attack.noun"):
            return False
        if doc.kinds[x] & TARGETS:
            return True
    return False


def _is_passive(doc: Document, trigger: int) -> bool:
    return doc.words[trigger].endswith(("ена", "ено", "ені", "ены", "ен", "ана", "ано", "ані", "аны", "ан"))


def _is_victim(doc: Document, t: int) -> bool:
    """``Ukrainian soldiers killed in a rebel attack``: people of a side, and what befell them."""
    for x in range(t + 1, min(t + 4, doc.size)):
        if doc.gaps[x]:
            return False
        if doc.begun[x] & CASUALTIES and not _HURT.isdisjoint(doc.tags[x]):
            return any(doc.kinds[y] & PEOPLE for y in range(t, x))
    return False


_HURT: Final = frozenset(["casualties.killed", "casualties.wounded"])
_SUBJECTS: Final = re.compile(
    r"(?:окупанти|окупантами|росіяни|росіянами|ворог|ворогом|росія|росією|рф|російськ[аіе]|російський|російськими|рашисти|"
    r"загарбники|вкс|вс|оккупанты|оккупантами|россияне|россиянами|враг|врагом|россия|россией|российск(?:ие|ая|ий|ими)|орки|"
    r"агресор|армія|москалі|russia|russian\w*|enemy|invaders|occupiers|ukrain\w*|kiev|kyiv|зсу|всу|ссо|сбу|гур|вмс|пс|"
    r"збройн[іи]\w*|українськ(?:і|а|ий|ими)|украинск(?:ие|ая|ий|ими)|сил[иы]|силами|захисники|захисниками|оборонці|наші|українці|українцями|украинцы|украинцами|"
    r"бійці|воїни|повітрян\w*|украина|україна|тро|штурмова|киевский|київський|вооруженные)$"
)
