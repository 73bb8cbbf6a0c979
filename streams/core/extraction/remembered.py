"""Earlier events that a text calls to mind: "like the strike in 2023 that killed 46"."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime, timedelta
from typing import Final

from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import MONTHS
from streams.core.extraction.wordlists import stems, words

_NEWS: Final = timedelta(days=60)
"""In January and February the year before is no distant past."""
_EARLIEST: Final = 1900
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


def remembered(doc: Document, published_at: datetime) -> Set[int]:
    """Return the tokens that tell of an event of an earlier year; what they trigger is no news.

    The year takes its clause with it, and the clauses that hang on to that.
    """
    past: set[int] = set()
    if True not in doc.numbers:
        return past
    latest = (published_at - _NEWS).year - 1
    for t in _years(doc, latest):
        sentence = doc.sentences[doc.sentence_of[t]]
        past.update(_clauses(doc, sentence, t))
    return past


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
    """Whether a number is a year: "in 2023", "January 2023", "2023 року"; not "2023 people"."""
    return (
        doc.words[t - 1] in ("in", "у", "в")
        or bool(doc.kinds[t - 1] & MONTHS)
        or (doc.gaps[t].strip() == "," and bool((doc.kinds[t - 1] | doc.kinds[t - 2]) & MONTHS))
        or doc.words[t + 1].startswith(("рок", "год", "рік"))
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
