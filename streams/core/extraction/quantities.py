"""Quantities: a number in digits or words with its bounds ("at least", "up to", "about") and what it counts."""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import Enum
from typing import Final, NamedTuple

from schemas.estimate import Estimate
from streams.core.extraction.document import START, Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, PEOPLE, WEAPONS
from streams.core.extraction.numbers import Number, number_at
from streams.core.extraction.numerals import NUMBER_WORDS, SCALES
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
_MONTHS: Final = re.compile(
    r"січн|лют|березн|квітн|травн|червн|липн|серпн|вересн|жовтн|листопад|грудн|январ|феврал|март|апрел|ма[йя]$|июн|июл|"
    r"август|сентябр|октябр|ноябр|декабр|january|february|march|april|may$|june|july|august|september|october|november|"
    r"december|jan$|feb$|mar$|apr$|jun$|jul$|aug$|sep$|sept$|oct$|nov$|dec$"
)
_NOT_COUNTED: Final = re.compile(
    r"(?:year|month|week|day|hour|minute|mile|metre|meter|km|kilomet|percent|percentage|dollar|euro|usd|degree|point|"
    r"country|countries|time|round|strike|attack|shelling|violation|raid|floor|stor|mm|calib|ton|kg|megawatt|mw|"
    r"рок|рік|місяц|тижн|дн[іяюе]|день|доб|годин|хвилин|разів|раз[иа]?$|відсот|гривень|грн|долар|євро|км|кілометр|метр|"
    r"тонн|мвт|поверх|калібр|мм$|сутк|суток|год|лет$|лет|месяц|недел|дней|дня|час[аовы]|минут|процент|рубл|доллар|"
    r"евро|этаж|област|район|громад|населен|сел|сіл|удар|атак|обстріл|обстрел|ракетн|авіаудар|авиаудар|снарядів калібр|"
    r"бригад|батальйон|полк|рот|дивізі|область|регіон|регион|стран|країн|градус|мілі|миль|клас|пункт|постріл|вогн|вибух|взрыв)"
)
_STOP: Final = words(
    "of in at on by with was were are as after when while amid from since during before near despite who that "
    "which has have had had's and or у в на із за по під внаслідок після коли що які якого та і й и с со из от "
    "при во время под после когда которые результате через до від про для"
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

    def estimate(self) -> Estimate:
        """Return the bounds as they go on the wire."""
        return Estimate(low=self.low, best=self.best, high=self.high)


def within(quantities: tuple[Quantity, ...], sentence: Sentence) -> tuple[Quantity, ...]:
    """Return the quantities of a sentence; ``quantities`` are those of the text, in order."""
    return quantities[bisect_left(quantities, (sentence.first,)) : bisect_left(quantities, (sentence.last,))]


def find_quantities(doc: Document) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order. Dates, ages, ordinals, shares and names such as F-16 are none."""
    out: list[Quantity] = []
    i, n = 0, doc.size
    words = doc.words
    while i < n:
        word = words[i]
        if not word[0].isdecimal() and word not in NUMBER_WORDS and "-" not in word and word not in SCALES:
            i += 1
            continue
        number = number_at(doc, i)
        if number is None:
            i += 1
            continue
        if not _is_name_or_date(doc, number):
            quantity = _counted(doc, number, out)
            if quantity is not None:
                out.append(quantity)
        i = number.last + 1
    return tuple(out)


def _is_name_or_date(doc: Document, number: Number) -> bool:
    before, after = doc.word(number.first - 1), doc.word(number.last + 1)
    clean = doc.clean
    start, end = doc.begin(number.first), doc.end(number.last)
    if number.low == number.high == 0 and (doc.gaps[number.last + 1 : number.last + 2] or (START,))[0] != "":
        # "… IN LUGANSK REGION 0": a figure of nothing, left over from a table or a headline's number.
        return True
    if clean[end : end + 1] in ("%", "°") or clean[end : end + 2] == " %":
        return True
    if start and clean[start - 1] in "№#$€/-" and clean[start].isdecimal():
        return True
    if clean[end : end + 1] == ":" and clean[end + 1 : end + 2].isdecimal():
        return True
    if start > 1 and clean[start - 1] == ":" and clean[start - 2].isdecimal():
        return True
    if clean[end : end + 1] in ("/", ".") and clean[end + 1 : end + 2].isdecimal() and number.first == number.last:
        return True
    if number.high is not None and number.high <= 31 and _MONTHS.match(after):
        return True
    if before in ("update", "wrapup", "урд", "day", "article", "№", "level", "stage", "group"):
        return True
    if _MONTHS.match(before) and number.low <= 31 and number.high == number.low and before != "may":
        return True
    if 1990 <= number.low <= 2039 and number.low == number.high and number.first == number.last:
        return after in ("року", "році", "рік", "р", "года", "году", "г", "") or before in (
            "in",
            "since",
            "у",
            "в",
            "of",
        )
    return False


def _counted(doc: Document, number: Number, earlier: list[Quantity]) -> Quantity | None:
    low, high, first, best = _bounds(doc, number)
    head, counted = _head(doc, number.last + 1)
    after = doc.word(number.last + 1)
    share = None
    if (after in ("of", "з", "із", "из", "со") and head is None) or after in ("of", "з", "із", "из"):
        whole = number_at(doc, number.last + 2) or (
            number_at(doc, number.last + 3) if doc.word(number.last + 2) == "the" else None
        )
        if whole is not None and whole.low >= number.low:
            head, counted = _head(doc, whole.last + 1)
            share = whole.low
            return Quantity(first, whole.last, low, high, best, counted, head, share)
    if earlier and earlier[-1].share_of is not None and number.first <= earlier[-1].last:
        return None
    return Quantity(first, number.last, low, high, best, counted, head, share)


def _bounds(doc: Document, number: Number) -> tuple[int, int | None, int, int | None]:
    """Return (low, high, first token, best) with the words before the number applied (coding rule 9)."""
    low, high, first = number.low, number.high, number.first
    exact = low == high
    one = doc.word(first - 1) if first and doc.gaps[first] == "" else ""
    two = f"{doc.word(first - 2)} {one}" if one and doc.gaps[first - 1] == "" else one
    three = doc.word(first - 3)
    if two in ("more than", "less than") and three in ("no", "not"):
        return (1 if two == "more than" else low), (high if two == "more than" else None), first - 3, None
    if one in ("than", "ніж", "чем", "мере") or two in _AT_LEAST_2:
        word = doc.word(first - 2)
        if word in ("less", "fewer", "менше", "меньше", "менее") and three not in ("не", "no", "not"):
            return 1, high, first - 2, None
        return low, None, first - 2, None
    if two in _UP_TO_2 or two in {"many as", "to up"}:
        return 1, high, first - 2, None
    if one in _AT_LEAST:
        begin = first - 1 - (doc.word(first - 2) in ("не",))
        if doc.word(first - 2) == "не":
            return 1, high, begin, None
        return low, None, begin, None
    if doc.clean[doc.end(number.last) : doc.end(number.last) + 1] == "+":
        return low, None, first, None
    if one in _UP_TO and exact and not _reaches(doc, first - 2):
        return 1, high, first - 1, None
    if one in _ABOUT and exact:
        return low - low // 10, (high or low) + low // 10, first - 1, low
    if one in _NEARLY and exact:
        return -(-low * 9 // 10), high, first - 1, None
    if doc.word(number.last + 1) in ("or", "и", "або", "или", "і") and doc.word(number.last + 2) in (
        "more", "более", "більше", "больше",
    ):  # fmt: skip
        return low, None, first, None
    return low, high, first, (low if exact else None)


def _reaches(doc: Document, token: int) -> bool:
    """Whether "до" belongs to "зросла до": a new total, not a bound."""
    return any("context.updated" in doc.tags[t] and doc.word(t) != "до" for t in range(max(0, token - 3), token + 1))


def _head(doc: Document, start: int) -> tuple[int | None, Counted]:
    """Return the counted noun after a number: its token and kind."""
    for j in range(start, min(start + _HEAD_REACH + 1, doc.size)):
        if j > start and doc.gaps[j] not in ("", "'", "«", '"', "“", "”", "»", "'"):
            break
        if j == start and doc.gaps[j] not in ("", "+", "«", '"', "“", "'", "."):
            break
        tags = doc.covering[j]
        word = doc.word(j)
        if doc.begun[j] & CASUALTIES and not any(t.startswith("people.") for t in doc.tags[j]):
            break
        if "people.child" in tags:
            return j, Counted.CHILD
        kind = next((t for t in tags if t.startswith("weapons.")), None)
        if (
            kind is not None
            and (kind not in _NOT_THROWN or _is_fired(doc, start, word))
            and not (word.startswith(("обстр", "shell")) and word != "shells")
            and not word.startswith("ракетн")
        ):
            return _last_munition(doc, j), Counted.MUNITION
        if any(t.startswith("people.") for t in tags):
            return _noun_after_adjective(doc, j), Counted.PERSON
        if "utilities.customers" in tags:
            return j, Counted.CUSTOMER
        if _NOT_COUNTED.match(word) or any(t.startswith("targets.") for t in tags):
            return j, Counted.OTHER
        if word in _STOP:
            break
        if j == start and not word.isascii() and not word.endswith(_NO_NOUN_ENDINGS):
            # "четыре емкости пострадали": the noun right after the number is what is counted, known or not.
            return j, Counted.OTHER
        named_next = j + 1 < doc.size and doc.begun[j + 1] & PEOPLE
        if named_next and not word.isascii() and not word.endswith(_ADJECTIVE_ENDINGS):
            # "10 паливозаправників окупантів": the first noun is what is counted, known or not.
            return j, Counted.OTHER
        if doc.word(j)[:1].isdecimal():
            break
    return None, Counted.BARE


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
