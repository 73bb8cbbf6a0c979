"""The index of place names: finds every name, in every case form, in one pass over a folded text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from ahocorasick_rs import AhoCorasick, Implementation

NameKind = Literal["s", "a", "t", "d", "o", "r", "e", "x"]
"""``s`` settlement, ``a`` settlement under an old or foreign name, ``t`` adjective of a settlement, ``d`` raion
adjective, ``x`` English name of a raion, ``o`` region adjective, ``e`` English name of an oblast, ``r`` region."""
_LONGEST_ENDING: Final = 12
_PADDING: Final = " " * (_LONGEST_ENDING + 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom a name may mean: rows of the settlement table, or codes of raions and regions."""

    kind: NameKind
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Toponym:
    """A name found: characters ``start:end`` of the folded text, and all that it may mean."""

    start: int
    end: int
    entries: tuple[Entry, ...]


_Pattern = tuple[frozenset[str], tuple[tuple[str, frozenset[str]], ...], Entry]


class NameIndex:
    """Aho-Corasick over the stems of names, each with the endings that may follow.

    Rows are kept as text and read when their stem is first met: most villages are never mentioned.
    """

    def __init__(self, endings: Iterable[Sequence[str]], rows: Iterable[str]) -> None:
        """``endings`` are the ending classes in order ("=" and the endings, "|" between).

        ``rows`` are lines of words, kind and refs, tabs between; a word is ``stem:class``.
        """
        self._classes = [frozenset(row[0].removeprefix("=").split("|")) for row in endings]
        by_stem: dict[str, list[str]] = {}
        for row in rows:
            stem = row[: row.index(":")]
            if (known := by_stem.get(stem)) is not None:
                known.append(row)
            else:
                by_stem[stem] = [row]
        self._rows: list[list[str] | None] = list(by_stem.values())
        self._patterns: list[tuple[_Pattern, ...] | None] = [None] * len(by_stem)
        self._automaton = AhoCorasick(
            [f" {stem}" for stem in by_stem], implementation=Implementation.ContiguousNFA, store_patterns=False
        )

    def _read(self, number: int) -> tuple[_Pattern, ...]:
        rows = self._rows[number] or ()
        patterns = tuple(self._pattern(row) for row in rows)
        self._patterns[number], self._rows[number] = patterns, None
        return patterns

    def _pattern(self, row: str) -> _Pattern:
        words, kind, refs = row.split("\t")
        (_, endings), *rest = (self._word(word) for word in words.split(" "))
        return endings, tuple(rest), Entry(cast(NameKind, kind), tuple(refs.split(",")))

    def _word(self, word: str) -> tuple[str, frozenset[str]]:
        stem, _, number = word.rpartition(":")
        return stem, self._classes[int(number)]

    def find(self, folded: str) -> list[Toponym]:
        """Return the longest name at each word of a folded text, in order, without overlaps."""
        found: dict[int, tuple[int, list[Entry]]] = {}
        text = f" {folded}{_PADDING}"
        for number, start, stop in self._automaton.find_matches_as_indexes(text, overlapping=True):
            first_end = _word_end(text, stop)
            ending = text[stop:first_end]
            for endings, followers, entry in self._patterns[number] or self._read(number):
                if ending not in endings:
                    continue
                end = first_end
                for stem, follower_endings in followers:
                    if not text.startswith(stem, end + 1) or text[end] != " ":
                        break
                    after = end + 1 + len(stem)
                    end = _word_end(text, after)
                    if text[after:end] not in follower_endings:
                        break
                else:
                    best = found.get(start)
                    if best is None or end > best[0]:
                        found[start] = (end, [entry])
                    elif end == best[0]:
                        best[1].append(entry)
        out: list[Toponym] = []
        covered = -1
        for start, (end, entries) in sorted(found.items()):
            # The match begins with the space before the name, which the text got one more of.
            if start >= covered:
                out.append(Toponym(start, end - 1, tuple(entries)))
                covered = end
        return out


def _word_end(text: str, position: int) -> int:
    # Bounded: a run of letters longer than any ending ends the search, so hostile input stays linear.
    end = text.find(" ", position, position + _LONGEST_ENDING + 1)
    return position + _LONGEST_ENDING if end < 0 else end
