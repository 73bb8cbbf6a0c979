"""People harmed without a number: "a woman was killed", "є поранені"."""

from __future__ import annotations

import re
from typing import Final

from schemas.vocabulary import Group
from streams.core.extraction.casualties.toll import ACTIVE, HARM, Harm, Toll, Trigger, group_of_tags
from streams.core.extraction.document import SOFT, Document, Sentence
from streams.core.extraction.kinds import PEOPLE, TARGETS
from streams.core.extraction.model import Reason
from streams.core.extraction.wordlists import stems, words

_EXISTS: Final = words("є есть there are were also також наявні серед среди among відомо известно")
_CYRILLIC_PLURALS: Final = stems("и і ы ей ів их ов ям ами ні ці чі ки")


def without_figure(doc: Document, sentence: Sentence, trigger: Trigger) -> Toll | Reason:
    """A person ("загинула жінка") or people ("є поранені") without a number."""
    first, last, tag = trigger
    if tag in ("casualties.destroyed", "casualties.lost", "casualties.casualties", "casualties.missing"):
        return Reason.NO_FIGURE
    word = doc.words[first]
    if doc.words[first - 1] in _COUNTS or doc.words[first - 2] in _COUNTS:
        return Reason.NO_FIGURE
    if _among(doc, first):
        # "серед поранених дитина": some were wounded, and the child is one of them.
        return Toll(HARM[tag], first, 1, None, None, Group.UNKNOWN, first, last)
    if tag in ACTIVE and doc.words[last + 1] in ("another", "іншого", "ще", "еще"):
        return Toll(HARM[tag], first, 1, 1, 1, Group.UNKNOWN, first, last + 1)
    if _harmed_in_attack(doc, sentence, first, last):
        return Toll(HARM[tag], first, 1, None, None, Group.UNKNOWN, first, last)
    person = _person_near(doc, sentence, first, last, after_only=tag in ACTIVE)
    if person is None and doc.present & TARGETS and _thing_near(doc, sentence, first, last):
        return Reason.NOT_PEOPLE
    harm = HARM[tag]
    if person is not None:
        several, all_named = _listed(doc, sentence, person)
        if len(several) > 1:
            return _of_persons(doc, harm, trigger, several, exact=all_named)
        group = group_of_tags(doc, [person])
        child = "people.child" in doc.covering[person]
        singular = is_singular(doc, person, first)
        if singular or (doc.has(first, "forms.harm.one") and not doc.has(first, "forms.harm.impersonal")):
            children = (1, 1, 1) if child else None
            return Toll(harm, first, 1, 1, 1, group, min(first, person), max(last, person), children)
        if doc.has(first, "forms.harm.many") or doc.has(first, "forms.harm.one") or tag in ACTIVE:
            if word == "dead":
                return Reason.NO_FIGURE
            return Toll(harm, first, 1, None, None, group, min(first, person), max(last, person))
        return Reason.NO_FIGURE
    if (
        doc.has(first, "forms.harm.one")
        and not word.endswith("о")
        and tag != "casualties.kills"
        and not word.startswith(("поранення", "ранени"))
        and word not in _SUFFERED
    ):
        return Toll(harm, first, 1, 1, 1, Group.UNKNOWN, first, last)
    exists = any(doc.words[t] in _EXISTS for t in range(max(sentence.first, first - 3), first)) or any(
        doc.words[t] in ("є", "есть") for t in range(last + 1, min(sentence.last, last + 3))
    )
    if exists and (doc.has(first, "forms.harm.many") or word.endswith(("их", "ых"))):
        return Toll(harm, first, 1, None, None, Group.UNKNOWN, first, last)
    return Reason.NO_FIGURE


def _of_persons(doc: Document, harm: Harm, trigger: Trigger, several: list[int], *, exact: bool) -> Toll:
    """``a man and a girl were killed``, ``загинули чоловік і жінка``: as many as are listed."""
    first, last, _ = trigger
    group = group_of_tags(doc, several)
    count = len(several)
    begin, end = min(several), max(several)
    young = sum("people.child" in doc.covering[t] for t in several)
    children = (young, young if exact else None, young if exact else None) if young else None
    high = count if exact else None
    return Toll(harm, first, count, high, high, group, min(first, begin), max(last, end), children, listed=True)


