"""Strikes: words that say an attack with a weapon happened, with weapon, target, actor and munition counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Final

from schemas.vocabulary import Party, Target, Weapon
from streams.core.extraction.circumstances import CircumstancePolicy, blocking_reason, is_denied, is_guess
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.model import Reason
from streams.core.extraction.quantities import Counted, Quantity
from streams.core.extraction.tolls import Dropped
from streams.core.extraction.wordlists import stems, words


@dataclass(slots=True)
class Munitions:
    """Counted munitions of one weapon class, by outcome; each a (low, high, best) or None."""

    weapon: Weapon | None
    first: int
    last: int
    launched: tuple[int, int | None, int | None] | None = None
    intercepted: tuple[int, int | None, int | None] | None = None
    hit: tuple[int, int | None, int | None] | None = None


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


@dataclass(slots=True)
class Strikes:
    triggers: list[StrikeTrigger] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


_NEAR: Final = 7
_LIST: Final = 14
_TARGETS: Final = tuple(f"targets.{t.value}" for t in Target)
_WEAPONS: Final = {f"weapons.{w.value}": w for w in Weapon}
_FIRES: Final = words("fire fires fired firing launched launches launch")
_TALKED_OF: Final = words("атаки удари удары обстріли обстрелы ударах атаках обстрелах атак ударів attacks strikes")
_ABOUT: Final = frozenset(["про", "о", "об", "about", "щодо"])
_NOT_SHOT_DOWN: Final = frozenset(["weapons.mine", "weapons.artillery", "weapons.small_arms", "weapons.debris"])
_DAMAGE: Final = ("пошко", "damag", "повре", "руйнув")


def find_strikes(
    doc: Document, quantities: tuple[Quantity, ...], places: Set[int], policy: CircumstancePolicy
) -> Strikes:
    """Return the strike triggers of a document, unmerged; ``places`` are the tokens at which a place name starts."""
    out = Strikes()
    titled_court = _court_text(doc)
    for sentence in doc.sentences:
        reason = Reason.COURT if titled_court else blocking_reason(doc, sentence)
        accepted: list[tuple[int, int, str]] = []
        for token, tag in _candidates(doc, sentence):
            last = doc.spans[token, tag]
            why = reason or _refusal(doc, sentence, token, tag, places, policy)
            if why is None:
                accepted.append((token, last, tag))
            elif not tag.startswith("casualties."):
                out.dropped.append(Dropped(token, last, why))
            if why is Reason.NO_OBJECT and tag == "strikes.intercept" and out.triggers:
                _all_shot_down(doc, sentence, token, out.triggers[-1])
        if accepted:
            owners = _owned_munitions(doc, sentence, [t for t, _, _ in accepted], quantities)
            out.triggers += [_trigger(doc, sentence, t, last, tag, owners.get(t, [])) for t, last, tag in accepted]
    return out


_ALL: Final = words("all все всі усі всех всіх усіх")


def _all_shot_down(doc: Document, sentence: Sentence, token: int, before: StrikeTrigger) -> None:
    """``13 ракет. Все сбила ПВО``: intercepted equals launched (coding rule 8); nothing else is computed."""
    if any(doc.word(t) in _ALL for t in _around(sentence, token, 3, 3)):
        for figure in before.munitions:
            figure.intercepted = figure.intercepted or figure.launched


def _owned_munitions(
    doc: Document, sentence: Sentence, triggers: list[int], quantities: tuple[Quantity, ...]
) -> dict[int, list[Munitions]]:
    """Give each counted munition of a sentence to the nearest trigger, its clause first."""
    owners: dict[int, list[Munitions]] = {}
    for figure in _munitions(doc, sentence, quantities):
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
    return head is not None and doc.any_in(head.first, head.last, "context.court")


_KINDS: Final = (
    "strikes.attack.noun",
    "strikes.attack.verb",
    "strikes.intercept",
    "strikes.destroy.verb",
    "strikes.fell",
)
_HARMS: Final = ("casualties.kills", "casualties.wounds", "casualties.killed", "casualties.wounded")
_CANDIDATES: Final = (*_KINDS, "weapons.mine", "weapons.small_arms", *_HARMS)


def _candidates(doc: Document, sentence: Sentence) -> Iterable[tuple[int, str]]:
    found: dict[int, str] = {}
    for tag in _CANDIDATES:
        for t in doc.starts_in(sentence.first, sentence.last, tag):
            found.setdefault(t, tag)
    covered = -1
    for t in sorted(found):
        if t > covered:
            tag = found[t]
            yield t, tag
            if tag in _KINDS:
                covered = doc.spans[t, tag]


def _refusal(
    doc: Document, sentence: Sentence, token: int, tag: str, places: Set[int], policy: CircumstancePolicy
) -> Reason | None:
    word = doc.word(token)
    if tag == "weapons.mine":
        return None if _mine_went_off(doc, sentence, token) else Reason.NO_ATTACK
    if tag == "weapons.small_arms":
        hurt = _has(doc, token - 5, token + 6, sentence, "casualties.killed", "casualties.kills", "casualties.wounded")
        return None if hurt and word.startswith(("sniper", "снайпер")) else Reason.GROUND
    if tag in _HARMS and not _weapon_killed(doc, sentence, token):
        return Reason.NO_OBJECT
    if is_denied(doc, token, policy):
        return Reason.DENIED
    if any("context.nonwar" in doc.tags[t] for t in _around(sentence, token, 3, 0)):
        return Reason.NOT_WAR
    if is_guess(doc, token, policy):
        return Reason.HYPOTHETICAL
    if any("context.comment" in doc.tags[t] for t in range(sentence.first, sentence.last)):
        return Reason.COMMENT
    if tag == "strikes.attack.noun":
        return _noun_refusal(doc, sentence, token)
    if tag == "strikes.attack.verb":
        return _verb_refusal(doc, sentence, token, places)
    if tag == "strikes.intercept":
        munition = any(
            x.startswith("weapons.") and x not in _NOT_SHOT_DOWN
            for t in _around(sentence, token, _NEAR, _NEAR)
            if doc.clause_of[t] == doc.clause_of[token]
            for x in doc.covering[t]
        )
        return None if munition else Reason.NO_OBJECT
    if tag == "strikes.destroy.verb":
        return _destruction_refusal(doc, sentence, token)
    if tag == "strikes.fell":
        debris = any("weapons.debris" in doc.covering[t] for t in _around(sentence, token, 5, 5))
        drone = any(
            doc.has(t, "forms.munition.one") or doc.word(t) in ("дрони", "дроны", "ракети", "ракеты")
            for t in _around(sentence, token, 3, 3)
        )
        return None if debris or drone else Reason.NO_ATTACK
    return None


def _noun_refusal(doc: Document, sentence: Sentence, token: int) -> Reason | None:
    word, before = doc.word(token), doc.word(token - 1)
    ground = any("context.ground" in doc.tags[t] for t in range(sentence.first, sentence.last))
    if ground and word.startswith(("атак", "attack")) and not _weapon_near(doc, sentence, token, 12):
        return Reason.GROUND
    repelled = any(doc.has(t, "forms.repelled") for t in _around(sentence, token, 3, 2))
    if repelled and not _weapon_near(doc, sentence, token, 4):
        return Reason.GROUND
    talked_of = word in _TALKED_OF and (before in _ABOUT or doc.word(token - 2) in _ABOUT)
    # "речник про атаки на аеродром" comments on attacks; "повідомили про удари" reports them.
    told = any(doc.has(t, "places.say") for t in _around(sentence, token, 6, 0)) or any(
        doc.any_in(sentence.first, sentence.last, tag) for tag in ("strikes.destroy.verb", "casualties.killed")
    )
    if talked_of and not told:
        return Reason.COMMENT
    if any("context.forecast" in doc.tags[t] for t in _around(sentence, token, 0, 2)):
        return Reason.HYPOTHETICAL
    if any("context.cyber" in doc.covering[t] for t in _around(sentence, token, 2, 1)):
        return Reason.CYBER
    if before in ("heart", "під", "under", "panic", "штурмову", "штурмові", "штурмових", "terror") and word != "attack":
        if before in ("під", "under") and word in ("атакою", "attack", "ударом", "обстрілом", "обстрілами"):
            pass
        elif before not in ("під", "under"):
            return Reason.GROUND
    if word.startswith(("атак", "attack")) and any(
        doc.word(t).startswith(("штурм", "піхот", "пехот", "assault")) for t in _around(sentence, token, 2, 2)
    ):
        return Reason.GROUND
    if word in ("strike", "strikes") and any(
        doc.word(t) in ("hunger", "workers", "union", "general") for t in _around(sentence, token, 1, 0)
    ):
        return Reason.NO_OBJECT
    if (
        word.startswith("удар")
        and doc.word(token + 1) in ("по",)
        and doc.word(token + 2) in ("економіці", "экономике", "репутації", "бюджету", "іміджу")
    ):
        return Reason.NO_OBJECT
    return None


def _verb_refusal(doc: Document, sentence: Sentence, token: int, places: Set[int]) -> Reason | None:
    word = doc.word(token)
    weapon = _weapon_near(doc, sentence, token, _NEAR, within_clause=True)
    target = _target_near(doc, sentence, token, _NEAR)
    if word in _FIRES:
        munition = any("weapons" in t for x in _around(sentence, token, 0, 7) for t in doc.covering[x])
        return None if munition or doc.word(token + 1) in ("at", "on", "upon", "into") else Reason.NO_OBJECT
    if not doc.has(token, "forms.verb.weak"):
        return None
    if any(doc.has(t, "forms.vehicle") for t in _around(sentence, token, 1, 3)) and not target:
        return Reason.NO_OBJECT
    if word in ("hits", "hit") and any("weapons.mine" in doc.covering[t] for t in _around(sentence, token, 0, 3)):
        return None
    if word.startswith("потрап"):
        # People get to hospitals and into captivity; what strikes is named before the verb.
        before = list(_around(sentence, token, 4, -1))
        armed = any(x.startswith(("weapons.", "context.actor")) for t in before for x in doc.covering[t])
        return None if armed and target else Reason.NO_OBJECT
    if word.startswith(("уражен", "поражен", "підір", "подор", "взорв", "накри", "накры")):
        return None if target or weapon else Reason.NO_OBJECT
    if weapon or target:
        return None
    place = any(t in places for t in _around(sentence, token, 2, 5))
    return (
        None
        if place and not word.startswith(("скин", "сброс", "запус", "launch", "направ", "спрям", "rain"))
        else Reason.NO_OBJECT
    )


def _destruction_refusal(doc: Document, sentence: Sentence, token: int) -> Reason | None:
    word = doc.word(token)
    clause = doc.clause_of[token]
    next_tags = [(t, doc.clause_of[x] == clause) for x in _around(sentence, token, 0, 4) for t in doc.covering[x]]
    munition = any("weapons" in t and same for t, same in next_tags)
    # "знищили 7 з 10 шахедів" is an interception: the munition is the object.
    if munition and not any(t.startswith("targets.") for t, _ in next_tags):
        return None
    after = _target_in_list(doc, sentence, token)
    target = after or _target_near(doc, sentence, token, _NEAR)
    if target is None:
        return Reason.NO_OBJECT
    people = any(x.startswith("people.") for t in _around(sentence, token, 0, 5) if t > token for x in doc.covering[t])
    if after is None and people:
        # "при захваті аеродрому знищено 20 …": what was destroyed are people, the place is where.
        return Reason.NO_OBJECT
    if any(doc.has(t, "forms.blaze") for t in _around(sentence, token, 6, 4) if doc.clause_of[t] == clause):
        attack = any("strikes.attack" in tag for t in _around(sentence, token, 12, 12) for tag in doc.tags[t])
        if not attack:
            return Reason.NO_ATTACK
    if any("context.nonwar" in doc.tags[t] for t in range(sentence.first, sentence.last)):
        return Reason.NOT_WAR
    if word.startswith(_DAMAGE):
        before = list(_around(sentence, token, 8, 0))
        actor = any("context.actor" in tag for t in before for tag in doc.tags[t])
        weapon = any(
            "weapons." in tag and tag != "weapons.debris"
            for t in _around(sentence, token, 6, 5)
            for tag in doc.covering[t]
        )
        return None if actor or weapon else Reason.NO_ATTACK
    return None


def _weapon_killed(doc: Document, sentence: Sentence, token: int) -> bool:
    """``Russian drones killed six people``, ``дрон убив жінку``: the weapon is the subject, so it was used."""
    word = doc.word(token)
    if doc.has(token, "casualties.killed") or doc.has(token, "casualties.wounded"):
        # "drones killed six": the participle of "six killed" is no verb of theirs.
        if word not in ("killed", "wounded", "injured") or token + 1 >= sentence.last or doc.gaps[token + 1]:
            return False
        if doc.word(token + 1) in ("by", "in", "and", "on", "at", "near", "as", "after"):
            return False
        reach = 1
    else:
        reach = 3
    for t in range(token - 1, max(sentence.first - 1, token - 1 - reach), -1):
        if doc.gaps[t + 1] or doc.has(t, "strikes.attack.noun"):
            return False
        named = [x for x in doc.covering[t] if x in _WEAPONS and x not in _NOT_THROWN]
        if named:
            subject = doc.word(t).isascii() or doc.word(t).endswith(_NOMINATIVE_ENDINGS)
            return subject and not _is_launcher(doc, t)
    return False


_NOT_THROWN: Final = ("weapons.mine", "weapons.small_arms")
_NOMINATIVE_ENDINGS: Final = stems("н и ы а і к д бпла л")


def _mine_went_off(doc: Document, sentence: Sentence, token: int) -> bool:
    near = _around(sentence, token, 6, 6)
    word = doc.word(token)
    blast = any(
        "strikes.explode" in doc.tags[t]
        or doc.word(t).startswith(("підір", "подор", "здето", "blew", "blown", "hit", "наїх", "наех", "detonat"))
        for t in near
    )
    # "Booby trap kills one civilian": the weapon itself is the subject.
    last = doc.spans.get((token, "weapons.mine"), token)
    if _has(doc, last + 1, last + 3, sentence, "casualties.kills", "casualties.wounds"):
        return True
    if word.startswith(("mine blast", "mine")) and "strikes.explode" in doc.tags[min(token + 1, len(doc.tags) - 1)]:
        blast = True
    hurt = any(t.startswith("casualties.") for x in range(sentence.first, sentence.last) for t in doc.tags[x])
    return blast and (hurt or any(t.startswith("targets.") for x in near for t in doc.covering[x]))


def _around(sentence: Sentence, token: int, before: int, after: int) -> range:
    return range(max(sentence.first, token - before), min(sentence.last, token + after + 1))


def _has(doc: Document, first: int, last: int, sentence: Sentence, *tags: str) -> bool:
    return any(tag in doc.tags[t] for t in range(max(first, sentence.first), min(last, sentence.last)) for tag in tags)


def _weapon_near(doc: Document, sentence: Sentence, token: int, reach: int, *, within_clause: bool = False) -> bool:
    for t in _around(sentence, token, reach, reach):
        if within_clause and abs(doc.clause_of[t] - doc.clause_of[token]) > 0:
            continue
        if t != token and any(tag.startswith("weapons.") for tag in doc.covering[t]):
            return True
    return False


def _target_near(doc: Document, sentence: Sentence, token: int, reach: int) -> Target | None:
    """The nearest target after the trigger, else before it, in its clause."""
    clause = doc.clause_of[token]
    after = [t for t in range(token + 1, min(sentence.last, token + reach + 1)) if doc.clause_of[t] == clause]
    before = [t for t in range(token - 1, max(sentence.first - 1, token - reach - 1), -1) if doc.clause_of[t] == clause]
    for t in (*after, *before):
        for tag in doc.tags[t]:
            if tag == "targets.medical" and doc.word(t - 1) in _INSIDE and doc.word(t).endswith(_LOCATIVES):
                continue  # "died in hospital"
            if tag.startswith("targets.") and "strikes.attack.noun" not in doc.tags[t]:
                return Target(tag.removeprefix("targets."))
    return None


_INSIDE: Final = stems("in at у в до во to")
_LOCATIVES: Final = stems("hospital hospitals лікарні лікарнях больнице больницах госпіталі госпитале")


def _target_in_list(doc: Document, sentence: Sentence, token: int) -> Target | None:
    """``знищили 85 росіян, три гармати та склад``: the object at the end of a list."""
    for t in range(token + 1, min(sentence.last, token + _LIST + 1)):
        gap = doc.gaps[t].strip("' «»\"")
        if gap not in ("", ",") or any(k in doc.tags[t] for k in ("strikes.attack.verb", "strikes.explode")):
            return None
        for tag in doc.tags[t]:
            if tag == "targets.medical" and doc.word(t - 1) in _INSIDE and doc.word(t).endswith(_LOCATIVES):
                continue
            if tag.startswith("targets."):
                return Target(tag.removeprefix("targets."))
    return None


def _trigger(
    doc: Document, sentence: Sentence, token: int, last: int, tag: str, munitions: list[Munitions]
) -> StrikeTrigger:
    intercepted = tag == "strikes.intercept"
    if not munitions and tag in ("strikes.intercept", "strikes.attack.verb", "strikes.fell"):
        munitions = _uncounted(doc, sentence, token, tag)
    shot_down = intercepted or bool(
        munitions and all(m.launched is None and m.hit is None for m in munitions) and munitions[0].intercepted
    )
    weapons = _weapons(doc, sentence, token, tag)
    return StrikeTrigger(
        token=token,
        last=last,
        weapons=weapons,
        target=_target(doc, sentence, token),
        actor=_actor(doc, sentence, token, tag),
        shot_down_only=shot_down,
        massive=any(doc.has(t, "forms.massive") for t in _around(sentence, token, 3, 1)) or bool(munitions),
        munitions=munitions,
    )


def _target(doc: Document, sentence: Sentence, token: int) -> Target | None:
    return _target_near(doc, sentence, token, 9) or _target_in_list(doc, sentence, token)


def _weapons(doc: Document, sentence: Sentence, token: int, tag: str) -> tuple[Weapon, ...]:
    """Weapon classes of the trigger's clause, else of its sentence; what a plain word implies comes last."""
    if tag in ("weapons.mine", "weapons.small_arms"):
        return (_WEAPONS[tag],)
    clause = doc.clause_of[token]
    for scope in (
        [t for t in range(sentence.first, sentence.last) if doc.clause_of[t] == clause],
        range(sentence.first, sentence.last),
    ):
        named = [
            x
            for t in scope
            for x in doc.tags[t]
            if x in _WEAPONS and x not in ("weapons.mine",) and not _is_launcher(doc, t)
        ]
        explicit = [x for x in named if x != "weapons.artillery"]
        chosen = explicit or named
        if chosen:
            return _classes(dict.fromkeys(chosen))
    return ()


