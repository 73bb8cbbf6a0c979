"""Words made comparable: case, apostrophes, ё/ґ, dashes and look-alike letters of the other script are made equal.

Invisible characters (stress marks, soft hyphens, direction marks) are taken out of a text first, with a map back to
the source.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = re.compile(
    "[\u0301\u0300\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_COMBINING: Final = re.compile("[\u0302-\u036f]")
UNCLEAN: Final = re.compile(f"{_INVISIBLE.pattern}|{_COMBINING.pattern}")
_SAME: Final = str.maketrans("ёґ’ʼ`´‘ʹ′‑‐−", "ег'''''''---")
_MIXED: Final = re.compile(r"[a-z][а-яіїє]|[а-яіїє][a-z]")
_TO_CYRILLIC: Final = str.maketrans("aceopxyikmthb", "асеорхуікмтнв")
_TO_LATIN: Final = str.maketrans("асеорхуікмтнв", "aceopxyikmthb")
_CYRILLIC: Final = re.compile("[а-яіїє]")
_LATIN: Final = re.compile("[a-z]")
LONGEST_WORD: Final = 60
"""Longer runs of letters are no words; repairing or remembering them would cost time and mean nothing."""


def fold(word: str) -> str:
    """Return a word as the lexicon and the tables spell it. Linear in its length, broken Unicode included."""
    folded = word.lower()
    if len(folded) != len(word):
        # A few letters (İ) grow when lowered; the first letter is the base.
        folded = "".join(c.lower()[0] for c in word)
    folded = folded.translate(_SAME)
    if len(folded) <= LONGEST_WORD and _MIXED.search(folded):
        return _in_one_script(folded)
    return folded


def _in_one_script(word: str) -> str:
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    repaired = word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    # "Х-101" or "IT-фахівець" keep both scripts if no look-alike explains them.
    return repaired if not (_CYRILLIC.search(repaired) and _LATIN.search(repaired)) else word


def without_invisible(source: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without what cannot be seen, and the place of each of its characters in the source."""
    chars: list[str] = []
    origin: list[int] = []
    for i, c in enumerate(source):
        if _COMBINING.match(c) and chars:
            # и + breve is й, і + diaeresis is ї; a mark that composes with nothing is dropped.
            composed = unicodedata.normalize("NFC", chars[-1] + c)
            chars[-1] = composed if len(composed) == 1 else chars[-1]
        elif not _INVISIBLE.match(c) and not _COMBINING.match(c):
            chars.append(c)
            origin.append(i)
    return "".join(chars), tuple(origin)
