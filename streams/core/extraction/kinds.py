"""Kinds of words, one bit each: the first parts of the lexicon's tags, tested with ``doc.kinds[t] & PEOPLE``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Final

CASUALTIES: Final = 1
CONTEXT: Final = 2
FORMS: Final = 4
OUTAGES: Final = 8
PEOPLE: Final = 16
PLACES: Final = 32
STRIKES: Final = 64
TARGETS: Final = 128
TIMES: Final = 256
UTILITIES: Final = 512
CUSTOMERS: Final = 16_384
"""Of a utility: households, subscribers. They are tagged as utilities, and are none."""
WEAPONS: Final = 1024
SPECIAL: Final = 8192
"""Of the places, those that need no table: countries and their parts, the Donbas, companies of a region."""
MONTHS: Final = 2048
MEASURES: Final = 4096
"""Units, times, places: counted, and no people."""
NEGATIONS: Final = 32_768
"""``no``, ``не``. This bit, that of months and that of measures come from the word itself, not from tags."""

_BITS: Final = {
    "casualties": CASUALTIES,
    "context": CONTEXT,
    "forms": FORMS,
    "outages": OUTAGES,
    "people": PEOPLE,
    "places": PLACES,
    "strikes": STRIKES,
    "targets": TARGETS,
    "times": TIMES,
    "utilities": UTILITIES,
    "weapons": WEAPONS,
}


_SPECIAL: Final = ("places.donbas", "places.bridge.", "places.vague", "places.company.", "places.country.")


def kind_of(tag: str) -> int:
    """Return the kind of a tag.

    Raises:
        KeyError: a tag of no kind: a file of the lexicon that no rule reads.
    """
    if tag == "utilities.customers":
        return CUSTOMERS
    kind = _BITS[tag[: tag.index(".")]]
    return kind | SPECIAL if tag.startswith(_SPECIAL) else kind


def kinds_of(tags: Iterable[str]) -> int:
    """Return the kinds of tags, together."""
    return reduce(or_, map(kind_of, tags), 0)
