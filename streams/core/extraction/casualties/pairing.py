"""Which figure belongs to which harm: the cost of the words and punctuation between them."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from streams.core.extraction.casualties.toll import ACTIVE, TollPolicy, Trigger
from streams.core.extraction.document import START, Document
from streams.core.extraction.quantities import Counted, Quantity
from streams.core.extraction.wordlists import words


def pairs_of(
    doc: Document, triggers: list[Trigger], people: list[Quantity], policy: TollPolicy
) -> list[tuple[float, Trigger, Quantity]]:
    """Return which harm and figure may belong together, the likeliest first: (cost, trigger, figure)."""
    out: list[tuple[float, Trigger, Quantity]] = []
    if not triggers or not people:
        return out
    # Every word between costs something: what lies farther apart can be no pair, however many a sentence has.
    farthest = policy.highest / _LIGHTEST
    starts = sorted(first for first, _, _ in triggers)
    figures = sorted(q.first for q in people)
    for trigger in triggers:
        for q in people:
            if q.first - trigger[1] > farthest + 1 or trigger[0] - q.end > farthest + 1:
                continue
            cost = _cost(doc, trigger, q, starts, figures, policy)
            if cost <= policy.highest:
                out.append((cost, trigger, q))
    if len(out) > 1:
        out.sort(key=lambda p: (p[0], p[1][0], p[2].first))
    return out


def _cost(
    doc: Document,
    trigger: Trigger,
    q: Quantity,
    starts: list[int],
    figures: list[int],
    policy: TollPolicy,
) -> float:
    """Return how far a figure is from being a trigger's.

    ``starts`` and ``figures`` are the first tokens of all the triggers and figures of the sentence, in order.
    """
    first, last, tag = trigger
    if q.first <= first <= q.end:
        return 0.0 if q.head is not None and q.head >= first else 0.2
    if first < q.first and q.end <= last:
        return 0.0  # "claimed 35 lives": the figure is inside
    before = q.end < first
    between = range(q.end + 1, first) if before else range(last + 1, q.first)
    words, gaps = doc.words, doc.gaps
    aside = _aside(doc, between) if "context.including" in doc.starts else _NOTHING
    # "Four people, among them a boy, were wounded": what is set apart does not keep them apart.
    within = (range(between.start, aside.start), range(aside.stop, between.stop)) if aside else (between,)
    cost = 0.0
    for part in within:
        if len(starts) > 1:
            cost += policy.other_trigger * _number_within(starts, part)
        if len(figures) > 1:
            cost += policy.other_figure * _number_within(figures, part)
    for part in within:
        for t in part:
            if cost > policy.highest:
                return cost
            cost += _LIGHTEST if words[t] in _LIGHT else policy.per_word
    for t in range(between.start, between.stop + 1):
        gap = gaps[t]
        if not gap or (aside and aside.start <= t <= aside.stop) or gap == START:
            continue
        if any(c in gap for c in ",()"):
            cost += policy.comma
        elif any(c in gap for c in ":–—-;"):
            cost += policy.dash
        if cost > policy.highest:
            return cost
    if tag in ACTIVE and before:
        # "3 killing 5" – an active verb takes what follows; the passive of the same word ("ліквідовано 20") too.
        cost += policy.against_voice
    elif tag == "casualties.killed" and not before and doc.words[first].isascii() and len(between) > 2:
        cost += 1.0
    if (
        q.counted is Counted.BARE
        and not before
        and between
        and doc.words[first].isascii()
        and tag not in ACTIVE
        and not _updated(doc, between)
    ):
        cost += 1.5
    return cost


def _number_within(ordered: list[int], between: range) -> int:
    return bisect_left(ordered, between.stop) - bisect_left(ordered, between.start) if between else 0


_NOTHING: Final = range(0)


def _aside(doc: Document, between: range) -> range:
    """Return the tokens of "…, among them a boy, …" within ``between``, else an empty range."""
    for t in between:
        if "context.including" in doc.tags[t] and doc.gaps[t].strip(" ")[:1] in (",", "(", "–", "—", "-"):
            end = next((x for x in range(t + 1, between.stop + 1) if doc.gaps[x][:1] in (",", ")", "–", "—")), None)
            return range(t, end) if end is not None else range(0)
    return range(0)


def _updated(doc: Document, between: range) -> bool:
    return doc.any_of(between, "context.updated")


_LIGHTEST: Final = 0.25
"""Cost of a light word, the least that a word between figure and trigger costs."""
_LIGHT: Final = words(
    "were was have has had been are is be being more another at least the a an in of by його ще іще еще ещё "
    "було були был были было также також людей людини человек осіб стало стали становить до зросла зросло зріс "
    "збільшилася збільшилась увеличилось возросло rises to rose risen climbs внаслідок подій уже вже відомо про "
    "близько как минимум щонайменше понад than over"
)