def _listed(doc: Document, sentence: Sentence, person: int) -> tuple[list[int], bool]:
    """Return the single persons that "and" joins to the one at ``person``, itself among them, and if they are all.

    A comma may add another or describe the same: "a resident, a man of 45, and his wife".
    """
    if not _is_one(doc, person):
        return [person], True
    found, seen = [person], [person]
    for step in (-1, 1):
        joined = False
        t = person + step
        while sentence.first <= t < sentence.last and abs(t - person) <= _LIST_REACH:
            word, gap = doc.words[t], doc.gaps[max(t, t - step)]
            if gap.strip() not in ("", ","):
                break
            if word in _JOINS:
                joined = True
            elif doc.kinds[t] & PEOPLE and not word.endswith(_AGED):
                if joined and not _is_one(doc, t):
                    break
                if joined:
                    found.append(t)
                seen.append(t)
                joined = False
            elif not (word in _BESIDE_PERSONS or word.isdecimal() or word.endswith(_AGED) or _OF_AGE.match(word)):
                break
            t += step
    return found, not any("," in gap for gap in doc.gaps[min(seen) + 1 : max(seen) + 1])


def _is_one(doc: Document, person: int) -> bool:
    if doc.words[person].endswith(_AGED):
        return False
    return is_singular(doc, person, None) and not doc.words[person].startswith(_NOT_ONE)


_LIST_REACH: Final = 9
_JOINS: Final = words("and та і й и")
_BESIDE_PERSONS: Final = words("a an one the his her їх його її ещё ще еще его ее её местный місцевий")
_OF_AGE: Final = re.compile(r"\d+-?(?:річн|летн)")
_NOT_ONE: Final = stems("люд осіб people civilians персон семь родин famil couple подруж супру пар")
_COUNTS: Final = words("number toll кількість число чисельність количество")
_SUFFERED: Final = frozenset(["постраждав", "постраждала", "пострадал", "пострадала", "зник", "зникла"])
"""Said of houses and ports as well: without a person nobody is meant."""
_THROUGH: Final = words("при внаслідок унаслідок від в у из-за через после після under in")


def _harmed_in_attack(doc: Document, sentence: Sentence, first: int, last: int) -> bool:
    """``стан постраждалих внаслідок атаки``, ``пострадавшие при обстреле``: people, if not how many."""
    if (
        not doc.words[first].endswith(("их", "ых", "і", "ие", "им", "ым", "ими", "ыми"))
        or doc.words[last + 1] not in _THROUGH
    ):
        return False
    return doc.any_of(range(last + 1, min(sentence.last, last + 5)), "strikes.attack.noun")


def _among(doc: Document, first: int) -> bool:
    before = first - 1 - (doc.words[first - 1] in ("the", "those"))
    return "context.including" in doc.tags[before] and doc.joined(before, first) if before >= 0 else False


def _person_near(doc: Document, sentence: Sentence, first: int, last: int, *, after_only: bool) -> int | None:
    if doc.words[last + 1] in ("a", "an", "one"):
        # "A sniper killed a soldier": the article begins the object.
        after_only = True
    words, gaps, kinds = doc.words, doc.gaps, doc.kinds
    if not after_only:
        for t in range(first - 1, max(sentence.first, first - 5) - 1, -1):
            if gaps[t + 1] not in SOFT or "strikes.attack.noun" in doc.tags[t]:
                break
            if kinds[t] & PEOPLE or words[t].endswith(_AGED):
                return t
    english = words[first].isascii()
    for t in range(last + 1, min(sentence.last, last + 5)):
        if gaps[t] not in SOFT or "casualties.wounded" in doc.tags[t] or "casualties.killed" in doc.tags[t]:
            break
        if english and not after_only and words[t] in _AFTER_HARM:
            break
        if words[t] in _WHEREFORE:
            break
        if kinds[t] & PEOPLE or words[t].endswith(_AGED):
            return t
    return None


_AFTER_HARM: Final = words("in by as at near after from")
_WHEREFORE: Final = words("від от из-за через по під из у в біля")
_AGED: Final = "-year-old"
"""``a 33-year-old``: somebody, whoever it is."""


def _thing_near(doc: Document, sentence: Sentence, first: int, last: int) -> bool:
    for t in range(max(sentence.first, first - 4), min(sentence.last, last + 5)):
        if (
            doc.kinds[t] & TARGETS
            and t != first
            and doc.joined(min(t, first), max(t, first))
            and any(x.startswith("targets.") and x != "targets.medical" for x in doc.covering[t])
        ):
            return True
    return False


def is_singular(doc: Document, person: int, verb: int | None) -> bool:
    """Whether the person word at ``person`` is one person, by its form and its verb's."""
    noun = doc.words[person]
    if noun.isascii():
        return "forms.person.one" in doc.covering[person] or noun.endswith(_AGED)
    plural = noun.endswith(_CYRILLIC_PLURALS)
    if verb is not None:
        if doc.has(verb, "forms.harm.many"):
            return False
        if doc.has(verb, "forms.harm.impersonal"):
            return not plural and not noun.startswith(("люд", "осіб"))
        if doc.has(verb, "forms.harm.one"):
            return True
    return not plural and not noun.startswith("люд")