def _is_launcher(doc: Document, t: int) -> bool:
    """``склад ракет``, ``зенітний ракетний комплекс``, ``снарядів на складі``: named as a target, not as a weapon."""
    before = doc.word(t - 1)
    return before.startswith(("склад", "зеніт", "зенит", "арсенал", "пуско", "desp")) or doc.word(t + 1).startswith(
        ("комплекс", "depot", "установ", "launcher", "підрозд", "подразд", "військ", "войск")
    )


def _classes(tags: dict[str, None]) -> tuple[Weapon, ...]:
    found = [_WEAPONS[t] for t in tags]
    precise = {Weapon.BALLISTIC_MISSILE, Weapon.CRUISE_MISSILE}
    if precise & set(found):
        found = [w for w in found if w is not Weapon.MISSILE]
    if {Weapon.LOITERING_MUNITION, Weapon.FPV_DRONE, Weapon.NAVAL_DRONE} & set(found):
        found = [w for w in found if w is not Weapon.DRONE]
    if Weapon.ROCKET_ARTILLERY in found:
        found = [w for w in found if w not in (Weapon.ARTILLERY, Weapon.MISSILE)]
    return tuple(found)


def _actor(doc: Document, sentence: Sentence, token: int, tag: str) -> Party | None:
    """The side that acts: the subject of a verb, or the adjective or genitive at a noun ("ворожий удар", "удар ЗСУ").

    An interception says who defended, not who attacked.
    """
    if tag == "strikes.intercept":
        return None
    noun = tag == "strikes.attack.noun"
    best: tuple[float, Party] | None = None
    for t in range(sentence.first, sentence.last):
        for name in doc.tags[t]:
            if not name.startswith("context.actor."):
                continue
            party = Party.RU if name.endswith("ru") else Party.UA
            end = doc.spans[t, name]
            distance = float(token - end) if t < token else (t - token) * 1.5
            distance += 2.0 * abs(doc.clause_of[t] - doc.clause_of[token])
            if _is_object(doc, t, token):
                continue
            if not noun and t > token and doc.word(t).isascii() and "by" not in (doc.word(t - 1), doc.word(t - 2)):
                continue  # "its forces struck Ukrainian plants": what follows an English verb is its object
            adjacent = noun and -4 <= t - token <= 3 and abs(doc.clause_of[t] - doc.clause_of[token]) == 0
            # "удар ракетами … збройних сил": whose weapons they were.
            armed = t > 0 and t - token <= 8 and any(x.startswith("weapons.") for x in doc.covering[t - 1])
            if not (adjacent or armed) and not _SUBJECTS.match(doc.word(t)):
                continue
            if best is None or distance < best[0]:
                best = (distance, party)
    return best[1] if best is not None and best[0] <= 18 else None


