"""Texts that use the words of the war for something else: accidents, crimes, matches, figures of speech, other wars."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Final

from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, WEAPONS
from streams.core.extraction.mishaps import burns, collides
from streams.core.extraction.model import Reason
from streams.core.extraction.places.mention import Level, Places, Role
from streams.core.extraction.wordlists import stems, words


def unrelated(doc: Document) -> Reason | None:
    """Return why nothing in a text is of the war, or None.

    A road accident, a crime or a match is told in several sentences, of which one names it. A text that has a side of
    the war, a weapon or shelling in it as well tells of the war too: then every sentence speaks for itself.
    """
    starts = doc.starts
    accident, crime, animal = (tag in starts for tag in ("context.accident", "context.crime", "context.animal"))
    accident = accident or ("context.vehicle" in starts and collides(doc))
    if not (accident or crime or animal or "context.sport" in starts or "context.blaze" in starts):
        return None
    if "context.actor.ru" in starts or "context.actor.ua" in starts:
        return None
    if "context.blaze" in starts and not doc.present & WEAPONS and burns(doc):
        return Reason.NOT_WAR
    if accident or crime or animal:
        others = _OF_BEASTS if animal else _OF_ROBBERS if crime else ()
        return None if _is_armed(doc, _AT_HOME) or _is_attack(doc, others) else Reason.NOT_WAR
    if len(starts.get("context.sport", ())) < _OF_A_MATCH:
        return None
    if any(doc.begun[t] & CASUALTIES for t in range(doc.size)) or _is_armed(doc, _AT_PLAY):
        return None
    return Reason.FIGURE_OF_SPEECH


_OF_A_MATCH: Final = 2
"""Words of sport that make a text one of sport: a stadium is struck during one match."""
_AT_HOME: Final = frozenset(["weapons.small_arms"])
_AT_PLAY: Final = frozenset(["weapons.missile", "weapons.artillery", "weapons.small_arms"])


def _is_armed(doc: Document, but: Set[str]) -> bool:
    """Whether a weapon is named, but for those that are found off the battlefield too."""
    if not doc.present & WEAPONS:
        return False
    for t in range(doc.size):
        if doc.begun[t] & WEAPONS:
            named = {tag for tag in doc.tags[t] if tag.startswith("weapons.")}
            if named - but or doc.words[t].startswith(("снайпер", "sniper")):
                return True
    return False


_OF_ROBBERS: Final = ("напад", "attack")
_OF_BEASTS: Final = ("напад", "attack", "атак")


def _is_attack(doc: Document, others: tuple[str, ...]) -> bool:
    """Whether an attack is told that no driver, robber or dog makes; "від удару" is what a collision does."""
    if any(doc.words[t].startswith(_OF_ARMIES) for t in doc.starts.get("strikes.attack.verb", ())):
        return True
    for t in doc.starts.get("strikes.attack.noun", ()):
        word = doc.words[t]
        if word.startswith("удар") and doc.words[t + 1] not in ("по", "на"):
            continue
        if word.startswith(others):
            continue
        if not (word.startswith("attack") and doc.words[t - 1] == "heart"):
            return True
    return False


_OF_ARMIES: Final = ("обстр", "shell", "bomb", "бомб", "розбомб", "разбомб")


def is_figure_of_speech(doc: Document, sentence: Sentence, token: int) -> bool:
    """Whether a word of attack is said of money, names or prices: "sanctions hit", "удар по репутації"."""
    starts = doc.starts
    if _OF_OTHER_THINGS.isdisjoint(starts):
        return False
    _, first, last = sentence
    if any(doc.begun[t] & (CASUALTIES | WEAPONS) for t in range(first, last)):
        return False
    if "context.sport" in starts and _is_played(doc, max(first, token - 3), token):
        return True
    clause = doc.clause_of[token]
    subject = doc.starts_in(max(first, token - 3), token, "context.figure.subject")
    thing = doc.starts_in(token + 1, min(last, token + 6), "context.figure.object")
    return any(doc.clause_of[t] == clause for t in (*subject, *thing))


_OF_OTHER_THINGS: Final = frozenset(["context.figure.subject", "context.figure.object", "context.sport"])


def _is_played(doc: Document, first: int, verb: int) -> bool:
    """``Dynamo Kyiv struck twice``: a club or a player is the subject; not ``Dynamo stadium was struck``."""
    if not doc.has(verb, "strikes.attack.verb") or doc.words[verb - 1] in _WERE:
        return False
    for t in doc.starts_in(first, verb, "context.sport"):
        if doc.words[t].startswith(_PLAYERS) and doc.clause_of[t] == doc.clause_of[verb]:
            return not any(doc.words[x].startswith(_GROUNDS) for x in (t - 1, t + 1))
    return False


_PLAYERS: Final = stems("dynamo динамо shakhtar striker midfielder goalkeeper форвард півзахисник полузащитник")
_GROUNDS: Final = stems("stadium стадіон стадион arena арен")
_WERE: Final = words("was were is are been being")


def is_intent(doc: Document, token: int) -> bool:
    """Whether an infinitive tells what somebody is to do: "drones to strike Russia", "обіцяв завдати удару".

    What somebody managed, began or went on to do has happened.
    """
    at = token
    if not _is_infinitive(doc, token):
        words = doc.words
        if words[token - 1].startswith(_DEAL):
            at = token - 1
        elif words[token - 2].startswith(_DEAL):
            at = token - 2
        if at in (token, -1, -2) or not _is_infinitive(doc, at):
            return False
    return not any(doc.words[t].startswith(DONE) for t in range(max(0, at - 4), at))


def _is_infinitive(doc: Document, t: int) -> bool:
    word = doc.words[t]
    if word.isascii():
        to = doc.words[t - 1] == "to" and not doc.gaps[t] and doc.words[t - 2] not in _TO_A_THING
        return to and not word.endswith(("ed", "ing", "s"))
    return word.endswith(_INFINITIVES) and len(word) > _SHORTEST


_TO_A_THING: Final = words(
    "due response subjected subject owing thanks prior close reaction retaliation according led leading exposed"
)
_SHORTEST: Final = 4
_INFINITIVES: Final = ("ити", "ати", "сти", "яти", "іти", "ить", "ать", "ять", "сти", "еть", "ути")
_DEAL: Final = ("завда", "нанес", "нанос", "здійсн", "осущ", "deal", "launch", "carry", "conduct", "inflict", "deliver")
DONE: Final = stems(
    "вдалос удалос зум сум змог смог зміг поча нача продовж продолж ста manag began begin start continu able succeed "
    "went get got used use using sent викорис использ застос примен припин прекращ"
)


def returns_bodies(doc: Document, sentence: Sentence) -> bool:
    """Whether a sentence tells of the dead that were handed over: they fell at other times, in other places."""
    starts = doc.starts
    if "context.bodies" not in starts and "context.repatriation" not in starts:
        return False
    _, first, last = sentence
    if doc.any_in(first, last, "context.repatriation"):
        return True
    for t in doc.starts_in(first, last, "context.bodies"):
        if any(doc.words[x].startswith(_RETURNED) for x in range(max(first, t - 5), min(last, t + 7))):
            return True
        x = t - 1
        while x > first and (doc.numbers[x] or doc.words[x] in _MORE):
            x -= 1
        if doc.words[x].startswith(_RECEIVED):
            return True
    return False


_RETURNED: Final = stems("поверну поверта верну возвра return handed переда обмін обмен swap exchang")
_RECEIVED: Final = stems("отрима получ receiv")
_MORE: Final = words("ще еще the of тисячу тысячу")


def abroad(doc: Document, located: Callable[[], Places]) -> Set[int]:
    """Return the tokens that tell of another war: of Gaza, Syria or Sudan.

    A sentence that names such a place and none of this war; beside one of this war, what stands nearer to the other;
    and the sentences after it, up to the next place or side of this war.
    """
    found: set[int] = set()
    if "context.abroad" not in doc.starts:
        return found
    placed: dict[int, list[int]] = {}
    for m in located().mentions:
        if m.level is not Level.COUNTRY and m.role is Role.EVENT:
            placed.setdefault(doc.sentence_of[m.first], []).append(m.first)
    goes_on = False
    for sentence in doc.sentences:
        number, first, last = sentence
        away = doc.starts_in(first, last, "context.abroad")
        here = placed.get(number, ())
        if here:
            goes_on = False
            for t in range(first, last) if away else ():
                nearest = min(away, key=lambda x: abs(x - t))
                if doc.clause_of[nearest] == doc.clause_of[t] and all(abs(x - t) > abs(nearest - t) for x in here):
                    found.add(t)
            continue
        of_this_war = any(doc.any_in(first, last, tag) for tag in _THIS_WAR)
        ours = doc.any_in(first, last, "places.country.ua") or doc.any_in(first, last, "context.actor.ua")
        goes_on = not ours if away else goes_on and not of_this_war
        if goes_on:
            found.update(range(first, last))
    return found


_THIS_WAR: Final = ("context.actor.ru", "context.actor.ua", "places.country.ua", "places.country.ru", "places.vague")
