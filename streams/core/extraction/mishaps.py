"""Collisions and fires: what happens without a war, told in words that tell of attacks too."""

from __future__ import annotations

from typing import Final

from streams.core.extraction.document import Document
from streams.core.extraction.kinds import CASUALTIES
from streams.core.extraction.wordlists import stems, words


def collides(doc: Document) -> bool:
    """Whether a vehicle runs into something: ``a train hit a car``, ``потяг збив жінку``; not ``bus hit in Sumy``."""
    for t in doc.starts.get("context.vehicle", ()):
        verb = t + 1
        if doc.gaps[verb] or verb >= doc.size:
            continue
        word = doc.words[verb]
        if word.startswith(_RUNS) if not word.isascii() else word in _HITS and _has_object(doc, verb):
            return True
    return False


_HITS: Final = words("hit hits struck strikes rammed rams slammed crashed crashes plowed ploughed ran runs knocked")
_OBJECTS: Final = words(
    "a an the another two three into over down pedestrian pedestrians woman man cyclist child car bus"
)
_RUNS: Final = stems(
    "збив збил сбил сбив врізав врізал врезал наїхав наїхал наехал зіткнув зіткнул столкнул протаран перекинув "
    "перекинул перевернув перевернул опрокинул"
)


def _has_object(doc: Document, verb: int) -> bool:
    return not doc.gaps[verb + 1] and doc.words[verb + 1] in _OBJECTS


def burns(doc: Document) -> bool:
    """Whether people came to harm in a fire, and nothing in the text says that an attack lit it."""
    if any(tag in doc.starts for tag in _ATTACKS):
        return False
    if any(not is_fire(doc, t) for t in doc.starts.get("strikes.attack.verb", ())):
        return False
    for t in doc.starts.get("context.blaze", ()):
        last = doc.sentences[doc.sentence_of[t]].last
        if any(doc.begun[x] & CASUALTIES for x in range(t + 1, last)):
            return True
    return False


_ATTACKS: Final = ("strikes.attack.noun", "strikes.intercept", "strikes.explode", "strikes.launch")


def is_fire(doc: Document, t: int) -> bool:
    """Whether "fire" is what burns: ``Fire at a factory``, ``a large fire in port``; not ``troops fire at Sumy``."""
    if doc.words[t] not in _FIRE:
        return False
    first = doc.sentences[doc.sentence_of[t]].first
    return t == first or doc.words[t - 1] in _A_FIRE


_FIRE: Final = words("fire fires")
_A_FIRE: Final = words("a the large huge major massive big house apartment warehouse forest factory deadly")