_PREPOSITIONS: Final = words("по на у в against on at проти против in над об о про из-за за")


def _is_object(doc: Document, t: int, trigger: int) -> bool:
    """``склад ЗСУ``, ``по аеродромах окупантів``, ``у РФ``, ``Міноборони РФ заявило``: whose, where, or who speaks."""
    before = doc.word(t - 1)
    if before in _PREPOSITIONS:
        return True
    owned = any(x.startswith(("targets.", "people.")) for x in doc.covering[t - 1]) if t else False
    if owned and t > trigger:
        return True
    if _is_victim(doc, t):
        return True
    if any(doc.has(x, "places.say") and doc.joined(t, x) for x in (t + 1, t + 2)):
        return True
    owns = t + 1 < len(doc.tags) and any(x.startswith("targets.") for x in doc.covering[t + 1])
    return owns and doc.joined(t, t + 1)


def _is_victim(doc: Document, t: int) -> bool:
    """``Ukrainian soldiers killed in a rebel attack``: people of a side, and what befell them."""
    for x in range(t + 1, min(t + 4, len(doc.tokens))):
        if doc.gaps[x]:
            return False
        if {"casualties.killed", "casualties.wounded"} & doc.tags[x]:
            return any(tag.startswith("people.") for y in range(t, x) for tag in doc.covering[y])
    return False


