"""Figures that a sentence takes back or moves: died later, a number beside a mention without one."""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import Group
from streams.core.extraction.casualties.toll import Harm, Toll, Tolls
from streams.core.extraction.document import Document
from streams.core.extraction.numerals import NUMBER_WORDS


def drop_unnumbered(out: Tolls, used: dict[int, Toll]) -> None:
    """``жалоба за загиблими внаслідок удару, коли загинули 20 людей``: the number says it all."""
    for trigger, toll in list(used.items()):
        if (toll.low, toll.high, toll.group) != (1, None, Group.UNKNOWN) or toll.first != toll.last:
            continue
        if any(
            t is not toll and t.harm is toll.harm and t.low > 0 and (t.low, t.high) != (1, None) for t in used.values()
        ):
            out.tolls.remove(toll)
            del used[trigger]


_DIED: Final = ("помер", "скончал", "умер", "died", "dies", "die")


def died_later(doc: Document, out: Tolls, used: dict[int, Toll]) -> None:
    """``a man wounded in the shelling died in hospital``: one of the killed, no longer of the wounded."""
    died = [t for t in (*used, *(d.first for d in out.dropped)) if doc.word(t).startswith(_DIED)]
    for t in died:
        for trigger, toll in list(used.items()):
            if t in used and not _one_person(doc, used[t], toll):
                continue
            if toll.harm is not Harm.WOUNDED or (toll.low, toll.high) != (1, 1):
                continue
            if t in used:
                out.tolls.remove(toll)
                del used[trigger]
            else:
                toll.harm = Harm.KILLED
                out.dropped = [d for d in out.dropped if d.first != t]
            break


def _one_person(doc: Document, died: Toll, hurt: Toll) -> bool:
    """Whether both tell of one person: one died, and no number says that the wounded are somebody else."""
    apart = max(died.first, hurt.first) - min(died.last, hurt.last)
    counted = any(doc.word(t) in NUMBER_WORDS or doc.word(t).isdecimal() for t in range(hurt.first, hurt.last + 1))
    nobody_else = died.first == died.last or apart <= _ONE_PERSON
    return (died.low, died.high) == (1, 1) and nobody_else and not counted


_ONE_PERSON: Final = 3
"""Tokens between what befell a person first and the death."""
