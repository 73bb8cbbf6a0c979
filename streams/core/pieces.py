"""Long work in pieces: a generator that pauses now and then, so that whoever drives it may do something else between.

Nothing of what it works on may be used before it is finished.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Final, TypeVar

Result = TypeVar("Result")
Item = TypeVar("Item")

Pieces = Generator[None, None, Result]
"""Pauses with nothing, and returns its result at the end."""

_PIECE: Final = 64


def finished(pieces: Pieces[Result]) -> Result:
    """Do all of it at a stretch."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            result: Result = end.value
            return result


def pieces_of(items: Iterable[Item], size: int = _PIECE) -> Iterator[list[Item]]:
    """Yield the items in lists of at most ``size``, in order: after each of them is a good moment for a pause."""
    piece: list[Item] = []
    for item in items:
        piece.append(item)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
