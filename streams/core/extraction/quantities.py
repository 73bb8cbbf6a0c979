"""Quantities: a number in digits or words with its bounds ("at least", "up to", "about") and what it counts."""

from __future__ import annotations

from bisect import bisect_left
from enum import Enum
from typing import Final, NamedTuple

from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, CONTEXT, CUSTOMERS, MEASURES, MONTHS, PEOPLE, TARGETS, WEAPONS
from streams.core.extraction.numbers import Number, number_at
from streams.core.extraction.numerals import NUMBER_WORDS
from streams.core.extraction.wordlists import stems, words

_AT_LEAST: Final = words(
    "over above щонайменше понад більше більш более больше свыше минимум мінімум exceeding exceeds перевищ "
    "перевищила перевищили превысило превысили перевалила"
)
_AT_LEAST_2: Final = frozenset(
    ["at least", "more than", "no less", "not less", "не менше", "не менш", "не менее", "не меньше", "как минимум",
     "по меньшей", "по крайней", "як мінімум", "принаймні щонайменше", "less than no", "minimum of", "upwards of"]
)  # fmt: skip
_UP_TO: Final = frozenset(["до"])
_UP_TO_2: Final = frozenset(
    ["up to", "no more", "not more", "не більше", "не более", "не больше", "as many", "fewer than", "less than"]
)
_ABOUT: Final = words(
    "about around approximately roughly circa some близько орієнтовно приблизно около примерно порядка порядку "
    "приблизительно ориентировочно біля"
)
_NEARLY: Final = frozenset(["nearly", "almost", "майже", "почти"])
_STOP: Final = words(
    "of in at on over above by with was were are as after when while amid from since during before near despite who "
    "that which has have had had's and or у в на із за по під внаслідок після коли що які якого над та і й и с со из "
    "от при во время под после когда которые результате через до від про для"
)
_ADJECTIVE_ENDINGS: Final = stems(
    "их ых іх ими ыми ого его ої ой ій ий ый ній ні ві ькі ые ие им ым ому ему ую річна річний летний летняя я а ьо о"
)
_NO_NOUN_ENDINGS: Final = (
    *_ADJECTIVE_ENDINGS,
    "ли",
    "ло",
    "ла",
    "ть",
    "ся",
    "сь",
    "ють",
    "уть",
    "ют",
    "ут",
    "ит",
    "ать",
    "ено",
    "ано",
    "чол",
    "ще",
    "еще",
)
"""Endings of adjectives and verbs: such a word after a number is not what it counts."""
_HEAD_REACH: Final = 4
"""Words between a number and the noun it counts: "8 DPR militiamen", "two more elderly civilians"."""


class Counted(Enum):
    """What a quantity counts."""

    PERSON = "person"
    CHILD = "child"
    MUNITION = "munition"
    CUSTOMER = "customer"
    BARE = "bare"
    OTHER = "other"


class Quantity(NamedTuple):
    """A number at tokens ``first..last`` and the noun it counts at ``head`` (None for a bare number)."""

    first: int
    last: int
    low: int
    high: int | None
    best: int | None
    counted: Counted
    head: int | None
    share_of: int | None = None
    """For "7 of 10": the 10."""

    @property
    def end(self) -> int:
        """Last token of the phrase, noun included."""
        return self.last if self.head is None else max(self.head, self.last)


def within(quantities: tuple[Quantity, ...], sentence: Sentence) -> tuple[Quantity, ...]:
    """Return the quantities of a sentence; ``quantities`` are those of the text, in order."""
    return quantities[bisect_left(quantities, (sentence.first,)) : bisect_left(quantities, (sentence.last,))]


