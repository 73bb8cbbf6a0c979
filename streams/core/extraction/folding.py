"""Text made comparable without moving a character: one folded character for each character of the source.

Case, apostrophes, ё/ґ, dashes and look-alike letters of the other script are made equal; everything that is no
letter, digit, apostrophe or hyphen becomes a space. Invisible characters (stress marks, soft hyphens, direction
marks) are taken out first, with a map back to the source.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

_INVISIBLE: Final = re.compile(
    "[\u0301\u0300\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_COMBINING: Final = re.compile("[\u0302-\u036f]")
_UNCLEAN: Final = re.compile(f"{_INVISIBLE.pattern}|{_COMBINING.pattern}")
_SAME: Final = str.maketrans("ёґ’ʼ`´‘ʹ′‑‐−\u00a0\u202f\u2009", "ег'''''''---   ")
_NOT_WORD: Final = re.compile(r"[^\w' -]|_")
_TOKEN: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_POSSESSIVE: Final = re.compile(r"'(?=s\b)|(?<=s)'(?= )")
_AGENCY: Final = re.compile(r"\b(?:update|wrapup|rpt|factbox|exclusive|corrected|refile)(?: \d{1,2})?-")
"""News agencies head their dispatches "UPDATE 1-Shells hit …"."""
_MIXED: Final = re.compile(r"[a-z][а-яіїє]|[а-яіїє][a-z]")
_TO_CYRILLIC: Final = str.maketrans("aceopxyikmthb", "асеорхуікмтнв")
_TO_LATIN: Final = str.maketrans("асеорхуікмтнв", "aceopxyikmthb")
_CYRILLIC: Final = re.compile("[а-яіїє]")
_LATIN: Final = re.compile("[a-z]")
_token: Final = tuple.__new__
"""Makes a :class:`Token` in half the time of its own constructor: there is one for each word."""
_LONGEST_WORD: Final = 60
"""Longer runs of letters are no words; repairing them would cost time and mean nothing."""


class Token(NamedTuple):
    """A word or number: characters ``start:end`` of the clean text, and its folded form."""

    start: int
    end: int
    text: str
    capital: bool


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, clean of invisible characters, with its folded form of the same length and its tokens."""

    clean: str
    folded: str
    tokens: tuple[Token, ...]
    origin: tuple[int, ...] | None
    """Place of each clean character in the source; None where nothing was taken out."""

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the source behind ``start:end`` of the clean text."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def fold(source: str) -> Folded:
    """Fold a text. Linear in its length for any input, broken Unicode included."""
    clean, origin = _without_invisible(source)
    lowered = clean.lower()
    if len(lowered) != len(clean):
        # A few letters (İ) grow when lowered; the first letter is the base.
        lowered = "".join(c.lower()[0] for c in clean)
    folded = _NOT_WORD.sub(" ", lowered.translate(_SAME))
    if "'" in folded:
        folded = _POSSESSIVE.sub(" ", folded)
    if "-" in folded:
        folded = _AGENCY.sub(lambda m: m.group()[:-1] + " ", folded)
    if _MIXED.search(folded):
        folded = _one_script_per_word(folded)
    spans = [m.span() for m in _TOKEN.finditer(folded)]
    tokens = tuple([_token(Token, (start, end, folded[start:end], clean[start].isupper())) for start, end in spans])
    return Folded(clean, folded, tokens, origin)


def _without_invisible(source: str) -> tuple[str, tuple[int, ...] | None]:
    if not _UNCLEAN.search(source):
        return source, None
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


def _one_script_per_word(folded: str) -> str:
    def repair(match: re.Match[str]) -> str:
        word = match.group()
        if len(word) > _LONGEST_WORD or word.isascii() or not _LATIN.search(word):
            return word
        cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
        repaired = word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
        # "Х-101" or "IT-фахівець" keep both scripts if no look-alike explains them.
        return repaired if not (_CYRILLIC.search(repaired) and _LATIN.search(repaired)) else word

    return _TOKEN.sub(repair, folded)
