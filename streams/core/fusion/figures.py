"""From what sources say of one figure to the figure: newest word per source, best of the best, lowest and highest.

One source's newer statement replaces its older one; over sources the best is the newest statement of the
best-graded source, low the smallest and high the largest current statement; never a sum, never the largest by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.core.estimates import Range, bounded, disjoint, envelope, total


class Said(NamedTuple):
    """One statement of one figure. ``at`` orders a speaker's statements: publication, revision, claim number.

    ``speaker`` is the source, or for a verbatim repost the source of the original.
    """

    speaker: str
    source_id: str
    report_id: str
    at: tuple[int, int, int]
    grade: int
    value: Range
    withdrawn: bool = False
    """Said in an earlier version of the report, or overtaken: kept to be shown, never counted."""
    overtaken_by: str | None = None
    """The report of the same speaker whose figure of another group overtook this one."""
    at_most: bool = False
    """Said of the enemy's soldiers by the side whose attack it was: a bound from above, no more (decision 0027)."""

    @property
    def counts_as(self) -> Range:
        """What the statement lets be known."""
        return self.value._replace(low=0, best=None) if self.at_most else self.value


class Held(NamedTuple):
    """A statement in the figure, with the report that replaced it, if any."""

    said: Said
    superseded_by: str | None


class Figure(NamedTuple):
    value: Range
    best: Said | None
    held: Sequence[Held]
    """Current statements first, best-graded and newest first; then superseded ones, newest first."""

    @property
    def current(self) -> list[Said]:
        return [held.said for held in self.held if held.superseded_by is None]


def fuse(statements: Sequence[Said]) -> Figure | None:
    """Return the figure that the statements amount to; None where no current one is among them."""
    if len(statements) == 1:
        said = statements[0]
        if said.withdrawn:
            return None
        value = said.counts_as
        return Figure(value, None if value.best is None else said, (Held(said, None),))
    newest: dict[str, Said] = {}
    for said in statements:
        held = newest.get(said.speaker)
        if not said.withdrawn and (held is None or _age(said) > _age(held)):
            newest[said.speaker] = said
    if not newest:
        return None
    current = sorted(newest.values(), key=_rank)
    # How few there were is for others than the attacker to tell, where any do.
    heard = [said for said in current if not said.at_most] or current
    best = _best_of([said for said in heard if not said.at_most])
    value = envelope((said.counts_as for said in heard), best.value.best if best else None)
    if len(heard) < len(current):
        value = value._replace(high=envelope((said.counts_as for said in current), None).high)
    ids = {id(said) for said in current}
    rest = sorted((said for said in statements if id(said) not in ids), key=_age, reverse=True)
    held_all = [Held(said, None) for said in current]
    for said in rest:
        replaced = newest.get(said.speaker)
        held_all.append(Held(said, said.overtaken_by or (replaced.report_id if replaced else said.report_id)))
    return Figure(value, best, held_all)


def _best_of(current: Sequence[Said]) -> Said | None:
    """Return the first statement with a best, unless one before it excludes that number: then nobody knows.

    Who says "at least ten" leaves the number to the next in rank, but a worse source's four is not the best of both.
    """
    for position, said in enumerate(current):
        if said.value.best is not None:
            exactly = Range(said.value.best, said.value.best, said.value.best)
            return None if any(disjoint(exactly, better.value) for better in current[:position]) else said
    return None


def together(told: Sequence[tuple[Range, int]]) -> Range:
    """Return what one report says of one figure of one event in several claims, each with its weapons (a bit set).

    Drones and missiles are counted apart: "405 drones and 28 missiles" is 433. Two numbers without such a difference
    may be two spots or one number told twice: at least the larger, at most both.
    """
    values = list(dict.fromkeys(told))
    seen = 0
    for _, weapons in values:
        if not weapons or weapons & seen:
            break
        seen |= weapons
    else:
        return bounded(total(value for value, _ in values) or values[0][0])
    figures = list(dict.fromkeys(value for value, _ in values))
    if len(figures) == 1:
        return figures[0]
    highs = [figure.high for figure in figures]
    high = None if None in highs else sum(high or 0 for high in highs)
    return bounded(Range(max(figure.low for figure in figures), None, high))


