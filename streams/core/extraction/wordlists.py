"""Short lists of function words and endings that rules of grammar test; words that mean something are data files."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``, to be compared whole."""
    return frozenset(text.split())


def stems(text: str) -> tuple[str, ...]:
    """Return the beginnings or endings in ``text``, for ``startswith`` and ``endswith``."""
    return tuple(text.split())
