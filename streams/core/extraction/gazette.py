"""What place finding needs to know of the world: passed in, built from tables elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class SettlementRecord(Protocol):
    """A settlement of the gazetteer."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def raion(self) -> str | None: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def population(self) -> int | None: ...


class RaionRecord(Protocol):
    """A raion of the gazetteer."""

    @property
    def region(self) -> str: ...
    @property
    def en(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Gazette:
    """The settlements and raions that names in text refer to."""

    settlements: Sequence[SettlementRecord]
    raions: Mapping[str, RaionRecord]
    _bearers: dict[tuple[str, ...], tuple[SettlementRecord, ...]] = field(default_factory=dict)
    """Settlements by their rows, as names in texts ask for them: no more than names are."""

    def settlements_of(self, rows: tuple[str, ...]) -> tuple[SettlementRecord, ...]:
        """Return the settlements at ``rows``."""
        known = self._bearers.get(rows)
        if known is None:
            known = self._bearers[rows] = tuple(self.settlements[int(row)] for row in rows)
        return known