def overtake(parts: Sequence[Sequence[Said]], whole: Sequence[Said]) -> tuple[list[list[Said]], list[Said]]:
    """Return the statements of groups of people and those of all people, without what their own source overtook.

    A source that tells of five dead and later of six dead civilians has not two tolls. Where its newest words on the
    groups add up to more than its newest word on all, the later of the two holds and the earlier one is withdrawn.
    Said in one breath, "two civilians and a policeman", the smaller is no whole but one more part.
    """
    kept, stated = [list(held) for held in parts], list(whole)
    for speaker in {said.speaker for said in whole}:
        all_people = _newest_of(stated, speaker)
        groups = [said for held in kept if (said := _newest_of(held, speaker)) is not None]
        if all_people is None or not groups or all_people.value.high is None:
            continue
        if sum(said.value.low for said in groups) <= all_people.value.high:
            continue
        latest = max(groups, key=_age)
        if all_people.at[:2] > latest.at[:2]:
            kept = [_without(held, speaker, all_people) for held in kept]
        elif latest.at[:2] > all_people.at[:2]:
            stated = _without(stated, speaker, latest)
        elif all(said.report_id == all_people.report_id for said in groups):
            every = total([all_people.value, *(said.value for said in groups)])
            stated = [*_without(stated, speaker, latest), all_people._replace(value=bounded(every or all_people.value))]
    return kept, stated


def _newest_of(statements: Sequence[Said], speaker: str) -> Said | None:
    return max((said for said in statements if said.speaker == speaker and not said.withdrawn), key=_age, default=None)


def _without(statements: Sequence[Said], speaker: str, later: Said) -> list[Said]:
    return [
        said._replace(withdrawn=True, overtaken_by=later.report_id)
        if said.speaker == speaker and not said.withdrawn
        else said
        for said in statements
    ]


def beyond(sizes: Sequence[Said], ending: Sequence[Said]) -> Sequence[Said]:
    """Return what of the numbers told as an outage ends says more of its size than those that were told of it.

    They are mostly of those who still are without, or have it back: the outage had at least as many.
    """
    highs = [said.value.high for said in sizes if not said.withdrawn]
    if None in highs:
        return ()
    most = max((high for high in highs if high is not None), default=-1)
    return [said for said in ending if said.value.low > most]


def at_least(children: Sequence[Said]) -> list[Said]:
    """Return what is said of children as what it says of all people, of whom nobody gives a number.

    Children are inside the totals: who tells of two children killed tells of two killed at least.
    """
    return [said._replace(value=Range(said.value.low, None, None)) for said in children if said.value.low]


def after_deaths(wounded: Sequence[Said], killed: Sequence[Said]) -> list[Said]:
    """Return the statements of wounded, or of missing, with lows that allow for those who turned out to be dead.

    Died later moves wounded to killed, found dead moves missing there. Where a source raises its killed and does not
    say the others anew, up to that many of them may be the dead: its low falls by the difference, its best and high
    stay as said.
    """
    # Mostly every source gave both numbers at once, and nobody died since.
    latest = {said.speaker: said.at[:2] for said in wounded if not said.withdrawn}
    if len(latest) == len(wounded) and all(said.at[:2] <= latest.get(said.speaker, said.at) for said in killed):
        return list(wounded)
    adjusted = list(wounded)
    for index, said in enumerate(wounded):
        if said.withdrawn or any(other.speaker == said.speaker and _age(other) > _age(said) for other in wounded):
            continue
        own = sorted((other for other in killed if other.speaker == said.speaker and not other.withdrawn), key=_age)
        if not own or own[-1].at[:2] <= said.at[:2]:
            continue
        before = [other for other in own if other.at[:2] <= said.at[:2]]
        risen = own[-1].value.low - (before[-1].value.low if before else 0)
        if risen > 0:
            value = said.value
            adjusted[index] = said._replace(value=value._replace(low=max(0, value.low - risen)))
    return adjusted


def is_disputed(figure: Figure, within: int) -> bool:
    """Return whether two speakers' current statements cannot both be true and no rising toll explains it."""
    current = figure.current
    for index, one in enumerate(current):
        for other in current[index + 1 :]:
            if not disjoint(one.counts_as, other.counts_as):
                continue
            earlier, later = (one, other) if one.at < other.at else (other, one)
            if later.at[0] - earlier.at[0] <= within or later.counts_as.low < earlier.counts_as.low:
                return True
    return False


def _age(said: Said) -> tuple[tuple[int, int], bool, int, str, str]:
    # A repost may repeat what its original has corrected since: the original's own word goes before it.
    published, revision, number = said.at
    return (published, revision), said.source_id == said.speaker, number, said.report_id, said.source_id


def outranks(one: Said, other: Said) -> bool:
    """Return whether the best of two statements of different things is the first: better graded, else newer."""
    return _rank(one) < _rank(other)


def _rank(said: Said) -> tuple[int, tuple[int, int, int], str, str]:
    at = said.at
    return said.grade, (-at[0], -at[1], -at[2]), said.source_id, said.report_id
