"""The recovered state of one partition, as the engine and a stage see it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from streams.engine.changelog import Marker


class Store(Protocol):
    """Holds a partition's items, and how far into its changelog and source they reach."""

    @property
    def items(self) -> Mapping[bytes, bytes]:
        """A live read-only view."""

    @property
    def next_offset(self) -> int:
        """The first changelog offset that is not in the store; 0 for an empty store."""

    @property
    def marker(self) -> Marker | None:
        """The marker of the last commit in the store."""

    def apply(self, changes: Mapping[bytes, bytes | None], marker: Marker | None, next_offset: int) -> None:
        """Store changes, marker and changelog offset, all or nothing."""

    def wipe(self) -> None:
        """Forget everything: the state will be read again from the beginning."""

    def close(self) -> None:
        """Release what the store holds open; what is on disk stays."""


class MemoryStore:
    """A store in memory."""

    def __init__(self) -> None:
        self._items: dict[bytes, bytes] = {}
        self._marker: Marker | None = None
        self._next_offset = 0

    @property
    def items(self) -> Mapping[bytes, bytes]:
        return MappingProxyType(self._items)

    @property
    def next_offset(self) -> int:
        return self._next_offset

    @property
    def marker(self) -> Marker | None:
        return self._marker

    def apply(self, changes: Mapping[bytes, bytes | None], marker: Marker | None, next_offset: int) -> None:
        items = self._items
        for key, value in changes.items():
            if value is None:
                items.pop(key, None)
            else:
                items[key] = value
        self._marker = marker
        self._next_offset = next_offset

    def wipe(self) -> None:
        # The stage may still hold the view: clear what it shows.
        self._items.clear()
        self._marker = None
        self._next_offset = 0

    def close(self) -> None:
        self._items.clear()
