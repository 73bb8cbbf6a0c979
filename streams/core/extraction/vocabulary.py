"""What a text's words are, each looked up once: news uses few words, and says the same of them every time."""

from __future__ import annotations

from typing import Final, NamedTuple

from streams.core.extraction.folding import LONGEST_WORD, fold
from streams.core.extraction.forms import form_of
from streams.core.extraction.kinds import kinds_of
from streams.core.extraction.lexicon import Lexicon, Longer
from streams.core.extraction.numerals import NUMBER_WORDS, SCALES
from streams.core.extraction.toponyms import NameIndex, Names
from streams.core.extraction.wordlists import words

_MOST: Final = 30_000
"""Words remembered (some 25 MB); then all are forgotten, and looked up again."""
_AGENCY: Final = words("update wrapup rpt factbox exclusive corrected refile")


class Word(NamedTuple):
    """A word as written in a text, and all that can be said of it without its neighbours."""

    text: str
    """Folded."""
    capital: bool
    tags: frozenset[str]
    kinds: int
    """The kinds of ``tags``, and those of its form."""
    longer: Longer | None
    names: Names | None
    number: bool
    """It may begin a number."""
    agency: bool
    """It may head a dispatch: "UPDATE 1-Shells hit …"."""


class Vocabulary(dict[str, Word]):
    """Words as written in texts, by lexicon and names. Filled as words are met; what it holds changes no answer."""

    def __init__(self, lexicon: Lexicon, names: NameIndex) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._names = names

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} words)"

    def __missing__(self, raw: str) -> Word:
        text = fold(raw)
        tags, longer = self._lexicon.word(text)
        number = text[:1].isdecimal() or "-" in text or text in NUMBER_WORDS or text in SCALES
        agency = text.partition("-")[0] in _AGENCY
        kinds = kinds_of(tags) | form_of(text)
        word = Word(text, raw[:1].isupper(), tags, kinds, longer, self._names.word(text), number, agency)
        if len(raw) <= LONGEST_WORD:
            if len(self) >= _MOST:
                self.clear()
            self[raw] = word
        return word
