"""Moments in order, each as often as it was added. A plain sorted list moves half of itself at every change."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from typing import Final

_MOST: Final = 512
"""Moments in one piece: what a change moves, 4 kB at most."""


class Timeline:
    """A multiset of moments in microseconds, eight bytes each; adding and dropping cost about the same at any size."""

    __slots__ = ("_lasts", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[array[int]] = []
        """None of them empty."""
        self._lasts: list[int] = []
        """The last moment of each piece."""

    @property
    def newest(self) -> int | None:
        """The latest moment of all."""
        return self._lasts[-1] if self._lasts else None

    def add(self, moment: int) -> None:
        lasts = self._lasts
        if not lasts:
            self._pieces.append(array("q", (moment,)))
            lasts.append(moment)
            return
        index = min(bisect_left(lasts, moment), len(lasts) - 1)
        piece = self._pieces[index]
        insort(piece, moment)
        if len(piece) > _MOST:
            half = _MOST // 2
            self._pieces.insert(index + 1, piece[half:])
            del piece[half:]
            lasts.insert(index, piece[-1])
            index += 1
            piece = self._pieces[index]
        lasts[index] = piece[-1]

    def drop(self, moment: int) -> None:
        """Take the moment out once. Raises :class:`KeyError` if it is not there."""
        index = bisect_left(self._lasts, moment)
        if index == len(self._lasts):
            raise KeyError(moment)
        piece = self._pieces[index]
        at = bisect_left(piece, moment)
        if piece[at] != moment:
            raise KeyError(moment)
        del piece[at]
        if piece:
            self._lasts[index] = piece[-1]
        else:
            del self._pieces[index], self._lasts[index]

    def after(self, moment: int) -> int | None:
        """Return the first one after ``moment``."""
        index = bisect_right(self._lasts, moment)
        if index == len(self._lasts):
            return None
        piece = self._pieces[index]
        return piece[bisect_right(piece, moment)]

    def count_until(self, moment: int) -> int:
        """Return how many are not after ``moment``."""
        index = bisect_right(self._lasts, moment)
        before = sum(map(len, self._pieces[:index]))
        return before if index == len(self._lasts) else before + bisect_right(self._pieces[index], moment)
