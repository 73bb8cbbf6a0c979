"""Strikes: words that say an attack with a weapon happened, with weapon, target, actor and munition counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from schemas.vocabulary import Target
from streams.core.extraction.circumstances import CircumstancePolicy, blocking_reason
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.model import Dropped, Reason
from streams.core.extraction.places.mention import Places
from streams.core.extraction.quantities import Quantity
from streams.core.extraction.strikes.actor import actor_of
from streams.core.extraction.strikes.munitions import hand_out, munitions_in, uncounted
from streams.core.extraction.strikes.refusals import refusal_of
from streams.core.extraction.strikes.shares import find_breakdowns
from streams.core.extraction.strikes.surroundings import around, target_in_list, target_near, target_told_of, weapons_of
from streams.core.extraction.strikes.trigger import HARMS, Munitions, Strikes, StrikeTrigger
from streams.core.extraction.wordlists import words

_TARGETS: Final = tuple(f"targets.{t.value}" for t in Target)


def find_strikes(
    doc: Document, quantities: tuple[Quantity, ...], located: Callable[[], Places], policy: CircumstancePolicy
) -> Strikes:
    """Return the strike triggers of a document, unmerged; ``located`` finds its places."""
    out = Strikes()
    kinds = [tag for tag in _CANDIDATES if tag in doc.starts]
    if not kinds:
        return out
    titled_court = _court_text(doc)
    for sentence, candidates in _candidates(doc, kinds):
        reason = Reason.COURT if titled_court else blocking_reason(doc, sentence)
        accepted: list[tuple[int, int, str]] = []
        for token, tag in candidates:
            why = reason or refusal_of(doc, sentence, token, tag, located, policy)
            if why is None:
                accepted.append((token, doc.end_of(token, tag), tag))
                continue
            if tag not in HARMS:
                out.dropped.append(Dropped(token, doc.end_of(token, tag), why))
            if why is Reason.NO_OBJECT and tag == "strikes.intercept" and out.triggers:
                _all_shot_down(doc, sentence, token, out.triggers[-1])
        if accepted:
            owners = _owned_munitions(doc, sentence, [t for t, _, _ in accepted], quantities)
            out.triggers += [_trigger(doc, sentence, t, last, tag, owners.get(t, [])) for t, last, tag in accepted]
    if len(quantities) > 1 and any([t.munitions for t in out.triggers]):
        for breakdown in find_breakdowns(doc, quantities, located().mentions):
            hand_out(doc, out.triggers, breakdown)
    return out


_ALL: Final = words("all все всі усі всех всіх усіх")


def _all_shot_down(doc: Document, sentence: Sentence, token: int, before: StrikeTrigger) -> None:
    """``13 ракет. Все сбила ПВО``: intercepted equals launched (coding rule 8); nothing else is computed."""
    if any(doc.word(t) in _ALL for t in around(sentence, token, 3, 3)):
        for figure in before.munitions:
            figure.intercepted = figure.intercepted or figure.launched


def _owned_munitions(
    doc: Document, sentence: Sentence, triggers: list[int], quantities: tuple[Quantity, ...]
) -> dict[int, list[Munitions]]:
    """Give each counted munition of a sentence to the nearest trigger, its clause first."""
    owners: dict[int, list[Munitions]] = {}
    for figure in munitions_in(doc, sentence, quantities):
        nearest = min(
            triggers,
            key=lambda t: (
                min(abs(t - figure.first), abs(t - figure.last))
                + 6 * abs(doc.clause_of[t] - doc.clause_of[figure.first])
            ),
        )
        owners.setdefault(nearest, []).append(figure)
    return owners


def _court_text(doc: Document) -> bool:
    """A short text headed by a spotter's trial or arrest tells of no new strike."""
    if len(doc.sentences) > 3:
        return False
    head = doc.sentences[0] if doc.sentences else None
    return head is not None and blocking_reason(doc, head) is Reason.COURT


_KINDS: Final = (
    "strikes.attack.noun",
    "strikes.attack.verb",
    "strikes.intercept",
    "strikes.destroy.verb",
    "strikes.fell",
)
_CANDIDATES: Final = (*_KINDS, "weapons.mine", "weapons.small_arms", *HARMS)


def _candidates(doc: Document, kinds: Sequence[str]) -> Iterable[tuple[Sentence, list[tuple[int, str]]]]:
    """Yield the sentences that have words which may tell of a strike, with those words and their tags."""
    found: dict[int, str] = {}
    for tag in kinds:
        for t in doc.starts[tag]:
            found.setdefault(t, tag)
    covered, number = -1, -1
    here: list[tuple[int, str]] = []
    for t in sorted(found):
        if t <= covered:
            continue
        if doc.sentence_of[t] != number:
            if here:
                yield doc.sentences[number], here
            number, here = doc.sentence_of[t], []
        tag = found[t]
        here.append((t, tag))
        if tag in _KINDS:
            covered = doc.end_of(t, tag)
    if here:
        yield doc.sentences[number], here


def _trigger(
    doc: Document, sentence: Sentence, token: int, last: int, tag: str, munitions: list[Munitions]
) -> StrikeTrigger:
    intercepted = tag == "strikes.intercept"
    if not munitions and tag in ("strikes.intercept", "strikes.attack.verb", "strikes.fell"):
        munitions = uncounted(doc, sentence, token, tag)
    shot_down = intercepted or bool(
        munitions and all(m.launched is None and m.hit is None for m in munitions) and munitions[0].intercepted
    )
    weapons = weapons_of(doc, sentence, token, tag)
    return StrikeTrigger(
        token=token,
        last=last,
        weapons=weapons,
        target=target_near(doc, sentence, token, 9)
        or target_in_list(doc, sentence, token)
        or target_told_of(doc, sentence, token),
        # Whoever shot drones down is not who sent them.
        actor=None if shot_down else actor_of(doc, sentence, token, tag),
        shot_down_only=shot_down,
        massive=bool(munitions)
        or ("forms.massive" in doc.starts and doc.any_of(around(sentence, token, 3, 1), "forms.massive")),
        munitions=munitions,
    )