_SUBJECTS: Final = re.compile(
    r"(?:окупанти|окупантами|росіяни|росіянами|ворог|ворогом|росія|росією|рф|російськ[аіе]|російський|російськими|рашисти|"
    r"загарбники|вкс|вс|оккупанты|оккупантами|россияне|россиянами|враг|врагом|россия|россией|российск(?:ие|ая|ий|ими)|орки|"
    r"агресор|армія|москалі|russia|russian\w*|enemy|invaders|occupiers|ukrain\w*|kiev|kyiv|зсу|всу|ссо|сбу|гур|вмс|пс|"
    r"збройн[іи]\w*|українськ(?:і|а|ий|ими)|украинск(?:ие|ая|ий|ими)|сил[иы]|силами|захисники|захисниками|оборонці|наші|"
    r"бійці|воїни|повітрян\w*|украина|україна|тро|штурмова|киевский|київський|вооруженные)$"
)


_OUTCOMES: Final = ("strikes.intercept", "strikes.launch", "strikes.hit")


def _munitions(doc: Document, sentence: Sentence, quantities: tuple[Quantity, ...]) -> list[Munitions]:
    out: list[Munitions] = []
    precise = _classes(
        dict.fromkeys(x for t in range(sentence.first, sentence.last) for x in doc.tags[t] if x in _WEAPONS)
    )
    for q in quantities:
        if not sentence.first <= q.first < sentence.last or q.counted is not Counted.MUNITION:
            continue
        assert q.head is not None
        classes = _classes(
            dict.fromkeys(t for x in range(q.first, q.head + 1) for t in doc.covering[x] if t in _WEAPONS)
        )
        weapon = classes[0] if classes else None
        if weapon is Weapon.MISSILE and Weapon.MISSILE not in precise:
            # "чотири Кинджали: одну ракету збили": the plain word means the missiles named before.
            weapon = next((w for w in precise if w in (Weapon.BALLISTIC_MISSILE, Weapon.CRUISE_MISSILE)), weapon)
        figure = Munitions(weapon, q.first, q.end)
        outcome = _outcome(doc, sentence, q)
        value = (q.low, q.high, q.best)
        if outcome == "strikes.intercept":
            figure.intercepted = value
        elif outcome == "strikes.hit":
            figure.hit = value
        else:
            figure.launched = value
        if q.share_of is not None:
            whole = (q.share_of, q.share_of, q.share_of)
            figure.launched, figure.intercepted = whole, value if outcome != "strikes.hit" else None
        out.append(figure)
    _add_bare(doc, sentence, quantities, out)
    return out


