"""The index of place names: what each word of a text may name, in every case form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, cast

NameKind = Literal["s", "a", "t", "d", "o", "r", "e", "x"]
"""``s`` settlement, ``a`` settlement under an old or foreign name, ``t`` adjective of a settlement, ``d`` raion
adjective, ``x`` English name of a raion, ``o`` region adjective, ``e`` English name of an oblast, ``r`` region."""
Meanings = Mapping[NameKind, tuple[str, ...]]
"""Whom a name may mean, by kind: rows of the settlement table, or codes of raions and regions."""
_NO_ROWS: Final[list[str]] = []


@dataclass(frozen=True, slots=True)
class _Name:
    endings: frozenset[str]
    """Of the first word, after its stem."""
    rest: tuple[tuple[str, frozenset[str]], ...]
    kind: NameKind
    refs: tuple[str, ...]


class Names(NamedTuple):
    """The names that begin with one word of a text."""

    alone: Meanings
    longer: tuple[tuple[tuple[tuple[str, frozenset[str]], ...], NameKind, tuple[str, ...]], ...]
    """Names of several words: the stems and endings that follow, kind and refs."""

    def find(self, words: Sequence[str], gaps: Sequence[str], at: int) -> tuple[int, Meanings]:
        """Return the last token of the longest name at token ``at`` and its meanings; none: what stands there is the
        beginning of a longer name alone."""
        if not self.longer:
            return at, self.alone
        best, found = at, [(kind, refs) for kind, refs in self.alone.items()]
        for rest, kind, refs in self.longer:
            last = at
            for stem, endings in rest:
                last += 1
                word = words[last]
                if gaps[last] or not word.startswith(stem) or word[len(stem) :] not in endings:
                    break
            else:
                if last > best:
                    best, found = last, [(kind, refs)]
                elif last == best:
                    found.append((kind, refs))
        return best, self.alone if best == at else _merged(found)


class NameIndex:
    """Stems of names, each with the endings that may follow.

    Rows are kept as text and read when their stem is first met: most villages are never mentioned.
    """

    def __init__(self, endings: Iterable[Sequence[str]], rows: Iterable[str]) -> None:
        """``endings`` are the ending classes in order ("=" and the endings, "|" between).

        ``rows`` are lines of words, kind and refs, tabs between; a word is ``stem:class``.
        """
        self._classes = [frozenset(row[0].removeprefix("=").split("|")) for row in endings]
        self._by_stem: dict[str, list[str] | str] = {}
        for row in rows:
            stem = row[: row.index(":")]
            known = self._by_stem.get(stem)
            if known is None:
                self._by_stem[stem] = row
            elif isinstance(known, list):
                known.append(row)
            else:
                self._by_stem[stem] = [known, row]
        self._longest = max(map(len, self._by_stem), default=0)

    def word(self, folded: str) -> Names | None:
        """Return the names that begin with a word.

        The work grows with the length of the longest stem, whatever that of ``folded``.
        """
        alone: list[tuple[NameKind, tuple[str, ...]]] = []
        longer = []
        for end in range(1, min(len(folded), self._longest) + 1):
            rows = self._by_stem.get(folded[:end], _NO_ROWS)
            for row in (rows,) if isinstance(rows, str) else rows:
                name = self._name(row)
                if folded[end:] not in name.endings:
                    continue
                if name.rest:
                    longer.append((name.rest, name.kind, name.refs))
                else:
                    alone.append((name.kind, name.refs))
        return Names(_merged(alone), tuple(longer)) if alone or longer else None

    def _name(self, row: str) -> _Name:
        words, kind, refs = row.split("\t")
        (_, endings), *rest = (self._word(word) for word in words.split(" "))
        return _Name(endings, tuple(rest), cast(NameKind, kind), tuple(refs.split(",")))

    def _word(self, word: str) -> tuple[str, frozenset[str]]:
        stem, _, number = word.rpartition(":")
        return stem, self._classes[int(number)]


def _merged(found: Iterable[tuple[NameKind, tuple[str, ...]]]) -> Meanings:
    out: dict[NameKind, tuple[str, ...]] = {}
    for kind, refs in found:
        out[kind] = tuple(dict.fromkeys((*out[kind], *refs))) if kind in out else refs
    return out
