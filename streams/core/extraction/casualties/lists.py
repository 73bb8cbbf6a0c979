"""Further figures of a harm already found: lists, other places, children inside a total."""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import Group
from streams.core.extraction.casualties.persons import is_singular
from streams.core.extraction.casualties.toll import AND, Harm, Toll, Tolls, group_of, group_of_tags
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import PEOPLE
from streams.core.extraction.quantities import Counted, Quantity
from streams.core.extraction.wordlists import words


def add_coordinated(doc: Document, out: Tolls, used: dict[int, Toll], main: list[Quantity]) -> None:
    """``kills four civilians, soldier`` and ``kills 2 soldiers, 5 civilians``: the same harm, another group."""
    for toll in list(used.values()):
        last = toll.last
        nxt = last + 1
        if doc.sentence_of[nxt] != doc.sentence_of[last]:
            continue
        follows = doc.gaps[nxt] == "," or (doc.gaps[nxt] == "" and doc.words[nxt] in AND)
        if not follows or toll.trigger > toll.first:
            continue
        at = nxt + (doc.words[nxt] in AND)
        at += doc.words[at] in ("a", "an", "one")
        figure = next(
            (
                q
                for q in main
                if q.first in (at, nxt)
                and q.counted is Counted.PERSON
                and not any(t.first <= q.first <= t.last for t in used.values())
            ),
            None,
        )
        nearest = figure.end if figure else at
        if any(t > last and t - nearest <= 3 for t in used):
            continue
        if figure is not None:
            group = group_of(doc, figure, toll.trigger)
            out.tolls.append(
                Toll(toll.harm, toll.trigger, figure.low, figure.high, figure.best, group, figure.first, figure.end)
            )
        elif doc.has(at, "forms.person.one"):
            group = group_of_tags(doc, [at])
            if group is not toll.group:
                out.tolls.append(Toll(toll.harm, toll.trigger, 1, 1, 1, group, at, at))


def add_one_more(doc: Document, out: Tolls, used: dict[int, Toll]) -> None:
    """``two women and a child``, ``двоє жінок і дитина``: one more person of the same harm."""
    for toll in list(used.values()):
        if toll.listed:
            continue
        for t in range(max(toll.first, 1), min(toll.last + 2, doc.size - 1)):
            if doc.words[t] not in AND or doc.gaps[t] != "":
                continue
            at = t + 1 + (doc.words[t + 1] in ("a", "an", "one", "одна", "один"))
            before = doc.kinds[t - 1] & PEOPLE
            if at >= doc.size or not before or not doc.begun[at] & PEOPLE:
                continue
            single = doc.has(at, "forms.person.one")
            if not single or toll.low in (0, 1):
                continue
            group, child = group_of_tags(doc, [at]), "people.child" in doc.covering[at]
            if group is not Group.UNKNOWN and toll.group is not Group.UNKNOWN and group is not toll.group:
                out.tolls.append(Toll(toll.harm, toll.trigger, 1, 1, 1, group, at, at))
            else:
                toll.low += 1
                toll.high = None if toll.high is None else toll.high + 1
                toll.best = None if toll.best is None else toll.best + 1
                toll.last = max(toll.last, at)
                if child:
                    toll.children = (1, 1, 1)
            break


def add_elsewhere(doc: Document, sentence: Sentence, out: Tolls, used: dict[int, Toll], main: list[Quantity]) -> None:
    """``killed in Kherson and three in Nikopol``: the harm goes on, the place is another."""
    for q in main:
        spent = any(t.first <= q.first <= t.last for t in out.tolls)
        gap = doc.gaps[q.first]
        joined = doc.words[q.first - 1] in _AND_WHILE or gap in (",", ":", "-", "–", "—")
        after = q.end + 1
        if spent or not joined or after >= sentence.last or doc.gaps[after] not in ("", "–", "—", "-"):
            continue
        place = doc.has(after, "places.in") and doc.capitals[after + 1]
        earlier = [t for t in used.values() if t.last < q.first]
        if not place or not earlier or any(q.first < t < q.first + 8 for t in used):
            continue
        owner = max(earlier, key=lambda t: t.last)
        group = group_of(doc, q, q.first) if q.head is not None else owner.group
        # The place that follows is its own, however near the one before stands.
        toll = Toll(owner.harm, q.last, q.low, q.high, q.best, group, q.first, q.end, further=True, place_at=after)
        out.tolls.append(toll)


_AND_WHILE: Final = AND | words("а while")


