"""What a place in running text is, and when a name is taken for one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from streams.core.extraction.gazette import SettlementRecord

DONBAS: Final = ("UA-14", "UA-09")


@dataclass(frozen=True, slots=True)
class PlacePolicy:
    """Thresholds of disambiguation."""

    margin: float = 4.0
    """The largest namesake must have this many times the people of the next."""
    least: int = 10_000
    """Below this size a settlement counts only with its region named, or after a preposition and alone."""
    city: int = 100_000
    """A settlement of this size keeps its name against villages, whatever regions are named beside it."""
    dwarfed: float = 30.0
    """Elsewhere one this many times larger does."""
    lone_village: int = 700
    """A settlement with a unique name counts after a preposition from this size on."""
    both_countries: int = 50_000
    """Below this size a name that both countries have needs its region."""
    alternate_share: float = 10.0
    """An old or foreign name counts beside a primary bearer if its town is this many times larger."""


class Role(Enum):
    """What a place is to the events of its sentence."""

    EVENT = "event"
    AUTHORITY = "authority"
    """Whose authorities speak: the region of last resort."""
    SAYER = "sayer"
    """A government that speaks: "Kyiv said"."""
    ORIGIN = "origin"
    """Where an attack came from."""
    VAGUE = "vague"
    """A part of the country ("eastern Ukraine"): explicit, and no region."""
    COUNTRY = "country"


class Level(Enum):
    """How precise a place is."""

    SETTLEMENT = "settlement"
    RAION = "raion"
    REGION = "region"
    COUNTRY = "country"


class Mention(NamedTuple):
    """A place at tokens ``first..last``.

    ``regions`` has one code, two for the Donbas, none where the name is ambiguous (``candidates`` lists the regions).
    """

    first: int
    last: int
    regions: tuple[str, ...]
    level: Level
    role: Role = Role.EVENT
    name: str | None = None
    settlement: SettlementRecord | None = None
    candidates: tuple[str, ...] = ()
    facility: bool = False
    """Named only by the adjective of a facility: "Кременчуцька ГЕС"."""


class NoPlace(NamedTuple):
    """A name that was not taken for a place, and why."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class Places:
    """Mentions in order, and what was rejected."""

    mentions: tuple[Mention, ...]
    rejected: tuple[NoPlace, ...]


@dataclass(slots=True)
class Open:
    """A settlement name whose bearer is still to be chosen."""

    first: int
    last: int
    primary: tuple[SettlementRecord, ...]
    alternate: tuple[SettlementRecord, ...]
    after_preposition: bool
    typed: bool
    struck: bool
    """The object of a verb: "обстріляли Лиман", "shelled Lyman". Of a region that the sentence names, if of any."""


class Stated(NamedTuple):
    """Regions that the text names outright, and the countries it says things happen in."""

    by_sentence: dict[int, list[Mention]]
    everywhere: frozenset[str]
    countries: dict[int, set[str]]
