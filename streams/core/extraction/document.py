"""A text read once: tokens, sentences, clauses and tags, on which every rule works."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from streams.core.extraction.folding import Folded, Token, fold
from streams.core.extraction.lexicon import Hit, Lexicon

_BREAK: Final = re.compile(r"[.!?…][\"'»”)\]]{0,3}\s|\n|;|\|\|")
_CLAUSE: Final = re.compile(r"[,:()\[\]]|\s[-–—]+\s|[–—]|…")
_ABBREVIATIONS: Final = frozenset(
    [
        "м",
        "с",
        "смт",
        "сщ",
        "обл",
        "р-н",
        "ім",
        "т",
        "тис",
        "млн",
        "млрд",
        "грн",
        "ст",
        "вул",
        "бул",
        "просп",
        "пр",
        "ул",
        "г",
        "пос",
        "д",
        "им",
        "стр",
        "кв",
        "св",
        "о",
        "п",
        "чел",
        "руб",
        "коп",
        "ред",
        "напр",
        "mr",
        "mrs",
        "ms",
        "gen",
        "col",
        "lt",
        "st",
        "no",
        "dr",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "maj",
        "sgt",
        "capt",
        "e",
        "u",
        "s",
        "vs",
    ]
)
_NO_GAP: Final = ""
_SOFT: Final = frozenset(["", "'", "’", "«", "»", '"', "“", "”", "„", "'", "‘", "+", '""'])
START: Final = "^"
"""The gap before the first token of a sentence: nothing there continues what came before."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens ``first:last`` (half-open)."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Document:
    """A folded text with its structure. Token numbers are the coordinates of everything."""

    text: Folded
    sentences: tuple[Sentence, ...]
    sentence_of: tuple[int, ...]
    clause_of: tuple[int, ...]
    gaps: tuple[str, ...]
    """Punctuation between each token and the one before it, spaces removed; :data:`START` at the start of a sentence."""
    hits: tuple[Hit, ...]
    tags: tuple[frozenset[str], ...]
    """Tags that start at each token."""
    spans: dict[tuple[int, str], int]
    """Last token of the longest hit by (first token, tag)."""
    covering: tuple[frozenset[str], ...]
    """Tags of every hit that covers the token."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.text.tokens

    def has(self, token: int, tag: str) -> bool:
        """Whether ``tag`` starts at ``token``."""
        return 0 <= token < len(self.tags) and tag in self.tags[token]

    def any_in(self, first: int, last: int, tag: str) -> bool:
        """Whether ``tag`` starts at one of the tokens ``first:last`` (half-open)."""
        return any(tag in self.tags[i] for i in range(max(first, 0), min(last, len(self.tags))))

    def joined(self, first: int, last: int) -> bool:
        """Whether tokens ``first..last`` follow one another in one sentence without punctuation."""
        return 0 <= first <= last < len(self.gaps) and all(self.gaps[t] in _SOFT for t in range(first + 1, last + 1))

    def word(self, token: int) -> str:
        """Return the folded word, or "" outside the text."""
        return self.tokens[token].text if 0 <= token < len(self.tokens) else ""

    def quote(self, first: int, last: int) -> str:
        """Return the clean text of tokens ``first..last`` (inclusive)."""
        return self.text.clean[self.tokens[first].start : self.tokens[last].end]


def read(source: str, lexicon: Lexicon) -> Document:
    """Fold, split and tag a text."""
    text = fold(source)
    tokens = text.tokens
    starts = _sentence_starts(text)
    sentence_of: list[int] = []
    clause_of: list[int] = []
    gaps: list[str] = []
    clause, previous_end, previous_sentence = 0, 0, -1
    for token in tokens:
        sentence = bisect_right(starts, token.start) - 1
        gap = text.clean[previous_end : token.start]
        if sentence != previous_sentence:
            clause += 1
            gaps.append(START)
        else:
            plain = gap.isspace()
            if not plain and _CLAUSE.search(gap):
                clause += 1
            gaps.append(_NO_GAP if plain else gap.strip())
        sentence_of.append(sentence)
        clause_of.append(clause)
        previous_end, previous_sentence = token.end, sentence
    hits = tuple(lexicon.find(text.folded, tokens))
    tags: list[set[str]] = [set() for _ in tokens]
    covering: list[set[str]] = [set() for _ in tokens]
    spans: dict[tuple[int, str], int] = {}
    for hit in hits:
        tags[hit.first].add(hit.tag)
        spans.setdefault((hit.first, hit.tag), hit.last)
        for i in range(hit.first, hit.last + 1):
            covering[i].add(hit.tag)
    return Document(
        text=text,
        sentences=_sentences(sentence_of),
        sentence_of=tuple(sentence_of),
        clause_of=tuple(clause_of),
        gaps=tuple(gaps),
        hits=hits,
        tags=tuple(map(frozenset, tags)),
        spans=spans,
        covering=tuple(map(frozenset, covering)),
    )


def _sentence_starts(text: Folded) -> list[int]:
    starts = [0]
    clean = text.clean
    for match in _BREAK.finditer(clean):
        if match.group()[0] == "." and not _ends_sentence(clean, match.start(), match.end()):
            continue
        starts.append(match.end())
    return starts


def _ends_sentence(clean: str, dot: int, after: int) -> bool:
    begin = dot
    while begin > 0 and dot - begin < 6 and (clean[begin - 1].isalnum() or clean[begin - 1] == "-"):
        begin -= 1
    word = clean[begin:dot]
    following = clean[after : after + 1]
    if following.islower():
        return False
    if word.lower() in _ABBREVIATIONS:
        # "у 2022 р. Київ" and "с. Роботине" go on; only a long word ends a sentence beyond doubt.
        return False
    return not (len(word) == 1 and word.isupper())


def _sentences(sentence_of: list[int]) -> tuple[Sentence, ...]:
    out: list[Sentence] = []
    first = 0
    for i in range(1, len(sentence_of) + 1):
        if i == len(sentence_of) or sentence_of[i] != sentence_of[first]:
            out.append(Sentence(sentence_of[first], first, i))
            first = i
    return tuple(out)