def _uncounted(doc: Document, sentence: Sentence, token: int, tag: str) -> list[Munitions]:
    """``збили ракети`` is at least one, ``ракета влучила`` is one (coding rule 8); the instrument is not counted."""
    for t in _around(sentence, token, 3, 3):
        classes = _classes(dict.fromkeys(x for x in doc.covering[t] if x in _WEAPONS))
        if not classes or doc.clause_of[t] != doc.clause_of[token] or not doc.joined(min(t, token), max(t, token)):
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
        if not sentence.first <= q.first < sentence.last or q.counted is not Counted.BARE or not out:
            continue
        near = [t for t in _around(sentence, q.last, 3, 3) if doc.clause_of[t] == doc.clause_of[q.first]]
        tag = next((k for k in ("strikes.intercept", "strikes.hit") for t in near if k in doc.tags[t]), None)
        if tag is None or out[0].first > q.first:
            continue
        value = (q.low, q.high, q.best)
        if tag == "strikes.intercept" and out[0].intercepted is None:
            out[0].intercepted = value
        elif tag == "strikes.hit" and out[0].hit is None:
            out[0].hit = value


def _outcome(doc: Document, sentence: Sentence, q: Quantity) -> str:
    best = (99.0, "strikes.launch")
    for t in range(sentence.first, sentence.last):
        for tag in _OUTCOMES:
            if tag not in doc.tags[t] and not (tag == "strikes.intercept" and "strikes.destroy.verb" in doc.tags[t]):
                continue
            distance = (q.first - t) if t < q.first else (t - q.end) * 1.0
            distance += 4.0 * abs(doc.clause_of[t] - doc.clause_of[q.first])
            if tag == "strikes.hit" and doc.word(t) in ("hit", "hits", "struck", "strikes") and t > q.end:
                distance -= 0.5
            if distance < best[0]:
                best = (distance, tag)
    return best[1] if best[0] <= 8 else "strikes.launch"
