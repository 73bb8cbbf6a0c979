"""A text read once: tokens, sentences, clauses and tags, on which every rule works."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from streams.core.extraction.folding import Folded, Token, fold
from streams.core.extraction.lexicon import Lexicon
from streams.core.extraction.wordlists import words

_BREAK: Final = re.compile(r"[.!?…][\"'»”)\]]{0,3}\s|\n|;|\|\|")
_CLAUSE: Final = re.compile(r"[,:()\[\]]|\s[-–—]+\s|[–—]|…")
_ABBREVIATIONS: Final = words(
    "м с смт сщ обл р-н ім т тис млн млрд грн ст вул бул просп пр ул г пос д им стр кв св о п чел руб коп ред "
    "напр mr mrs ms gen col lt st no dr jan feb mar apr jun jul aug sept sep oct nov dec maj sgt capt e u s vs"
)
_NONE: Final[Set[str]] = frozenset()
_NO_GAP: Final = ""
_SOFT: Final = frozenset(["", "'", "’", "«", "»", '"', "“", "”", "„", "'", "‘", "+", '""'])
LONGEST_SENTENCE: Final = 150
"""Tokens after which a sentence is cut: rules look at all pairs of a sentence, and no writer goes on for so long."""
START: Final = "^"
"""The gap before the first token of a sentence: nothing there continues what came before."""


class Sentence(NamedTuple):
    """Tokens ``first:last`` (half-open)."""

    number: int
    first: int
    last: int


@dataclass(slots=True)
class Document:
    """A folded text with its structure. Token numbers are the coordinates of everything. Never changed once read."""

    text: Folded
    sentences: tuple[Sentence, ...]
    sentence_of: tuple[int, ...]
    clause_of: tuple[int, ...]
    gaps: tuple[str, ...]
    """Punctuation between each token and the one before it, no spaces; :data:`START` at the start of a sentence."""
    tags: tuple[Set[str], ...]
    """Tags that start at each token."""
    spans: dict[tuple[int, str], int]
    """Last token of the longest hit by (first token, tag)."""
    covering: tuple[Set[str], ...]
    """Tags of every hit that covers the token."""

    kinds: Set[str]
    """The first parts of the tags in the text: most rules can be spared."""
    starts: dict[str, list[int]]
    """Tokens at which each tag starts, in order: most rules ask for a tag that is nowhere in the text."""
    tokens: tuple[Token, ...]
    token_at: dict[int, int]
    """Token by its first character."""
    words: tuple[str, ...]
    """The folded words, with an empty one at the end."""

    def has(self, token: int, tag: str) -> bool:
        """Whether ``tag`` starts at ``token``."""
        return tag in self.starts and 0 <= token < len(self.tags) and tag in self.tags[token]

    def any_in(self, first: int, last: int, tag: str) -> bool:
        """Whether ``tag`` starts at one of the tokens ``first:last`` (half-open)."""
        starts = self.starts.get(tag)
        if starts is None:
            return False
        at = bisect_left(starts, first)
        return at < len(starts) and starts[at] < last

    def any_of(self, span: range, tag: str) -> bool:
        """Whether ``tag`` starts at one of the tokens of ``span``."""
        return tag in self.starts and self.any_in(span.start, span.stop, tag)

    def starts_in(self, first: int, last: int, tag: str) -> list[int]:
        """Return the tokens of ``first:last`` (half-open) at which ``tag`` starts."""
        starts = self.starts.get(tag)
        if starts is None:
            return []
        return starts[bisect_left(starts, first) : bisect_left(starts, last)]

    def joined(self, first: int, last: int) -> bool:
        """Whether tokens ``first..last`` follow one another in one sentence without punctuation."""
        return 0 <= first <= last < len(self.gaps) and all(self.gaps[t] in _SOFT for t in range(first + 1, last + 1))

    def word(self, token: int) -> str:
        """Return the folded word, or "" outside the text."""
        # One below the first reads the empty word at the end; this is asked more often than anything else.
        try:
            return self.words[token] if token >= -1 else ""
        except IndexError:
            return ""

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
    firsts: list[int] = []
    clean = text.clean
    clause, previous_end, previous_sentence, in_sentence, extra = 0, 0, -1, 0, 0
    single = len(starts) == 1
    for begin, end, _, _ in tokens:
        sentence = 0 if single else bisect_right(starts, begin) - 1
        gap = clean[previous_end:begin]
        if sentence != previous_sentence or in_sentence >= LONGEST_SENTENCE:
            if sentence == previous_sentence:
                extra += 1
            clause += 1
            in_sentence = 0
            firsts.append(len(gaps))
            gaps.append(START)
        elif gap == " " or gap.isspace():
            gaps.append(_NO_GAP)
        else:
            if _CLAUSE.search(gap) and not (gap == "," and clean[end - 1].isdecimal() and clean[begin - 2].isdecimal()):
                clause += 1  # the comma of "500,000" ends nothing
            gaps.append(gap.strip())
        in_sentence += 1
        sentence_of.append(sentence + extra)
        clause_of.append(clause)
        previous_end, previous_sentence = end, sentence
    token_at = {token.start: i for i, token in enumerate(tokens)}
    tags: list[Set[str]] = [_NONE] * len(tokens)
    covering: list[Set[str]] = [_NONE] * len(tokens)
    spans: dict[tuple[int, str], int] = {}
    starts_of: dict[str, list[int]] = {}
    for first, last, tag in lexicon.find(text.folded, tokens, token_at):
        if (known := starts_of.get(tag)) is None:
            starts_of[tag] = [first]
        elif known[-1] != first:
            known.append(first)
        here = tags[first]
        if here is _NONE:
            tags[first] = here = set()
        here.add(tag)  # type: ignore[attr-defined]
        if (first, tag) not in spans:
            spans[first, tag] = last
        for i in (first,) if first == last else range(first, last + 1):
            over = covering[i]
            if over is _NONE:
                covering[i] = over = set()
            over.add(tag)  # type: ignore[attr-defined]
    return Document(
        text=text,
        sentences=tuple(
            [Sentence(sentence_of[a], a, b) for a, b in zip(firsts, [*firsts[1:], len(tokens)], strict=False)]
        ),
        sentence_of=tuple(sentence_of),
        clause_of=tuple(clause_of),
        gaps=tuple(gaps),
        tags=tuple(tags),
        spans=spans,
        covering=tuple(covering),
        kinds={tag[: tag.index(".")] for tag in starts_of},
        starts=starts_of,
        tokens=tokens,
        token_at=token_at,
        words=(*(token.text for token in tokens), ""),
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
