"""Numbers in running text, in digits and words: "1 200", "two dozen", "від 5 до 7", "сотні тисяч"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from schemas.base import MAX_COUNT
from streams.core.extraction.document import Document
from streams.core.extraction.numerals import DECADES, DOZENS, EXACT, HALF_MORE, SCALES, SEVERAL
from streams.core.extraction.wordlists import stems

_DIGITS_SUFFIX: Final = re.compile(r"(\d{1,6})-?(?:ти|х|ма|м|ми|є|є|ро|тьох|рьох|ох|и)$")
_RANGE: Final = re.compile(r"(\d{1,6})-(\d{1,6})$")
_AGE_OR_ORDINAL: Final = re.compile(
    r"\d+-?(?:річн\w*|летн\w*|річчя|year-old\w*|year|st|nd|rd|th|й|ї|го|му|та|те|та|а|я|е|ого|ої|ому|ша|га|ій|ий|ый|ой|ая|ої)$"
)


@dataclass(slots=True)
class Number:
    """A number at tokens ``first..last`` with its bounds; ``high`` None is open."""

    first: int
    last: int
    low: int
    high: int | None


def number_at(doc: Document, i: int) -> Number | None:
    """Return the number that begins at token ``i``, or None."""
    number = _digits_at(doc, i) if doc.words[i][:1].isdecimal() else _words_at(doc, i)
    return number if number is None or number.low <= MAX_COUNT else None


def _digits_at(doc: Document, i: int) -> Number | None:
    words = doc.words
    word = words[i]
    if not word.isdecimal():
        pair = _RANGE.match(word)
        if pair:
            low, high = int(pair[1]), int(pair[2])
            return _scaled(doc, Number(i, i, low, high)) if low < high else None
        suffix = _DIGITS_SUFFIX.match(word)
        if suffix and not _AGE_OR_ORDINAL.match(word):
            return Number(i, i, int(suffix[1]), int(suffix[1]))
        return None
    if len(word) > 9:
        return None
    value, last = int(word), i
    fraction = 0.0
    # A number too large to count anything ends here: a text of nothing but digits is read in one pass.
    while value <= MAX_COUNT and words[last + 1].isdecimal():
        between = doc.raw_gap(last + 1)
        digits = words[last + 1]
        if len(digits) == 3 and between in _THOUSANDS and value and len(word) <= 3:
            value, last = value * 1_000 + int(digits), last + 1
            continue
        if between in (",", ".") and len(digits) <= 2 and words[last + 2] in SCALES:
            fraction, last = int(digits) / 10 ** len(digits), last + 1
        break
    return _range_after(doc, _scaled(doc, Number(i, last, value, value), fraction))


_THOUSANDS: Final = frozenset([",", ".", " ", "\u00a0", "\u202f", "\u2009", "'"])


def _range_after(doc: Document, number: Number) -> Number:
    """``5 – 7 people``, ``від 5 до 7``, ``between 5 and 7``."""
    after = number.last + 1
    word = doc.words[after]
    if word in _TO:
        before = doc.words[number.first - 1]
        changed = (before, word) in _CHANGED_TO and _has_changed(doc, number.first - 1)
        if changed or (before, word) in _FROM_TO:
            other = number_at(doc, after + 1)
            if other is not None and changed:
                # "rose from 10 to 14" is 14, and no range.
                return Number(number.first - 1, other.last, other.low, other.high)
            if other is not None and other.high is not None and other.high > number.low:
                return Number(number.first - 1, other.last, number.low, other.high)
    elif doc.gaps[after] in ("-", "–", "—") and word.isdecimal() and len(word) <= 6:
        high = int(word)
        if number.high is not None and high > number.low and number.low == number.high:
            return Number(number.first, after, number.low, high)
    return number


_TO: Final = frozenset(["до", "and", "to"])
_FROM_TO: Final = frozenset([("від", "до"), ("от", "до"), ("between", "and"), ("from", "to")])


_CHANGED_TO: Final = frozenset([("from", "to"), ("з", "до"), ("із", "до"), ("від", "до"), ("с", "до"), ("от", "до")])
_CHANGES: Final = stems(
    "rose risen rises rising increas climb grew grow went goes up jump drop fell fall down revis lower rais "
    "зрос збільш змен уточн вирос возрос увелич вырос сократ снизи"
)
_CHANGE_REACH: Final = 3


def _has_changed(doc: Document, at: int) -> bool:
    """Whether a toll is told to have risen or fallen right before ``at``."""
    return any(doc.words[t].startswith(_CHANGES) for t in range(max(0, at - _CHANGE_REACH), at))


def _scaled(doc: Document, number: Number, fraction: float = 0.0) -> Number:
    after = number.last + 1
    scale = SCALES.get(doc.words[after]) if doc.gaps[after] in ("", ".") else None
    if scale is None:
        return number
    low = round((number.low + fraction) * scale)
    high = None if number.high is None else round((number.high + fraction) * scale)
    return Number(number.first, after, low, high)


def _words_at(doc: Document, i: int) -> Number | None:
    words = doc.words
    word = words[i]
    if word in HALF_MORE and (scale := SCALES.get(words[i + 1])):
        return Number(i, i + 1, scale * 3 // 2, scale * 3 // 2)
    if word in HALF_MORE and (ten := DOZENS.get(words[i + 1])):
        return Number(i, i + 1, ten * 3 // 2, ten * 3 // 2)
    if word == "half" and words[i + 1] in ("a", "of"):
        whole = SCALES.get(words[i + 2]) or DOZENS.get(words[i + 2])
        if whole:
            return Number(i, i + 2, whole // 2, whole // 2)
    if word in ("півмільйона", "полмиллиона"):
        return Number(i, i, 500_000, 500_000)
    decade = _decade_at(doc, i)
    if decade is not None:
        return decade
    if word in SEVERAL:
        follows = _decade_at(doc, i + 1)
        if follows is not None:
            return Number(i, follows.last, follows.low, follows.high)
        if word == "some":
            return None
        return Number(i, i, 2, None)
    if word not in EXACT and word not in SCALES and "-" not in word:
        return None
    total = group = 0
    last = i - 1
    j = i
    while j < doc.size and (j == i or doc.gaps[j] == ""):
        w = doc.words[j]
        if w in DOZENS and group:
            group, last, j = group * DOZENS[w], j, j + 1
            continue
        parts = w.split("-") if "-" in w else [w]
        if w in EXACT or all(p in EXACT for p in parts):
            value = sum(EXACT[p] for p in parts)
            # "one, two" or "двоє троє" are two numbers; only a smaller part continues one.
            if group and not (value < 10 <= group % 100 or (value < 100 <= group) or (value < 10 and group % 10 == 0)):
                break
            group += value
        elif w in ("hundred",) and group:
            group *= 100
        elif w in SCALES and (group or j == i) and w not in ("hundred", "k", "m", "тис", "млн", "млрд"):
            total += max(group, 1) * SCALES[w]
            group = 0
        elif w in ("тис", "млн", "млрд") and group:
            total += group * SCALES[w]
            group = 0
        elif w in ("and", "a") and group and doc.words[j + 1] in EXACT and group % 100 == 0:
            j += 1
            continue
        else:
            break
        last = j
        j += 1
    total += group
    if last < i or total == 0:
        return None
    if total == 1 and _one_is_no_number(doc, i):
        return None
    return _range_after(doc, Number(i, last, total, total))


def _one_is_no_number(doc: Document, i: int) -> bool:
    # "одна з підстанцій", "one of the", "по одній із": a pronoun; "один одного": each other.
    return doc.words[i + 1] in ("of", "з", "із", "зі", "из", "одного", "одному", "another", "day", "time")


def _decade_at(doc: Document, i: int) -> Number | None:
    span = DECADES.get(doc.words[i])
    if span is None:
        return None
    j = i + 1 + (doc.words[i + 1] == "of")
    scale = SCALES.get(doc.words[j])
    if scale and span.low < scale:
        high = None if span.high is None else (span.high + 1) * scale - 1
        return Number(i, j, span.low * scale, high)
    return Number(i, i, span.low, span.high)
