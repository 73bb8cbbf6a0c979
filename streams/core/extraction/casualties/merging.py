"""Casualty figures of one text that tell of one event: which are repeats, updates, totals and parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from schemas.vocabulary import Group, Scope
from streams.core.extraction.casualties.toll import Harm, Toll
from streams.core.extraction.document import Sentence
from streams.core.extraction.places.mention import Mention
from streams.core.extraction.times import When
from streams.core.extraction.wire import Bounds


@dataclass(slots=True)
class TollDraft:
    """A casualty figure with its place, time and scope."""

    toll: Toll
    region: str | None
    regions: tuple[str, ...]
    mention: Mention | None
    when: When | None
    scope: Scope
    sentence: Sentence
    hedged: bool
    vague: bool


class _Told(NamedTuple):
    """What a figure says, to know a repetition in another sentence."""

    toll: tuple[Harm, int, int | None, Group, Bounds | None, bool]
    region: str | None
    regions: tuple[str, ...]
    place: str | None
    when: When | None
    scope: Scope
    flags: tuple[bool, bool]

    @classmethod
    def of(cls, draft: TollDraft) -> Self:
        t = draft.toll
        return cls(
            (t.harm, t.low, t.high, t.group, t.children, t.updated),
            draft.region,
            draft.regions,
            None if draft.mention is None else draft.mention.name,
            draft.when,
            draft.scope,
            (draft.hedged, draft.vague),
        )


def merge_tolls(drafts: Sequence[TollDraft]) -> list[list[TollDraft]]:
    """Return the figures grouped into claims: one claim a region, victim group and event."""
    if len(drafts) < 2:
        return [[draft] for draft in drafts]
    groups: list[list[TollDraft]] = []
    told: dict[_Told, int] = {}
    several = drafts[0].sentence.number != drafts[-1].sentence.number
    for draft in drafts:
        number = draft.sentence.number
        if several and told.setdefault(_Told.of(draft), number) != number:
            continue  # the same words in a further sentence add nothing
        home = next((g for g in groups if _belongs(g, draft)), None)
        if home is None:
            groups.append([draft])
        else:
            home.append(draft)
    return groups if len(groups) == 1 else _without_echoes(_with_updates(groups))


def _with_updates(groups: list[list[TollDraft]]) -> list[list[TollDraft]]:
    """Let a stated new total absorb the smaller figures of other headlines, whatever their order."""
    out: list[list[TollDraft]] = []
    for group in groups:
        home = next((g for g in out if _updates(g, group) or _updates(group, g)), None)
        if home is None:
            out.append(group)
        else:
            home += group
    return out


def _updates(newer: list[TollDraft], older: list[TollDraft]) -> bool:
    a, b = newer[0], older[0]
    if (a.region or "UA") != (b.region or "UA") or a.regions != b.regions or a.scope is not b.scope:
        return False
    known = {d.toll.group for d in (*newer, *older)} - {Group.UNKNOWN}
    if len(known) > 1:
        return False
    return all(any(_same_harm(n.toll, o.toll) and _supersedes(n.toll, o.toll) for n in newer) for o in older)


def _belongs(group: list[TollDraft], draft: TollDraft) -> bool:
    lead = group[0]
    if (lead.region or "UA") != (draft.region or "UA") or lead.regions != draft.regions:
        return False
    if lead.vague != draft.vague and not any(d.toll.updated for d in (*group, draft)):
        return False
    if lead.scope is not draft.scope and (Scope.CUMULATIVE in (lead.scope, draft.scope) or not _repeats(group, draft)):
        return False
    names = {d.mention.name for d in (*group, draft) if d.mention is not None and d.mention.name is not None}
    if len(names) > 1:
        return False
    when = next((d.when for d in group if d.when is not None), None)
    if when is not None and draft.when is not None and not _overlap(when, draft.when):
        return False
    groups = {d.toll.group for d in (*group, draft)} - {Group.UNKNOWN}
    if len(groups) > 1:
        return False
    same_group = all(d.toll.group is draft.toll.group for d in group)
    for known in group:
        if known.sentence.number == draft.sentence.number and _same_harm(known.toll, draft.toll):
            # Two figures of one harm in one sentence: a total and a part, or two groups; both are kept.
            # A headline run into its own lead says the same thing twice.
            repeat = same_group and (
                (known.toll.low, known.toll.high) == (draft.toll.low, draft.toll.high)
                or _rounds(known.toll, draft.toll)
                or _rounds(draft.toll, known.toll)
            )
            if not repeat or known.toll.further or draft.toll.further:
                return False
    if same_group or not any(_same_harm(k.toll, draft.toll) for k in group):
        return True
    if any(
        _supersedes(a.toll, b.toll)
        for k in group
        for a, b in ((k, draft), (draft, k))
        if _same_harm(k.toll, draft.toll)
    ):
        return True
    # An unknown group beside a known one: a repeat if the figures agree, else a total and a part.
    return any(_agree(k.toll, draft.toll) for k in group if _same_harm(k.toll, draft.toll))


def _repeats(group: list[TollDraft], draft: TollDraft) -> bool:
    """Whether a figure is one that the group has: "over the past day" may stand in a headline alone."""
    return any(_same_harm(known.toll, draft.toll) and _agree(known.toll, draft.toll) for known in group)


def _overlap(a: When, b: When) -> bool:
    return a.interval.start < b.interval.end and b.interval.start < a.interval.end


def _rounds(rough: Toll, exact: Toll) -> bool:
    """``53 … more than 50``: one number, said twice."""
    if rough.high is not None or exact.low != exact.high or rough.low < 2:
        return False
    return rough.low <= exact.low <= rough.low * 1.2


def _same_harm(a: Toll, b: Toll) -> bool:
    return a.harm is b.harm or Harm.EITHER in (a.harm, b.harm)


def _agree(a: Toll, b: Toll) -> bool:
    if (a.low, a.high) == (b.low, b.high):
        return True
    low, high = max(a.low, b.low), min(x for x in (a.high, b.high, 10**10) if x is not None)
    return low <= high


def _without_echoes(groups: list[list[TollDraft]]) -> list[list[TollDraft]]:
    """Drop what a vaguer headline repeats of a located one: "civilians killed in east Ukraine" beside Donetsk."""
    out: list[list[TollDraft]] = []
    for group in groups:
        placed = [g for g in groups if g is not group and g[0].region is not None and "-" in g[0].region]
        unplaced = group[0].region is None or "-" not in group[0].region
        several = len(group[0].regions) > 1
        if unplaced and not several and placed and all(_echoed(d, placed) for d in group):
            continue
        if unplaced and any(_says_again(group, other) for other in out):
            continue
        out.append(group)
    return out


def _says_again(group: list[TollDraft], earlier: list[TollDraft]) -> bool:
    """Whether another headline without a place gave the same figures: "in east Ukraine", "Ukraine", "Donbass"."""
    if earlier[0].region is not None and "-" in earlier[0].region:
        return False
    return group[0].scope is earlier[0].scope and all(
        any(
            _same_harm(k.toll, d.toll)
            and _agree_groups(k.toll, d.toll)
            and (k.toll.low, k.toll.high) == (d.toll.low, d.toll.high)
            and k.sentence.number != d.sentence.number
            for k in earlier
        )
        for d in group
    )


def _echoed(draft: TollDraft, placed: list[list[TollDraft]]) -> bool:
    return any(
        _same_harm(k.toll, draft.toll)
        and _agree_groups(k.toll, draft.toll)
        and ((draft.toll.low, draft.toll.high) in ((k.toll.low, k.toll.high), (k.toll.low, None), (1, None)))
        for group in placed
        for k in group
    )


def _supersedes(newer: Toll, older: Toll) -> bool:
    """Whether a figure is stated as the new total: "death toll rises to 17" (coding rule 14)."""
    return newer.updated and newer.low >= older.low


def _agree_groups(a: Toll, b: Toll) -> bool:
    return a.group is b.group or Group.UNKNOWN in (a.group, b.group)


def figures_of(drafts: Sequence[TollDraft]) -> dict[str, Bounds]:
    """Return the figures of one claim: the updated or highest toll of each harm (coding rule 14)."""
    out: dict[str, Bounds] = {}
    if len(drafts) == 1:
        toll = drafts[0].toll
        for harm in _FIELDS[toll.harm]:
            _put(out, harm, toll, toll.high, toll.children)
        return out
    by_harm: dict[str, list[Toll]] = {}
    for draft in drafts:
        for harm in _FIELDS[draft.toll.harm]:
            by_harm.setdefault(harm, []).append(draft.toll)
    for harm, tolls in by_harm.items():
        if len(tolls) == 1:
            _put(out, harm, tolls[0], tolls[0].high, tolls[0].children)
            continue
        specific = [t for t in tolls if t.harm is not Harm.EITHER] or tolls
        stated = [t for t in specific if not (t.low == 1 and t.high is None)] or specific
        best = max(stated, key=lambda t: (t.low, t.high if t.high is not None else 10**10))
        open_ended = any(t.low == best.low and t.high is None for t in stated)
        children = next((t.children for t in tolls if t.children is not None), None)
        _put(out, harm, best, None if open_ended else best.high, children)
    return out


_FIELDS: Final = {harm: ("killed", "wounded") if harm is Harm.EITHER else (harm.value,) for harm in Harm}


def _put(out: dict[str, Bounds], harm: str, toll: Toll, high: int | None, children: Bounds | None) -> None:
    low, exact = toll.low, toll.best if high is not None else None
    if children is not None and high is not None and children[0] > high:
        children = None  # more children than people: they were somebody else's
    if children is not None and low < children[0]:
        low = children[0]
    if exact is not None and (exact < low or (high is not None and exact > high)):
        exact = None
    out[harm] = (low, high, exact)
    if children is not None and harm in ("killed", "wounded"):
        out[f"children_{harm}"] = children