def set_apart_totals(doc: Document, sentence: Sentence, out: Tolls) -> None:
    """``загинули 9 людей: 4 на Донеччині, 3 на Харківщині``: a total, then its regions (coding rule 3).

    Where the parts make the total up it says nothing more; else it is a figure of no region.
    """
    if len(out.tolls) < 3:
        return
    for t in range(sentence.first + 1, sentence.last):
        if not doc.gaps[t] or doc.gaps[t] not in (":", "-", "–", "—", "):"):
            continue
        for harm in (Harm.KILLED, Harm.WOUNDED):
            totals = [toll for toll in out.tolls if toll.harm is harm and toll.last < t]
            parts = [toll for toll in out.tolls if toll.harm is harm and toll.first >= t and _has_place(doc, toll)]
            if len(totals) != 1 or len(parts) < 2:
                continue
            total, told = totals[0].best, sum(toll.best or 0 for toll in parts)
            totals[0].told = told == total and totals[0].children is None
            totals[0].whole = total is None or told <= total


def _has_place(doc: Document, toll: Toll) -> bool:
    after = toll.last + 1
    return doc.has(after, "places.in") and doc.capitals[after + 1]


def add_listed_before(doc: Document, out: Tolls, used: dict[int, Toll], main: list[Quantity]) -> None:
    """``five soldiers, two rebels killed``: figures in a list before the harm they share.

    "and" makes a sum ("two women and a child"), a comma with another group a second figure.
    """
    for toll in list(used.values()):
        if toll.trigger < toll.last or toll.harm is Harm.EITHER:
            continue
        first = toll.first
        while first > 0:
            conjunction = doc.words[first - 1] in AND and doc.gaps[first - 1] == "" and doc.gaps[first] == ""
            comma = doc.gaps[first] == "," and doc.sentence_of[first - 1] == doc.sentence_of[first]
            end = first - 2 if conjunction else first - 1
            earlier = next((q for q in main if q.end == end and q.counted is not Counted.BARE), None)
            lone = earlier is None and (conjunction or comma) and first - 1 - conjunction >= 0
            if lone and toll.first == first and doc.has(first - 1 - conjunction, "forms.person.one"):
                # "Soldier, civilian killed": one person of each group.
                at = first - 1 - conjunction
                group = group_of_tags(doc, [at])
                if group is not toll.group and not any(t.first <= at <= t.last for t in out.tolls):
                    out.tolls.append(Toll(toll.harm, toll.trigger, 1, 1, 1, group, at, at))
            if (
                earlier is None
                or not (conjunction or comma)
                or any(t.first <= earlier.first <= t.last for t in used.values())
            ):
                break
            if any(t.first <= earlier.first <= t.last for t in out.tolls):
                break
            group = group_of(doc, earlier, toll.trigger)
            if conjunction and group in (toll.group, Group.UNKNOWN):
                toll.low += earlier.low
                toll.high = None if toll.high is None or earlier.high is None else toll.high + earlier.high
                toll.best = None if toll.best is None or earlier.best is None else toll.best + earlier.best
                toll.first = earlier.first
            elif toll.children is not None and earlier.counted is Counted.PERSON and group is not Group.MILITARY:
                # "22 civilians, 3 children killed": the children are inside the total (coding rule 12).
                toll.low, toll.high, toll.best, toll.group = earlier.low, earlier.high, earlier.best, group
                toll.first = earlier.first
            else:
                out.tolls.append(
                    Toll(
                        toll.harm,
                        toll.trigger,
                        earlier.low,
                        earlier.high,
                        earlier.best,
                        group,
                        earlier.first,
                        earlier.end,
                    )
                )
            first = earlier.first


def add_children(doc: Document, sentence: Sentence, inside: list[Quantity], used: dict[int, Toll]) -> None:
    """Put "including two children" and "серед поранених дитина" into the toll they belong to."""
    for q in inside:
        # "погибли четверо, в том числе двое детей, ещё 17 ранены": a part follows its whole.
        whole = [toll for toll in used.values() if toll.first < q.first] or list(used.values())
        owner = min(whole, key=lambda toll: _near_first(toll, q.first))
        if owner.children is None:
            owner.children = (q.low, q.high, q.best)
            owner.last = max(owner.last, q.end)
            if owner.group is Group.UNKNOWN:
                owner.group = Group.CIVILIAN if owner.low == 0 else owner.group
    if "people.child" not in doc.starts or "context.including" not in doc.starts:
        return
    for t in doc.starts_in(sentence.first, sentence.last, "people.child"):
        if any(q.first <= t <= q.end for q in inside):
            continue
        marked = doc.any_of(range(max(sentence.first, t - 5), min(sentence.last, t + 6)), "context.including")
        if not marked:
            continue
        owner = min(used.values(), key=lambda toll: _near_first(toll, t))
        if owner.children is None and not (
            owner.first <= t <= owner.last and owner.low == owner.high == 1 and owner.children
        ):
            single = is_singular(doc, t, None)
            owner.children = (1, 1, 1) if single else (1, None, None)
            owner.first, owner.last = min(owner.first, t), max(owner.last, t)
            if owner.high is None and owner.group is Group.UNKNOWN:
                owner.group = Group.CIVILIAN


def _near_first(toll: Toll, token: int) -> int:
    return min(abs(toll.first - token), abs(toll.last - token), abs(toll.trigger - token))
