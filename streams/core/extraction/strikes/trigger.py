"""A word that says a strike happened, with what was found round it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from schemas.vocabulary import Party, Target, Weapon
from streams.core.extraction.model import Dropped
from streams.core.extraction.places.mention import Mention


@dataclass(slots=True)
class Munitions:
    """Counted munitions of one weapon class, by outcome; each a (low, high, best) or None."""

    weapon: Weapon | None
    first: int
    last: int
    launched: tuple[int, int | None, int | None] | None = None
    intercepted: tuple[int, int | None, int | None] | None = None
    hit: tuple[int, int | None, int | None] | None = None

    def most(self) -> int:
        """Return the largest of its lower bounds."""
        return max([bounds[0] for bounds in (self.launched, self.intercepted, self.hit) if bounds is not None])


class Part(NamedTuple):
    """Munitions of a count that were told to be of certain places; of no place over a sea."""

    munitions: Munitions
    places: tuple[Mention, ...]
    each: bool
    """Every place has as many."""


@dataclass(slots=True)
class StrikeTrigger:
    """One word that says a strike happened, with what was found round it."""

    token: int
    last: int
    weapons: tuple[Weapon, ...]
    target: Target | None
    actor: Party | None
    shot_down_only: bool
    massive: bool = False
    munitions: list[Munitions] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    """What of the munitions is told by place."""


@dataclass(slots=True)
class Strikes:
    """Strikes of a document, and the words that are none."""

    triggers: list[StrikeTrigger] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


HARMS: Final = ("casualties.kills", "casualties.wounds", "casualties.killed", "casualties.wounded")
"""Words that say somebody was hurt: of a weapon they say that it was used."""
