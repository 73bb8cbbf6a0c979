"""A casualty figure, what it counts and whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from schemas.vocabulary import Group
from streams.core.extraction.document import Document
from streams.core.extraction.kinds import PEOPLE
from streams.core.extraction.model import Dropped
from streams.core.extraction.quantities import Quantity
from streams.core.extraction.wordlists import words


class Harm(Enum):
    """What befell people."""

    KILLED = "killed"
    WOUNDED = "wounded"
    MISSING = "missing"
    EITHER = "either"
    """Killed and wounded without a split: "6 casualties" (coding rule 11)."""


@dataclass(slots=True)
class Toll:
    """One figure of one harm. ``children`` is the number of children inside it."""

    harm: Harm
    trigger: int
    low: int
    high: int | None
    best: int | None
    group: Group
    first: int
    last: int
    children: tuple[int, int | None, int | None] | None = None
    zero_of_both: bool = False
    updated: bool = False
    """Stated as the new total: "rises to 17", "уточнено"."""
    further: bool = False
    """Joined to another figure by "and": no repetition of it, even if equal."""
    whole: bool = False
    """A total of which the sentence then tells the regions."""
    place_at: int | None = None
    """The token before its own place, where that is not its trigger's: "… and three in Nikopol"."""
    listed: bool = False
    """Counted from the persons named: nobody is left to be added."""
    told: bool = False
    """They make it up: it says nothing more."""


@dataclass(slots=True)
class Tolls:
    """Figures of a document, and the triggers without one."""

    tolls: list[Toll] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


HARM: Final = {
    "casualties.killed": Harm.KILLED,
    "casualties.kills": Harm.KILLED,
    "casualties.victims": Harm.KILLED,
    "casualties.wounded": Harm.WOUNDED,
    "casualties.wounds": Harm.WOUNDED,
    "casualties.missing": Harm.MISSING,
    "casualties.casualties": Harm.EITHER,
    "casualties.destroyed": Harm.KILLED,
    "casualties.lost": Harm.EITHER,
}
ACTIVE: Final = frozenset(["casualties.kills", "casualties.wounds", "casualties.destroyed", "casualties.lost"])
AND: Final = words("and or та і й и або или чи")


@dataclass(frozen=True, slots=True)
class TollPolicy:
    """Costs of binding a figure to a trigger; a pair above ``highest`` is no pair."""

    highest: float = 8.0
    per_word: float = 1.0
    comma: float = 2.0
    dash: float = 2.5
    other_trigger: float = 5.0
    other_figure: float = 3.0
    against_voice: float = 3.0


Trigger = tuple[int, int, str]


def group_of(doc: Document, q: Quantity, trigger: int) -> Group:
    """Return the victim group of a figure: of its noun, else of the words beside it (coding rule 13)."""
    if q.head is not None:
        group = group_of_tags(doc, range(q.first, q.head + 1))
        if group is not Group.UNKNOWN:
            return group
        # "15 people, including civilians" keeps unknown; "осіб о/с ворога", "людей серед мирного населення" do not.
        after = range(q.head + 1, min(q.head + 4, doc.size))
        near = [t for t in after if doc.joined(q.head, t)]
        return group_of_tags(doc, near)
    if trigger > q.last and trigger - q.last <= 4:
        return group_of_tags(doc, range(q.last + 1, trigger))
    if q.first > trigger and doc.joined(trigger, q.first):
        return group_of_tags(doc, range(trigger, q.first))
    return Group.UNKNOWN


def group_of_tags(doc: Document, tokens: range | list[int]) -> Group:
    """Return the group that the person words at ``tokens`` name (coding rule 13)."""
    civilian = False
    for t in tokens:
        if doc.kinds[t] & PEOPLE:
            tags = doc.covering[t]
            if "people.military" in tags:
                return Group.MILITARY
            civilian = civilian or "people.civilian" in tags or "people.child" in tags
    return Group.CIVILIAN if civilian else Group.UNKNOWN
