"""Time phrases as intervals in Europe/Kyiv, relative to the publication: overnight, "у ніч на 22 жовтня", "this Friday"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schemas.report import Interval
from streams.core.extraction.document import Document, Sentence

KYIV: Final = ZoneInfo("Europe/Kyiv")

_PARTS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("night", re.compile(r"(?:overnight|night|nighttime|вночі|уночі|ніч|ночі|нічн\w*|ночью|ночь|ночи|ночн\w*)$")),
    (
        "morning",
        re.compile(
            r"(?:morning|dawn|вранці|зранку|ранку|ранок|ранком|ранков\w*|світанку|утром|утра|утренн\w*|рассвет\w*)$"
        ),
    ),
    ("noon", re.compile(r"(?:noon|midday|afternoon|полудень|опівдні|обіду|пообіді|полдень|обеда)$")),
    ("day", re.compile(r"(?:daytime|daylight|вдень|удень|денн\w*|днем|дневн\w*)$")),
    (
        "evening",
        re.compile(r"(?:evening|ввечері|увечері|вечора|вечір|вечорі|вечірн\w*|вечером|вечера|вечер|вечерн\w*)$"),
    ),
)
_HOURS: Final = {"morning": (6, 12), "noon": (12, 18), "day": (8, 18), "evening": (18, 24)}
_MONTHS: Final = tuple(
    re.compile(p + "$")
    for p in (
        r"(?:січн\w+|январ\w+|january|jan)", r"(?:лют\w+|феврал\w+|february|feb)", r"(?:березн\w+|марта?|march|mar)",
        r"(?:квітн\w+|апрел\w+|april|apr)", r"(?:травн\w+|мая|may)", r"(?:червн\w+|июн\w+|june|jun)",
        r"(?:липн\w+|июл\w+|july|jul)", r"(?:серпн\w+|август\w*|august|aug)", r"(?:вересн\w+|сентябр\w+|september|sept?)",
        r"(?:жовтн\w+|октябр\w+|october|oct)", r"(?:листопада?|ноябр\w+|november|nov)", r"(?:грудн\w+|декабр\w+|december|dec)",
    )
)  # fmt: skip
_WEEKDAYS: Final = tuple(
    re.compile(p + "$")
    for p in (
        r"(?:monday|понеділ\w+|понедельник\w*)", r"(?:tuesday|вівтор\w+|вторник\w*)", r"(?:wednesday|серед[уиа]|сред[уыа])",
        r"(?:thursday|четвер(?:га|гу)?|четверг[ау]?)", r"(?:friday|п'ятниц\w+|пятниц\w+)", r"(?:saturday|субот\w+|суббот\w+)",
        r"(?:sunday|неділ[яюі]|воскресень\w+)",
    )
)  # fmt: skip
_TODAY: Final = frozenset(["today", "сьогодні", "сегодня", "tonight"])
_YESTERDAY: Final = frozenset(["yesterday", "вчора", "вчера", "учора", "напередодні", "накануне"])
_BY: Final = frozenset(["by", "до", "к", "on", "на"])
_NOT_PAST: Final = timedelta(days=1)


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
    local = published_at.astimezone(KYIV)
    out: dict[int, When] = {}
    for sentence in doc.sentences:
        when = _in_sentence(doc, sentence, local)
        if when is not None:
            out[sentence.number] = when
    return out


def _in_sentence(doc: Document, sentence: Sentence, local: datetime) -> When | None:
    part, part_at = None, -1
    day, day_at = None, -1
    before_day = False
    for t in range(sentence.first, sentence.last):
        word = doc.word(t)
        if part is None and len(word) < 14:
            part = next((name for name, pattern in _PARTS if pattern.match(word)), None)
            part_at = t if part is not None else -1
            # "Тридцять третій день": a day that is counted, "on the night of" a person.
        if day is None:
            found = _day_at(doc, t, local)
            if found is not None:
                day, day_at = found, t
                before_day = (
                    part == "night" and part_at < t and any(doc.word(x) in ("на", "to") for x in range(part_at, t))
                )
    if part is None and day is None:
        return None
    if (
        day is not None
        and part is not None
        and doc.clause_of[day_at] != doc.clause_of[part_at]
        and abs(day_at - part_at) > 6
    ):
        part = None
    first, last = min(x for x in (part_at, day_at) if x >= 0), max(part_at, day_at)
    interval = _interval(day, part, before_day, local)
    return None if interval is None else When(first, last, interval, _is_as_of(doc, sentence, first))


def _is_as_of(doc: Document, sentence: Sentence, first: int) -> bool:
    before = [doc.word(t) for t in range(max(sentence.first, first - 3), first)]
    if any(w in ("станом", "состоянию", "состоянием") for w in before):
        return True
    if "as" in before and "of" in before:
        return True
    return bool(before) and (before[-1] in ("by", "до", "к") or (before[-1] == "the" and "by" in before))


def _day_at(doc: Document, t: int, local: datetime) -> date | None:
    word = doc.word(t)
    if word in _TODAY:
        return local.date()
    if word in _YESTERDAY:
        return local.date() - timedelta(days=1)
    for number, pattern in enumerate(_MONTHS, 1):
        if pattern.match(word):
            return _date(doc, t, number, local)
    for number, pattern in enumerate(_WEEKDAYS):
        if pattern.match(word):
            back = (local.weekday() - number) % 7
            return local.date() - timedelta(days=back)
    match = re.match(r"(\d{4})-(\d{2})-(\d{2})$", word)
    return _safe(int(match[1]), int(match[2]), int(match[3])) if match else None


def _date(doc: Document, t: int, month: int, local: datetime) -> date | None:
    around = [(doc.word(t - 1), t - 1), (doc.word(t + 1), t + 1)]
    day = next((int(w) for w, _ in around if w.isdigit() and 1 <= len(w) <= 2), None)
    if day is None:
        return None
    year_word = doc.word(t + 1) if doc.word(t - 1).isdigit() else doc.word(t + 2)
    if year_word.isdigit() and len(year_word) == 4:
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


def _interval(day: date | None, part: str | None, night_before: bool, local: datetime) -> Interval | None:
    if part == "night":
        morning = day or local.date()
        if day is not None and not night_before and day < local.date() and local.hour < 12:
            # "overnight on Tuesday", published on Wednesday morning: the night that began then is as likely; the
            # night that ended on the day named is the custom of the sources.
            morning = day
        start = datetime.combine(morning - timedelta(days=1), time(22), KYIV)
        end = datetime.combine(morning, time(6), KYIV)
    elif part is not None:
        begin, stop = _HOURS[part]
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
    return Interval(start=start.astimezone(UTC), end=max(start, end).astimezone(UTC))


def _clock(day: date, hour: int) -> datetime:
    if hour == 24:
        return datetime.combine(day + timedelta(days=1), time(0), KYIV)
    return datetime.combine(day, time(hour), KYIV)
