"""The lexicon: words and phrases by tag, in three languages, looked up word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

Hit = tuple[int, int, str]
"""A phrase found: (first token, minus the last token, tag): sorted, the longest of a token comes first."""
EXCLUSIVE: Final = ("weapons.", "targets.")
"""Within these groups a longer match hides the shorter ones inside it: "cruise missile" is no plain "missile"."""


_POSSESSIVE: Final = re.compile(r"'s(?=[ *]|$)")


class _Word(NamedTuple):
    text: str
    open: bool
    """Any ending may follow (``удар*``)."""


class _Phrase(NamedTuple):
    tag: str
    head_open: bool
    rest: tuple[_Word, ...]


class Longer(NamedTuple):
    """Phrases of several words that begin with one word, by their second word."""

    by_second: dict[str, tuple[_Phrase, ...]]
    open_second: dict[str, tuple[_Phrase, ...]]
    """By the first letter of the second word."""
    any_second: tuple[_Phrase, ...]

    def find(self, words: Sequence[str], at: int) -> list[Hit]:
        """Return the phrases that begin at token ``at``; ``words`` end with an empty one."""
        second = words[at + 1]
        hits: list[Hit] = []
        for phrase in self.by_second.get(second, ()):
            if len(phrase.rest) == 1 or _follows(phrase.rest, words, at + 1):
                hits.append((at, -at - len(phrase.rest), phrase.tag))
        for phrase in (*self.open_second.get(second[:1], ()), *self.any_second):
            if _follows(phrase.rest, words, at + 1):
                hits.append((at, -at - len(phrase.rest), phrase.tag))
        return hits


class Lexicon:
    """Phrases by tag. Immutable once built."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        """``rows`` are (tag, phrases with "|" between); ``*`` at the end of a word stands for any ending."""
        by_head: dict[str, dict[_Phrase, None]] = {}
        for tag, phrases in rows:
            for phrase in phrases.split("|"):
                # A text's "Kyiv's" is two words.
                written = _POSSESSIVE.sub(" s", phrase.strip().lower())
                words = [_Word(w.rstrip("*"), w.endswith("*")) for w in written.split()]
                if words:
                    head, *rest = words
                    by_head.setdefault(head.text, {})[_Phrase(tag, head.open, tuple(rest))] = None
        self._heads = {head: tuple(phrases) for head, phrases in by_head.items()}
        self._longest = max(map(len, by_head), default=0)

    def word(self, folded: str) -> tuple[frozenset[str], Longer | None]:
        """Return the tags of a word alone, and the phrases it begins.

        The work grows with the length of the longest word of the lexicon, whatever that of ``folded``.
        """
        alone: set[str] = set()
        longer: list[_Phrase] = []
        for end in range(1, min(len(folded), self._longest) + 1):
            for phrase in self._heads.get(folded[:end], ()):
                if phrase.head_open or end == len(folded):
                    if phrase.rest:
                        longer.append(phrase)
                    else:
                        alone.add(phrase.tag)
        for group in EXCLUSIVE:
            alone.difference_update(sorted(tag for tag in alone if tag.startswith(group))[1:])
        return frozenset(alone), _longer(longer) if longer else None


def _longer(phrases: Iterable[_Phrase]) -> Longer:
    by_second: dict[str, tuple[_Phrase, ...]] = {}
    open_second: dict[str, tuple[_Phrase, ...]] = {}
    any_second: list[_Phrase] = []
    for phrase in dict.fromkeys(phrases):
        second = phrase.rest[0]
        if not second.text:
            any_second.append(phrase)
        elif second.open:
            open_second[second.text[:1]] = (*open_second.get(second.text[:1], ()), phrase)
        else:
            by_second[second.text] = (*by_second.get(second.text, ()), phrase)
    return Longer(by_second, open_second, tuple(any_second))


def _follows(rest: tuple[_Word, ...], words: Sequence[str], at: int) -> bool:
    for word in rest:
        text = words[at]
        if not text or (text != word.text and not (word.open and text.startswith(word.text))):
            return False
        at += 1
    return True


def without_hidden(hits: list[Hit]) -> list[Hit]:
    """Return sorted hits of several words without those that a longer one of their group hides."""
    covered = dict.fromkeys(EXCLUSIVE, -1)
    out: list[Hit] = []
    for hit in hits:
        _, minus_last, tag = hit
        group = next((g for g in EXCLUSIVE if tag.startswith(g)), None)
        if group is not None:
            if -minus_last <= covered[group]:
                continue
            covered[group] = -minus_last
        out.append(hit)
    return out
