"""A text read once: words, sentences, clauses and tags, on which every rule works."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, pairwise
from operator import attrgetter, or_
from typing import Final, NamedTuple

from streams.core.extraction.folding import without_invisible
from streams.core.extraction.kinds import kind_of
from streams.core.extraction.lexicon import EXCLUSIVE, Hit, Longer, without_hidden
from streams.core.extraction.punctuation import Gap, Gaps, ends_sentence
from streams.core.extraction.toponyms import Names
from streams.core.extraction.vocabulary import Vocabulary, Word

_WORD: Final = re.compile(r"([^\W_]+(?:(?:['’`´‘′](?![sS]\b)|[-‑‐−])[^\W_]+)*)")
"""Letters and digits, with apostrophes and hyphens inside; the "s" of "Kyiv's" is a word of its own."""
_NO_TAGS: Final[Set[str]] = frozenset()
_NO_SPANS: Final[Mapping[tuple[int, str], int]] = {}
SOFT: Final = frozenset(["", "'", "’", "«", "»", '"', "“", "”", "„", "‘", "+", '""'])
"""Gaps that part no words."""
LONGEST_SENTENCE: Final = 150
"""Words after which a sentence is cut: rules look at all pairs of a sentence, and no writer goes on for so long."""
START: Final = "^"
"""The gap before the first word of a sentence: nothing there continues what came before."""
PAD: Final = 8
"""Empty words at the end of every column, which index -1 reads as well: rules look so far beyond a text unchecked."""
_NO_WORDS: Final = ("",) * PAD
_STARTS: Final = (START,) * PAD
_NO_MORE_TAGS: Final = (_NO_TAGS,) * PAD
_ZEROS: Final = (0,) * PAD
_NOWHERE: Final = (-1,) * PAD
_GAPS: Final = Gaps()


_Tagged = tuple[Sequence[Set[str]], Sequence[Set[str]], Sequence[int], Sequence[int], Mapping[tuple[int, str], int]]
"""The last columns of a document: tags, covering, begun, kinds and spans."""


class Sentence(NamedTuple):
    """Tokens ``first:last`` (half-open)."""

    number: int
    first: int
    last: int


@dataclass(slots=True)
class Document:
    """A text with its structure, in columns. Token numbers are the coordinates of everything. Never changed once read.

    Every column goes on for :data:`PAD` empty tokens beyond the ``size`` of the text.
    """

    clean: str
    """The text without invisible characters."""
    origin: tuple[int, ...] | None
    """Place of each clean character in the source; None where nothing was taken out."""
    size: int
    parts: list[str]
    """Gaps and words as written, by turns; a gap is first and last."""
    words: Sequence[str]
    """Folded."""
    capitals: Sequence[bool]
    names: Sequence[Names | None]
    """What each word may name (no padding)."""
    numbers: Sequence[bool]
    """Whether a number may begin at a word (no padding)."""
    starts: dict[str, list[int]]
    """Tokens at which each tag starts, in order: most rules ask for a tag that is nowhere in the text."""
    present: int
    """All kinds of the text: most rules can be spared."""
    gaps: Sequence[str]
    """Punctuation between each token and the one before it, no spaces; :data:`START` at the start of a sentence."""
    sentences: tuple[Sentence, ...]
    sentence_of: Sequence[int]
    clause_of: Sequence[int]
    tags: Sequence[Set[str]]
    """Tags that start at each token."""
    covering: Sequence[Set[str]]
    """Tags of every hit that covers the token."""
    begun: Sequence[int]
    """The kinds of ``tags``."""
    kinds: Sequence[int]
    """The kinds of ``covering``."""
    spans: Mapping[tuple[int, str], int]
    """Last token of the longest hit of several words, by (first token, tag)."""
    _bounds: list[int] | None = None

    def has(self, token: int, tag: str) -> bool:
        """Whether ``tag`` starts at ``token``."""
        return tag in self.tags[token]

    def end_of(self, first: int, tag: str) -> int:
        """Return the last token of the longest phrase of ``tag`` that begins at ``first``."""
        return self.spans.get((first, tag), first)

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
        if not 0 <= first <= last < self.size:
            return False
        for gap in self.gaps[first + 1 : last + 1]:
            if gap not in SOFT:
                return False
        return True

    def word(self, token: int) -> str:
        """Return the folded word, or "" outside the text."""
        return self.words[token]

    @property
    def bounds(self) -> list[int]:
        """Where words begin and end in ``clean``, by turns."""
        if self._bounds is None:
            self._bounds = list(accumulate(map(len, self.parts)))
        return self._bounds

    def begin(self, token: int) -> int:
        """Return the first character of a token in ``clean``."""
        return self.bounds[2 * token]

    def end(self, token: int) -> int:
        """Return the character after a token in ``clean``."""
        return self.bounds[2 * token + 1]

    def raw(self, token: int) -> str:
        """Return a token as written, but for its apostrophes."""
        return self.parts[2 * token + 1]

    def raw_gap(self, token: int) -> str:
        """Return the characters before a token, spaces included; after the last token of the text, its end."""
        return self.parts[2 * token]

    def quote(self, first: int, last: int) -> str:
        """Return the clean text of tokens ``first..last`` (inclusive)."""
        return self.clean[self.begin(first) : self.end(last)]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the source behind ``start:end`` of the clean text."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def read(source: str, vocabulary: Vocabulary) -> Document:
    """Split and tag a text. Linear in its length for any input, broken Unicode included."""
    clean, origin, parts = source, None, _split(source)
    gaps = list(map(_GAPS.__getitem__, parts[::2]))
    if any(map(_UNCLEAN, gaps)):
        clean, origin = without_invisible(source)
        parts = _split(clean)
        gaps = list(map(_GAPS.__getitem__, parts[::2]))
    found = list(map(vocabulary.__getitem__, parts[1::2]))
    if not found:
        return _empty(clean, origin, parts)
    words, capitals, tags, kinds, longer, names, numbers, agencies = zip(*found)
    if any(agencies) and (apart := _agencies_apart(parts, found)) is not None:
        parts = apart
        gaps = list(map(_GAPS.__getitem__, parts[::2]))
        found = list(map(vocabulary.__getitem__, parts[1::2]))
        words, capitals, tags, kinds, longer, names, numbers, agencies = zip(*found)
    words += _NO_WORDS
    tags += _NO_MORE_TAGS
    kinds += _ZEROS
    columns: _Tagged = tags, tags, kinds, kinds, _NO_SPANS
    if any(longer) and (hits := _phrases(longer, words)):
        columns = _with_phrases(hits, tags, kinds)
    starts: dict[str, list[int]] = {}
    for t, here in enumerate(columns[0]):
        if here:
            for tag in here:
                if tag in starts:
                    starts[tag].append(t)
                else:
                    starts[tag] = [t]
    return Document(
        clean, origin, len(found), parts, words, capitals + (False,) * PAD, names, numbers, starts,
        reduce(or_, columns[2]), *_structure(parts, gaps), *columns,  # type: ignore[arg-type]
    )  # fmt: skip


_UNCLEAN: Final = attrgetter("unclean")


def _empty(clean: str, origin: tuple[int, ...] | None, parts: list[str]) -> Document:
    tags, zeros, nowhere = _NO_MORE_TAGS, _ZEROS, _NOWHERE
    return Document(
        clean, origin, 0, parts, _NO_WORDS, (False,) * PAD, (), (), {}, 0, _STARTS, (), nowhere, nowhere, tags, tags,
        zeros, zeros, _NO_SPANS,
    )  # fmt: skip


def _split(text: str) -> list[str]:
    # The apostrophe that Ukrainian spells with is a letter to Unicode.
    if "ʼ" in text or "ʹ" in text:
        text = text.replace("ʼ", "’").replace("ʹ", "’")
    return _WORD.split(text)


def _agencies_apart(parts: list[str], found: list[Word]) -> list[str] | None:
    """News agencies head their dispatches "UPDATE 1-Shells hit …": the hyphen parts two words."""
    out = parts[:1]
    for t, word in enumerate(found):
        raw = parts[2 * t + 1]
        head, hyphen, rest = raw.partition("-")
        numbered = t and found[t - 1].agency and head.isdecimal() and len(head) <= 2
        if hyphen and (numbered or (word.agency and "-" in word.text)):
            out += [head, hyphen, rest]
        else:
            out.append(raw)
        out.append(parts[2 * t + 2])
    return out if len(out) > len(parts) else None


def _phrases(longer: Sequence[Longer | None], words: Sequence[str]) -> list[Hit]:
    hits: list[Hit] = []
    for t, begun in enumerate(longer):
        if begun is not None:
            by_second, open_second, any_second = begun
            second = words[t + 1]
            if any_second or second in by_second or second[:1] in open_second:
                hits += begun.find(words, t)
    return without_hidden(sorted(set(hits))) if hits else hits


def _with_phrases(hits: list[Hit], alone: Sequence[Set[str]], kinds_alone: Sequence[int]) -> _Tagged:
    """Add phrases of several words to the tags of single ones: the last columns of a document."""
    tags, covering = list(alone), list(alone)
    begun, kinds = list(kinds_alone), list(kinds_alone)
    spans: dict[tuple[int, str], int] = {}
    for first, minus_last, tag in hits:
        if tag.startswith(EXCLUSIVE):
            group, kind = tag[: tag.index(".") + 1], kind_of(tag)
            for t in range(first, 1 - minus_last):
                if begun[t] & kind:
                    covering[t] = tags[t] = frozenset([x for x in tags[t] if not x.startswith(group)])
                    begun[t] &= ~kind
    for first, minus_last, tag in hits:
        kind = kind_of(tag)
        tags[first] = tags[first] | {tag}
        begun[first] |= kind
        spans.setdefault((first, tag), -minus_last)
        for t in range(first, 1 - minus_last):
            covering[t] = covering[t] | {tag}
            kinds[t] |= kind
    return tags, covering, begun, kinds, spans


def _structure(
    parts: list[str], gaps: list[Gap]
) -> tuple[Sequence[str], tuple[Sentence, ...], Sequence[int], Sequence[int]]:
    """Return the gap before each token, the sentences, and the sentence and clause of each token."""
    size = len(gaps) - 1
    texts, clauses, weighs, _, _, _, _ = zip(*gaps)
    punctuation, begins_clause, firsts = list(texts), list(clauses), [0]
    punctuation[0], begins_clause[0] = START, 1
    punctuation[size:], begins_clause[size:] = _STARTS, ()
    if any(weighs):
        for t in range(1, size):
            if not weighs[t]:
                continue
            gap, before, after = gaps[t], parts[2 * t - 1], parts[2 * t + 1]
            if gap.sentence and ends_sentence(gap, before, after):
                firsts.append(t)
            elif gap.comma and before[-1].isdecimal() and after[-1].isdecimal():
                begins_clause[t] = 0  # the comma of "500,000" ends nothing
    if size > LONGEST_SENTENCE:
        firsts = [cut for a, b in pairwise([*firsts, size]) for cut in range(a, b, LONGEST_SENTENCE)]
    sentences: list[Sentence] = []
    sentence_of: list[int] = []
    if len(firsts) == 1:
        sentence = Sentence(0, 0, size)
        return punctuation, (sentence,), (0,) * size + _NOWHERE, (*accumulate(begins_clause), *_NOWHERE)
    for number, (first, last) in enumerate(pairwise([*firsts, size])):
        punctuation[first], begins_clause[first] = START, 1
        sentences.append(Sentence(number, first, last))
        sentence_of += [number] * (last - first)
    return punctuation, tuple(sentences), (*sentence_of, *_NOWHERE), (*accumulate(begins_clause), *_NOWHERE)
