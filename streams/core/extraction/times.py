"""Time phrases as intervals in Europe/Kyiv, relative to the publication: "у ніч на 22 жовтня", "this Friday"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schemas.report import Interval
from streams.core.extraction.dates import MOST, read_date
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import TIMES
from streams.core.extraction.wire import interval as known_interval

KYIV: Final = ZoneInfo("Europe/Kyiv")
_HOURS: Final = {"morning": (6, 12), "noon": (12, 18), "day": (8, 18), "evening": (18, 24)}
_PARTS: Final = ("night", "morning", "noon", "day", "evening")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
_NUMERIC: Final = re.compile(r"(?<![\w./-])(?:\d{4}-\d\d-\d\d|\d\d?([./])\d\d?\1(?:\d{4}|\d\d))(?![\w/-])", re.ASCII)
"""``2025-10-22``, ``22.10.2025``, ``22/10/25``: three numbers; a share, a score or a version has two or four."""
_NOT_PAST: Final = timedelta(days=1)
_FAR: Final = 6
"""Tokens between a part of the day and a day of another clause that still belong together."""


@dataclass(frozen=True, slots=True)
class When:
    """A time phrase at tokens ``first..last`` and what it means."""

    first: int
    last: int
    interval: Interval
    as_of: bool = False
    """The state of things is told as of then ("станом на ранок", "by the afternoon"): when it was known, not when
    it happened."""


def find_times(doc: Document, published_at: datetime) -> dict[int, When]:
    """Return the time of each sentence that states one, by sentence number. Never after the publication."""
    words: dict[int, list[tuple[int, str]]] = {}
    sentence_of = doc.sentence_of
    if doc.present & TIMES:
        for tag, starts in doc.starts.items():
            if tag.startswith("times."):
                for t in starts:
                    words.setdefault(sentence_of[t], []).append((t, tag.removeprefix("times.")))
    if True in doc.numbers and _may_hold_dates(doc):
        for match in _NUMERIC.finditer(doc.clean):
            at = bisect_left(doc.bounds, match.start())
            if doc.bounds[at] == match.start() and not at % 2:
                token = at // 2
                words.setdefault(sentence_of[token], []).append((token, "numeric" if match[1] else "date"))
    out: dict[int, When] = {}
    if not words:
        return out
    local = published_at.astimezone(KYIV)
    tries = iter(range(MOST))
    for number in sorted(words):
        when = _in_sentence(doc, doc.sentences[number], sorted(words[number]), local, tries)
        if when is not None:
            out[number] = when
    return out


def _may_hold_dates(doc: Document) -> bool:
    """Whether a number is followed right away by another, as in ``22.10.2025``, or holds hyphens (``2025-10-22``)."""
    words = doc.words
    for t, number in enumerate(doc.numbers):
        if number and (doc.raw_gap(t + 1) in (".", "/") or words[t].count("-") == 2):
            return True
    return False


def _in_sentence(
    doc: Document, sentence: Sentence, words: list[tuple[int, str]], local: datetime, tries: Iterator[int]
) -> When | None:
    part, part_at = next(((tag, t) for t, tag in words if tag in _PARTS), (None, -1))
    day, day_at = next(((d, t) for t, tag in words if (d := _day_at(doc, t, tag, local)) is not None), (None, -1))
    if day is None:
        day, day_at = _as_written(doc, sentence, words, local, tries)
    if day is not None and part is not None and doc.clause_of[day_at] != doc.clause_of[part_at]:
        part = part if abs(day_at - part_at) <= _FAR else None
    if part is None and day is None:
        return None
    first, last = min(x for x in (part_at, day_at) if x >= 0), max(part_at, day_at)
    # "Tuesday night" begins on Tuesday; "у ніч на вівторок" and "overnight on Tuesday" end then.
    begins = day is not None and part == "night" and day_at == part_at - 1 and doc.words[part_at] == "night"
    interval = _interval(
        day, part, local, begins=begins, hour=_hour_before(doc, part_at) if part == "morning" else None
    )
    return None if interval is None else When(first, last, interval, _is_as_of(doc, sentence, first))


def _as_written(
    doc: Document, sentence: Sentence, words: list[tuple[int, str]], local: datetime, tries: Iterator[int]
) -> tuple[date | None, int]:
    """Return the first date in a form of its own ("October 22nd", "22.10.2025"), and its token."""
    for t, tag in words:
        if tag == "numeric":
            first, last = t, t + 2
        elif tag.startswith("month."):
            near = [x for x in (t - 1, t + 1, t - 2) if sentence.first <= x < sentence.last]
            # A plain number the rules have read, and found to be no day.
            number = next((x for x in near if doc.words[x][:1].isdecimal() and not doc.words[x].isdecimal()), None)
            if number is None:
                continue
            first, last = min(t, number), max(t, number)
            last += last + 1 < sentence.last and len(doc.words[last + 1]) == 4 and doc.words[last + 1].isdecimal()
        else:
            continue
        if next(tries, None) is None:
            return None, -1
        phrase = (".".join if tag == "numeric" else " ".join)(doc.words[x] for x in range(first, last + 1))
        found = read_date(phrase, local.date() + _NOT_PAST)
        if found is not None:
            return found, t
    return None, -1


def _is_as_of(doc: Document, sentence: Sentence, first: int) -> bool:
    before = doc.words[max(sentence.first, first - 3) : first]
    if not before:
        return False
    if before[-1] in ("by", "до", "к") or (before[-1] == "the" and "by" in before):
        return True
    return not _STATE.isdisjoint(before) or ("as" in before and "of" in before)


_STATE: Final = frozenset(["станом", "состоянию", "состоянием"])


def _day_at(doc: Document, t: int, tag: str, local: datetime) -> date | None:
    if tag == "today":
        return local.date()
    if tag == "yesterday":
        return local.date() - timedelta(days=1)
    kind, _, number = tag.partition(".")
    if kind == "month":
        return _date(doc, t, int(number), local)
    if kind == "weekday":
        return local.date() - timedelta(days=(local.weekday() - int(number)) % 7)
    match = _ISO_DATE.match(doc.words[t]) if tag == "date" else None
    return _safe(int(match[1]), int(match[2]), int(match[3])) if match else None


def _date(doc: Document, t: int, month: int, local: datetime) -> date | None:
    around = [(doc.words[t - 1], t - 1), (doc.words[t + 1], t + 1)]
    day = next((int(w) for w, _ in around if w.isdecimal() and 1 <= len(w) <= 2), None)
    if day is None:
        return None
    year_word = doc.words[t + 1] if doc.words[t - 1].isdecimal() else doc.words[t + 2]
    if year_word.isdecimal() and len(year_word) == 4:
        return _safe(int(year_word), month, day)
    found = _safe(local.year, month, day)
    if found is not None and found > local.date() + _NOT_PAST:
        return _safe(local.year - 1, month, day)
    return found


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1991 <= year < 2200 else None
    except ValueError:
        return None


def _hour_before(doc: Document, t: int) -> int | None:
    """Return the hour of "о 4 ранку", "в 04:15 утра": a morning that begins before six."""
    at = t - 1
    if at > 1 and doc.gaps[at] == ":" and len(doc.words[at]) == 2:
        at -= 1
    word = doc.words[at] if at > 0 else ""
    return int(word) if word.isdecimal() and len(word) <= 2 and int(word) < 12 else None


def _interval(
    day: date | None, part: str | None, local: datetime, *, begins: bool, hour: int | None = None
) -> Interval | None:
    if begins and day is not None and _clock(day, _HOURS["evening"][0]) < local:
        start = _clock(day, _HOURS["evening"][0])
        end = datetime.combine(day + timedelta(days=1), time(6), KYIV)
    elif part == "night":
        # The night that ended on the day named, as sources use it: "у ніч на 22 жовтня", "overnight on Tuesday".
        morning = day or local.date()
        start = datetime.combine(morning - timedelta(days=1), time(22), KYIV)
        end = datetime.combine(morning, time(6), KYIV)
    elif part is not None:
        begin, stop = _HOURS[part]
        begin = begin if hour is None else min(begin, hour)
        on = day or local.date()
        if day is None and begin > local.hour:
            on -= timedelta(days=1)
        start, end = _clock(on, begin), _clock(on, stop)
    else:
        assert day is not None
        start, end = _clock(day, 0), _clock(day, 24)
    if start >= local:
        return None
    end = min(end, local)
    return known_interval(start.astimezone(UTC), max(start, end).astimezone(UTC))


def _clock(day: date, hour: int) -> datetime:
    if hour == 24:
        return datetime.combine(day + timedelta(days=1), time(0), KYIV)
    return datetime.combine(day, time(hour), KYIV)
