"""What stands between two words: whether it parts clauses or sentences."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from streams.core.extraction.folding import UNCLEAN
from streams.core.extraction.wordlists import words

_BREAK: Final = re.compile(r"[.!?…][\"'»”)\]]{0,3}\s|\n|;|\|\|")
_CLAUSE: Final = re.compile(r"[,:()\[\]]|\s[-–—]+\s|[–—]|…")
_ABBREVIATIONS: Final = words(
    "м с смт сщ обл р-н ім т тис млн млрд грн ст вул бул просп пр ул г пос д им стр кв св о п чел руб коп ред "
    "напр mr mrs ms gen col lt st no dr jan feb mar apr jun jul aug sept sep oct nov dec maj sgt capt e u s vs"
)
_LONGEST_ABBREVIATION: Final = 6
_APOSTROPHE: Final = re.compile("[^'’`´‘′]*$")
_MOST: Final = 4_096
_LONGEST: Final = 16
"""Longer runs of punctuation are read each time they are met: hostile texts fill no memory."""


class Gap(NamedTuple):
    """The characters between two words."""

    text: str
    """Without white space at its ends."""
    clause: bool
    """A new clause begins after it."""
    weighs: bool
    """More is to be looked at than that: it may part sentences, or is a comma alone."""
    unclean: bool
    """It has characters that cannot be seen."""
    sentence: bool
    """A new sentence begins after it, or may (see ``dots``)."""
    dots: tuple[tuple[int, str], ...] | None
    """Where it parts sentences by full stops alone: the place of each, and what follows it here."""
    comma: bool
    """A comma alone: that of "500,000" ends nothing."""


class Gaps(dict[str, Gap]):
    """Gaps as they stand in texts. Filled as they are met; what it holds changes no answer."""

    def __missing__(self, raw: str) -> Gap:
        breaks = list(_BREAK.finditer(raw))
        stops = [(m.start(), raw[m.end() : m.end() + 1]) for m in breaks if m.group()[0] == "."]
        gap = Gap(
            text=raw.strip(),
            clause=_CLAUSE.search(raw) is not None,
            weighs=bool(breaks) or raw == ",",
            unclean=UNCLEAN.search(raw) is not None,
            sentence=bool(breaks),
            dots=tuple(stops) if stops and len(stops) == len(breaks) else None,
            comma=raw == ",",
        )
        if len(raw) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[raw] = gap
        return gap


def ends_sentence(gap: Gap, before: str, after: str) -> bool:
    """Whether a gap that may part sentences does so between two words as written."""
    if gap.dots is None:
        return gap.sentence
    return any(_stops(before if at == 0 else "", following or after) for at, following in gap.dots)


def _stops(before: str, after: str) -> bool:
    if after[:1].islower():
        return False
    word = before[-_LONGEST_ABBREVIATION:]
    if match := _APOSTROPHE.search(word):
        word = match.group()
    if word.lower() in _ABBREVIATIONS:
        # "у 2022 р. Київ" and "с. Роботине" go on; only a long word ends a sentence beyond doubt.
        return False
    return not (len(word) == 1 and word.isupper())
