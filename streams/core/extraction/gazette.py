"""What place finding needs to know of the world: passed in, built from tables elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
