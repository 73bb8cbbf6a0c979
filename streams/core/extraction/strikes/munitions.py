"""Counted munitions and their outcome: launched, intercepted, hit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from schemas.vocabulary import Weapon
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import STRIKES, TARGETS, WEAPONS
from streams.core.extraction.quantities import Counted, Quantity, within
from streams.core.extraction.strikes.shares import Breakdown
from streams.core.extraction.strikes.surroundings import WEAPON_OF, around, weapon_at, weapon_classes
from streams.core.extraction.strikes.trigger import Munitions, Part, StrikeTrigger

_FIRED: Final = 4
"""Words between "fired" and what was."""
_ROUNDS: Final = ("rocket", "shell", "снаряд", "ракет", "реактивн", "нурс", "рсзв-снаряд")
_LAUNCHERS: Final = (Weapon.ROCKET_ARTILLERY, Weapon.ARTILLERY)
_OUTCOMES: Final = ("strikes.intercept", "strikes.launch", "strikes.hit")


def munitions_in(doc: Document, sentence: Sentence, quantities: tuple[Quantity, ...]) -> list[Munitions]:
    """Return the counted munitions of a sentence with their outcome."""
    out: list[Munitions] = []
    counted = within(quantities, sentence)
    if not any([q.counted is Counted.MUNITION for q in counted]):
        return out
    named = [weapon_at(doc, t) for t in range(sentence.first, sentence.last) if doc.begun[t] & WEAPONS]
    precise = weapon_classes(dict.fromkeys(tag for tag in named if tag is not None))
    for q in counted:
        if q.counted is not Counted.MUNITION:
            continue
        assert q.head is not None
        classes = _classes(doc, range(q.first, q.head + 1))
        weapon = classes[0] if classes else None
        if weapon is Weapon.MISSILE and Weapon.MISSILE not in precise:
            # "чотири Кинджали: одну ракету збили": the plain word means the missiles named before.
            weapon = next((w for w in precise if w in (Weapon.BALLISTIC_MISSILE, Weapon.CRUISE_MISSILE)), weapon)
        if weapon is Weapon.MINE and doc.any_of(around(sentence, q.first, _FIRED, 0), "strikes.launch"):
            weapon = Weapon.ARTILLERY  # mines that are fired are a mortar's
        if (
            weapon in _LAUNCHERS
            and not doc.words[q.head].startswith(_ROUNDS)
            and doc.any_in(max(sentence.first, q.first - _FIRED), q.first, "strikes.destroy.verb")
        ):
            continue  # "знищено дві РСЗВ": no munitions
        figure = Munitions(weapon, q.first, q.end)
        outcome = outcome_of(doc, sentence, q)
        value = (q.low, q.high, q.best)
        _set(figure, outcome, value)
        if q.share_of is not None:
            whole = (q.share_of, q.share_of, q.share_of)
            figure.launched, figure.intercepted = whole, value if outcome != "strikes.hit" else None
        out.append(figure)
    _add_bare(doc, sentence, counted, out)
    return out


def _set(figure: Munitions, outcome: str, value: tuple[int, int | None, int | None]) -> None:
    if outcome == "strikes.intercept":
        figure.intercepted = value
    elif outcome == "strikes.hit":
        figure.hit = value
    else:
        figure.launched = value


def hand_out(doc: Document, triggers: list[StrikeTrigger], breakdown: Breakdown) -> None:
    """Give the shares of a count to the trigger that tells of it, and take them from its own figures."""
    lead = breakdown.lead
    sentence = doc.sentences[doc.sentence_of[lead.first]]
    telling = [t for t in triggers if sentence.first <= t.token < sentence.last]
    if not telling:
        return
    owner = next((t for t in telling if any(m.first == lead.first for m in t.munitions)), None)
    trigger = owner or min(telling, key=lambda t: abs(t.token - lead.first))
    known = next((m for m in trigger.munitions if m.first == lead.first), None)
    outcome = "strikes.intercept" if lead.share_of is not None else outcome_of(doc, sentence, lead)
    weapon = known.weapon if known is not None else next(iter(trigger.weapons), None)
    taken = {share.figure.first for share in breakdown.shares}
    for other in triggers:
        other.munitions = [m for m in other.munitions if m.first not in taken]
    for share in breakdown.shares:
        q = share.figure
        own = _classes(doc, range(q.first, q.end + 1))
        figure = Munitions(own[0] if own else weapon, q.first, max(q.end, share.last))
        _set(figure, _outcome_within(doc, q.end + 1, share.last) or outcome, (q.low, q.high, q.best))
        trigger.parts.append(Part(figure, share.places, share.each))


def _outcome_within(doc: Document, first: int, last: int) -> str | None:
    for t in range(first, last + 1):
        if doc.begun[t] & STRIKES:
            for tag in _OUTCOMES:
                if tag in doc.tags[t]:
                    return tag
            if "strikes.destroy.verb" in doc.tags[t]:
                return "strikes.intercept"
    return None


def _classes(doc: Document, tokens: Iterable[int]) -> tuple[Weapon, ...]:
    kinds = doc.kinds
    return weapon_classes(
        dict.fromkeys([x for t in tokens if kinds[t] & WEAPONS for x in doc.covering[t] if x in WEAPON_OF])
    )


def uncounted(doc: Document, sentence: Sentence, token: int, tag: str) -> list[Munitions]:
    """``збили ракети`` is at least one, ``ракета влучила`` is one (coding rule 8); the instrument is not counted."""
    if not doc.present & WEAPONS:
        return []
    for t in around(sentence, token, 3, 3):
        if not doc.kinds[t] & WEAPONS or doc.clause_of[t] != doc.clause_of[token]:
            continue
        classes = _classes(doc, (t,))
        if not classes or not doc.joined(min(t, token), max(t, token)):
            continue
        single = doc.has(t, "forms.munition.one")
        if tag == "strikes.intercept" and (single or doc.has(t, "forms.munition.many")):
            value = (1, 1, 1) if single else (1, None, None)
            return [Munitions(classes[0], min(t, token), max(t, token), intercepted=value)]
        if (
            tag != "strikes.intercept"
            and single
            and t < token
            and doc.has(t, "forms.munition.subject")
            and doc.has(token, "strikes.hit")
        ):
            return [Munitions(classes[0], t, token, hit=(1, 1, 1))]
    return []


def _add_bare(doc: Document, sentence: Sentence, quantities: tuple[Quantity, ...], out: list[Munitions]) -> None:
    """``6 безпілотників, але 4 були збиті``: a bare number beside an outcome counts the munitions named before."""
    for q in quantities:
        if q.counted is not Counted.BARE or not out:
            continue
        near = [t for t in around(sentence, q.last, 3, 3) if doc.clause_of[t] == doc.clause_of[q.first]]
        tag = next((k for k in ("strikes.intercept", "strikes.hit") for t in near if k in doc.tags[t]), None)
        if tag is None or out[0].first > q.first:
            continue
        value = (q.low, q.high, q.best)
        if tag == "strikes.intercept" and out[0].intercepted is None:
            out[0].intercepted = value
        elif tag == "strikes.hit" and out[0].hit is None:
            out[0].hit = value


def outcome_of(doc: Document, sentence: Sentence, q: Quantity) -> str:
    """Return the tag of what became of counted munitions: the nearest word that says so."""
    best = (99.0, "strikes.launch")
    begun, clause_of = doc.begun, doc.clause_of
    for t in range(sentence.first, sentence.last):
        if not begun[t] & STRIKES:
            continue
        for tag in _outcomes_at(doc, sentence, t, q):
            distance = (q.first - t) if t < q.first else (t - q.end) * 1.0
            distance += 4.0 * abs(clause_of[t] - clause_of[q.first])
            if tag == "strikes.hit" and doc.words[t] in ("hit", "hits", "struck", "strikes") and t > q.end:
                distance -= 0.5
            if distance < best[0]:
                best = (distance, tag)
    return best[1] if best[0] <= 8 else "strikes.launch"


def _outcomes_at(doc: Document, sentence: Sentence, t: int, q: Quantity) -> Iterable[str]:
    tags = doc.tags[t]
    for tag in _OUTCOMES:
        if tag in tags:
            yield tag
    if "strikes.destroy.verb" in tags and "strikes.intercept" not in tags:
        yield "strikes.intercept" if _is_shot_down(doc, sentence, t, q) else "strikes.hit"
    elif "strikes.attack.verb" in tags and doc.words[t].startswith(_ATTACKED):
        yield "strikes.launch"  # "атакували 150 дронами, збили 98"


_ATTACKED: Final = ("атак", "attack")


def _is_shot_down(doc: Document, sentence: Sentence, verb: int, q: Quantity) -> bool:
    """Whether munitions were destroyed, and did not destroy: "3 ракети зруйнували нафтобазу" hit."""
    word = doc.words[verb]
    if not word.startswith(_DESTROY):
        return False
    if verb < q.first or doc.words[verb - 1] in _WERE:
        return True
    target = any(doc.kinds[t] & TARGETS for t in range(verb + 1, min(sentence.last, verb + 5)))
    return not (target and (word.isascii() or word.endswith(_ACTIVE)))


_DESTROY: Final = ("destroy", "знищ", "уничтож", "мінус", "спал")
_WERE: Final = frozenset(["were", "was", "been", "being", "are", "is"])
_ACTIVE: Final = ("в", "ли", "ло", "ла", "л", "ють", "ют")
