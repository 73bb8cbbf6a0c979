"""Work in pieces is the same work."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.pieces import Pieces, finished, pieces_of


@given(st.lists(st.integers()), st.integers(1, 5))
def test_pieces_hold_everything_once_and_in_order(items: list[int], size: int) -> None:
    pieces = list(pieces_of(items, size))
    assert [item for piece in pieces for item in piece] == items
    assert all(len(piece) == size for piece in pieces[:-1])
    assert all(pieces)


def test_what_is_done_at_a_stretch_gives_what_the_pieces_give() -> None:
    def adding() -> Pieces[int]:
        total = 0
        for piece in pieces_of(range(10), 3):
            total += sum(piece)
            yield
        return total

    assert finished(adding()) == 45
