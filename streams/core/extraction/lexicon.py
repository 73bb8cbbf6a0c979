"""The lexicon: words and phrases by tag, in three languages, found in one pass over a folded text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from streams.core.extraction.folding import Token

Hit = tuple[int, int, str]
"""Tokens ``first..last`` (inclusive) carry a tag: (first, last, tag)."""


class _Word(NamedTuple):
    text: str
    open: bool
    """Any ending may follow (``удар*``)."""


class _Phrase(NamedTuple):
    tag: str
    head_open: bool
    rest: tuple[_Word, ...]


class _Head(NamedTuple):
    """All phrases that begin with one word: those of one word, and longer ones by their second word."""

    alone: tuple[_Phrase, ...]
    by_second: dict[str, tuple[_Phrase, ...]]
    open_second: tuple[_Phrase, ...]


# Within these groups a longer match hides the shorter ones inside it: "cruise missile" is no plain "missile".
_EXCLUSIVE: Final = ("weapons.", "targets.")


class Lexicon:
    """Phrases by tag. Immutable once built."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        """``rows`` are (tag, phrases with "|" between); ``*`` at the end of a word stands for any ending."""
        by_head: dict[str, list[_Phrase]] = {}
        self._exclusive: dict[str, str] = {}
        for tag, phrases in rows:
            if tag.startswith(_EXCLUSIVE):
                self._exclusive[tag] = tag[: tag.index(".") + 1]
            for phrase in phrases.split("|"):
                words = [_Word(w.rstrip("*"), w.endswith("*")) for w in phrase.strip().lower().split()]
                if words:
                    head, *rest = words
                    by_head.setdefault(head.text, []).append(_Phrase(tag, head.open, tuple(rest)))
        self._heads = [_head(dict.fromkeys(phrases)) for phrases in by_head.values()]
        self._automaton = AhoCorasick(
            [f" {head}" for head in by_head], implementation=Implementation.DFA, store_patterns=False
        )

    def find(self, folded: str, tokens: tuple[Token, ...], token_at: Mapping[int, int]) -> list[Hit]:
        """Return every hit, in order of first token, the longest first; ``token_at`` maps a first character."""
        # (first, minus last, tag): in the order wanted as they are.
        hits: set[tuple[int, int, str]] = set()
        for pattern, start, stop in self._automaton.find_matches_as_indexes(f" {folded}", overlapping=True):
            i = token_at.get(start)
            if i is None:
                continue
            # The text searched has one more space in front, so its ``stop`` is one ahead of the token's end.
            whole = tokens[i].end == stop - 1
            alone, by_second, open_second = self._heads[pattern]
            for tag, head_open, _ in alone:
                if whole or head_open:
                    hits.add((i, -i, tag))
            if not (by_second or open_second) or i + 1 >= len(tokens):
                continue
            if by_second and (closed := by_second.get(tokens[i + 1].text)) is not None:
                for tag, head_open, rest in closed:
                    if (whole or head_open) and (len(rest) == 1 or _follows(rest, tokens, i + 1)):
                        hits.add((i, -i - len(rest), tag))
            for tag, head_open, rest in open_second:
                if (whole or head_open) and _follows(rest, tokens, i + 1):
                    hits.add((i, -i - len(rest), tag))
        return self._without_hidden(sorted(hits))

    def _without_hidden(self, hits: list[tuple[int, int, str]]) -> list[Hit]:
        covered = dict.fromkeys(_EXCLUSIVE, -1)
        out: list[Hit] = []
        group_of = self._exclusive.get
        for first, minus_last, tag in hits:
            group = group_of(tag)
            if group is not None:
                if -minus_last <= covered[group]:
                    continue
                covered[group] = -minus_last
            out.append((first, -minus_last, tag))
        return out


def _head(phrases: Iterable[_Phrase]) -> _Head:
    alone: list[_Phrase] = []
    by_second: dict[str, list[_Phrase]] = {}
    open_second: list[_Phrase] = []
    for phrase in phrases:
        if not phrase.rest:
            alone.append(phrase)
        elif phrase.rest[0].open:
            open_second.append(phrase)
        else:
            by_second.setdefault(phrase.rest[0].text, []).append(phrase)
    return _Head(tuple(alone), {k: tuple(v) for k, v in by_second.items()}, tuple(open_second))


def _follows(words: tuple[_Word, ...], tokens: tuple[Token, ...], at: int) -> bool:
    if at + len(words) > len(tokens):
        return False
    for word in words:
        text = tokens[at].text
        if text != word.text and not (word.open and text.startswith(word.text)):
            return False
        at += 1
    return True
