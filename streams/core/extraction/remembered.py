"""Earlier events that a text calls to mind: "like the strike in 2023 that killed 46"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from datetime import datetime, timedelta
from typing import Final

from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import MONTHS, TIMES
from streams.core.extraction.places.mention import Places
from streams.core.extraction.wordlists import stems, words

_NEWS: Final = timedelta(days=60)
"""In January and February the year before is no distant past."""
_EARLIEST: Final = 1900
_AT_THE_START: Final = 5
"""Words of a sentence that begins with its date."""
_BEFORE: Final = 3
"""Words between "since" or "made in" and the year."""
_COMPARED: Final = words("since from after before until till to з із від с со от після после до по for by law model")
"""``the deadliest attack since 2022`` compares: its figures are today's."""
_MADE: Final = stems(
    "born народж рожд made produc manufactur built issued виготов выпу випу збудован построен зразк образц"
)
_RELATIVE: Final = words(
    "that which who when where killing wounding injuring leaving коли де що який яка яке які якого якої внаслідок "
    "когда где что который которая которое которые"
)


def remembered(doc: Document, published_at: datetime, located: Callable[[], Places]) -> Set[int]:
    """Return the tokens that tell of an event of an earlier year; what they trigger is no news.

    The year takes its clause with it, and the clauses that hang on to that.
    """
    past: set[int] = set()
    told = {doc.sentence_of[t] for t in doc.starts.get("context.ago", ())}
    if True in doc.numbers:
        latest = (published_at - _NEWS).year - 1
        for t in _years(doc, latest):
            sentence = doc.sentences[doc.sentence_of[t]]
            if t - sentence.first <= _AT_THE_START:
                # "8 квітня 2022 року о 10:28 …": when all of the sentence happened.
                past.update(range(sentence.first, sentence.last))
                told.add(sentence.number)
            else:
                past.update(_clauses(doc, sentence, t))
    if told:
        for sentence in _going_on(doc, told, located):
            past.update(range(sentence.first, sentence.last))
    return past


def _going_on(doc: Document, told: Set[int], located: Callable[[], Places]) -> Iterator[Sentence]:
    """Yield the sentences that go on with what one before them remembers: "Рік тому … Тоді загинула 61 людина".

    Up to the next that has a time or another region of its own.
    """
    regions: dict[int, set[str]] = {}
    for m in located().mentions:
        regions.setdefault(doc.sentence_of[m.first], set()).update(m.regions)
    there: set[str] | None = None
    for sentence in doc.sentences:
        here = regions.get(sentence.number, set())
        if sentence.number in told:
            there = here | (there or set())
            continue
        if there is None:
            continue
        timed = any(doc.begun[t] & TIMES for t in range(sentence.first, sentence.last))
        if timed or not here <= there:
            there = None
        else:
            yield sentence


def _years(doc: Document, latest: int) -> Iterator[int]:
    for t, number in enumerate(doc.numbers):
        word = doc.words[t]
        if not number or len(word) != 4 or not word.isdecimal() or not _EARLIEST <= int(word) <= latest:
            continue
        before = range(max(doc.sentences[doc.sentence_of[t]].first, t - _BEFORE), t)
        if any(doc.words[x] in _COMPARED or doc.words[x].startswith(_MADE) for x in before):
            continue
        if doc.words[min(t + 2, doc.size - 1)].startswith(_MADE):
            continue  # "2005 року народження": who, not when
        if _is_dated(doc, t):
            yield t


def _is_dated(doc: Document, t: int) -> bool:
    """Whether a number is a year: "in 2023", "January 2023", "2023 року", "the 2023 strike"; not "2023 people"."""
    return (
        doc.words[t - 1] in ("in", "у", "в")
        or bool(doc.kinds[t - 1] & MONTHS)
        or (doc.gaps[t].strip() == "," and bool((doc.kinds[t - 1] | doc.kinds[t - 2]) & MONTHS))
        or doc.words[t + 1].startswith(("рок", "год", "рік"))
        or (doc.words[t - 1] == "the" and any("strikes.attack.noun" in doc.tags[x] for x in range(t + 1, t + 5)))
    )


def _clauses(doc: Document, sentence: Sentence, year: int) -> Iterator[int]:
    """Yield the tokens of the year's clause, from its comparison on, and of those that begin with "that" or "when"."""
    own = clause = doc.clause_of[year]
    for t in range(sentence.first, sentence.last):
        if doc.clause_of[t] < own:
            continue
        if doc.clause_of[t] != clause:
            if doc.words[t] not in _RELATIVE:
                return
            clause = doc.clause_of[t]
        yield t