def find_quantities(doc: Document) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order. Dates, ages, ordinals, shares and names such as F-16 are none."""
    if True not in doc.numbers:
        return ()
    out: list[Quantity] = []
    read = 0
    for i, may_begin in enumerate(doc.numbers):
        if not may_begin or i < read:
            continue
        number = number_at(doc, i)
        if number is None:
            continue
        if not _is_name_or_date(doc, number):
            quantity = _counted(doc, number, out)
            if quantity is not None:
                out.append(quantity)
        read = number.last + 1
    return tuple(out)


def _is_name_or_date(doc: Document, number: Number) -> bool:
    first, last, low, high = number.first, number.last, number.low, number.high
    words, kinds = doc.words, doc.kinds
    gap_before, gap_after = doc.raw_gap(first), doc.raw_gap(last + 1)
    if gap_after != " ":
        if high == 0 and doc.gaps[last + 1]:
            # "… IN LUGANSK REGION 0": a figure of nothing, left over from a table or a headline's number.
            return True
        if gap_after.startswith(_SHARES):
            return True
        if gap_after in (":", "/", ".") and words[last + 1][:1].isdecimal() and (gap_after == ":" or first == last):
            return True
    if gap_before != " " and first + len(gap_before):
        if gap_before[-1:] in _NAMES and words[first][:1].isdecimal() and gap_before:
            return True
        if gap_before == ":" and words[first - 1][-1:].isdecimal():
            return True
    if high is not None and high <= 31 and kinds[last + 1] & MONTHS:
        return True
    before = words[first - 1]
    if before in _NUMBERED or (_goes_on(doc, last + 1) and _are_ages(doc, last + 1)):
        return True
    if before in _TO and kinds[first - 3] & MONTHS and words[first - 2].isdecimal() and low <= 31:
        return True  # "October 21 to 22"
    if kinds[first - 1] & MONTHS and not doc.gaps[first] and low <= 31 and high == low and before != "may":
        return True
    if 1990 <= low <= 2039 and low == high and first == last:
        return words[last + 1] in _YEAR or before in _IN_A_YEAR
    return False


def _goes_on(doc: Document, t: int) -> bool:
    return doc.words[t] in _JOINS or (doc.gaps[t] == "," and doc.words[t][:1].isdecimal())


def _are_ages(doc: Document, t: int) -> bool:
    """``чоловіки 79 і 68 років``, ``женщины 1972 и 1961 г.р.``: a list of ages or of years of birth from ``t`` on."""
    listed = 0
    for x in range(t, min(t + _LONGEST_LIST, doc.size)):
        word = doc.words[x]
        if word[:1].isdecimal():
            listed += 1
        elif word not in _JOINS:
            born = word in ("г", "р", "рр") and doc.words[x + 1] in ("р", "н")
            return listed > 0 and (born or word in _OF_AGE) and doc.words[x + 1] not in _AGO
    return False


_TO: Final = words("to and till until")
_JOINS: Final = words("і й та и and")
_OF_AGE: Final = words("років лет years")
_AGO: Final = words("тому назад ago")
_LONGEST_LIST: Final = 14
_SHARES: Final = ("%", "°", " %")
_NAMES: Final = "№#$€/-"
_NUMBERED: Final = words("update wrapup урд day article № level stage group")
_YEAR: Final = frozenset(["року", "році", "рік", "р", "года", "году", "г", ""])
_IN_A_YEAR: Final = words("in since у в of")
_OF: Final = words("of з із из")


def _counted(doc: Document, number: Number, earlier: list[Quantity]) -> Quantity | None:
    low, high, first, best = _bounds(doc, number)
    head, counted = _head(doc, number.last + 1)
    after = doc.words[number.last + 1]
    if after in _OF or (after == "со" and head is None):
        whole = number_at(doc, number.last + 2) or (
            number_at(doc, number.last + 3) if doc.words[number.last + 2] == "the" else None
        )
        if whole is not None and whole.low >= number.low:
            head, counted = _head(doc, whole.last + 1)
            return Quantity(first, whole.last, low, high, best, counted, head, whole.low)
    if earlier and earlier[-1].share_of is not None and number.first <= earlier[-1].last:
        return None
    return Quantity(first, number.last, low, high, best, counted, head)


def _bounds(doc: Document, number: Number) -> tuple[int, int | None, int, int | None]:
    """Return (low, high, first token, best) with the words before the number applied (coding rule 9)."""
    low, high, first = number.low, number.high, number.first
    words, gaps = doc.words, doc.gaps
    if not gaps[first] and words[first - 1] in _BOUND:
        bounded = _bounded(doc, number)
        if bounded is not None:
            return bounded
    exact = low == high
    if doc.raw_gap(number.last + 1)[:1] == "+":
        return low, None, first, None
    if words[number.last + 1] in _OR and words[number.last + 2] in _MORE:
        return low, None, first, None
    return low, high, first, (low if exact else None)


_OR: Final = words("or и або или і")
_MORE: Final = words("more более більше больше")


def _bounded(doc: Document, number: Number) -> tuple[int, int | None, int, int | None] | None:
    """``at least 12``, ``up to 20``, ``близько 40``: the words right before a number, None where they bound nothing."""
    low, high, first = number.low, number.high, number.first
    words = doc.words
    exact = low == high
    one = words[first - 1]
    two = f"{words[first - 2]} {one}" if not doc.gaps[first - 1] else one
    three = words[first - 3]
    if two in ("more than", "less than") and three in ("no", "not"):
        return (1 if two == "more than" else low), (high if two == "more than" else None), first - 3, None
    if one in ("than", "ніж", "чем", "мере") or two in _AT_LEAST_2:
        if words[first - 2] in ("less", "fewer", "менше", "меньше", "менее") and three not in ("не", "no", "not"):
            return 1, high, first - 2, None
        return low, None, first - 2, None
    if two in _UP_TO_2 or two in ("many as", "to up"):
        return 1, high, first - 2, None
    if one in _AT_LEAST:
        if words[first - 2] == "не":
            return 1, high, first - 2, None
        return low, None, first - 1, None
    if doc.raw_gap(number.last + 1)[:1] == "+":
        return low, None, first, None
    if one in _UP_TO and exact and not _reaches(doc, first - 2):
        return 1, high, first - 1, None
    if one in _ABOUT and exact:
        return low - low // 10, (high or low) + low // 10, first - 1, low
    if one in _NEARLY and exact:
        return -(-low * 9 // 10), high, first - 1, None
    return None


_BOUND: Final = frozenset(
    [*_AT_LEAST, *_UP_TO, *_ABOUT, *_NEARLY, "than", "ніж", "чем", "мере", "as", "up"]
    + [phrase.rpartition(" ")[2] for phrase in (*_AT_LEAST_2, *_UP_TO_2)]
)
"""Last words of what bounds a number."""


def _reaches(doc: Document, token: int) -> bool:
    """Whether "до" belongs to "зросла до": a new total, not a bound."""
    return any(doc.words[t] != "до" for t in doc.starts_in(max(0, token - 3), token + 1, "context.updated"))


def _head(doc: Document, start: int) -> tuple[int | None, Counted]:
    """Return the counted noun after a number: its token and kind."""
    words, gaps, kinds, begun = doc.words, doc.gaps, doc.kinds, doc.begun
    for j in range(start, min(start + _HEAD_REACH + 1, doc.size)):
        if gaps[j] and gaps[j] not in (_AFTER_NUMBER if j == start else _BEFORE_NOUN):
            break
        word, kind = words[j], kinds[j]
        if begun[j] & (CASUALTIES | PEOPLE) == CASUALTIES:
            break
        if kind & PEOPLE and "people.child" in doc.covering[j]:
            return j, Counted.CHILD
        if kind & WEAPONS and _is_munition(doc, j, start):
            return _last_munition(doc, j), Counted.MUNITION
        if kind & PEOPLE:
            return _noun_after_adjective(doc, j), Counted.PERSON
        if j == start and word in _LIVES:
            return j, Counted.PERSON
        if kind & CUSTOMERS:
            return j, Counted.CUSTOMER
        if kind & (MEASURES | TARGETS):
            return j, Counted.OTHER
        if word in _STOP or word in NUMBER_WORDS or (kind & CONTEXT and "context.including" in doc.covering[j]):
            break
        if not word.isascii():
            if j == start and not word.endswith(_NO_NOUN_ENDINGS):
                # "четыре емкости пострадали": the noun right after the number is what is counted, known or not.
                return j, Counted.OTHER
            if begun[j + 1] & PEOPLE and not word.endswith(_ADJECTIVE_ENDINGS):
                # "10 паливозаправників окупантів": the first noun is what is counted, known or not.
                return j, Counted.OTHER
        if word[:1].isdecimal():
            break
    return None, Counted.BARE


_LIVES: Final = words("lives життів життя жизней жизни жизнь")
_AFTER_NUMBER: Final = frozenset(["+", "«", '"', "“", "'", "."])
_BEFORE_NOUN: Final = frozenset(["'", "«", '"', "“", "”", "»"])


def _is_munition(doc: Document, j: int, start: int) -> bool:
    word = doc.words[j]
    if (word.startswith(("обстр", "shell")) and word != "shells") or word.startswith("ракетн"):
        return False
    kind = next((tag for tag in sorted(doc.covering[j]) if tag.startswith("weapons.")), None)
    return kind not in _NOT_THROWN or _is_fired(doc, start, word)


_NOT_THROWN: Final = ("weapons.small_arms", "weapons.mine", "weapons.debris")


def _is_fired(doc: Document, start: int, word: str) -> bool:
    """``fired 300 mines``, ``випустили 20 мін``: a mortar's."""
    return word in _MORTAR_MINES and doc.any_in(start - _FIRED, start, "strikes.launch")


_MORTAR_MINES: Final = words("mines мін мин міни мины міну мину")
_FIRED: Final = 4
"""Words between "fired" and what was."""


def _last_munition(doc: Document, j: int) -> int:
    while j + 1 < doc.size and doc.gaps[j + 1] in ("", "«", '"', "“") and doc.kinds[j + 1] & WEAPONS:
        j += 1
    return j


def _noun_after_adjective(doc: Document, j: int) -> int:
    """``мирних жителів``, ``DPR civilians``: the last of adjacent person words."""
    while j + 1 < doc.size and doc.gaps[j + 1] == "" and doc.begun[j + 1] & PEOPLE:
        j += 1
    return j
